//! Teams of links: a link whose mode and what belongs to it are told and read by generic netlink, in the words of the kernel and
//! of teamnl(8) (Linux `include/uapi/linux/if_team.h`).

use nix::errno::Errno;

use super::Kind;
use super::definition::Aside;
use crate::error::{Error, Result, explain};
use crate::kernel::device::{Device, index_names};
use crate::kernel::tc::bytecode::BYTECODE;
use crate::kernel::words::Form::{Link, Per32, Text, U32};
use crate::kernel::words::{self, Setting, Settings, Word, option};
use crate::netlink::{Generic, Socket, attr};

pub(super) const KINDS: &[Kind] = &[Kind {
    own: OWN,
    queues: true,
    aside: Some(Aside { tell, read }),
    ..Kind::new("team", "team", "CONFIG_NET_TEAM")
}];

const FAMILY: &str = "team";
/// `TEAM_CMD_OPTIONS_SET` and `TEAM_CMD_OPTIONS_GET`.
const SET: u8 = 1;
const GET: u8 = 2;
/// `TEAM_ATTR_TEAM_IFINDEX`, `TEAM_ATTR_LIST_OPTION`, `TEAM_ATTR_ITEM_OPTION`.
const INDEX: u16 = 1;
const OPTIONS: u16 = 2;
const ITEM: u16 = 1;
/// `TEAM_ATTR_OPTION_NAME`, `_TYPE`, `_DATA`.
const NAME: u16 = 1;
const TYPE: u16 = 3;
const DATA: u16 = 4;
/// `NLA_U32`, `NLA_STRING`, `NLA_BINARY` (Linux `include/net/netlink.h`), by which an option's type is told.
const NUMBER: u8 = 3;
const STRING: u8 = 5;
const BINARY: u8 = 11;

/// The kernel knows options by their names: the attributes are only their places here. The mode has to be told first.
const OWN: &[Word] = &[
    option("mode", 1, Text),
    option("activeport", 2, Link),
    option("notify_peers_count", 3, U32),
    option("notify_peers_interval", 4, Per32(1_000)),
    option("mcast_rejoin_count", 5, U32),
    option("mcast_rejoin_interval", 6, Per32(1_000)),
    option("bpf_hash_func", 7, BYTECODE),
    option("lb_tx_method", 8, Text),
    option("lb_stats_refresh_interval", 9, Per32(10)),
];

/// The mode of a team that has none yet.
const NO_MODE: &str = "*NOMODE*";

/// The messages that tell a team with this index these options, which are encoded as [`OWN`] has them: one each, since the
/// kernel stops at the first where nobody listens to what changes (Linux `team_nl_options_set_doit`).
fn messages(index: u32, encoded: &[u8]) -> Vec<Vec<u8>> {
    let message = |(place, value): (u16, &[u8])| {
        let word = OWN.iter().find(|word| word.attribute == place)?;
        let kind = match word.name {
            "mode" | "lb_tx_method" => STRING,
            "bpf_hash_func" => BINARY,
            _ => NUMBER,
        };
        let mut message = Vec::new();
        attr::put_u32(&mut message, INDEX, index);
        attr::nest(&mut message, OPTIONS, |list| {
            attr::nest(list, ITEM, |item| {
                attr::put_text(item, NAME, word.name);
                attr::put(item, TYPE, &[kind]);
                attr::put(item, DATA, value);
            });
        });
        Some(message)
    };
    attr::Attributes::new(encoded).filter_map(message).collect()
}

/// The options in an answer, encoded as [`OWN`] has them.
fn encoded(answer: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (_, item) in attr::Attributes::new(attr::find(answer, OPTIONS).unwrap_or_default()) {
        let name = attr::find(item, NAME).map(attr::text).unwrap_or_default();
        if let (Some(word), Some(value)) = (words::word(OWN, &name), attr::find(item, DATA)) {
            attr::put(&mut bytes, word.attribute, value);
        }
    }
    bytes
}

fn tell(device: &Device, settings: &Settings) -> Result<()> {
    // The caller may hold the namespace's own socket.
    let (mut socket, mut family) = open(device)?;
    let encoded =
        words::encode(OWN, settings, &mut |name| Device::new(&device.namespace, name)?.index_in(&mut socket))?;
    let index = device.index()?;
    for message in messages(index, &encoded) {
        match family.query(SET, &message) {
            // It is done, and there was nobody to tell.
            Err(error) if error.as_errno() == Some(Errno::ESRCH) => {}
            told => told.map(drop).map_err(|error| refused(error, device))?,
        }
    }
    Ok(())
}

fn refused(error: Error, device: &Device) -> Error {
    let error = error.explain(&[(Errno::EPERM, &explain::NEEDS_CAPABILITY)]).object(device);
    let error = error.with("doing", "changing a link").with("capability", "CAP_NET_ADMIN");
    match error.as_errno() {
        Some(Errno::EBUSY) => error.note("a team that has ports keeps its mode"),
        Some(Errno::EINVAL) => {
            error.note("the kernel has no such mode, or lacks its module (`modprobe team_mode_NAME`)")
        }
        Some(Errno::ENOENT) => error.note("its mode has no such option, or it has no such port"),
        _ => error,
    }
}

fn read(device: &Device) -> Result<Settings> {
    let (mut socket, mut family) = open(device)?;
    let mut request = Vec::new();
    attr::put_u32(&mut request, INDEX, device.index()?);
    let answers = family.query(GET, &request)?;
    let names = index_names(&mut socket)?;
    let name = |index: u32| names.get(&index).cloned();
    let mut settings: Settings =
        answers.iter().flat_map(|answer| words::decode(OWN, &[], &encoded(answer), &name)).collect();
    settings.retain(|(key, value)| !is_none(key, value));
    Ok(settings)
}

/// What the kernel shows where nothing was told.
fn is_none(key: &str, value: &Setting) -> bool {
    match value {
        Setting::Text(text) => key == "mode" && text == NO_MODE || key == "bpf_hash_func" && text == "0",
        _ => false,
    }
}

/// A socket, and the family, in the namespace of a team.
fn open(device: &Device) -> Result<(Socket, Generic)> {
    device.namespace.enter(|| Ok((Socket::open()?, Generic::open(FAMILY, 1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read() {
        let text = |text: &str| Setting::Text(text.to_owned());
        let settings: Settings = vec![
            ("mode".into(), text("loadbalance")),
            ("notify_peers_interval".into(), Setting::Number(0.25)),
            ("bpf_hash_func".into(), text("1,6 0 0 65535")),
        ];
        let bytes = words::encode(OWN, &settings, &mut words::no_links).expect("bytes");
        let messages = messages(7, &bytes);
        assert!(messages.iter().all(|message| attr::find(message, INDEX) == Some(&7u32.to_ne_bytes()[..])));
        let encoded: Vec<u8> = messages.iter().flat_map(|message| encoded(message)).collect();
        assert_eq!(words::decode(OWN, &[], &encoded, &|_| None), settings);
    }
}
