//! The wording of what bridges keep: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    FDB_NOT_KEPT: "EOPNOTSUPP" Script "\"<link>\" keeps no such forwarding entries"
        => "make it a port of a bridge and say master = true, or self = true for what a link keeps itself";
}
