//! The wording of what bridges keep: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    FDB_NOT_KEPT: "EOPNOTSUPP" Script "\"<link>\" keeps no such forwarding entries"
        => "make it a port of a bridge and say master = true, or self = true for what a link keeps itself";
    FDB_VLAN: "EINVAL" Script "\"<link>\" keeps no forwarding entries of VLAN <vlan>"
        => "make it a port of a bridge, give it the VLAN with netns.bridge_vlan_add, and say master = true";
    MDB_NOT_KEPT: "EOPNOTSUPP" Script "\"<link>\" keeps no groups of multicast"
        => "use a bridge, or a vxlan link on Linux 6.4 or later";
    MDB_GROUP: "EINVAL" Script "\"<text>\" is no group of multicast"
        => "write an address such as \"239.1.1.1\", \"ff0e::1\" or \"01:00:5e:00:00:01\"";
    VNI_RANGE: "EINVAL" Script "\"<text>\" is no VNI and no range of VNIs"
        => "use a number from 0 to 16777215, or text such as \"100-200\"";
    VNI_NO_FILTER: "" Script "\"<link>\" is no vxlan link with a filter of VNIs"
        => "make one with external = true, vnifilter = true";
    VLAN_NO_BRIDGE: "EINVAL" Script "\"<link>\" is neither a bridge nor a port of one"
        => "make it a port with netns.link_set, master = the bridge";
    VLAN_RANGE: "EINVAL" Script "\"<text>\" is no VLAN and no range of VLANs"
        => "use a number from 1 to 4094, or text such as \"10-20\"";
}
