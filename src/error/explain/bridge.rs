//! The wording of what bridges keep: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    FDB_NOT_KEPT: "EOPNOTSUPP" Script "\"<link>\" keeps no such forwarding entries"
        => "make it a port of a bridge and say master = true, or self = true for what a link keeps itself";
    VLAN_NO_BRIDGE: "EINVAL" Script "\"<link>\" is neither a bridge nor a port of one"
        => "make it a port with netns.link_set, master = the bridge";
    VLAN_RANGE: "EINVAL" Script "\"<text>\" is no VLAN and no range of VLANs"
        => "use a number from 1 to 4094, or text such as \"10-20\"";
}
