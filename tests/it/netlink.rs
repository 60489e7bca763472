//! The netlink socket against the kernel: answers, refusals with the kernel's text, dumps, batches, events.

use std::net::Ipv4Addr;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::link::{LinkAttribute, LinkMessage};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteType};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use nix::errno::Errno;
use nsl::netlink::Socket;

use crate::sandbox::{run, sh};

fn route(number: u32, device: u32) -> (RouteNetlinkMessage, u16) {
    let mut route = RouteMessage::default();
    route.header.address_family = AddressFamily::Inet;
    route.header.destination_prefix_length = 32;
    route.header.table = RouteHeader::RT_TABLE_MAIN;
    route.header.protocol = RouteProtocol::Static;
    route.header.kind = RouteType::Unicast;
    let destination = Ipv4Addr::from(0x0a00_0000 + number);
    route.attributes.push(RouteAttribute::Destination(RouteAddress::Inet(destination)));
    route.attributes.push(RouteAttribute::Oif(device));
    (RouteNetlinkMessage::NewRoute(route), NLM_F_CREATE | NLM_F_EXCL)
}

fn get_link(name: &str) -> RouteNetlinkMessage {
    let mut link = LinkMessage::default();
    link.attributes.push(LinkAttribute::IfName(name.to_owned()));
    RouteNetlinkMessage::GetLink(link)
}

#[test]
fn a_refusal_has_errno_and_the_kernels_text() {
    run(|| {
        let mut socket = Socket::open().expect("a socket");
        let error = socket.query(get_link("none"), 0).expect_err("no such link");
        assert_eq!(error.as_errno(), Some(Errno::ENODEV));
        let mut mtu = LinkMessage::default();
        mtu.header.index = 1;
        mtu.attributes.push(LinkAttribute::Mtu(u32::MAX));
        let error = socket.execute(RouteNetlinkMessage::SetLink(mtu), 0).expect_err("an impossible mtu");
        assert_eq!(error.as_errno(), Some(Errno::EINVAL));
        assert!(error.kernel_text().is_some(), "{error:?}");
        // The socket is as good as before.
        assert_eq!(socket.query(get_link("lo"), 0).expect("lo").len(), 1);
    });
}

#[test]
fn a_batch_names_the_first_that_is_refused_and_a_dump_is_complete() {
    run(|| {
        let mut socket = Socket::open().expect("a socket");
        socket.batch((0..3000).map(|number| route(number, 1)).collect()).expect("3,000 routes");
        let mut all = RouteMessage::default();
        all.header.address_family = AddressFamily::Inet;
        let seen = socket.dump(RouteNetlinkMessage::GetRoute(all)).expect("a dump");
        let there = |message: &&RouteNetlinkMessage| match message {
            RouteNetlinkMessage::NewRoute(route) => route.header.protocol == RouteProtocol::Static,
            _ => false,
        };
        assert_eq!(seen.iter().filter(there).count(), 3000);
        assert_eq!(sh("ip route show proto static | wc -l"), "3000\n");

        // 3,000 to 3,199 are new, 5 is there already, 3,200 is in the same chunk and is made all the same.
        let mut messages: Vec<_> = (3000..3200).map(|number| route(number, 1)).collect();
        messages.extend([route(5, 1), route(3200, 1)]);
        messages.extend((4000..4400).map(|number| route(number, 1)));
        let outcomes = socket.batch_outcomes(messages);
        assert_eq!(outcomes.iter().position(Result::is_err), Some(200));
        assert!(outcomes[201].is_ok());
        assert!(outcomes.len() < 500, "nothing is sent after the chunk of the refusal");
        let (index, error) = socket.batch(vec![route(9000, 1), route(9001, 77)]).expect_err("no device 77");
        assert_eq!((index, error.as_errno()), (1, Some(Errno::ENODEV)));
    });
}

#[test]
fn events_come_in_order_and_their_end_is_nothing() {
    run(|| {
        let mut events = Socket::open().expect("a socket");
        events.join(1).expect("RTNLGRP_LINK");
        assert!(events.receive_event().expect("no event").is_none());
        sh("ip link add va type veth peer name vb; ip link del va");
        let mut kinds = Vec::new();
        while let Some(event) = events.receive_event().expect("an event") {
            kinds.push(event.kind == libc::RTM_DELLINK);
        }
        assert_eq!(kinds.iter().filter(|&&gone| gone).count(), 2);
        assert_eq!(kinds.first(), Some(&false));
        assert_eq!(kinds.last(), Some(&true));
    });
}

#[test]
fn lost_events_are_told() {
    run(|| {
        let mut events = Socket::open().expect("a socket");
        events.join(1).expect("RTNLGRP_LINK");
        sh("for i in $(seq 300); do echo link set lo mtu $((2000 + i)); done | ip -batch -");
        let mut lost = false;
        for _ in 0..1000 {
            match events.receive_event() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => lost |= error.as_errno() == Some(Errno::ENOBUFS),
            }
        }
        assert!(lost);
    });
}

#[test]
fn refusals_are_told_by_index_and_stop_nothing() {
    run(|| {
        let mut socket = Socket::open().expect("a socket");
        socket.batch([5, 130, 299].map(|number| route(number, 1)).into()).expect("three routes");
        let refused = socket.batch_refusals(&(0..300).map(|number| route(number, 1)).collect::<Vec<_>>());
        let refused: Vec<_> =
            refused.expect("answers").iter().map(|(index, error)| (*index, error.as_errno())).collect();
        assert_eq!(refused, [5, 130, 299].map(|index| (index, Some(Errno::EEXIST))));
        assert_eq!(sh("ip route show proto static | wc -l"), "300\n");
        // The worst case fits into the socket's buffer.
        let again: Vec<_> = (0..300).map(|number| route(number, 1)).collect();
        assert_eq!(socket.batch_refusals(&again).expect("answers").len(), 300);
        assert!(socket.batch_refusals::<RouteNetlinkMessage>(&[]).expect("nothing").is_empty());
    });
}
