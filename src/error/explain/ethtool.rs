//! The wording of what cannot be set of a device as `ethtool` does: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    ETHTOOL_MISSING: "EOPNOTSUPP" Feature "this kernel does not tell features of devices by netlink"
        => "use Linux 5.8 or later, with CONFIG_ETHTOOL_NETLINK";
    ETHTOOL_PART: "EOPNOTSUPP" Script "\"<link>\" takes no \"<part>\" settings"
        => "look at netns.ethtool_get(\"<link>\")";
    ETHTOOL_REFUSED: "" Script "\"<link>\" does not take these \"<part>\" settings: <reason>";
    FEATURE_UNKNOWN: "EINVAL" Script "no feature is called \"<name>\"" => "did you mean \"<near>\"?";
    FEATURE_FIXED: "EOPNOTSUPP" Script "feature \"<name>\" of \"<link>\" is fixed: it is <state>";
}
