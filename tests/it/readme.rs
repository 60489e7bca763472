//! The README: its programs run and print what it says, its session at the prompt is a real one, and its table of
//! functions is what `lua/types` says. `NSL_UPDATE=1` writes the table.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use expectrl::{Expect, Session};

use crate::sandbox;
use crate::types::{self, Annotated};

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn text() -> String {
    fs::read_to_string(path()).expect("README.md")
}

/// A fenced block: its language, its text, and the line it begins in.
struct Block {
    language: String,
    text: String,
    line: usize,
}

fn blocks() -> Vec<Block> {
    let (mut blocks, mut open): (Vec<Block>, bool) = (Vec::new(), false);
    for (index, line) in text().lines().enumerate() {
        match line.strip_prefix("```") {
            Some("") if open => open = false,
            Some(language) => {
                assert!(!open && !language.is_empty(), "line {}: a block without a language", index + 1);
                blocks.push(Block { language: language.to_owned(), text: String::new(), line: index + 1 });
                open = true;
            }
            None if open => {
                let block = blocks.last_mut().expect("an open block");
                block.text += line;
                block.text += "\n";
            }
            None => {}
        }
    }
    assert!(!open, "the last block is not closed");
    blocks
}

/// Numbers of seconds, which differ from run to run, are made equal.
fn timeless(text: &str) -> String {
    let word = |word: &str| if word.parse::<f64>().is_ok() { "N".to_owned() } else { word.to_owned() };
    let line = |line: &str| {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for at in 1..words.len() {
            if matches!(words[at].as_str(), "ms" | "s" | "s)") {
                words[at - 1] = match words[at - 1].strip_prefix('(') {
                    Some(number) => format!("({}", word(number)),
                    None => word(&words[at - 1]),
                };
            }
        }
        words.join(" ")
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

#[test]
fn each_program_prints_what_stands_below_it() {
    let blocks = blocks();
    let directory = std::env::temp_dir().join(format!("nsl-readme-{}", std::process::id()));
    fs::create_dir(&directory).expect("a directory");
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (index, block) in blocks.iter().enumerate().filter(|(_, block)| block.language == "lua") {
        fs::write(directory.join("lab.lua"), &block.text).expect("a script");
        let nsl = sandbox::nsl_path();
        let outcome = sandbox::outcome("", &directory, nsl.to_str().expect("text"), &["lab.lua"]);
        let printed = timeless(&(outcome.stdout + &outcome.stderr));
        let below = blocks.get(index + 1).filter(|below| below.language == "text");
        let told = below.map(|below| timeless(&below.text)).unwrap_or_default();
        let code = i32::from(told.starts_with("error: "));
        if (outcome.code, &printed) != (code, &told) {
            wrong.push(format!("line {} ends with {} and prints\n{printed}", block.line, outcome.code));
        }
        compared += usize::from(below.is_some());
    }
    fs::remove_dir_all(&directory).expect("the directory");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 5, "only {compared} programs have an output");
}

#[test]
fn the_session_is_a_real_one() {
    sandbox::run(|| {
        let block = blocks().into_iter().find(|block| block.text.starts_with("$ sudo nsl\n")).expect("a session");
        let told = block.text.split_once('\n').expect("lines").1.to_owned();
        let mut command = Command::new(sandbox::nsl_path());
        command.env("TERM", "dumb").env("NO_COLOR", "1").env("XDG_STATE_HOME", "/run/state");
        let mut terminal = Session::spawn(command).expect("a terminal");
        terminal.set_expect_timeout(Some(std::time::Duration::from_secs(20)));
        let mut printed = String::new();
        for line in told.lines() {
            let Some(input) = line.strip_prefix("nsl> ") else { continue };
            let before = terminal.expect("nsl> ").expect("a prompt");
            printed += &String::from_utf8_lossy(before.before());
            // The terminal has its echo off.
            printed += &format!("nsl> {input}\n");
            terminal.send_line(input).expect("a terminal");
        }
        let before = terminal.expect("nsl> ").expect("a prompt");
        printed += &String::from_utf8_lossy(before.before());
        assert_eq!(timeless(&printed.replace('\r', "")), timeless(&told));
    });
}

/// A line a function, in the order of the code.
fn table_of_functions() -> String {
    let types = types::read();
    let find = |name: &str| types.functions.iter().find(|annotated| annotated.name == name);
    let lines = nsl::script::functions().filter_map(|function| find(function.name)).map(|function| {
        let returned = returned(function).map(|kind| format!(" → `{kind}`")).unwrap_or_default();
        format!("| `{}({})`{returned} | {} |\n", function.name, parameters(function).join(", "), function.sentence())
    });
    "| function | |\n|---|---|\n".to_owned() + &lines.collect::<String>()
}

/// The parameters, each with a `?` that may be left out.
fn parameters(function: &Annotated) -> Vec<String> {
    let tags = function.tags("@param");
    tags.iter().filter_map(|tag| tag.split(' ').next()).map(str::to_owned).collect()
}

/// The types of what it returns.
fn returned(function: &Annotated) -> Option<String> {
    let tag = *function.tags("@return").first()?;
    let kinds: Vec<&str> = tag.split(", ").filter_map(|value| value.split(' ').next()).collect();
    // A bar would end the cell.
    Some(kinds.join(", ").replace("nsl.", "").replace('|', "\\|"))
}

#[test]
fn the_table_of_functions_is_that_of_the_annotations() {
    let (begin, end) = ("<!-- functions -->\n", "<!-- /functions -->");
    let text = text();
    let (before, rest) = text.split_once(begin).expect("the beginning of the table");
    let (table, after) = rest.split_once(end).expect("the end of the table");
    let wanted = table_of_functions();
    if std::env::var_os("NSL_UPDATE").is_some() {
        fs::write(path(), format!("{before}{begin}{wanted}{end}{after}")).expect("README.md");
        return;
    }
    assert_eq!(table, wanted, "run the test with NSL_UPDATE=1");
}

#[test]
fn each_link_leads_to_a_file() {
    for target in text().split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        if target.starts_with("https://") || target.starts_with('#') {
            continue;
        }
        assert!(path().with_file_name(target).exists(), "there is no {target}");
    }
}
