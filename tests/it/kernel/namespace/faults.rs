//! Bad files in /run/netns, limits and missing privilege: each has its row, and leaves nothing behind.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nsl::error::{Class, Error, explain};
use nsl::kernel::namespace::named::{self, Delete};
use nsl::kernel::namespace::{Namespace, anonymous};

use super::{entries, mounts_at, part, play_out};
use crate::sandbox::{asleep, run, sh};

const PLAIN: Delete = Delete { force: false, missing_ok: false };
const FORCE: Delete = Delete { force: true, missing_ok: false };

#[test]
fn what_a_killed_add_left_is_removed_once_it_is_old() {
    run(|| {
        sh("mkdir -m 755 /run/netns; install -m 0 /dev/null /run/netns/a");
        let error = named::add("a", false).expect_err("it may be alive");
        assert!(error.is(&explain::NAMESPACE_UNFINISHED), "{error}");
        assert!(named::add("a", true).is_err() && !named::exists("a").expect("asked"));
        assert!(named::delete("a", PLAIN).expect_err("not yet").is(&explain::NOT_A_NAMESPACE));
        sh("touch -d '1 min ago' /run/netns/a");
        let added = named::add("a", false).expect("added");
        let warning = added.warning.expect("a warning");
        assert_eq!(warning.message(), "removed \"/run/netns/a\", which a program left that was killed");
        assert_eq!(sh("ip netns exec a ip -br link | wc -l"), "1\n");
        sh("install -m 0 /dev/null /run/netns/b; touch -d '1 min ago' /run/netns/b");
        assert_eq!(named::list().expect("a list").len(), 1);
        named::delete("b", PLAIN).expect("remains may be deleted");
        named::delete("a", PLAIN).expect("deleted");
        assert!(entries().is_empty());
    });
}

#[test]
fn other_files_are_kept_unless_forced() {
    run(|| {
        sh("mkdir -m 755 /run/netns; echo text >/run/netns/file; mkdir /run/netns/dir; mkfifo /run/netns/pipe; \
            install -m 0 /dev/null /run/netns/mine; chown 1000 /run/netns/mine; touch -d '1 min ago' /run/netns/mine");
        for name in ["file", "dir", "pipe", "mine"] {
            for error in [
                named::delete(name, PLAIN).expect_err("no namespace"),
                named::add(name, false).map(|_| ()).expect_err("no namespace"),
                named::add(name, true).map(|_| ()).expect_err("no namespace"),
                Namespace::named(name).map(|_| ()).expect_err("no namespace"),
            ] {
                assert!(error.is(&explain::NOT_A_NAMESPACE), "{error}");
                assert!(error.hint().expect("a hint").contains("force = true"));
            }
            assert!(!named::exists(name).expect("asked"));
        }
        assert_eq!(named::delete_all().expect("nothing of that"), 0);
        assert_eq!(entries(), ["dir", "file", "mine", "pipe"]);
        for name in ["file", "pipe", "mine"] {
            named::delete(name, FORCE).expect("forced");
        }
        assert!(named::delete("dir", FORCE).expect_err("a directory").is(&explain::CANNOT_DELETE));
    });
}

#[test]
fn links_to_namespaces_are_names_and_others_are_refused() {
    run(|| {
        sh("ip netns add a; ln -s a /run/netns/also; ln -s /etc/passwd /run/netns/bad; ln -s /nowhere /run/netns/dead");
        let pid = asleep("unshare -n");
        sh(&format!("ln -s /proc/{pid}/ns/net /run/netns/docker"));
        let names: Vec<_> = named::list().expect("a list").into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["a", "also", "docker"]);
        assert!(
            Namespace::named("also").expect("there").same(&Namespace::named("a").expect("there")).expect("comparable")
        );
        let links = Namespace::get("docker")
            .expect("there")
            .enter(|| Ok(std::fs::read_to_string("/proc/thread-self/net/dev")?));
        assert_eq!(links.expect("entered").matches(':').count(), 1);

        let before = sh("stat -c '%i %s %Y %h' /etc/passwd");
        for error in [
            named::delete("bad", PLAIN).expect_err("elsewhere"),
            named::add("bad", false).map(|_| ()).expect_err("elsewhere"),
            named::add("dead", false).map(|_| ()).expect_err("a link"),
            named::attach("bad", &Namespace::home()).map(|_| ()).expect_err("elsewhere"),
            Namespace::named("bad").map(|_| ()).expect_err("elsewhere"),
        ] {
            assert!(error.is(&explain::NAMESPACE_FOREIGN_LINK), "{error}");
        }
        for name in ["also", "dead", "docker"] {
            named::delete(name, PLAIN).expect("the link is deleted");
        }
        assert_eq!(entries(), ["a", "bad"]);
        assert_eq!(mounts_at("/run/netns/a"), 1);
        named::delete("bad", FORCE).expect("forced");
        assert_eq!(sh("stat -c '%i %s %Y %h' /etc/passwd"), before);
        sh(&format!("kill {}", pid));
    });
}

