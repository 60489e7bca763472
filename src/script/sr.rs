//! `netns`: keys and source address of segment routing.

use super::object::{Tables, function, get, list, write};
use super::registry::Function;
use crate::kernel::sr::{self, HMAC, SOURCE};

const KEYS: Tables = &[HMAC];
const SOURCES: Tables = &[SOURCE];
const COLUMNS: &[&str] = &["keyid", "algo", "secret"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.sr_hmac_set", KEYS, |args| write(args, KEYS, sr::hmac_set)),
    function("netns.sr_hmac_list", &[], |args| list(args, &[], COLUMNS, |ns, _| sr::hmac_list(ns))),
    function("netns.sr_tunsrc_set", SOURCES, |args| write(args, SOURCES, sr::tunsrc_set)),
    function("netns.sr_tunsrc_get", &[], |args| get(args, &[], |ns, _| sr::tunsrc_get(ns))),
];
