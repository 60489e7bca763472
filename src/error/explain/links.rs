//! The wording of what holds for links of some kinds: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    LINK_NEEDS_LINK: "EINVAL" Script "a \"<type>\" link stands on another link" => "say which with link = \"eth0\"";
    LAB_DEVICE_LINK: "ENODEV" Script "\"<node>\" has no link \"<link>\" for its device \"<name>\" to stand on"
        => "did you mean \"<near>\"?";
}
