//! The wording of what holds for links of some kinds: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    LINK_NEEDS_LINK: "EINVAL" Script "a \"<type>\" link stands on another link" => "say which with link = \"eth0\"";
    LINK_BENEATH_BUSY: "" Script "\"<beneath>\" can have no \"<type>\" link on it: it is a port, or has links of another kind on it"
        => "look at it with netns.show";
    LINK_NO_FUNCTIONS: "" Script "\"<link>\" has no virtual functions"
        => "let its driver make some in /sys/class/net/<name>/device/sriov_numvfs, if its hardware can";
    BOND_QUEUE_MISSING: "" Script "a port of a bond has no queue <queue>: the bond has fewer"
        => "make the bond with numtxqueues = <enough>";
    LINK_OPTION_KEPT: "" Script "a \"<type>\" link keeps its <keys> once it is made"
        => "delete \"<link>\" and make it anew";
    LAB_DEVICE_LINK: "ENODEV" Script "\"<node>\" has no link \"<link>\" for its device \"<name>\" to stand on"
        => "did you mean \"<near>\"?";
}
