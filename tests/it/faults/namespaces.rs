//! Rows about namespaces: names, files in /run/netns, limits, privilege.

use super::{await_state, fails, says, shell, state};
use crate::sandbox::{self, nsl, run, script, sh};

#[test]
fn row_01_add_twice() {
    run(|| {
        fails("netns.add 'a' netns.add 'a'", 1, &["\"a\" already exists (EEXIST)", "in netns.add", "= hint:"]);
        assert_eq!(sh("ip netns list"), "a\n");
    });
}

#[test]
fn row_02_names_that_break_a_rule() {
    run(|| {
        let before = state();
        let long = format!("('x'):rep({})", 256);
        for (name, shown, rule) in [
            ("'../x'", "\"../x\"", "contains \"/\""),
            ("'a/b'", "\"a/b\"", "contains \"/\""),
            ("''", "\"\"", "is empty"),
            ("'.'", "\".\"", "means a directory"),
            ("'..'", "\"..\"", "means a directory"),
            ("'a\\0b'", "\"a\\x00b\"", "NUL"),
            (&long, "xxx", "256 bytes"),
        ] {
            for verb in ["add", "exists", "delete", "pids"] {
                fails(&format!("netns.{verb}({name})"), 1, &["invalid namespace name", shown, rule, "(EINVAL)"]);
            }
        }
        assert_eq!(state(), before);
        assert_eq!(sh("ls /run"), "lock\n");
    });
}

#[test]
fn row_03_the_longest_name() {
    run(|| {
        script(
            "local name = ('x'):rep(255) netns.add(name) assert(netns.exec(name, { 'true' }).ok) netns.delete(name)",
        );
    });
}

#[test]
fn row_04_names_that_would_drive_a_terminal() {
    run(|| {
        let before = state();
        for name in ["'-x'", "'a b'", "'a\\27[31mb'", "'a\\nb'"] {
            let outcome = fails(&format!("netns.add({name})"), 1, &["invalid namespace name", "(EINVAL)"]);
            assert!(!outcome.stderr.contains('\x1b'), "{}", outcome.stderr);
        }
        assert_eq!(state(), before);
        // What others made so is listed, and deleted, and never printed raw.
        sh("mkdir -m 755 /run/netns; ip netns add \"$(printf 'a\\033[31mb')\"");
        let outcome = nsl(&["-e", "print(netns.list())"]);
        assert!(outcome.stdout.contains("a\\x1b[31mb") && !outcome.stdout.contains('\x1b'), "{}", outcome.stdout);
        script("netns.delete(netns.list()[1].name)");
        assert_eq!(sh("ip netns list"), "");
    });
}

#[test]
fn row_05_arguments_of_a_wrong_type() {
    run(|| {
        for (argument, got) in [("nil", "nil"), ("{}", "a table"), ("3", "the number 3")] {
            std::fs::write("/run/lab.lua", format!("\nnetns.add({argument})\n")).expect("a script");
            let outcome = nsl(&["/run/lab.lua"]);
            assert_eq!(outcome.code, 1);
            says(&outcome, &[&format!("argument 1 must be a string, got {got}"), " --> /run/lab.lua:2 in netns.add"]);
        }
        assert!(!std::path::Path::new("/run/netns").exists());
    });
}

#[test]
fn row_06_delete_what_is_not_there() {
    run(|| {
        script("netns.add 'nosuck'");
        let before = state();
        fails("netns.delete 'nosuch'", 1, &["no namespace \"nosuch\" (ENOENT)", "did you mean \"nosuck\"?"]);
        script("netns.delete('nosuch', { missing_ok = true })");
        assert_eq!(state(), before);
    });
}

#[test]
fn row_07_a_plain_file_is_no_namespace() {
    run(|| {
        sh("mkdir -m 755 /run/netns; echo text >/run/netns/a");
        fails("netns.delete 'a'", 1, &["\"a\" in /run/netns is not a network namespace", "force = true"]);
        assert_eq!(sh("cat /run/netns/a"), "text\n");
        script("netns.delete('a', { force = true })");
        assert_eq!(sh("ls /run/netns"), "");
    });
}

#[test]
fn row_08_what_a_killed_add_left() {
    run(|| {
        sh("mkdir -m 755 /run/netns; install -m 0 /dev/null /run/netns/a; touch -d '1 min ago' /run/netns/a");
        let outcome = nsl(&["-e", "netns.add 'a' print(netns.exec('a', { 'true' }).ok)"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "true\n"), "{}", outcome.stderr);
        says(&outcome, &["warning: removed \"/run/netns/a\""]);
        assert_eq!(sh("ip netns exec a ip -o link | wc -l"), "1\n");
    });
}

#[test]
fn row_09_a_symbolic_link_to_something_else() {
    run(|| {
        sh("mkdir -m 755 /run/netns; ln -s /etc/passwd /run/netns/a");
        let before = sh("stat -c '%i %s %Y' /etc/passwd");
        for call in ["delete 'a'", "add 'a'", "add('a', { exist_ok = true })", "get 'a'", "attach('a', 1)"] {
            fails(&format!("netns.{call}"), 1, &["is a symbolic link to something that is not a network namespace"]);
        }
        assert_eq!(sh("readlink /run/netns/a; stat -c '%i %s %Y' /etc/passwd"), format!("/etc/passwd\n{before}"));
    });
}

