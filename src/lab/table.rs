//! Aligned columns, for plans and for what commands list.

use std::fmt;

use unicode_width::UnicodeWidthStr;

/// A header and rows of text; the last column is as wide as it likes, empty columns are left out.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these names of its columns, and no rows yet.
    pub fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row; cells that are missing at its end are empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut row: Vec<String> = cells.into_iter().collect();
        row.resize(self.header.len(), String::new());
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used: Vec<usize> =
            (0..self.header.len()).filter(|&column| self.rows.iter().any(|row| !row[column].is_empty())).collect();
        let lines = || std::iter::once(&self.header).chain(&self.rows);
        let width = |column: usize| lines().map(|line| line[column].width()).max().unwrap_or(0);
        let widths: Vec<usize> = used.iter().map(|&column| width(column)).collect();
        for line in lines() {
            let mut text = String::new();
            for (&column, &width) in used.iter().zip(&widths) {
                text.push_str(&line[column]);
                text.extend(std::iter::repeat_n(' ', width - line[column].width() + 2));
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_empty_ones_left_out() {
        let mut table = Table::new(&["a", "none", "b"]);
        table.row(["wide".to_owned(), String::new(), "x".to_owned()]);
        table.row(["é".to_owned()]);
        assert_eq!(table.to_string(), "a     b\nwide  x\né\n");
    }
}
