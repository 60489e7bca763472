//! Completion: what stands before the cursor, and what it could become. Looking up is raw: no code of the script runs.

use mlua::{Table, Value};

use crate::script::show::{KEYWORDS, Kind, Word, named_fields, words};

/// What only the rooms below know.
pub trait Names {
    /// The fields of a value that is no plain table (a handle), or its methods alone.
    fn members(&self, value: &Value, methods: bool) -> Vec<String>;
    /// What lives now and begins with `prefix`: namespaces (`ns0`) and links (`ns0/veth0`).
    fn live(&self, prefix: &str) -> Vec<String>;
}

/// What the word before the cursor is.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    /// A name by itself.
    Alone,
    /// A field or, behind a `:`, a method of what the path names.
    Member { path: Vec<&'a str>, methods: bool },
    /// In quotes.
    Quoted,
    /// Where nothing can be known: in a comment, in a number, behind a call.
    Nowhere,
}

/// The words that could stand before `pos` in `source`, sorted, and where such a word would begin. `globals` is the
/// table of the globals that the chunk will see.
pub fn candidates(globals: &Table, names: &dyn Names, source: &str, pos: usize) -> (usize, Vec<String>) {
    let Some(source) = source.get(..pos) else { return (pos, Vec::new()) };
    let (start, place) = place(source);
    let prefix = &source[start..];
    let mut found = match place {
        Place::Alone => {
            let mut found: Vec<String> = fields(globals).into_iter().map(|(name, _)| name).collect();
            found.extend(KEYWORDS.iter().map(|word| (*word).to_owned()));
            found
        }
        Place::Member { path, methods } => members(globals, names, &path, methods),
        Place::Quoted => names.live(prefix),
        Place::Nowhere => Vec::new(),
    };
    // What begins with an underscore is shown to those who ask for it.
    found.retain(|name| name.starts_with(prefix) && (prefix.starts_with('_') || !name.starts_with('_')));
    found.sort();
    found.dedup();
    (start, found)
}

/// Where the word begins that ends with `source`, and what it is.
fn place(source: &str) -> (usize, Place<'_>) {
    let end = source.len();
    let mut words = words(source);
    let start = match words.pop_if(|word| word.range.end == end && word.kind != Kind::Symbol) {
        Some(word) => match word.kind {
            Kind::Quoted if !word.closed => return (word.range.start + 1, Place::Quoted),
            Kind::Name | Kind::Keyword => word.range.start,
            _ => return (end, Place::Nowhere),
        },
        None => end,
    };
    (start, before(source, start, &words))
}

/// What the name at `start` is, by the words in front of it.
fn before<'a>(source: &'a str, start: usize, words: &[Word]) -> Place<'a> {
    let text = |word: &Word| &source[word.range.clone()];
    let separator = |word: &Word, end: usize| word.range.end == end && matches!(text(word), "." | ":");
    let mut rest = words;
    let (mut path, mut end, mut methods) = (Vec::new(), start, false);
    while let [head @ .., dot] = rest
        && separator(dot, end)
    {
        match head {
            // Two dots concatenate.
            [.., other] if text(dot) == "." && separator(other, dot.range.start) && path.is_empty() => {
                return Place::Alone;
            }
            [before @ .., name] if name.kind == Kind::Name && name.range.end == dot.range.start => {
                methods |= path.is_empty() && text(dot) == ":";
                path.push(text(name));
                end = name.range.start;
                rest = before;
            }
            _ => return Place::Nowhere,
        }
    }
    path.reverse();
    if path.is_empty() { Place::Alone } else { Place::Member { path, methods } }
}

/// The fields or methods of what `path` names.
fn members(globals: &Table, names: &dyn Names, path: &[&str], methods: bool) -> Vec<String> {
    let mut value = Value::Table(globals.clone());
    for name in path {
        let Value::Table(table) = &value else { return Vec::new() };
        let Some((_, next)) = fields(table).into_iter().find(|(field, _)| field == name) else { return Vec::new() };
        value = next;
    }
    let mut found = names.members(&value, methods);
    if let Value::Table(table) = &value {
        let fields = fields(table).into_iter().filter(|(_, value)| !methods || value.is_function());
        found.extend(fields.map(|(name, _)| name));
    }
    found
}

/// The fields of a table and of the tables it inherits from.
fn fields(table: &Table) -> Vec<(String, Value)> {
    // A chain of tables may be a ring.
    const CHAIN: usize = 8;
    let (mut found, mut next) = (Vec::new(), Some(table.clone()));
    for _ in 0..CHAIN {
        let Some(table) = next else { break };
        found.extend(named_fields(&table));
        let inherited = table.metatable().and_then(|meta| meta.raw_get::<Value>("__index").ok());
        next = inherited.and_then(|value| value.as_table().cloned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlua::Lua;

    struct Fixed;
    impl Names for Fixed {
        fn members(&self, value: &Value, methods: bool) -> Vec<String> {
            if !value.is_userdata() {
                return Vec::new();
            }
            let mut found = vec!["exec".to_owned(), "link_list".to_owned()];
            found.extend((!methods).then(|| "inode".to_owned()));
            found
        }
        fn live(&self, prefix: &str) -> Vec<String> {
            let names: &[&str] = if prefix.contains('/') { &["ns0/lo", "ns0/veth0"] } else { &["ns0", "ns1"] };
            names.iter().map(|name| (*name).to_owned()).collect()
        }
    }

    fn completed(line: &str) -> (usize, String) {
        let lua = Lua::new();
        let handle = lua.create_any_userdata(1).expect("a handle");
        lua.globals().set("home", handle).expect("a global");
        lua.load(
            "netns = setmetatable({ add = print, addr_add = print, list = print, _hidden = 1, version = 1 },
               { __index = function(t, k) error(k) end })
             net = { nodes = { h1 = home, h2 = setmetatable({}, { __index = { ping = print } }) } }",
        )
        .exec()
        .expect("globals");
        let (start, found) = candidates(&lua.globals(), &Fixed, line, line.len());
        (start, found.join(" "))
    }

    #[test]
    fn names_become_what_they_could_be() {
        let cases = [
            ("net", 0, "net netns"),
            ("x = ne", 4, "net netns next"),
            ("retu", 0, "return"),
            ("netns.ad", 6, "add addr_add"),
            ("netns.", 6, "add addr_add list version"),
            ("netns._", 6, "_hidden"),
            ("netns:", 6, "add addr_add list"),
            ("home:", 5, "exec link_list"),
            ("home.i", 5, "inode"),
            ("net.nodes.h1:ex", 13, "exec"),
            ("net.nodes.h2:p", 13, "ping"),
            ("print(net.nodes.h", 16, "h1 h2"),
            ("x = 'a' ..ne", 10, "net netns next"),
            ("netns.add(\"ns", 11, "ns0 ns1"),
            ("netns.add('x'", 13, ""),
            ("netns.exec(\"ns0/v", 12, "ns0/veth0"),
            ("{ \"ns0/", 3, "ns0/lo ns0/veth0"),
            ("f().ne", 4, ""),
            ("a[1]:ne", 5, ""),
            ("nothing.ne", 8, ""),
            ("-- ne", 5, ""),
            ("12", 2, ""),
            ("[[ne", 4, ""),
        ];
        for (line, start, found) in cases {
            assert_eq!(completed(line), (start, found.to_owned()), "{line}");
        }
    }

    #[test]
    fn only_what_stands_before_the_cursor_counts() {
        let lua = Lua::new();
        assert_eq!(candidates(&lua.globals(), &Fixed, "strong(1)", 3), (0, vec!["string".to_owned()]));
    }
}
