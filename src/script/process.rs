//! `netns`: programs in a namespace.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::unix::ffi::OsStringExt;

use mlua::{Lua, MultiValue, Table, Value};

use super::args::Args;
use super::bind::{Waiting, values};
use super::error::CommandFailed;
use super::options::Options;
use super::records::{Record, with_text};
use super::registry::{Acts, Call, Function};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::{Namespace, named};
use crate::process::{self, Command, Exec, Exit, Input, Output};
use crate::wait::{Operation, Step, interrupt};

const RUN: &[&str] = &["capture", "stdin", "cwd", "env", "clear_env", "timeout", "limit", "check", "quiet"];
const OUTPUT: &[&str] = &["stdin", "cwd", "env", "clear_env", "timeout", "limit"];
const SPAWN: &[&str] = &["stdin", "stdout", "stderr", "cwd", "env", "clear_env", "pty"];
const SHELL: &[&str] = &["cwd", "env", "clear_env"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "netns.exec",
        acts: Acts::OnNamespace,
        most: 3,
        options: RUN,
        words: &[],
        call: Call::Waits(exec),
    },
    Function {
        name: "netns.exec_all",
        acts: Acts::Alone,
        most: 2,
        options: RUN,
        words: &[],
        call: Call::Waits(exec_all),
    },
    Function {
        name: "netns.output",
        acts: Acts::OnNamespace,
        most: 3,
        options: OUTPUT,
        words: &[],
        call: Call::Waits(output),
    },
    Function::new("netns.spawn", Acts::OnNamespace, 3, spawn).options(SPAWN),
    Function {
        name: "netns.shell",
        acts: Acts::OnNamespace,
        most: 2,
        options: SHELL,
        words: &[],
        call: Call::Waits(shell),
    },
];

/// `netns.exec(ns, cmd, opts?)`.
fn exec(args: &mut Args) -> mlua::Result<Waiting> {
    let namespace = args.namespace(1)?;
    let options = args.options(3)?;
    let command = run_command(args, 2, &options)?;
    let check = options.is_on("check")?;
    let exec = start(&namespace, &command)?;
    Ok(Waiting::new(exec, move |lua, ended| {
        let exit = succeeded(ended, &command, check)?;
        values(lua, exit_table(lua, &exit)?)
    }))
}

/// `netns.output(ns, cmd, opts?)`: what it prints, without the final newlines.
fn output(args: &mut Args) -> mlua::Result<Waiting> {
    let namespace = args.namespace(1)?;
    let options = args.options(3)?;
    let mut command = read_command(args, 2, &options)?;
    command.timeout = options.duration("timeout")?;
    command.limit = options.number("limit", "a number of bytes")?;
    command.stdout = Output::Capture;
    command.stderr = Output::Capture;
    let exec = start(&namespace, &command)?;
    Ok(Waiting::new(exec, move |lua, ended| {
        let exit = succeeded(ended, &command, true)?;
        let text = exit.stdout.unwrap_or_default();
        let length = text.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
        values(lua, lua.create_string(&text[..length])?)
    }))
}

/// Runs one program after the other, each in a namespace of its own.
struct ExecAll {
    left: VecDeque<(OsString, Namespace)>,
    command: Command,
    check: bool,
    running: Option<(OsString, Exec)>,
    done: Vec<(OsString, Exit)>,
}

impl Operation for ExecAll {
    type Output = std::result::Result<Vec<(OsString, Exit)>, CommandFailed>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        loop {
            if self.running.is_none() {
                let Some((name, namespace)) = self.left.pop_front() else {
                    return Ok(Step::Done(Ok(std::mem::take(&mut self.done))));
                };
                self.running = Some((name, start(&namespace, &self.command)?));
            }
            let Some((name, exec)) = &mut self.running else { continue };
            match exec.step()? {
                Step::Wait(needs) => return Ok(Step::Wait(needs)),
                Step::Done(ended) => match succeeded(ended, &self.command, self.check) {
                    Ok(exit) => self.done.push((std::mem::take(name), exit)),
                    Err(failed) => return Ok(Step::Done(Err(failed))),
                },
            }
            self.running = None;
        }
    }
}

