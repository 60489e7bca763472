//! The rows that there are: what the files `tests/rows/*.lua` return, read without a kernel.

use std::path::{Path, PathBuf};

use mlua::{Lua, Table, Value};

/// One row, as far as it matters before it runs.
pub(crate) struct Row {
    /// Its file.
    pub(crate) file: PathBuf,
    /// Its place in that file, from 1.
    pub(crate) number: usize,
    pub(crate) name: String,
    /// The modules its kernel must have.
    pub(crate) needs: Vec<String>,
    /// How many seconds it may take.
    pub(crate) limit: u64,
    /// It is wrong, and this is what must be said of it.
    pub(crate) wrong: Option<String>,
}

impl Row {
    /// `neigh::permanent entry`.
    pub(crate) fn title(&self) -> String {
        let object = self.file.file_stem().unwrap_or_default().to_string_lossy();
        format!("{object}::{}", self.name)
    }
}

/// `tests/rows`.
pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows")
}

/// The files of rows.
pub(crate) fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory()).expect("tests/rows").map(|entry| entry.expect("a file").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|is| is == "lua")).collect();
    files.sort();
    files
}

/// The rows of every file, and the wrong ones that test the driver.
pub(crate) fn all() -> Vec<Row> {
    let mut files = files();
    files.push(directory().join("driver/wrong.lua"));
    let rows: Vec<Row> = files.into_iter().flat_map(|file| of(&file)).collect();
    let mut titles: Vec<String> = rows.iter().map(Row::title).collect();
    titles.sort();
    if let Some(twice) = titles.windows(2).find(|pair| pair[0] == pair[1]) {
        panic!("two rows are called {:?}", twice[0]);
    }
    rows
}

/// What a file returns.
pub(crate) fn load(lua: &Lua, file: &Path) -> Table {
    let package: Table = lua.globals().get("package").expect("package");
    package.set("path", directory().join("driver/?.lua").display().to_string()).expect("a field");
    let text = std::fs::read_to_string(file).expect("a file of rows");
    let chunk = lua.load(text).set_name(format!("@{}", file.display()));
    chunk.eval().unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn of(file: &Path) -> Vec<Row> {
    let lua = Lua::new();
    let table = load(&lua, file);
    let number_of_rows = table.raw_len();
    let row = |number| {
        let row: Table = table.get(number).unwrap_or_else(|error| panic!("{}: row {number}: {error}", file.display()));
        // What stands beside the rows holds for those that do not say otherwise.
        let get = |key: &str| match row.get(key) {
            Ok(Value::Nil) => table.get(key).expect("a value"),
            value => value.expect("a value"),
        };
        let text = |key: &str| get(key).as_string().map(|text| text.to_string_lossy());
        let needs =
            get("needs").as_table().map(|all| all.sequence_values().map(|name| name.expect("a name")).collect());
        let name = row.get(1).unwrap_or_else(|_| panic!("{}: row {number} has no name", file.display()));
        let limit = get("limit").as_integer().and_then(|limit| u64::try_from(limit).ok()).unwrap_or(15);
        Row { file: file.to_owned(), number, name, needs: needs.unwrap_or_default(), limit, wrong: text("wrong") }
    };
    (1..=number_of_rows).map(row).collect()
}
