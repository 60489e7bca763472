//! `netns`: states and policies of IPsec.

use mlua::MultiValue;

use super::args::Args;
use super::object::{Tables, count, function, get, list, write};
use super::registry::Function;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::U32;
use crate::kernel::words::{Settings, Word, integer, option, without};
use crate::kernel::xfrm::{self, info, policy, state};

const STATE: Tables = &[state::WORDS];
const POLICY: Tables = policy::WORDS;
const POLICIES: Tables = &[info::POLICIES, info::POLICY_COUNTS];
const DEFAULT: Tables = &[xfrm::DEFAULT_WORDS];
/// From which number to which an SPI may be chosen.
const RANGE: &[Word] = &[option("min", 0, U32), option("max", 0, U32)];
const STATE_AND_RANGE: Tables = &[state::WORDS, RANGE];
const STATE_COLUMNS: &[&str] = &["src", "dst", "proto", "spi", "reqid", "mode"];
const POLICY_COLUMNS: &[&str] = &["dir", "src", "dst", "proto", "priority", "action", "index"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.xfrm_state_add", STATE, |args| write(args, STATE, state::add)),
    function("netns.xfrm_state_replace", STATE, |args| write(args, STATE, state::replace)),
    function("netns.xfrm_state_delete", STATE, |args| write(args, STATE, state::delete)),
    function("netns.xfrm_state_get", STATE, |args| get(args, STATE, state::get)),
    function("netns.xfrm_state_list", STATE, |args| list(args, STATE, STATE_COLUMNS, state::list)),
    function("netns.xfrm_state_flush", STATE, |args| count(args, STATE, state::flush)),
    function("netns.xfrm_state_allocspi", STATE_AND_RANGE, allocspi),
    function("netns.xfrm_state_count", &[], |args| get(args, &[], |ns, _| info::states(ns))),
    function("netns.xfrm_policy_add", POLICY, |args| write(args, POLICY, policy::add)),
    function("netns.xfrm_policy_replace", POLICY, |args| write(args, POLICY, policy::replace)),
    function("netns.xfrm_policy_delete", POLICY, |args| write(args, POLICY, policy::delete)),
    function("netns.xfrm_policy_get", POLICY, |args| get(args, POLICY, policy::get)),
    function("netns.xfrm_policy_list", POLICY, |args| list(args, POLICY, POLICY_COLUMNS, policy::list)),
    function("netns.xfrm_policy_flush", POLICY, |args| count(args, POLICY, policy::flush)),
    function("netns.xfrm_policy_count", &[], |args| get(args, &[], |ns, _| info::policies(ns))),
    function("netns.xfrm_policy_set", POLICIES, |args| write(args, POLICIES, info::set_policies)),
    function("netns.xfrm_policy_setdefault", DEFAULT, |args| write(args, DEFAULT, xfrm::policy_setdefault)),
    function("netns.xfrm_policy_getdefault", &[], |args| get(args, &[], |ns, _| xfrm::policy_getdefault(ns))),
];

/// `netns.xfrm_state_allocspi(ns, {dst=, proto=, min=, max=, …})`.
fn allocspi(args: &mut Args) -> mlua::Result<MultiValue> {
    get(args, STATE_AND_RANGE, |namespace: &Namespace, settings: &Settings| {
        let bound = |key, otherwise| integer(settings, key).and_then(|n| u32::try_from(n).ok()).unwrap_or(otherwise);
        state::allocspi(
            namespace,
            &without(settings, &["min", "max"]),
            (bound("min", 0x100), bound("max", 0x0fff_ffff)),
        )
    })
}
