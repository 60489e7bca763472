//! The prompt on a terminal: this test binary runs itself again on a pseudo-terminal, with a session that is a bare VM.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "the toy session prints and starts itself")]

use std::path::{Path, PathBuf};
use std::process::Command;

use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect, Session as Terminal};
use mlua::{Lua, MultiValue, Value};

use super::complete::{Names, candidates};
use super::validate::{Compiled, compile, incomplete};
use super::{Evaluation, Options, Session, run};
use crate::error::Error;
use crate::wait::interrupt::{self, Stop};

/// Set in the process on the terminal: the file of its history.
const INSIDE: &str = "NSL_TEST_PROMPT";

struct Toy(Lua);

impl Names for Toy {
    fn members(&self, _: &Value, _: bool) -> Vec<String> {
        Vec::new()
    }
    fn live(&self, _: &str) -> Vec<String> {
        vec!["ns0/veth0".to_owned(), "ns0/veth1".to_owned()]
    }
}

impl Session for Toy {
    fn evaluate(&mut self, source: &str) -> Evaluation {
        let function = match compile(&self.0, source, "=prompt") {
            Compiled::Function(function) => function,
            other => {
                println!("wrong: {other:?}");
                return Evaluation::Next;
            }
        };
        match function.call::<MultiValue>(()) {
            Ok(values) => values.iter().for_each(|value| {
                println!("{}", crate::script::show::show(&self.0, value, 80, false).expect("a text"));
            }),
            Err(error) if error.to_string().contains("leave") => return Evaluation::Leave,
            Err(error) => println!("error: {error}"),
        }
        Evaluation::Next
    }
    fn complete(&self, source: &str, pos: usize) -> (usize, Vec<String>) {
        candidates(&self.0.globals(), self, source, pos)
    }
    fn incomplete(&self, source: &str) -> bool {
        incomplete(&self.0, source)
    }
    fn prompt(&self) -> String {
        "toy> ".to_owned()
    }
    fn warn(&mut self, warning: &Error) {
        println!("warning: {}", warning.message());
    }
}

/// The process on the terminal.
fn toy(history: std::ffi::OsString) {
    interrupt::prepare().expect("an eventfd");
    let lua = Lua::new();
    // As a thread that takes signals would do it.
    let later = lua.create_function(|_, number: i32| {
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(300));
            interrupt::request(Stop::Signal(number));
        });
        Ok(())
    });
    lua.globals().set("later", later.expect("a function")).expect("a global");
    let history = PathBuf::from(history);
    let color = history.ends_with("colored");
    let options = Options { banner: true, color, history: Some(history) };
    run(&mut Toy(lua), &options).expect("a terminal");
    println!("left: {:?}", interrupt::requested());
}

/// What a test has of its prompt.
struct Prompt {
    test: String,
    directory: PathBuf,
}

