//! The command line.

use std::io::Write;
use std::process::ExitCode;

use clap::{ArgAction, CommandFactory, Parser, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  nsl lab.lua 8                                run a script with an argument
  nsl -e 'netns.add \"ns0\"' -e 'print(netns.list())'
  nsl                                          open the prompt

Labs with a name (lab.new \"demo\"):
  nsl ps                                       list them
  nsl down NAME                                take a kept one down
  nsl clean                                    remove what killed programs left of theirs";

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
    #[arg(value_name = "ARGS")]
    pub(super) arguments: Vec<String>,
    /// What stood before the script on the command line, for the negative indices of `arg`.
    #[arg(skip)]
    pub(super) before: Vec<String>,
}

impl Args {
    /// Reads a command line. All that follows the script belongs to it, options too.
    pub(super) fn read(words: Vec<String>) -> Result<Self, clap::Error> {
        let script = script_position(&words).unwrap_or(words.len());
        let mut args = Self::try_parse_from(words.iter().take(script + 1))?;
        args.arguments = words.get(script + 1..).unwrap_or_default().to_vec();
        args.before = words[..script].to_vec();
        Ok(args)
    }
}

/// Where the script stands: the first word that is neither an option nor an option's value.
fn script_position(words: &[String]) -> Option<usize> {
    let mut at = 1;
    loop {
        match words.get(at)?.as_str() {
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
