//! Where in the script something happens: the innermost line of Lua that is the user's, and the calls that led there.

use mlua::Lua;
use mlua::debug::Debug;

use crate::error::Place;

/// Calls shown above the innermost; more are counted.
const FRAMES: usize = 5;

/// A call on the stack.
struct Frame {
    place: Place,
    /// ` in function "name"` where Lua knows one.
    within: String,
    /// It is the user's, and not nsl's own Lua.
    own: bool,
}

/// The line of the script that runs now, and the calls that led there, innermost first.
///
/// Frames of C and of nsl's own Lua (embedded chunks, whose names begin with `=[nsl`, and mlua's) do not show, unless
/// `NSL_TRACE` is set: then all that have a line do, however many.
pub(super) fn here(lua: &Lua) -> (Option<Place>, Vec<String>) {
    let trace = std::env::var_os("NSL_TRACE").is_some();
    let (mut place, mut frames, mut more) = (None, Vec::new(), 0);
    for level in 0.. {
        let Some(found) = lua.inspect_stack(level, frame) else { break };
        let Some(frame) = found.filter(|frame| frame.own || trace) else { continue };
        if place.is_none() && frame.own {
            place = Some(frame.place);
        } else if trace || frames.len() < FRAMES {
            frames.push(format!("{}:{}{}", frame.place.file, frame.place.line, frame.within));
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

/// What is known of a frame; none of C's have a line.
fn frame(debug: &Debug<'_>) -> Option<Frame> {
    let source = debug.source();
    let name = source.source?;
    let line = debug.current_line()?;
    let within = match debug.names().name {
        Some(function) if source.what != "main" => format!(" in function \"{function}\""),
        _ => String::new(),
    };
    let own = !name.starts_with("=[nsl") && !name.starts_with("=__mlua");
    Some(Frame { place: Place { file: chunk_file(&name).to_owned(), line }, within, own })
}

/// A chunk's name without the mark that says what kind of name it is.
pub(super) fn chunk_file(name: &str) -> &str {
    name.strip_prefix(['@', '=']).unwrap_or(name)
}
