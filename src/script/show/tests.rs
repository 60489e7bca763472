//! Values and what they look like.

use mlua::{Lua, Value};

use super::{show, table_of_records};

fn shown_in(width: usize, source: &str) -> String {
    let lua = Lua::new();
    let value: Value = lua.load(source).eval().expect("a value");
    show(&lua, &value, width, false).expect("a text")
}

fn shown(source: &str) -> String {
    shown_in(90, source)
}

#[test]
fn scalars_are_written_as_lua_reads_them() {
    let cases = [
        ("nil", "nil"),
        ("true", "true"),
        ("42", "42"),
        ("1e15", "1e+15"),
        ("2.0", "2.0"),
        ("1/0", "inf"),
        (r#""a\"b\\c\n\t\27[31m""#, r#""a\"b\\c\n\t\x1b[31m""#),
        (r#""\xff\u{9b}é""#, r#""\xff\u{9b}é""#),
        ("print", "function: print"),
        ("string.rep", "function: string.rep"),
        ("function() end", "function"),
        ("coroutine.create(print)", "thread"),
    ];
    for (source, text) in cases {
        assert_eq!(shown(&format!("return {source}")), text, "{source}");
    }
}

#[test]
fn short_tables_take_one_line_with_sorted_keys() {
    assert_eq!(shown("return {}"), "{}");
    assert_eq!(
        shown(r#"return { 3, 2, z = 1, a = "x", [10] = true, [1.5] = 0, ["a b"] = 1, ["end"] = 2, [false] = 3 }"#),
        r#"{ 3, 2, a = "x", ["a b"] = 1, ["end"] = 2, z = 1, [1.5] = 0, [10] = true, [false] = 3 }"#
    );
    assert_eq!(shown("return { x = { y = { z = {} } } }"), "{ x = { y = { z = {} } } }");
}

#[test]
fn long_tables_take_a_line_an_entry() {
    let text = shown_in(30, r#"return { name = "veth0", addresses = { "10.0.0.1/24", "10.0.0.2/24" }, up = true }"#);
    assert_eq!(
        text,
        "{\n  addresses = {\n    \"10.0.0.1/24\",\n    \"10.0.0.2/24\",\n  },\n  name = \"veth0\",\n  up = true,\n}"
    );
    let text = shown_in(20, "local t = {} for i = 1, 12 do t[i] = i * 1000 end return t");
    assert_eq!(text, "{\n  1000, 2000, 3000,\n  4000, 5000, 6000,\n  7000, 8000, 9000,\n  10000, 11000,\n  12000,\n}");
}

#[test]
fn what_is_long_deep_or_circular_is_cut() {
    let text = shown_in(80, "local t = {} for i = 1, 1000 do t[i] = i end return t");
    assert!(text.ends_with(" 19, 20,\n  … 980 more\n}"), "{text}");
    let text = shown("local t = {} for i = 1, 30 do t['k' .. i] = i end return t");
    assert!(text.ends_with("\n  … 10 more\n}"), "{text}");
    assert_eq!(shown("return { { { { { 1 } }, { {} } } } }"), "{ { { { {…} }, { {} } } } }");
    assert_eq!(
        shown("local t = { 1 } t.self = t t.other = { t } return t"),
        "{ 1, other = { <cycle> }, self = <cycle> }"
    );
    // The same table twice is no cycle.
    assert_eq!(shown("local t = { 1 } return { a = t, b = t }"), "{ a = { 1 }, b = { 1 } }");
}

#[test]
fn a_tostring_is_used_and_its_escapes_are_written_out() {
    let value = r#"setmetatable({}, { __tostring = function() return "two\nlines\27[2J" end })"#;
    assert_eq!(shown(&format!("return {value}")), "two\nlines\\x1b[2J");
    assert_eq!(shown(&format!("return {{ x = {value} }}")), "{ x = two\\nlines\\x1b[2J }");
    let lua = Lua::new();
    let value: Value =
        lua.load("return setmetatable({}, { __tostring = function() error 'no' end })").eval().expect("one");
    assert!(show(&lua, &value, 80, false).is_err());
}

#[test]
fn colours_are_put_on_only_when_asked_for() {
    let lua = Lua::new();
    let value: Value = lua.load(r#"return { "a", 1 }"#).eval().expect("a value");
    assert_eq!(show(&lua, &value, 80, true).expect("a text"), "{ \x1b[32m\"a\"\x1b[0m, \x1b[36m1\x1b[0m }");
}

const LINKS: &str = r#"
    local list = {
      { name = "lo", mtu = 65536, up = true, address = { "127.0.0.1/8", "::1/128" } },
      { name = "veth0\27", mtu = 1500, up = false, master = "br0", address = {}, kind = { id = 1 } },
    }
"#;

#[test]
fn records_are_a_table_in_the_documented_order() {
    let text = shown(&format!(
        "{LINKS} return setmetatable(list, {{ __columns = {{ 'name', 'mtu', 'address', 'index', 'kind' }} }})"
    ));
    assert_eq!(
        text,
        "name         mtu  address               kind\n\
         lo         65536  127.0.0.1/8, ::1/128\n\
         veth0\\x1b   1500                        { id = 1 }"
    );
    let text = shown(&format!("{LINKS} list[2].kind = nil return list"));
    assert_eq!(text.lines().next(), Some("address               master    mtu  name       up"));
}

#[test]
fn records_are_cut_to_the_terminal_but_not_in_print() {
    let source = format!(
        "{LINKS} return setmetatable(list, {{ __columns = {{ 'name', 'mtu', 'address', 'kind', 'master', 'up' }} }})"
    );
    let text = shown_in(20, &source);
    assert_eq!(text, "name         mtu\nlo         65536\nveth0\\x1b   1500\n… 4 more columns: address kind master up");
    assert_eq!(shown_in(1, &source).lines().next(), Some("name"));

    let lua = Lua::new();
    let many = "local t = {} for i = 1, 1000 do t[i] = { id = i } end return t";
    let value: mlua::Table = lua.load(many).eval().expect("a table");
    assert_eq!(table_of_records(&lua, &value).expect("records").lines().count(), 1001);
    let text = show(&lua, &Value::Table(value), 80, false).expect("a text");
    assert!(text.ends_with("\n200\n… 800 more rows"), "{text}");
}

#[test]
fn a_wide_character_takes_two_columns() {
    let text = shown(r#"return { { a = "网络", b = "x" }, { a = "net", b = "y" } }"#);
    assert_eq!(text, "a     b\n网络  x\nnet   y");
}

#[test]
fn other_tables_are_no_records() {
    for source in
        ["{}", "{ 1, 2 }", "{ { 1 }, { 2 } }", "{ { a = 1 }, 2 }", "{ { a = 1 }, n = 1 }", "{ { a = {} } }", "{ {} }"]
    {
        let lua = Lua::new();
        let table: mlua::Table = lua.load(source).eval().expect("a table");
        assert_eq!(table_of_records(&lua, &table), None, "{source}");
    }
}

#[test]
fn a_list_whose_tostring_is_this_one_does_not_recurse() {
    let lua = Lua::new();
    let meta = lua.create_table().expect("a table");
    let text = lua.create_function(|lua, table: mlua::Table| {
        table_of_records(lua, &table).map_or_else(|| show(lua, &Value::Table(table), 80, false), Ok)
    });
    meta.raw_set("__tostring", text.expect("a function")).expect("a field");
    meta.raw_set("__columns", vec!["id"]).expect("a field");
    for (source, text) in [("{}", "{}"), ("{ { id = 1 } }", "id\n 1"), ("{ 1 }", "{ 1 }")] {
        let table: mlua::Table = lua.load(source).eval().expect("a table");
        table.set_metatable(Some(meta.clone())).expect("a metatable");
        assert_eq!(show(&lua, &Value::Table(table.clone()), 80, false).expect("a text"), text);
        assert_eq!(Value::Table(table).to_string().expect("a text"), text);
    }
}

#[test]
fn a_list_with_a_text_of_its_own_is_shown_by_it() {
    let value = "setmetatable({ { a = 1 } }, { __tostring = function() return 'mine' end })";
    assert_eq!(shown(&format!("return {value}")), "mine");
    let lists = "setmetatable({ { a = 1 } }, { __tostring = function() error 'unused' end, __columns = { 'a' } })";
    assert_eq!(shown(&format!("return {lists}")), "a\n1");
}

#[test]
fn records_in_a_cell_are_written_as_ip_writes_them() {
    let source = r#"return { { dst = "10.0.0.0/8", nexthops = { { via = "10.1.0.1", dev = "a" }, { dev = "b" } } } }"#;
    assert_eq!(shown(source), "dst         nexthops\n10.0.0.0/8  dev a via 10.1.0.1, dev b");
}
