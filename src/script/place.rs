//! Where in the script something happens: the innermost line of Lua that is the user's, and the calls that led there.

use mlua::Lua;
use mlua::debug::Debug;

use crate::error::Place;

/// Calls shown above the innermost; more are counted.
const FRAMES: usize = 5;

/// The line of the script that runs now, and the calls that led there, innermost first.
///
/// Frames of C and of nsl's own Lua (embedded chunks, whose names begin with `=[nsl`, and mlua's) never show.
pub(super) fn here(lua: &Lua) -> (Option<Place>, Vec<String>) {
    let (mut place, mut frames, mut more) = (None, Vec::new(), 0);
    for level in 0.. {
        let Some(found) = lua.inspect_stack(level, user_frame) else { break };
        let Some((at, within)) = found else { continue };
        if place.is_none() {
            place = Some(at);
        } else if frames.len() < FRAMES {
            frames.push(format!("{}:{}{within}", at.file, at.line));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        frames.push(format!("{more} more"));
    }
    (place, frames)
}

/// The chunk whose code reads a global or calls a function right now: its name as Lua knows it (`@lab.lua`).
pub(super) fn calling_chunk(lua: &Lua) -> Option<String> {
    (0..).find_map(|level| {
        let frame = lua.inspect_stack(level, |debug| {
            let source = debug.source();
            (source.what != "C").then(|| source.source.map(|name| name.into_owned())).flatten()
        });
        match frame {
            None => Some(None),
            Some(None) => None,
            Some(name) => Some(name),
        }
    })?
}

/// The place of a frame if it is the user's, and ` in function "name"` where Lua knows one.
fn user_frame(debug: &Debug<'_>) -> Option<(Place, String)> {
    let source = debug.source();
    if source.what == "C" {
        return None;
    }
    let name = source.source?;
    if name.starts_with("=[nsl") || name.starts_with("=__mlua") {
        return None;
    }
    let line = debug.current_line()?;
    let within = match debug.names().name {
        Some(function) if source.what != "main" => format!(" in function \"{function}\""),
        _ => String::new(),
    };
    Some((Place { file: chunk_file(&name).to_owned(), line }, within))
}

/// A chunk's name without the mark that says what kind of name it is.
pub(super) fn chunk_file(name: &str) -> &str {
    name.strip_prefix(['@', '=']).unwrap_or(name)
}