#[test]
fn row_17_a_plain_user_where_user_namespaces_are_off() {
    run(|| {
        let before = state();
        let outcome = shell(
            "unshare -Urmn sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
             exec setpriv --bounding-set=-all --inh-caps=-all $NSL -e \"netns.add \\\"a\\\"\"'",
        );
        assert_eq!(outcome.code, 4, "{}", outcome.stderr);
        says(&outcome, &["needs CAP_SYS_ADMIN or user namespaces", "user.max_user_namespaces = 0", "= hint:"]);
        assert_eq!(state(), before);
    });
}

#[test]
fn row_18_the_limit_of_namespaces() {
    run(|| {
        let outcome = shell(
            "unshare -Urmn sh -c 'mount -t tmpfs none /run; echo 3 >/proc/sys/user/max_net_namespaces
             $NSL -e \"for i = 1, 4 do netns.add(\\\"n\\\" .. i) end\"; echo $?; ls /run/netns; ip netns list'",
        );
        // The user namespace's own counts too. What completed calls named stays, and no half-made file does.
        assert_eq!(outcome.stdout, "1\nn1\nn2\nn2\nn1\n");
        says(&outcome, &["the limit user.max_net_namespaces=3 is reached (ENOSPC)"]);
        assert!(!outcome.stderr.contains("No space"), "{}", outcome.stderr);
    });
}

#[test]
fn row_19_the_limit_of_open_files() {
    run(|| {
        let before = state();
        let outcome = shell("ulimit -n 20; exec $NSL -e 'for i = 1, 100 do netns.add() end'");
        assert_eq!(outcome.code, 1);
        says(&outcome, &["too many open files: the limit is 20 (EMFILE)", "ulimit -n"]);
        await_state(&before);
        // At every number of descriptors that are left, a name is made whole or not at all.
        for limit in 12..30 {
            let outcome = shell(&format!(
                "ulimit -n {limit}; exec $NSL -e 'pcall(function() for i = 1, 9 do netns.add() end end) netns.add \"a\"'"
            ));
            match outcome.code {
                0 => sh("ip netns exec a true && ip netns del a"),
                _ => sh("[ ! -e /run/netns/a ]"),
            };
        }
        assert_eq!(sh("ls /run/netns"), "");
    });
}

#[test]
fn row_20_a_full_or_read_only_run() {
    run(|| {
        sh("mount -t tmpfs -o nr_inodes=4 none /run");
        let text = "for i = 1, 9 do netns.add('n' .. i) end";
        fails(text, 1, &["cannot create \"/run/netns/n3\": its file system is full (ENOSPC)"]);
        assert_eq!(sh("ls /run/netns; ip netns list | sort"), "n1\nn2\nn1\nn2\n");
        sh("ip -all netns del; umount -l /run; mount -t tmpfs -o ro none /run");
        fails(text, 1, &["cannot create \"/run/netns\": its file system is read-only (EROFS)"]);
        assert_eq!(sh("ls /run"), "");
    });
}

#[test]
fn row_33_sixteen_first_runs_at_once() {
    run(|| {
        let mut runs: Vec<_> = (0..16)
            .map(|number| {
                let code = format!("netns.add('n{number}')");
                std::process::Command::new(sandbox::nsl_path()).args(["-e", &code]).spawn().expect("nsl starts")
            })
            .collect();
        assert!(runs.iter_mut().all(|run| run.wait().expect("its end").success()));
        assert_eq!(
            sh("grep -c ' /run/netns ' /proc/self/mountinfo; grep -c ' /run/netns/' /proc/self/mountinfo"),
            "1\n16\n"
        );
        assert_eq!(
            sh("for i in $(seq 0 15); do ip netns exec n$i true || echo $i; done; ip netns list | wc -l"),
            "16\n"
        );
    });
}

#[test]
fn row_52_a_name_that_nobody_outside_would_see() {
    run(|| {
        script("netns.add 'outer'");
        let before = state();
        let text = "netns.add \"inner\"";
        let outcome = shell(&format!("ip netns exec outer $NSL -e '{text}'"));
        assert_eq!(outcome.code, 1);
        says(&outcome, &["would be invisible outside", "is a slave (EINVAL)", "`ip netns exec`"]);
        let nested =
            format!("os.exit(netns.exec('outer', {{ '{}', '-e', '{text}' }}).code)", sandbox::nsl_path().display());
        fails(&nested, 1, &["would be invisible outside", "is a slave (EINVAL)"]);
        // All else works there.
        assert_eq!(shell("ip netns exec outer $NSL -e 'netns.delete \"outer\"'").code, 0);
        assert_eq!(sh("ls -A /run/netns"), "");
        assert_ne!(state(), before);
    });
}