#[test]
fn a_directory_others_can_write_to_is_not_used() {
    run(|| {
        for make in [
            "mkdir -m 777 /run/netns",
            "mkdir -m 755 /run/netns; chown 1000 /run/netns",
            "mkdir /run/x; ln -s x /run/netns",
        ] {
            sh(make);
            let error = named::add("a", false).expect_err("unsafe");
            assert!(error.is(&explain::NAMESPACE_DIRECTORY_OPEN), "{make}: {error}");
            assert!(entries().is_empty());
            sh("rm -r /run/netns");
        }
    });
}

#[test]
fn a_full_or_read_only_run_is_said_with_the_path() {
    run(|| {
        sh("mount -t tmpfs -o nr_inodes=2 none /run; mkdir /run/netns");
        let error = named::add("a", false).expect_err("no inode");
        assert_eq!((error.code().as_str(), error.object_name()), ("ENOSPC", Some("a")));
        assert_eq!(error.message(), "cannot create \"/run/netns/a\": its file system is full");
        sh("umount -l /run; mount -t tmpfs -o ro none /run");
        let error = named::add("a", false).expect_err("read-only");
        assert_eq!(error.message(), "cannot create \"/run/netns\": its file system is read-only");
        sh("umount /run");
        assert!(!named::exists("a").expect("asked"));
    });
}

#[test]
fn the_limit_of_open_files_is_met_at_every_step_and_leaves_nothing() {
    run(|| {
        // Everything that is opened once is open.
        named::add("first", false).expect("added");
        Namespace::home().with_socket(|_| Ok(())).expect("a socket");
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
        // The directory that is being read is open too.
        let open = std::fs::read_dir("/proc/self/fd").expect("descriptors").count() as u64 - 1;
        let mut refused = 0;
        for spare in 0..12 {
            setrlimit(Resource::RLIMIT_NOFILE, open + spare, hard).expect("set");
            let tries = [
                named::add("x", false).map(|_| ()),
                anonymous::add().and_then(|one| one.with_socket(|_| Ok(()))),
                Namespace::named("first").and_then(|one| one.with_socket(|_| Ok(()))),
                named::list().map(|_| ()),
            ];
            setrlimit(Resource::RLIMIT_NOFILE, soft, hard).expect("set");
            for error in tries.iter().filter_map(|outcome| outcome.as_ref().err()) {
                assert!(error.is(&explain::TOO_MANY_FILES), "{spare} spare: {error:?}");
                assert_eq!(error.message(), format!("too many open files: the limit is {}", open + spare));
                refused += 1;
            }
            let made = named::exists("x").expect("asked");
            assert_eq!((made, entries().len()), (tries[0].is_ok(), 1 + usize::from(made)));
            named::delete("x", Delete { missing_ok: true, ..PLAIN }).expect("deleted");
            assert!(anonymous::close_all().is_empty());
            assert!(spare < 11 || tries.iter().all(Result::is_ok), "enough is enough");
        }
        assert!(refused >= 5, "{refused} were refused");
    });
}

#[test]
fn the_limit_of_namespaces_is_named() {
    run(|| {
        if part().is_some() {
            for name in ["n1", "n2"] {
                named::add(name, false).expect("added");
            }
            for error in [
                named::add("n3", false).map(|_| ()).expect_err("the limit"),
                anonymous::add().map(|_| ()).expect_err("the limit"),
            ] {
                assert!(error.is(&explain::NAMESPACE_LIMIT), "{error}");
                assert_eq!(error.message(), "the limit user.max_net_namespaces=3 is reached");
                assert_eq!(error.code(), "ENOSPC");
            }
            assert_eq!(entries(), ["n1", "n2"]);
            return;
        }
        let inside = "mount -t tmpfs none /run; echo 3 >/proc/sys/user/max_net_namespaces; exec \"$@\"";
        let wrapper = format!("exec unshare -Urmn sh -ec '{inside}' sh \"$@\"");
        play_out("faults::the_limit_of_namespaces_is_named", "limited", &wrapper);
    });
}

#[test]
fn without_privilege_the_capability_is_named() {
    run(|| {
        if part().is_some() {
            let needs = |error: Error| {
                assert!(error.is(&explain::NEEDS_CAPABILITY), "{error:?}");
                assert_eq!((error.class(), error.code().as_str()), (Class::Privilege, "EPERM"));
                assert!(error.notes()[0].contains("missing CAP_SYS_ADMIN"), "{:?}", error.notes());
                assert!(error.message().contains("needs CAP_SYS_ADMIN"), "{error}");
            };
            needs(named::add("x", false).map(|_| ()).expect_err("no privilege"));
            needs(anonymous::add().map(|_| ()).expect_err("no privilege"));
            needs(named::attach("x", &Namespace::home()).map(|_| ()).expect_err("no privilege"));
            needs(named::delete("a", PLAIN).expect_err("no privilege"));
            needs(Namespace::named("a").expect("there").with_socket(|_| Ok(())).expect_err("no privilege"));
            // Looking takes none, nor does working at home.
            Namespace::home().with_socket(|_| Ok(())).expect("a socket");
            Namespace::home().enter(|| Ok(())).expect("entered");
            assert_eq!(named::list().expect("a list").len(), 1);
            return;
        }
        sh("ip netns add a");
        let test = "faults::without_privilege_the_capability_is_named";
        play_out(test, "weak", "exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \"$@\"");
        play_out(test, "nobody", "exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"");
        assert_eq!(entries(), ["a"]);
        named::delete("a", PLAIN).expect("deleted");
    });
}
