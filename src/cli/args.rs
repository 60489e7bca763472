//! The command line, as `api.md` section 5 fixes it.

use std::process::ExitCode;

use clap::{ArgAction, Parser, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  nsl lab.lua 8                                run a script with an argument
  nsl -e 'netns.add \"ns0\"' -e 'print(netns.list())'
  nsl                                          open the prompt";

/// Networks of Linux namespaces, written as Lua programs.
#[derive(Debug, Parser)]
#[command(name = "nsl", version = VERSION, about, after_long_help = EXAMPLES, disable_help_subcommand = true)]
pub(super) struct Args {
    /// Run this code before SCRIPT, or instead of one; may be given several times
    #[arg(short = 'e', value_name = "CODE")]
    pub(super) code: Vec<String>,
    /// Open the prompt afterwards
    #[arg(short = 'i')]
    pub(super) interactive: bool,
    /// Print errors as JSON, one object a line
    #[arg(long)]
    pub(super) json: bool,
    /// Print nothing but output, warnings and errors
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Build in namespaces of your own even with privileges
    #[arg(long, overrides_with = "no_rootless")]
    pub(super) rootless: bool,
    /// Never move into namespaces of your own
    #[arg(long, action = ArgAction::SetTrue, overrides_with = "rootless")]
    pub(super) no_rootless: bool,
    /// The script to run; - reads standard input. Without one: the prompt, or standard input if it is no terminal
    #[arg(value_name = "SCRIPT")]
    pub(super) script: Option<String>,
    /// Arguments of the script, its `arg`
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(super) arguments: Vec<String>,
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (Lua 5.4)");

/// `--color`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes it hold for every stream; `auto` asks NO_COLOR, CLICOLOR_FORCE, TERM and whether it is a terminal.
    pub(super) fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

/// Prints help and version on stdout (0) and a refusal on stderr (2).
pub(super) fn refuse(error: &clap::Error) -> ExitCode {
    // If even the terminal is gone there is nobody to tell.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
