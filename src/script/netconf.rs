//! `netns`: settings of links for each protocol.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::options::Options;
use super::records;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::netconf::{self, FAMILIES};

const COLUMNS: &[&str] = &["family", "dev", "forwarding", "rp_filter", "mc_forwarding", "proxy_neigh"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("netns.netconf_list", Acts::OnEither, 2, list).options(&["family"]),
    Function::new("netns.netconf_get", Acts::OnDevices(1), 2, get).options(&["family"]),
];

/// `netns.netconf_list(dev_or_ns?, {family=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let family = family(&args.options(2)?)?;
    let (namespace, device) = args.device_or_namespace(1)?;
    let listed = netconf::list(&namespace, device.as_ref(), family)?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &listed)?)
}

/// `netns.netconf_get(dev, {family=})`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let family = family(&args.options(2)?)?.unwrap_or(FAMILIES[0].1);
    let found = netconf::get(&args.device(1)?, family)?;
    values(&args.lua, records::one(&args.lua, lua_words::record(&args.lua, &found)?)?)
}

fn family(options: &Options) -> Result<Option<u8>> {
    let number = |word: String| {
        let known = FAMILIES.iter().find(|(name, _)| *name == word);
        known.map(|(_, number)| *number).ok_or_else(|| options.wrong_value("family", "inet, inet6 or mpls", word))
    };
    options.string("family")?.map(number).transpose()
}
