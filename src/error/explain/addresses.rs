//! The wording of what goes with addresses: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    ADDRESS_FAMILY: "EINVAL" Script "\"<text>\" is no <family> address";
    ADDRESS_LABEL_MISSING: "EINVAL" Script "a label for \"<prefix>\" needs its number" => "add it, as in { label = 99 }";
    TOKEN_REFUSED: "EINVAL" Script "\"<link>\" does not take the token \"<token>\""
        => "give an address whose first half is zero, and have the link take announcements (net.ipv6.conf.<name>.accept_ra)";
    TOKEN_NONE: "EOPNOTSUPP" Script "\"<link>\" can have no token";
    MADDR_NOT_KEPT: "EINVAL" Script "\"<link>\" keeps no addresses of multicast";
    NTABLE_SHARED: "ENOENT" Script "\"<name>\" has this for the whole machine, not for a namespace"
        => "name a link, as in { dev = \"eth0\" }; thresholds and gc_int are set where the machine has its own links";
}
