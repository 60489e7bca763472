//! The command line.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  nsl lab.lua 8                                run a script with an argument
  nsl -e 'netns.add \"ns0\"' -e 'print(netns.list())'
  nsl                                          open the prompt
  nsl campus.lua                               bring up the lab that the file returns, with a prompt
  nsl up campus.lua                            the same, and it stays
  nsl exec campus/h1 ip route                  run a program in one of its nodes
  nsl ./up                                     run a script that is called like a command";

/// Networks of Linux namespaces, written as Lua programs.
#[derive(Debug, Parser)]
#[command(
    name = "nsl",
    version = VERSION,
    about,
    after_long_help = EXAMPLES,
    disable_help_subcommand = true,
    override_usage = "nsl [OPTIONS] [SCRIPT] [ARGS]...\n       nsl [OPTIONS] COMMAND ..."
)]
pub(super) struct Args {
    /// Run this code before SCRIPT, or instead of one; may be given several times
    #[arg(short = 'e', value_name = "CODE")]
    pub(super) code: Vec<String>,
    /// Open the prompt afterwards
    #[arg(short = 'i')]
    pub(super) interactive: bool,
    /// Print errors as JSON, one object a line, and what ps, plan and diff tell too
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Print nothing but output, warnings and errors
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Build in namespaces of your own even with privileges
    #[arg(long, global = true, overrides_with = "no_rootless")]
    pub(super) rootless: bool,
    /// Never move into namespaces of your own
    #[arg(long, global = true, action = ArgAction::SetTrue, overrides_with = "rootless")]
    pub(super) no_rootless: bool,
    /// The script to run; - reads standard input. Without one: the prompt, or standard input if it is no terminal
    #[arg(value_name = "SCRIPT")]
    pub(super) script: Option<String>,
    /// Arguments of the script, its `arg`
    #[arg(value_name = "ARGS")]
    pub(super) arguments: Vec<String>,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// What stood before the script on the command line, for the negative indices of `arg`.
    #[arg(skip)]
    pub(super) before: Vec<String>,
}

/// What is asked for besides running a script.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Bring up the lab that FILE returns and leave it up, or change it to what FILE says now
    Up(LabFile),
    /// Take down a lab that was left up, or what a killed program left of one
    Down {
        /// Its name, or the file that returns it
        #[arg(value_name = "NAME|FILE")]
        lab: String,
    },
    /// List the labs that are up, and whose they are
    Ps,
    /// Run a program in a node of a lab, or in a namespace with a name
    Exec {
        /// A node, or a namespace of `ip netns`
        #[arg(value_name = "[LAB/]NODE")]
        node: String,
        /// The program and its arguments
        #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<OsString>,
    },
    /// Open a shell in a node of a lab, or in a namespace with a name
    Shell {
        /// A node, or a namespace of `ip netns`
        #[arg(value_name = "[LAB/]NODE")]
        node: String,
    },
    /// Show what `up` would build
    Plan(LabFile),
    /// Show what `up` would change; nothing where nothing differs
    Diff(LabFile),
    /// Remove what killed programs left of their labs, and nothing else
    Clean,
}

/// A file that returns a lab.
#[derive(Debug, clap::Args)]
pub(super) struct LabFile {
    /// The file that declares the lab and returns it; - reads standard input
    pub(super) file: String,
    /// Arguments of the file, its `arg`
    #[arg(value_name = "ARGS")]
    pub(super) arguments: Vec<String>,
}

impl Args {
    /// Reads a command line. All that follows the script belongs to it, options too.
    pub(super) fn read(words: &[OsString]) -> Result<Self, clap::Error> {
        let script = script_position(words).unwrap_or(words.len());
        let texts = |words: &[OsString]| words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        if let Some(command) = words.get(script).and_then(|word| word.to_str())
            && COMMANDS.contains(&command)
            && words[script - 1] != "--"
        {
            let args = Self::try_parse_from(words)?;
            if args.interactive || !args.code.is_empty() {
                let text =
                    format!("-e and -i are for scripts; one that is called \"{command}\" is run as ./{command}\n");
                return Err(Self::command().error(ErrorKind::ArgumentConflict, text));
            }
            return Ok(args);
        }
        let mut args = Self::try_parse_from(words.iter().take(script + 1))?;
        args.arguments = texts(words.get(script + 1..).unwrap_or_default());
        args.before = texts(&words[..script]);
        Ok(args)
    }
}

/// The names of all commands. A script of such a name is run as `./ps`.
const COMMANDS: &[&str] = &["up", "down", "ps", "exec", "shell", "plan", "diff", "clean"];

/// The command that someone may have meant who named a script that is not there.
pub(super) fn nearest_command(script: &str) -> Option<&'static str> {
    if script == "help" {
        return Some("--help");
    }
    crate::error::nearest(script, COMMANDS.iter().copied())
}

/// Where the script stands: the first word that is neither an option nor an option's value.
fn script_position(words: &[OsString]) -> Option<usize> {
    let mut at = 1;
    loop {
        match &*words.get(at)?.to_string_lossy() {
            "-e" | "--color" => at += 2,
            "--" => return Some(at + 1),
            "-" => return Some(at),
            word if word.starts_with('-') => at += 1,
            _ => return Some(at),
        }
    }
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
    if error.use_stderr() && !error.to_string().contains("Usage:") {
        let _ = writeln!(std::io::stderr(), "{}", Args::command().render_usage());
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<Args, ErrorKind> {
        let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        Args::read(&words).map_err(|error| error.kind())
    }

    #[test]
    fn every_command_is_known_by_its_name() {
        let names: Vec<String> = Args::command().get_subcommands().map(|one| one.get_name().to_owned()).collect();
        assert_eq!(names, COMMANDS);
    }

    #[test]
    fn a_command_is_one_only_where_a_script_could_stand() {
        for words in ["nsl ps", "nsl --json ps", "nsl --color never ps", "nsl ps --json", "nsl -q ps"] {
            assert!(matches!(read(words).expect(words).command, Some(Command::Ps)), "{words}");
        }
        for words in ["nsl ./ps", "nsl -- ps", "nsl lab.lua ps", "nsl - ps", "nsl ps.lua"] {
            assert!(read(words).expect(words).command.is_none(), "{words}");
        }
        assert_eq!(read("nsl lab.lua up --json -x").expect("a script").arguments, ["up", "--json", "-x"]);
        for words in ["nsl -i ps", "nsl -e x ps"] {
            assert_eq!(read(words).expect_err(words), ErrorKind::ArgumentConflict, "{words}");
        }
    }

    #[test]
    fn the_words_of_a_program_are_its_own() {
        for (words, wanted) in [
            ("nsl exec a/h1 ls -l --json", "ls -l --json"),
            ("nsl exec a/h1 -- ls -l", "ls -l"),
            ("nsl exec a/h1 ls -- -l", "ls -- -l"),
            ("nsl exec a/h1 -- -odd", "-odd"),
            ("nsl --json exec a/h1 ls -q", "ls -q"),
        ] {
            let args = read(words).expect(words);
            let Some(Command::Exec { node, program }) = args.command else { panic!("{words}") };
            assert_eq!((node.as_str(), program.join(" ".as_ref()).to_str()), ("a/h1", Some(wanted)), "{words}");
            assert!(!args.quiet, "{words}");
        }
        assert_eq!(read("nsl exec a/h1").expect_err("no program"), ErrorKind::MissingRequiredArgument);
        assert_eq!(read("nsl up").expect_err("no file"), ErrorKind::MissingRequiredArgument);
    }
}
