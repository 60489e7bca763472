//! What a message about an object of each sort says, as the object's list has it.

use super::State;
use crate::kernel::events::{Object, Record};
use crate::kernel::tc::action::shared;
use crate::kernel::tc::filter::chain;
use crate::kernel::tc::{class, filter, qdisc};
use crate::kernel::xfrm::{policy, state};
use crate::kernel::{
    addr, bridge_vlan, bridge_vni, fdb, maddr, mdb, mroute, namespace, neigh, netconf, nexthop, prefix, rule,
};

impl State {
    /// What a message about an object says.
    pub(super) fn record(&self, object: Object, bytes: &[u8]) -> Option<Record> {
        let name = |index: u32| self.names.get(&index).cloned();
        Some(match object {
            Object::Addr => {
                let mut address = addr::read_bytes(bytes, &self.scopes)?;
                address.dev = name(address.index).unwrap_or_default();
                Record::Addr(Box::new(address))
            }
            Object::Route => Record::Route(Box::new(self.routes.read(bytes)?)),
            Object::Rule => Record::Words(rule::record(&rule::ROUTES, bytes)?),
            Object::Mrule => Record::Words(rule::record(&rule::MULTICAST, bytes)?),
            Object::Neigh => Record::Words(neigh::record(bytes, &name)?),
            Object::Fdb => Record::Words(fdb::record(bytes, &name)?),
            Object::Mdb => Record::Words(mdb::record(bytes, &name)?),
            Object::BridgeVlan => Record::Words(bridge_vlan::record(bytes, &name)?),
            Object::BridgeVni => Record::Words(bridge_vni::read(bytes, &name)?),
            Object::Maddr => Record::Words(maddr::record(bytes, &name)?),
            Object::Mroute => Record::Words(mroute::read(bytes, &name)?),
            Object::Netconf => Record::Words(netconf::record(bytes, &name)?),
            Object::Nexthop => Record::Words(nexthop::record(bytes, &name)?),
            Object::Qdisc => Record::Words(qdisc::read(bytes, &name)?),
            Object::Class => Record::Words(class::read(bytes, &name)?),
            Object::Filter => Record::Words(filter::read(bytes, &name)?),
            Object::Chain => Record::Words(chain::read(bytes, 0, &name)?),
            Object::Action => Record::Words(shared::record(bytes, &name)?),
            Object::XfrmState => Record::Words(state::record(bytes, &name)?),
            Object::XfrmPolicy => Record::Words(policy::record(bytes, &name)?),
            Object::Prefix => Record::Words(prefix::record(bytes, &name)?),
            Object::Nsid => Record::Words(namespace::id::record(bytes)?),
            Object::Link | Object::Netns => return None,
        })
    }
}
