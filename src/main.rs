//! The program `nsl`: everything is in the library, `cli` first.

fn main() -> std::process::ExitCode {
    nsl::cli::main()
}
