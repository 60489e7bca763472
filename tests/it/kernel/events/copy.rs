//! What is there, as events carried out make it: to be held against what the lists give.

use std::collections::BTreeSet;

use nsl::kernel::addr;
use nsl::kernel::events::{Action, Event, Object, Record, What};
use nsl::kernel::namespace::Namespace;
use nsl::kernel::route::{self, Filter, TableFilter};
use nsl::kernel::tc::{self, class, filter, qdisc};
use nsl::kernel::words::Settings;
use nsl::kernel::{link, neigh, nexthop, rule, words};

/// What counts or tells the time.
const COUNTS: [&str; 7] = ["stats", "probes", "direct_packets_stat", "confirmed", "used", "updated", "refcnt"];

/// Carries events out on what was there: each thing under what it is known by here, with how often it is there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Copy(BTreeSet<(String, String)>);

impl Copy {
    /// The whole of what the lists give, in the same form.
    pub(super) fn read(namespace: &Namespace, objects: &[Object]) -> Self {
        let mut things = BTreeSet::new();
        let mut add = |object: Object, record: &Record| things.insert(Self::thing(object, record));
        for object in objects {
            match object {
                Object::Link => link::list(namespace).expect("links").into_iter().for_each(|link| {
                    add(Object::Link, &Record::Link(Box::new(link)));
                }),
                Object::Addr => addr::list(namespace).expect("addresses").into_iter().for_each(|address| {
                    add(Object::Addr, &Record::Addr(Box::new(address)));
                }),
                Object::Route => {
                    let all = Filter { table: TableFilter::All, ..Filter::default() };
                    route::list(namespace, &all).expect("routes").into_iter().for_each(|route| {
                        add(Object::Route, &Record::Route(Box::new(route)));
                    });
                }
                Object::Netns => {}
                _ => Self::words(namespace, *object).into_iter().for_each(|settings| {
                    add(*object, &Record::Words(settings));
                }),
            }
        }
        Self(things)
    }

    /// What one of them has and the other has not.
    pub(super) fn difference(&self, other: &Self) -> Vec<(String, String)> {
        self.0.symmetric_difference(&other.0).cloned().collect()
    }

    fn words(namespace: &Namespace, object: Object) -> Vec<Settings> {
        match object {
            Object::Rule => rule::list(&rule::ROUTES, namespace, &Settings::new()),
            Object::Neigh => neigh::list(namespace, &neigh::Filter::default()),
            Object::Nexthop => nexthop::list(namespace, &nexthop::Filter::default()),
            Object::Qdisc => qdisc::list(namespace, &tc::Filter::default()),
            Object::Filter => filter::list(namespace, &filter::Filter::default()),
            _ => class::list(namespace, &tc::Filter::default()),
        }
        .expect("a list")
    }

    /// What it is known by, and all there is to say of it.
    fn thing(object: Object, record: &Record) -> (String, String) {
        match record {
            Record::Link(link) => {
                let quiet = link::Link { stats: link::Stats::default(), ..(**link).clone() };
                (format!("link {}", link.index), format!("{quiet:?}"))
            }
            Record::Addr(address) => {
                let key = format!("addr {} {} {:?}", address.index, address.address, address.peer);
                (key, format!("{} {:?}", address.scope, address.flags))
            }
            Record::Route(route) => {
                let ways: Vec<_> = route.nexthops.iter().map(|way| (way.via, way.dev.clone(), way.weight)).collect();
                let key = format!(
                    "route {} {:?} {} {:?} {:?} {:?} {ways:?}",
                    route.dst, route.family, route.table, route.metric, route.via, route.dev
                );
                (key, format!("{} {:?} {:?} {:?}", route.proto, route.flags, route.mtu, route.nexthops))
            }
            Record::Words(settings) => {
                let keys: &[&str] = match object {
                    Object::Neigh => &["dst", "dev"],
                    Object::Nexthop => &["id"],
                    Object::Qdisc => &["dev", "handle", "parent", "root"],
                    Object::Class => &["dev", "classid"],
                    Object::Filter => &["dev", "parent", "ingress", "egress", "pref", "protocol", "kind", "handle"],
                    _ => &["family", "priority", "table", "from", "to", "fwmark"],
                };
                let key: Vec<_> = keys.iter().map(|key| words::find(settings, key)).collect();
                // What counts.
                let lasting = words::without(settings, &COUNTS);
                (format!("{} {key:?}", object.name()), format!("{lasting:?}"))
            }
            Record::Netns(_) => unreachable!("not asked for"),
        }
    }

    /// Carries out what was told. An addition is of what is not there, all else of what is.
    pub(super) fn carry_out(&mut self, events: &[Event]) {
        for event in events {
            let What::Object(object, action, record) = &event.what else { continue };
            let (key, thing) = Self::thing(*object, record);
            let same = self.0.iter().find(|(known, _)| *known == key).cloned();
            match (action, same) {
                (Action::Add, None) => drop(self.0.insert((key, thing))),
                (Action::Change, Some(old)) => {
                    self.0.remove(&old);
                    self.0.insert((key, thing));
                }
                // A route that changed goes another way now.
                (Action::Change, None) if *object == Object::Route => {
                    let prefix = key.split(" None").next().unwrap_or(&key);
                    let start: String = prefix.split(' ').take(5).collect::<Vec<_>>().join(" ");
                    let old = self.0.iter().find(|(known, _)| known.starts_with(&start)).cloned();
                    self.0.remove(&old.unwrap_or_else(|| panic!("no such route before: {key}")));
                    self.0.insert((key, thing));
                }
                (Action::Delete, Some(old)) => drop(self.0.remove(&old)),
                (action, same) => panic!("{action:?} of {key}, of which there is {same:?}"),
            }
        }
    }
}
