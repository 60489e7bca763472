//! Lists as programs find them, and what they cost.

use super::*;

#[test]
fn what_is_noted_is_what_a_program_finds() -> mlua::Result<()> {
    let lua = Lua::new();
    let mut records = Bulk::new(&lua, Some(|record| Ok(format!("record {}", record.raw_get::<i64>("number")?))))?;
    // More than is written at once, and more words than are handed over once.
    for number in 1..=3 * CHUNK as i64 {
        records.open();
        records.number("number", Some(number));
        records.number("none", None::<i64>);
        records.word("word", Some(&format!("w{}", number % (2 * WORDS as i64))));
        records.text("text", Some(&format_args!("t{number}")));
        records.on("on", number % 2 == 0);
        records.words("flags", if number % 3 == 0 { &["a", "b"] } else { &[] });
        records.open_field("ways");
        records.open();
        records.number("weight", Some(number));
        records.close();
        records.close();
        records.close();
    }
    lua.globals().raw_set("list", records.finish()?)?;
    lua.load(
        r#"
        assert(#list == 3 * 4096)
        for n, record in ipairs(list) do
            assert(record.number == n and record.none == nil and record.word == "w" .. n % 400)
            assert(record.text == "t" .. n and record.on == (n % 2 == 0 or nil))
            assert((record.flags and table.concat(record.flags)) == (n % 3 == 0 and "ab" or nil))
            assert(#record.ways == 1 and record.ways[1].weight == n)
            assert(getmetatable(record.ways) == nil and getmetatable(record.ways[1]) == nil)
            assert(tostring(record) == "record " .. n)
        end
        "#,
    )
    .exec()
}

#[test]
fn lists_alone_do_not_fill_the_memory() -> mlua::Result<()> {
    let lua = Lua::new();
    for _ in 0..30 {
        let mut records = Bulk::new(&lua, None)?;
        for number in 0..10_000 {
            records.open();
            records.text("text", Some(&format_args!("{number:01000}")));
            records.close();
        }
        records.finish()?;
        assert!(lua.gc_is_running() && lua.used_memory() < 3 * PLENTY);
    }
    Ok(())
}

#[test]
fn want_of_memory_is_an_error() -> mlua::Result<()> {
    let lua = Lua::new();
    lua.set_memory_limit(lua.used_memory() + (1 << 20))?;
    let mut records = Bulk::new(&lua, None)?;
    for number in 0..10_000 {
        records.open();
        records.text("text", Some(&format_args!("{number:0200}")));
        records.close();
    }
    assert!(matches!(records.finish(), Err(mlua::Error::MemoryError(_))));
    Ok(())
}
