//! The wording of what rules, nexthops and rarer options of routes cannot be: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    RULE_EMPTY: "EINVAL" Script "a rule needs an option that tells it from others"
        => "give it a priority, or which packets it is for";
    ROUTE_NEXTHOP_MISSING: "EINVAL" Script "there is no nexthop <id><where>" => "add it first, with netns.nexthop_add";
    ROUTE_NEEDS_DEVICE: "EINVAL" Script "route \"<route>\"<where>: link-local address \"<via>\" says nothing without its link"
        => "add it, as in dev = \"eth0\"";
    ROUTE_NO_VRF: "EINVAL" Script "\"<link>\" is no VRF" => "name a link that was made with type = \"vrf\"";
    ROUTE_FROM_NOWHERE: "EINVAL" Script "no route to \"<destination>\"<where> for a packet that came in by \"<link>\" from nowhere"
        => "say where it is from, as in { from = \"10.0.0.2\" }";
    ENCAP_TYPE: "EINVAL" Script "an encap needs a type" => "give it one of <types>";
    ENCAP_SEGMENTS: "EINVAL" Script "encap \"<type>\" needs segs, an array of IPv6 addresses" => "write segs = { \"fd00::1\" }";
}
