//! The wording of what rules and nexthops cannot be: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    RULE_EMPTY: "EINVAL" Script "a rule needs an option that tells it from others"
        => "give it a priority, or which packets it is for";
}
