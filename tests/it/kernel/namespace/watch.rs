//! The monitor: real namespaces only, from the moment it is made, whatever happens to the directory.

use std::time::{Duration, Instant};

use nsl::kernel::namespace::named::{self, Delete};
use nsl::kernel::namespace::watch::{Action, Monitor};
use nsl::wait::block;

use crate::sandbox::{run, sh};

/// What the monitor tells until nothing has come for a while: `+a`, `-a`.
fn told(monitor: &mut Monitor) -> Vec<String> {
    let mut events = Vec::new();
    loop {
        let deadline = Instant::now() + Duration::from_millis(300);
        match block(monitor.next(Some(deadline))).expect("an event or none") {
            None => return events,
            Some(event) => {
                let sign = if event.action == Action::Add { '+' } else { '-' };
                events.push(format!("{sign}{}", event.name.to_string_lossy()));
            }
        }
    }
}

#[test]
fn what_ip_and_nsl_do_is_told_in_order() {
    run(|| {
        sh("ip netns add before");
        let mut monitor = Monitor::new().expect("listening");
        sh("ip netns add a; ip netns delete before");
        named::add("b", false).expect("added");
        assert_eq!(told(&mut monitor), ["+a", "-before", "+b"]);
        named::delete("b", Delete::default()).expect("deleted");
        sh("ip netns delete a; ip netns add a");
        assert_eq!(told(&mut monitor), ["-b", "-a", "+a"]);
        assert!(told(&mut monitor).is_empty());
    });
}

#[test]
fn an_add_and_its_delete_are_told_though_nobody_looked_between() {
    run(|| {
        let mut monitor = Monitor::new().expect("listening");
        sh("ip netns add quick; ip netns delete quick");
        named::add("too", false).expect("added");
        named::delete("too", Delete::default()).expect("deleted");
        assert_eq!(told(&mut monitor), ["+quick", "-quick", "+too", "-too"]);
    });
}

#[test]
fn other_files_are_not_told_and_slow_adds_are() {
    run(|| {
        let mut monitor = Monitor::new().expect("listening");
        sh("echo junk >/run/netns/junk; ln -s /etc/passwd /run/netns/link; mkdir /run/netns/dir; : >/run/netns/slow");
        assert!(told(&mut monitor).is_empty());
        sh("unshare -n mount --bind /proc/self/ns/net /run/netns/slow; ln -s slow /run/netns/alias");
        let mut events = told(&mut monitor);
        events.sort();
        assert_eq!(events, ["+alias", "+slow"]);
        sh("rm /run/netns/junk /run/netns/link /run/netns/alias; umount /run/netns/slow; rm /run/netns/slow");
        assert_eq!(told(&mut monitor), ["-alias", "-slow"]);
    });
}

#[test]
fn the_directory_may_come_later_and_go() {
    run(|| {
        let mut monitor = Monitor::new().expect("listening");
        assert_eq!(sh("stat -c '%a %F' /run/netns"), "755 directory\n");
        sh("rmdir /run/netns");
        assert!(told(&mut monitor).is_empty());
        sh("ip netns add a");
        assert_eq!(told(&mut monitor), ["+a"]);
        sh("ip netns delete a; umount /run/netns; rmdir /run/netns; ip netns add b; ip netns add c");
        assert_eq!(told(&mut monitor), ["-a", "+b", "+c"]);
    });
}

#[test]
fn a_full_queue_loses_no_name() {
    run(|| {
        // The limit counts per listener, made after it is set.
        let before = sh("cat /proc/sys/fs/inotify/max_queued_events");
        let mut monitor = Monitor::new().expect("listening");
        sh("ip netns add a");
        let junk = 2 * before.trim().parse::<usize>().expect("a number");
        for i in 0..junk {
            std::fs::write(format!("/run/netns/junk-{}", i % 100), "").expect("written");
            std::fs::remove_file(format!("/run/netns/junk-{}", i % 100)).expect("removed");
        }
        sh("ip netns add late");
        assert_eq!(told(&mut monitor), ["+a", "+late"]);
    });
}
