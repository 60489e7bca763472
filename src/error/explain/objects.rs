//! The wording of what holds for objects of every sort: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    WORD_UNKNOWN: "EINVAL" Script "<what> has no option \"<key>\"" => "did you mean \"<near>\"?";
    WORD_VALUE: "EINVAL" Script "option \"<key>\" must be <expected>, got <got>" => "did you mean \"<near>\"?";
    OBJECT_EXISTS: "EEXIST" Script "<what> already exists";
    OBJECT_MISSING: "" Script "there is no <what>";
    OBJECT_IN_USE: "" Script "<what> is in use" => "<remedy>";
    OBJECT_NOT_SUPPORTED: "EOPNOTSUPP" Feature "this kernel does not support <what>" => "<remedy>";
    MODULE_MISSING: "EOPNOTSUPP" Feature "this kernel has no <what>" => "load it with `modprobe <module>` (<config>)";
    TUNNEL_OPTIONS: "EOPNOTSUPP" Feature "option \"<key>\" may stop Linux <release>, which is therefore not told"
        => "use a kernel before Linux 6.15: of newer ones some crash over it, and none is known to be mended";
    MACSEC_NONE: "ENODEV" Script "\"<link>\" is no MACsec link";
    MACSEC_KEY: "EINVAL" Script "<what> does not fit the link's cipher"
        => "give a key of 32 hexadecimal digits for 128 bits, 64 for 256; with gcm-aes-xpn xpn, ssci and salt in place of pn";
    MPTCP_FULL: "ERANGE" Script "there is no room for <what>" => "delete another endpoint: the kernel keeps eight";
    XFRM_NO_SPI: "ENOENT" Script "no SPI from <min> to <max> is free for the <what>";
    XFRM_KEY: "EINVAL" Script "the kernel refused the <what>"
        => "look whether its protocol takes these algorithms, and whether keys are as long as they want";
    XFRM_ALGORITHM: "" Feature "this kernel lacks an algorithm of the <what>" => "look into /proc/crypto, or load its module";
}
