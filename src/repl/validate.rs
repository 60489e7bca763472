//! Whether a chunk is complete, and its function: a value is shown without `return`, so that both readings are tried.

use mlua::chunk::ChunkMode;
use mlua::{Error, Function, Lua};

/// What Lua makes of the text of a chunk.
#[derive(Debug)]
pub enum Compiled {
    /// It can be called; it returns what is to be shown.
    Function(Function),
    /// More lines are needed.
    Incomplete,
    /// It is no Lua.
    Wrong(Error),
}

/// Compiles `source` as an expression, else as statements. A `=` before it is accepted, as Lua's own prompt once asked
/// for. `name` is the chunk's name, with its `@` or `=`; empty lines before the source count in its line numbers.
pub fn compile(lua: &Lua, source: &str, name: &str) -> Compiled {
    let (above, source) = source.split_at(source.len() - source.trim_start_matches('\n').len());
    let source = source.strip_prefix('=').unwrap_or(source);
    // The newline matters: without it an unfinished "string would count as incomplete, and could never be ended.
    // A variable to be closed keeps Lua from a tail call, in which the line would be lost that an error is to show.
    let expression = load(lua, format!("{above}local __ <close> = nil return {source}\n"), name);
    let statement = match expression {
        Ok(function) => return Compiled::Function(function),
        Err(ref error) if is_incomplete(error) => return Compiled::Incomplete,
        Err(_) => load(lua, format!("{above}{source}\n"), name),
    };
    match statement {
        Ok(function) => Compiled::Function(function),
        Err(error) if is_incomplete(&error) => Compiled::Incomplete,
        Err(error) => Compiled::Wrong(error),
    }
}

/// Whether `source` is the beginning of a chunk.
pub fn incomplete(lua: &Lua, source: &str) -> bool {
    matches!(compile(lua, source, "=prompt"), Compiled::Incomplete)
}

fn load(lua: &Lua, text: String, name: &str) -> mlua::Result<Function> {
    lua.load(text).set_name(name).set_mode(ChunkMode::Text).into_function()
}

fn is_incomplete(error: &Error) -> bool {
    matches!(error, Error::SyntaxError { incomplete_input: true, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_that_need_more_lines_are_told_apart() {
        let lua = Lua::new();
        for source in [
            "for i = 1, 3 do",
            "f(",
            "f {",
            "{ 1,",
            "x =",
            "1 +",
            "if x then\n  y()",
            "[[text",
            "--[[ note",
            "function f()",
            "netns.exec(\"ns0\",\n  { \"true\" },",
            "= 1 +",
            "local t <close> =",
            "a:b",
        ] {
            assert!(incomplete(&lua, source), "{source}");
        }
        for source in [
            "",
            "-- note",
            "1",
            "=1",
            "x = 1",
            "f()",
            "f {}",
            "a, b",
            "return 1",
            "\"unfinished",
            "'unfinished",
            "x = )",
            "for i = 1, 3 do end",
            "end",
            "foo bar",
            "[[a\nb]]",
            "local x = 1 print(x)",
            "goto",
        ] {
            // `goto` wants a name, and a name may stand on the next line.
            assert_eq!(incomplete(&lua, source), source == "goto", "{source}");
        }
    }

    #[test]
    fn an_expression_gives_its_values_and_a_statement_runs() {
        let lua = Lua::new();
        for (source, sum) in [("1 + 1", 2), ("=1 + 1", 2), ("return 3", 3), ("x = 4 return x", 4), ("x", 4)] {
            let Compiled::Function(function) = compile(&lua, source, "=prompt") else { panic!("{source} runs") };
            assert_eq!(function.call::<i64>(()).expect("a value"), sum, "{source}");
        }
        let Compiled::Wrong(error) = compile(&lua, "\n\nx = )", "=prompt") else { panic!("no Lua") };
        assert!(error.to_string().contains("prompt:3:"), "{error}");
        // Compiled Lua is never loaded.
        assert!(matches!(compile(&lua, "\x1bLua", "=prompt"), Compiled::Wrong(_)));
    }
}
