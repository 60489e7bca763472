//! Messages and lists made by hand: what they are told as.

use proptest::prelude::*;

use super::*;

fn hear(state: &mut State, kind: u16, flags: u16, bytes: &[u8]) -> Vec<Event> {
    let (namespace, mut events) = (Namespace::home(), VecDeque::new());
    state.hear(kind, flags, bytes, &mut Sink { namespace: &namespace, events: &mut events, open: true });
    events.into()
}

fn route(gateway: u8) -> Vec<u8> {
    let mut bytes = vec![libc::AF_INET as u8, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    attr::put(&mut bytes, 1, &[10, 9, 8, 0]);
    attr::put(&mut bytes, 5, &[10, 0, 0, gateway]);
    bytes
}

fn actions(events: &[Event]) -> Vec<Action> {
    let action = |event: &Event| match event.what {
        What::Object(_, action, _) => Some(action),
        What::Overrun => None,
    };
    events.iter().filter_map(action).collect()
}

#[test]
fn what_is_heard_twice_is_told_once() {
    let mut state = State::new(Object::ALL);
    let (new, gone) = (libc::RTM_NEWROUTE, libc::RTM_DELROUTE);
    assert_eq!(actions(&hear(&mut state, new, 0, &route(1))), [Action::Add]);
    assert!(hear(&mut state, new, 0, &route(1)).is_empty());
    // The same but for a flag, which the kernel set without a word before the route went and came again.
    let mut dead = route(1);
    dead[8] = 1;
    assert_eq!(actions(&hear(&mut state, new, 0, &dead)), [Action::Change]);
    assert_eq!(actions(&hear(&mut state, new, REPLACE, &route(2))), [Action::Change]);
    assert_eq!(actions(&hear(&mut state, new, 0, &route(3))), [Action::Add]);
    assert_eq!(actions(&hear(&mut state, gone, 0, &route(2))), [Action::Delete]);
    assert_eq!(actions(&hear(&mut state, gone, 0, &route(3))), [Action::Delete]);
    assert!(hear(&mut state, gone, 0, &route(3)).is_empty());
}

#[test]
fn what_is_not_clear_is_read_again() {
    let mut state = State::new(&[Object::Route]);
    state.doubtful = (false, vec![false; SORTS.len()]);
    hear(&mut state, libc::RTM_NEWROUTE, 0, &route(1));
    hear(&mut state, libc::RTM_NEWROUTE, 0, &route(2));
    assert!(!state.is_doubtful());
    assert!(hear(&mut state, libc::RTM_NEWROUTE, REPLACE, &route(3)).is_empty());
    assert!(state.is_doubtful());
}

#[test]
fn a_list_is_told_as_the_differences() {
    let mut state = State::new(&[Object::Route]);
    let (namespace, mut events) = (Namespace::home(), VecDeque::new());
    let place = SORTS.iter().position(|sort| sort.says(libc::RTM_NEWROUTE, &route(1)).is_some()).expect("routes");
    let mut compare = |gateways: &[u8]| {
        let messages: Vec<Box<[u8]>> = gateways.iter().map(|&gateway| route(gateway).into()).collect();
        state.compare(place, &messages, &mut Sink { namespace: &namespace, events: &mut events, open: true });
        actions(&std::mem::take(&mut events).into_iter().collect::<Vec<_>>())
    };
    assert_eq!(compare(&[1]), [Action::Add]);
    assert_eq!(compare(&[2]), [Action::Change]);
    assert_eq!(compare(&[2, 3]), [Action::Add]);
    assert_eq!(compare(&[3, 2]), []);
    // Which of the two was replaced is not clear.
    assert_eq!(compare(&[2, 4]), [Action::Delete, Action::Add]);
    assert_eq!(compare(&[]), [Action::Delete, Action::Delete]);
}

proptest! {
    #[test]
    fn no_messages_make_it_panic(
        messages in prop::collection::vec((16u16..116, any::<u16>(), 0u8..12, prop::collection::vec(any::<u8>(), 0..100)), 0..20),
    ) {
        let mut state = State::new(Object::ALL);
        for (kind, flags, family, bytes) in messages {
            hear(&mut state, kind, flags, &[&[family][..], &bytes].concat());
        }
    }

    #[test]
    fn no_lists_make_it_panic(family in 0u8..12, bytes in prop::collection::vec(prop_oneof![0u8..13, any::<u8>()], 0..120)) {
        let message = [&[family][..], &bytes].concat();
        let state = State::new(Object::ALL);
        for sort in SORTS {
            for part in sort.parts.map(|parts| parts(&message)).unwrap_or_default() {
                let _ = (sort.identity(&part), sort.lasting(&part), state.record(sort.object, &part));
            }
        }
    }
}
