//! The sorts of what bridges, routers of multicast and protocols keep in tables of their own. Some list many in one
//! message, which is parted here.

use super::{Identity, Object, PLAIN, Sort};
use crate::kernel::tc::action::shared;
use crate::kernel::{bridge_vlan, bridge_vni, mdb, prefix};
use crate::netlink::attr;

const BRIDGE: u8 = libc::AF_BRIDGE as u8;

/// Forwarding entries. Of links of other kinds than bridges the kernel also tells of ones that are not there (Linux
/// `rtnl_fdb_notify`), so what is heard is not believed.
pub(super) const FDB: Sort = Sort {
    object: Object::Fdb,
    new: libc::RTM_NEWNEIGH,
    families: &[BRIDGE],
    groups: &[3],
    requests: &[&[BRIDGE]],
    identity: Identity::Own(forwarding),
    // `NUD_REACHABLE` becomes `NUD_STALE` by itself.
    unsteady: &[(8..10, 0x06)],
    // `NDA_CACHEINFO`.
    volatile: &[(3, 0..0)],
    parts: Some(whole),
    ..PLAIN
};

/// Members of groups: one message for each bridge.
pub(super) const MDB: Sort = Sort {
    object: Object::Mdb,
    new: mdb::NEW,
    header: 8,
    // The kernel leaves the family out of its lists.
    groups: &[26],
    requests: &[&[BRIDGE]],
    identity: Identity::Own(mdb::identity),
    parts: Some(mdb::parts),
    ..PLAIN
};

/// VLANs: one message for each port.
pub(super) const BRIDGE_VLAN: Sort = Sort {
    object: Object::BridgeVlan,
    new: bridge_vlan::NEW,
    header: 8,
    families: &[BRIDGE],
    groups: &[33],
    requests: &[&bridge_vlan::EACH],
    // The number, which stands where nothing does, and the link.
    identity: Identity::Parts(&[(2, 6)], &[]),
    parts: Some(bridge_vlan::parts),
    ..PLAIN
};

/// VNIs, those that are alike in one: one message for some of each link's.
pub(super) const BRIDGE_VNI: Sort = Sort {
    object: Object::BridgeVni,
    new: bridge_vni::NEW,
    header: bridge_vni::LENGTH,
    families: &[BRIDGE],
    groups: &[35],
    requests: &[&[BRIDGE]],
    identity: Identity::Own(bridge_vni::identity),
    parts: Some(bridge_vni::parts),
    ..PLAIN
};

/// Addresses of multicast, of a family. Before Linux 6.15 the kernel neither tells of them nor lists those of IPv4.
pub(super) const MADDR: Sort = Sort {
    object: Object::Maddr,
    // `RTM_NEWMULTICAST`.
    new: 56,
    header: 8,
    // The link; `IFA_MULTICAST`.
    identity: Identity::Parts(&[(4, 4)], &[7]),
    // How far it reaches; `IFA_CACHEINFO`.
    unsteady: &[(1..4, 0xff)],
    volatile: &[(6, 0..0)],
    ..PLAIN
};

/// Actions that stand by themselves: one message for some of a kind.
pub(super) const ACTION: Sort = Sort {
    object: Object::Action,
    new: shared::NEW,
    header: shared::LENGTH,
    groups: &[4],
    identity: Identity::Own(shared::identity),
    parts: Some(shared::parts),
    ..PLAIN
};

/// Prefixes that routers advertise.
pub(super) const PREFIX: Sort = Sort {
    object: Object::Prefix,
    new: prefix::NEW,
    header: prefix::LENGTH,
    groups: &[18],
    requests: &[],
    // The link and the length; `PREFIX_ADDRESS`.
    identity: Identity::Parts(&[(4, 4), (9, 1)], &[prefix::ADDRESS]),
    ..PLAIN
};

/// Ids of namespaces.
pub(super) const NSID: Sort = Sort {
    object: Object::Nsid,
    // `RTM_NEWNSID`.
    new: 88,
    header: 4,
    groups: &[28],
    // `NETNSA_NSID`.
    identity: Identity::Parts(&[], &[1]),
    ..PLAIN
};

/// Routes of multicast, of a family.
pub(super) const MROUTE: Sort = Sort {
    object: Object::Mroute,
    new: libc::RTM_NEWROUTE,
    // `RTA_SRC`, `RTA_DST`, `RTA_TABLE`.
    identity: Identity::Parts(&[], &[1, 2, 15]),
    // `RTA_MFC_STATS`, `RTA_EXPIRES`.
    volatile: &[(17, 0..0), (23, 0..0)],
    // `RTN_MULTICAST`: a kernel without them lists its others.
    is_shown: |header| header[7] == 5,
    ..PLAIN
};

/// Settings of links for a protocol. What is heard of them may be one alone.
pub(super) const NETCONF: Sort = Sort {
    object: Object::Netconf,
    // `RTM_NEWNETCONF`.
    new: 80,
    header: 4,
    // `NETCONFA_IFINDEX`.
    identity: Identity::Parts(&[(0, 1)], &[1]),
    parts: Some(whole),
    ..PLAIN
};

/// One message about one object.
pub(super) fn whole(bytes: &[u8]) -> Vec<Box<[u8]>> {
    vec![bytes.into()]
}

/// A bridge has one entry for an address in a VLAN, at whatever port; other links one for each destination.
fn forwarding(bytes: &[u8]) -> Vec<u8> {
    /// `NDA_MASTER`.
    const MASTER: u16 = 9;
    /// `NDA_LLADDR`, `NDA_VLAN`, `NDA_MASTER`.
    const OF_BRIDGE: [u16; 3] = [2, 5, MASTER];
    /// `NDA_DST`, `NDA_LLADDR`, `NDA_VLAN`, `NDA_PORT`, `NDA_VNI`, `NDA_IFINDEX`, `NDA_SRC_VNI`.
    const OF_LINK: [u16; 7] = [1, 2, 5, 6, 7, 8, 11];
    let (header, attributes) = bytes.split_at(FDB.header.min(bytes.len()));
    let mut identity = Vec::with_capacity(32);
    let which: &[u16] = match attr::find(attributes, MASTER) {
        Some(_) => &OF_BRIDGE,
        None => {
            identity.extend(header.iter().skip(4).take(4));
            &OF_LINK
        }
    };
    for (kind, value) in attr::Attributes::new(attributes).filter(|(kind, _)| which.contains(kind)) {
        attr::put(&mut identity, kind, value);
    }
    identity
}
