//! Segment routing over IPv6, where a packet enters (Linux `include/uapi/linux/seg6_iptunnel.h`).

use super::{Type, srh};
use crate::error::{Error, Result, explain};
use crate::kernel::words::Form::{Text, U32, Words32};
use crate::kernel::words::{self, Setting, Settings, Word, option};
use crate::netlink::attr;

/// `SEG6_IPTUNNEL_SRH`: `struct seg6_iptunnel_encap`.
const SRH: u16 = 1;
/// `SEG6_IPTUN_MODE_*`.
const MODES: &[&str] = &["inline", "encap", "l2encap", "encap.red", "l2encap.red"];
/// The mode as an attribute, to read and to check it: in the struct it stands before a header of any length.
const MODE: &[Word] = &[option("mode", SRH, Words32(MODES))];

pub(super) static TYPE: Type = Type {
    beside: &[option("mode", 0, Words32(MODES)), option("segs", 0, Text), option("hmac", 0, U32)],
    write: Some(write),
    read: Some(read),
    ..Type::new("seg6", 5, "use a kernel with CONFIG_IPV6_SEG6_LWTUNNEL", &[])
};

fn write(bytes: &mut Vec<u8>, settings: &Settings) -> Result<()> {
    let mode = words::find(settings, "mode").cloned().unwrap_or_else(|| Setting::Text("encap".to_owned()));
    let mode = words::encode(MODE, &vec![("mode".into(), mode)], &mut words::no_links)?;
    let mode = attr::find(&mode, SRH).unwrap_or_default();
    let header = srh::write(settings, mode.iter().all(|byte| *byte == 0));
    let header = header.ok_or_else(|| Error::new(&explain::ENCAP_SEGMENTS).with("type", "seg6"))?;
    attr::put(bytes, SRH, &[mode, &header].concat());
    Ok(())
}

fn read(settings: &mut Settings, bytes: &[u8]) {
    let Some((mode, header)) = attr::find(bytes, SRH).and_then(|value| value.split_at_checked(4)) else { return };
    let mut mode_only = Vec::new();
    attr::put(&mut mode_only, SRH, mode);
    settings.extend(words::decode(MODE, &[], &mode_only, &|_| None));
    settings.extend(srh::read(header, mode == [0; 4]));
}