/// `netns.exec_all(cmd, opts?)`: in every named namespace in turn; a table from name to result.
fn exec_all(args: &mut Args) -> mlua::Result<Waiting> {
    let options = args.options(2)?;
    let command = run_command(args, 1, &options)?;
    let check = options.is_on("check")?;
    let names = named::list()?;
    let left = names.into_iter().map(|found| Ok((found.name.clone(), Namespace::named(&found.name)?)));
    let left = left.collect::<Result<VecDeque<_>>>()?;
    let all = ExecAll { left, command, check, running: None, done: Vec::new() };
    Ok(Waiting::new(all, |lua, done| {
        let results = lua.create_table()?;
        for (name, exit) in done? {
            results.raw_set(lua.create_string(name.as_encoded_bytes())?, exit_table(lua, &exit)?)?;
        }
        values(lua, super::records::one(lua, results)?)
    }))
}

/// `netns.spawn(ns, cmd, opts?)`.
fn spawn(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let options = args.options(3)?;
    let mut command = read_command(args, 2, &options)?;
    if !options.has("stdin") {
        command.stdin = Input::Pipe;
    }
    command.stdout = stream(&options, "stdout")?;
    command.stderr = stream(&options, "stderr")?;
    command.pty = options.is_on("pty")?;
    super::output::flush()?;
    let process = process::spawn(&namespace, &command)?;
    values(&args.lua, super::handle::ProcessHandle::new(process))
}

/// `stdout="inherit"`, `"null"`, a path; kept for the script unless told.
fn stream(options: &Options, key: &str) -> Result<Output> {
    Ok(match options.string(key)?.as_deref() {
        None => Output::Capture,
        Some("inherit") => Output::Inherit,
        Some("null") => Output::Null,
        Some(path) => Output::Path(path.into()),
    })
}

/// `netns.shell(ns, opts?)`.
fn shell(args: &mut Args) -> mlua::Result<Waiting> {
    let namespace = args.namespace(1)?;
    let options = args.options(2)?;
    let mut command = Command::default();
    surroundings(&mut command, &options)?;
    super::output::flush()?;
    let shell = process::shell(&namespace, &command)?;
    Ok(Waiting::new(shell, move |lua, ended| values(lua, exit_table(lua, &succeeded(ended, &command, false)?)?)))
}

/// Starts a program after what was printed before it.
fn start(namespace: &Namespace, command: &Command) -> Result<Exec> {
    super::output::flush()?;
    let mut exec = process::exec(namespace, command)?;
    for warning in exec.take_warnings() {
        super::output::warn(&warning);
    }
    Ok(exec)
}

/// A command for `exec`, whose output is nsl's own unless captured or silenced.
fn run_command(args: &Args, position: usize, options: &Options) -> mlua::Result<Command> {
    let mut command = read_command(args, position, options)?;
    command.timeout = options.duration("timeout")?;
    command.limit = options.number("limit", "a number of bytes")?;
    let to = match (options.is_on("capture")?, options.is_on("quiet")?) {
        (true, _) => Output::Capture,
        (false, true) => Output::Null,
        (false, false) => Output::Inherit,
    };
    command.stdout = to.clone();
    command.stderr = to;
    Ok(command)
}

/// The words of a command (an array, or a line for the shell) and its surroundings.
fn read_command(args: &Args, position: usize, options: &Options) -> mlua::Result<Command> {
    const EXPECTED: &str = "a command (an array of words, or a line for the shell)";
    let mut command = match args.value(position) {
        Value::String(line) => {
            Command::new([b"/bin/sh".to_vec(), b"-c".to_vec(), line.as_bytes().to_vec()].map(OsString::from_vec))
        }
        Value::Table(words) => {
            let mut argv = Vec::new();
            for word in words.sequence_values::<Value>() {
                match word? {
                    Value::String(word) => argv.push(OsString::from_vec(word.as_bytes().to_vec())),
                    word @ (Value::Integer(_) | Value::Number(_)) => argv.push(word.to_string()?.into()),
                    _ => return Err(args.wrong_type(position, EXPECTED).into()),
                }
            }
            if argv.is_empty() {
                return Err(Error::new(&explain::COMMAND_EMPTY).into());
            }
            Command::new(argv)
        }
        _ => return Err(args.wrong_type(position, EXPECTED).into()),
    };
    surroundings(&mut command, options)?;
    Ok(command)
}

