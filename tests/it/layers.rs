//! The walls between the rooms: nothing points upward, every file is short and says what it is for.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source file, with its path below `src`.
fn sources() -> Vec<(PathBuf, String)> {
    fn collect(directory: &Path, root: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                found.push((path.strip_prefix(root).expect("a path below src").to_owned(), text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    found.sort();
    assert!(found.len() > 50, "the sources are not where they are looked for");
    found
}

/// The rooms from the highest to the lowest, as `src/lib.rs` lists them.
fn rooms() -> Vec<String> {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    let list = lib.split("//! ```text\n").nth(1).and_then(|rest| rest.split("//! ```").next()).expect("the list");
    list.lines().filter_map(|line| line.strip_prefix("//! ")?.split(' ').next().map(str::to_owned)).collect()
}

/// The lines that are code, with their numbers; unit tests, which may look further, are marked.
fn code(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let tests = text.lines().position(|line| line == "mod tests {").unwrap_or(usize::MAX);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    lines.map(move |(number, line)| (number + 1, line, number > tests))
}

/// The names behind each `crate::` of a line: `crate::error::Error` is `error`, `crate::{error, wait::block}` both.
fn named_rooms(line: &str) -> Vec<&str> {
    let word = |text: &str| text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let mut rooms = Vec::new();
    for (at, mark) in line.match_indices("crate::") {
        let rest = &line[at + mark.len()..];
        match rest.strip_prefix('{') {
            None => rooms.push(&rest[..word(rest)]),
            Some(list) => rooms.extend(list.trim_end_matches(['}', ';']).split(", ").map(|path| &path[..word(path)])),
        }
    }
    rooms
}

#[test]
fn the_rooms_of_the_list_are_those_there_are() {
    let mut listed = rooms();
    let mut there: Vec<String> = sources()
        .iter()
        .filter(|(path, _)| path.components().count() > 1)
        .filter_map(|(path, _)| Some(path.components().next()?.as_os_str().to_str()?.to_owned()))
        .collect();
    there.dedup();
    listed.sort();
    assert_eq!(listed, there);
}

#[test]
fn nothing_points_upward() {
    let rooms = rooms();
    let height = |room: &str| rooms.iter().position(|listed| listed == room);
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some((room, _)) = path.to_str().and_then(|path| path.split_once('/')) else { continue };
        let own = height(room).unwrap_or_else(|| panic!("{room} is not in the list"));
        for (number, line, _) in code(&text) {
            for other in named_rooms(line) {
                // Without a room of that name it is an item of lib.rs, which has none.
                if height(other).is_none_or(|other| other < own) {
                    wrong.push(format!("src/{}:{number}: {room} uses {other}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_room_is_left_by_the_back_door() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        // `src/script/netns.rs` is two modules deep, and so is `src/script/show/mod.rs`.
        let depth = path.components().count() - usize::from(path.ends_with("mod.rs"));
        for (number, line, test) in code(&text) {
            let longest = (1..6).rev().find(|count| line.contains(&"super::".repeat(*count))).unwrap_or(0);
            let restriction = line.contains("pub(in ");
            if longest >= depth + usize::from(test) && longest > 0 && !restriction {
                wrong.push(format!("src/{}:{number}: {line}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_prompt_knows_of_lua_only_how_values_are_shown() {
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with("repl")) {
        for (number, line, _) in code(text) {
            let others = line.split("crate::script::").skip(1).filter(|rest| !rest.starts_with("show::"));
            assert_eq!(others.count(), 0, "src/{}:{number}: {line}", path.display());
        }
    }
}

#[test]
fn every_file_is_short_and_says_what_it_is_for() {
    for (path, text) in sources() {
        let path = path.display();
        assert!(text.starts_with("//! "), "src/{path} does not say what it is for");
        let lines = text.lines().count();
        assert!(lines <= 400, "src/{path} has {lines} lines");
    }
}

#[test]
fn the_program_only_calls_the_library() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).expect("main.rs");
    let code: Vec<_> = code(&main).map(|(_, line, _)| line).filter(|line| !line.is_empty()).collect();
    assert_eq!(code, ["fn main() -> std::process::ExitCode {", "    nsl::cli::main()", "}"]);
}