/// Runs `body`, which talks to prompts; in the process on the terminal, runs the prompt. The closure must be written in
/// the test function itself, whose name is read from it.
fn with_prompt<F: FnOnce(&Prompt)>(body: F) {
    if let Some(history) = std::env::var_os(INSIDE) {
        return toy(history);
    }
    let name = std::any::type_name::<F>();
    let (_, test) = name.trim_end_matches("::{{closure}}").split_once("::").expect("a path");
    let directory = std::env::temp_dir().join(format!("nsl-{}-{}", test.replace("::", "-"), std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let prompt = Prompt { test: test.to_owned(), directory };
    body(&prompt);
}

impl Drop for Prompt {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Prompt {
    /// A prompt on a terminal of its own, with its history in this file of the test's directory.
    fn start(&self, history: &str) -> OsSession {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["--exact", &self.test, "--nocapture"]);
        command.env(INSIDE, self.directory.join(history)).env("TERM", "xterm");
        let mut terminal = Terminal::spawn(command).expect("a terminal");
        wait_for(&mut terminal, "Ctrl-D leaves");
        wait_for(&mut terminal, "toy> ");
        terminal
    }
}

/// Waits for `text`; gives what came before it.
fn wait_for(terminal: &mut OsSession, text: &str) -> String {
    let found = terminal.expect(text);
    let found = found.unwrap_or_else(|error| panic!("{text:?} does not come: {error:?}"));
    String::from_utf8_lossy(found.before()).into_owned()
}

/// Types each line and waits for the text behind it, in order.
fn talk(terminal: &mut OsSession, lines: &[(&str, &[&str])]) {
    for (line, answers) in lines {
        terminal.send(format!("{line}\r")).expect("a line");
        for answer in *answers {
            wait_for(terminal, answer);
        }
    }
}

fn leave(mut terminal: OsSession) {
    terminal.send(ControlCode::EndOfTransmission).expect("Ctrl-D");
    wait_for(&mut terminal, "\r\nleft: None");
    wait_for(&mut terminal, "1 passed");
    terminal.expect(Eof).expect("the end");
}

#[test]
fn values_are_shown_and_lines_continued_or_abandoned() {
    with_prompt(|prompt| {
        let mut terminal = prompt.start("history");
        talk(
            &mut terminal,
            &[
                ("40 + 2", &["\r\n42\r\n", "toy> "]),
                ("= 'a' .. 'b'", &["\"ab\"\r\n", "toy> "]),
                ("for i = 1, 2 do", &["..> "]),
                ("  print('n', i)", &["..> "]),
                ("end", &["n\t1\r\n", "n\t2\r\n", "toy> "]),
                ("error('no')", &["error: ", "no", "toy> "]),
                ("x = )", &["wrong: ", "toy> "]),
                ("if true then", &["..> "]),
            ],
        );
        terminal.send("half a li").expect("keys");
        terminal.send(ControlCode::EndOfText).expect("Ctrl-C");
        wait_for(&mut terminal, "toy> ");
        terminal.send("function f(").expect("keys");
        terminal.send("\r").expect("Enter");
        wait_for(&mut terminal, "..> ");
        terminal.send(ControlCode::EndOfTransmission).expect("Ctrl-D");
        wait_for(&mut terminal, "toy> ");
        talk(&mut terminal, &[("x", &["nil\r\n", "toy> "])]);
        // A pasted block is one chunk.
        terminal.send("\x1b[200~local a = 20\nprint(a +\n  3)\x1b[201~").expect("a paste");
        talk(&mut terminal, &[("", &["\r\n23\r\n", "toy> "])]);
        leave(terminal);
    });
}

#[test]
fn words_are_completed() {
    with_prompt(|prompt| {
        let mut terminal = prompt.start("history");
        talk(
            &mut terminal,
            &[
                ("string.forma\t('%05d', 7)", &["\"00007\"", "toy> "]),
                ("'ns0/v\t0'", &["\"ns0/veth0\"", "toy> "]),
                ("do", &["..> "]),
                ("\tprint(math.maxi\t)", &["..> "]),
                ("end", &["9223372036854775807", "toy> "]),
            ],
        );
        leave(terminal);
    });
}

#[test]
fn the_history_is_kept_and_seen_by_nobody_else() {
    with_prompt(|prompt| {
        use std::os::unix::fs::PermissionsExt;
        let path = prompt.directory.join("state/nsl/history");
        let mut terminal = prompt.start("state/nsl/history");
        talk(&mut terminal, &[("do", &["..> "]), ("print('once')", &["..> "]), ("end", &["once", "toy> "])]);
        talk(&mut terminal, &[("41 + 1", &["42", "toy> "]), ("41 + 1", &["42", "toy> "])]);
        leave(terminal);

        let text = std::fs::read_to_string(&path).expect("a history");
        assert_eq!(text, "#V2\ndo\\nprint('once')\\nend\n41 + 1\n");
        let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().expect("a directory")), 0o700);

        let mut terminal = prompt.start("state/nsl/history");
        let up = "\x1b[A";
        terminal.send(format!("{up}{up}\r")).expect("keys");
        wait_for(&mut terminal, "\r\nonce\r\n");
        wait_for(&mut terminal, "toy> ");
        terminal.send("\x1241 +\r").expect("Ctrl-R");
        wait_for(&mut terminal, "\r\n42\r\n");
        wait_for(&mut terminal, "toy> ");
        leave(terminal);
    });
}

#[test]
fn a_history_that_cannot_be_written_is_one_warning() {
    with_prompt(|prompt| {
        let mut terminal = prompt.start("/proc/nsl/history");
        talk(&mut terminal, &[("1", &["warning: the history is not kept: /proc/nsl/history: ", "1\r\n", "toy> "])]);
        terminal.send("1 + 1\r").expect("a line");
        let between = wait_for(&mut terminal, "toy> ");
        assert!(between.contains("2\r\n") && !between.contains("warning"), "{between}");
        leave(terminal);
    });
}

#[test]
fn a_signal_at_the_prompt_ends_it_and_sigint_only_the_line() {
    with_prompt(|prompt| {
        let mut terminal = prompt.start("history");
        talk(&mut terminal, &[("later(2)", &["toy> "])]);
        terminal.send("half a line").expect("keys");
        wait_for(&mut terminal, "half a line");
        wait_for(&mut terminal, "toy> ");
        talk(&mut terminal, &[("7 * 6", &["42", "toy> "]), ("later(15)", &["toy> ", "left: Some(Signal(15))"])]);
        terminal.expect(Eof).expect("the end");
    });
}

#[test]
fn words_are_coloured_and_the_history_hints() {
    with_prompt(|prompt| {
        let mut terminal = prompt.start("colored");
        terminal.send("'x' .. (1)").expect("keys");
        wait_for(&mut terminal, "\x1b[32m'x'\x1b[0m .. ");
        // The cursor is behind the bracket that closes.
        wait_for(&mut terminal, "\x1b[1m\x1b[4m\x1b[34m(\x1b[0m\x1b[36m1\x1b[0m)");
        talk(&mut terminal, &[("", &["\r\n\"x1\"\r\n", "toy> "])]);
        terminal.send("'x'").expect("keys");
        wait_for(&mut terminal, "\x1b[2m .. (1)\x1b[0m");
        // The right arrow takes it.
        talk(&mut terminal, &[("\x1b[C", &["\r\n\"x1\"\r\n", "toy> "])]);
        leave(terminal);
    });
}

#[test]
fn the_session_can_end_the_prompt() {
    with_prompt(|prompt| {
        let mut terminal = prompt.start("history");
        talk(&mut terminal, &[("error('leave')", &["left: None"])]);
        terminal.expect(Eof).expect("the end");
    });
}