/// Its input, directory and environment.
fn surroundings(command: &mut Command, options: &Options) -> Result<()> {
    command.stdin = match options.bytes("stdin")? {
        Some(bytes) => Input::Bytes(bytes),
        None if std::io::stdin().is_terminal() => Input::Inherit,
        None => Input::Null,
    };
    command.cwd = options.string("cwd")?.map(Into::into);
    command.clear_env = options.is_on("clear_env")?;
    if let Some(table) = options.table("env")? {
        command.env = environment(options, &table)?;
    }
    Ok(())
}

fn environment(options: &Options, table: &Table) -> Result<BTreeMap<OsString, OsString>> {
    let wrong = || options.wrong_type("env", "a table from names to strings");
    let pairs = table.pairs::<String, Value>().map(|pair| {
        let (name, value) = pair.map_err(|_| wrong())?;
        match value {
            Value::String(text) => Ok((name.into(), OsString::from_vec(text.as_bytes().to_vec()))),
            Value::Integer(_) | Value::Number(_) => Ok((name.into(), value.to_string().map_err(|_| wrong())?.into())),
            _ => Err(wrong()),
        }
    });
    pairs.collect()
}

/// Lets an interrupt that ended a program reach nsl too, so that a script does not go on for a moment.
pub(super) fn seen(exit: &Exit) {
    if exit.signal.as_deref() == Some("SIGINT") {
        interrupt::await_signal(50);
    }
}

/// How a program ended, unless it was ended before its time, or failed where that is asked for.
fn succeeded(
    ended: std::result::Result<Exit, process::Failure>,
    command: &Command,
    check: bool,
) -> std::result::Result<Exit, CommandFailed> {
    if let Ok(exit) = &ended {
        seen(exit);
    }
    match ended {
        Err(failure) => Err(CommandFailed { error: failure.error, exit: failure.exit }),
        Ok(exit) if check && !exit.ok() => Err(CommandFailed { error: failed(command, &exit), exit }),
        Ok(exit) => Ok(exit),
    }
}

/// The error of a program that failed: how, and the end of what it said on stderr.
fn failed(command: &Command, exit: &Exit) -> Error {
    let error = match (&exit.code, &exit.signal) {
        (None, Some(signal)) => Error::new(&explain::COMMAND_KILLED).with("signal", signal),
        (code, _) => Error::new(&explain::COMMAND_FAILED).with("code", code.unwrap_or(0)),
    };
    let error = error.with("command", command.shown()).object(command.shown());
    let stderr = String::from_utf8_lossy(exit.stderr.as_deref().unwrap_or_default()).into_owned();
    let lines: Vec<&str> = stderr.lines().collect();
    let last = lines.iter().skip(lines.len().saturating_sub(5));
    last.fold(error, |error, line| error.note(format!("it said: {}", crate::error::escape(line))))
}

/// `{ok, code, signal, stdout, stderr, elapsed}`, which prints as a line.
pub(super) fn exit_table(lua: &Lua, exit: &Exit) -> mlua::Result<Table> {
    let text = |bytes: &Option<Vec<u8>>| match bytes {
        Some(bytes) => lua.create_string(bytes).map(Value::String),
        None => Ok(Value::Nil),
    };
    let table = Record::new(lua)?
        .set("ok", exit.ok())?
        .set("code", exit.code)?
        .set("signal", exit.signal.clone())?
        .set("stdout", text(&exit.stdout)?)?
        .set("stderr", text(&exit.stderr)?)?
        .set("elapsed", exit.elapsed.as_secs_f64())?
        .table();
    let how = match (&exit.code, &exit.signal) {
        (Some(0), _) => "ok".to_owned(),
        (Some(code), _) => format!("exit code {code}"),
        (None, signal) => signal.clone().unwrap_or_else(|| "ended".to_owned()),
    };
    with_text(lua, &table, format!("{how} ({:.3} s)", exit.elapsed.as_secs_f64()))?;
    Ok(table)
}
