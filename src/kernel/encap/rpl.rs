//! Source routes of RPL (RFC 6554, Linux `include/uapi/linux/rpl.h` and `rpl_iptunnel.h`).

use super::{Type, srh};
use crate::error::{Error, Result, explain};
use crate::kernel::words::Form::Text;
use crate::kernel::words::{self, Setting, Settings, option};
use crate::netlink::attr;

/// `RPL_IPTUNNEL_SRH`: `struct ipv6_rpl_sr_hdr` with addresses that are not compressed.
const SRH: u16 = 1;

pub(super) static TYPE: Type = Type {
    beside: &[option("segs", 0, Text)],
    write: Some(write),
    read: Some(read),
    ..Type::new("rpl", 8, "use a kernel with CONFIG_IPV6_RPL_LWTUNNEL", &[])
};

fn write(bytes: &mut Vec<u8>, settings: &Settings) -> Result<()> {
    let segments = words::find(settings, "segs").and_then(srh::segments).filter(|segments| !segments.is_empty());
    let header = segments.and_then(|segments| {
        let count = u8::try_from(segments.len()).ok()?;
        let mut header = vec![0, count.checked_mul(2)?, 3, count, 0, 0, 0, 0];
        // The first to be visited is the last in the header, as `ip` has it.
        header.extend(segments.iter().rev().flat_map(std::net::Ipv6Addr::octets));
        Some(header)
    });
    let header = header.ok_or_else(|| Error::new(&explain::ENCAP_SEGMENTS).with("type", "rpl"))?;
    attr::put(bytes, SRH, &header);
    Ok(())
}

fn read(settings: &mut Settings, bytes: &[u8]) {
    let header = attr::find(bytes, SRH).unwrap_or_default();
    let count = header.get(3).copied().map_or(0, usize::from);
    let segments = header.get(8..).unwrap_or_default().chunks_exact(16).take(count).filter_map(srh::address);
    let segments: Vec<Setting> = segments.collect();
    settings.push(("segs".into(), Setting::List(segments.into_iter().rev().collect())));
}
