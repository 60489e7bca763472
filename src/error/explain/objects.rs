//! The wording of what holds for objects of every sort: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    WORD_UNKNOWN: "EINVAL" Script "<what> has no option \"<key>\"" => "did you mean \"<near>\"?";
    WORD_VALUE: "EINVAL" Script "option \"<key>\" must be <expected>, got <got>" => "did you mean \"<near>\"?";
    OBJECT_EXISTS: "EEXIST" Script "<what> already exists";
    OBJECT_MISSING: "" Script "there is no <what>";
    OBJECT_NOT_SUPPORTED: "EOPNOTSUPP" Feature "this kernel does not support <what>" => "<remedy>";
    MODULE_MISSING: "EOPNOTSUPP" Feature "this kernel has no <what>" => "load it with `modprobe <module>` (<config>)";
    XFRM_ALGORITHM: "" Feature "this kernel lacks an algorithm of the <what>" => "look into /proc/crypto, or load its module";
}
