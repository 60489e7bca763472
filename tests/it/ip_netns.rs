//! Every verb of `ip netns help` from Lua, held against the real `ip`: the same namespaces, ids, pids and exit codes of
//! programs, and each step in both directions. Where `ip` is known to be wrong the difference is asserted.

use std::io::BufRead;
use std::process::{Command, Stdio};

use crate::sandbox::{self, Outcome, nsl, run, script, sh};

/// Runs `ip`, which may fail.
fn ip(arguments: &str) -> Outcome {
    Command::new("ip").args(arguments.split(' ')).output().expect("ip starts").into()
}

/// What `ip -json` says, its objects' fields in the order `fields`, a line each, sorted.
fn json(arguments: &str, fields: &[&str]) -> Vec<String> {
    let text = sh(&format!("ip -json {arguments}"));
    let objects: Vec<serde_json::Value> =
        serde_json::from_str(if text.trim().is_empty() { "[]" } else { &text }).expect("JSON");
    let field = |object: &serde_json::Value, name: &&str| match &object[*name] {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "nil".to_owned(),
        other => other.to_string(),
    };
    let line = |object: &serde_json::Value| fields.iter().map(|name| field(object, name)).collect::<Vec<_>>().join(" ");
    let mut lines: Vec<String> = objects.iter().filter(|object| *object != &serde_json::json!({})).map(line).collect();
    lines.sort();
    lines
}

/// The records that the Lua expression gives, in the same form.
fn records(expression: &str, fields: &[&str]) -> Vec<String> {
    let values: Vec<_> = fields.iter().map(|name| format!("tostring(r.{name})")).collect();
    let printed = script(&format!("for _, r in ipairs({expression}) do print({}) end", values.join(" .. ' ' .. ")));
    let mut lines: Vec<String> = printed.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Lists as both see them: names and ids.
fn same_list() -> Vec<String> {
    let listed = records("netns.list()", &["name", "id"]);
    assert_eq!(listed, json("netns list", &["name", "id"]));
    listed
}

#[test]
fn add_list_and_delete_in_both_directions() {
    run(|| {
        // With no directory yet.
        assert_eq!(same_list(), Vec::<String>::new());
        script("netns.add 'ours'");
        sh("ip netns add theirs; ln -s theirs /run/netns/link");
        assert_eq!(same_list(), ["link nil", "ours nil", "theirs nil"]);
        sh("ip -n ours link add br0 type bridge");
        assert_eq!(
            script("print(#netns.link_list 'ours', #netns.link_list 'theirs', #netns.link_list 'link')"),
            "2\t1\t1\n"
        );
        assert_eq!(
            script("print(netns.get 'link' == netns.get 'theirs', netns.get 'ours' == netns.get 'theirs')"),
            "true\tfalse\n"
        );
        // The order is that of the names, not the directory's.
        assert_eq!(script("for _, ns in ipairs(netns.list()) do print(ns.name) end"), "link\nours\ntheirs\n");
        script("netns.delete 'link' netns.delete 'theirs'");
        sh("ip netns del ours");
        assert_eq!(same_list(), Vec::<String>::new());
        assert_eq!(sh("ls -A /run/netns; grep -c ' /run/netns/' /proc/self/mountinfo || true"), "0\n");
    });
}

#[test]
fn what_add_refuses() {
    run(|| {
        sh("ip netns add a");
        assert_eq!((ip("netns add a").code, nsl(&["-e", "netns.add 'a'"]).code), (1, 1));
        for name in ["..", "a/b", &"x".repeat(256)] {
            // Ip's code is that of a wrong usage; nsl's is a script's error.
            assert_eq!(
                (ip(&format!("netns add {name}")).code, nsl(&["-e", &format!("netns.add '{name}'")]).code),
                (255, 1)
            );
        }
        // Ip passes over what it does not understand.
        assert_eq!((ip("netns add b c d").code, nsl(&["-e", "netns.add('e', {}, 'f')"]).code), (0, 1));
        assert_eq!(same_list(), ["a nil", "b nil"]);
    });
}

#[test]
fn delete_of_what_is_no_namespace() {
    run(|| {
        sh("ip netns add a; echo text >/run/netns/ours; echo text >/run/netns/theirs");
        assert_eq!((ip("netns del nosuch").code, nsl(&["-e", "netns.delete 'nosuch'"]).code), (1, 1));
        // Ip removes whatever is there.
        assert_eq!((ip("netns del theirs").code, nsl(&["-e", "netns.delete 'ours'"]).code), (0, 1));
        assert_eq!(sh("ls /run/netns"), "a\nours\n");
    });
}

#[test]
fn attach_and_identify_and_pids() {
    run(|| {
        let spawn = |place: &str| {
            let mut child = Command::new("unshare").args(["--net", "sleep", "60"]).spawn().expect("unshare starts");
            let own = std::fs::read_link("/proc/self/ns/net").expect("a link");
            let path = format!("/proc/{}/ns/net", child.id());
            while std::fs::read_link(&path).expect("a link") == own {
                assert!(child.try_wait().expect("a child").is_none(), "{place}");
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            child
        };
        let (mut one, mut two) = (spawn("one"), spawn("two"));
        script(&format!("netns.attach('ours', {})", one.id()));
        sh(&format!("ip netns attach theirs {}", two.id()));
        assert_eq!(same_list(), ["ours nil", "theirs nil"]);
        for (child, name) in [(&one, "ours"), (&two, "theirs")] {
            let pid = child.id();
            assert_eq!(sh(&format!("ip netns identify {pid}")), format!("{name}\n"));
            assert_eq!(script(&format!("print(table.concat(netns.identify({pid}), ' '))")), format!("{name}\n"));
            assert_eq!(sh(&format!("ip netns pids {name}")), format!("{pid}\n"));
            assert_eq!(script(&format!("print(table.concat(netns.pids '{name}', ' '))")), format!("{pid}\n"));
        }
        // By default it is the caller's own: none at home, and inside whichever it is.
        assert_eq!((sh("ip netns identify"), script("print(#netns.identify())")), ("\n".to_owned(), "0\n".to_owned()));
        let inside = format!("ip netns exec ours {} -e \"print(netns.identify()[1])\"", sandbox::nsl_path().display());
        assert_eq!(
            (sh("ip netns exec ours ip netns identify"), sh(&inside)),
            ("ours\n".to_owned(), "ours\n".to_owned())
        );
        // Of several names ip says one.
        script("netns.attach('again', netns.get 'ours')");
        let names = script(&format!("print(table.concat(netns.identify({}), ' '))", one.id()));
        let theirs = sh(&format!("ip netns identify {}", one.id()));
        assert_eq!(names, "again ours\n");
        assert!(["again\n", "ours\n", "again\nours\n", "ours\nagain\n"].contains(&theirs.as_str()), "{theirs}");
        // Both refuse a process that is none.
        for pid in ["0", "999999"] {
            assert_ne!(ip(&format!("netns attach x {pid}")).code, 0);
            assert_eq!(nsl(&["-e", &format!("netns.attach('x', {pid})")]).code, 1);
        }
        for child in [&mut one, &mut two] {
            child.kill().expect("it runs");
            child.wait().expect("its end");
        }
        assert_eq!(sh("ip netns pids ours"), "");
        assert_eq!(script("print(#netns.pids 'ours', #netns.pids 'theirs')"), "0\t0\n");
    });
}

#[test]
fn set_and_list_id() {
    run(|| {
        sh("ip netns add a; ip netns add b; ip netns add c; ip netns add d");
        assert_eq!(script("print(netns.set('a', 7))"), "7\n");
        sh("ip netns set b 3");
        assert_eq!(same_list(), ["a 7", "b 3", "c nil", "d nil"]);
        let given = script("print(netns.set('c', 'auto'), netns.get 'c'.id)");
        sh("ip netns set d auto");
        let ids = same_list();
        assert_eq!(given, format!("{0}\t{0}\n", ids[2].trim_start_matches("c ")));
        let fields = (["id", "name"], ["nsid", "name"]);
        assert_eq!(records("netns.list_id()", &fields.0), json("netns list-id", &fields.1));
        assert_eq!(records("netns.list_id { nsid = 7 }", &fields.0), ["7 a"]);
        assert_eq!(json("netns list-id nsid 7", &fields.1), ["7 a"]);
        // As another namespace sees it, with what it is called here.
        sh("ip netns exec a ip netns set b 21; ip netns exec a ip netns set d 22");
        let ours = records("netns.list_id { target = 7 }", &["id", "current_id", "name"]);
        assert_eq!(ours, json("netns list-id target-nsid 7", &["nsid", "current-nsid", "name"]));
        assert!(ours.contains(&"21 3 b".to_owned()), "{ours:?}");
        let theirs = "netns.list_id { ns = 'a' }";
        assert_eq!(records(theirs, &fields.0), ["21 b", "22 d"]);
        assert_eq!(script("print(netns.set('c', 23, { ns = 'a' }))"), "23\n");
        assert_eq!(sh("ip -n a netns list-id nsid 23").trim(), "nsid 23 (iproute2 netns name: c)");
        // An id that was given stays, and none is given twice.
        for (command, lua) in [("set a 8", "set('a', 8)"), ("set a 3", "set('a', 3)")] {
            assert_eq!((ip(&format!("netns {command}")).code, nsl(&["-e", &format!("netns.{lua}")]).code), (2, 1));
        }
        assert_eq!(same_list(), ids);
    });
}

#[test]
fn exec_gives_the_programs_own_code() {
    run(|| {
        sh("ip netns add a");
        for line in ["true", "false", "exit 77", "kill -9 $$", "kill -TERM $$"] {
            let theirs: Outcome =
                Command::new("ip").args(["netns", "exec", "a", "sh", "-c", line]).output().expect("ip starts").into();
            let ours = script(&format!(
                "local r = netns.exec('a', {{ 'sh', '-c', '{line}' }}) print(r.code or r.signal, r.ok)"
            ));
            let wanted = match theirs.code {
                137 => "SIGKILL".to_owned(),
                143 => "SIGTERM".to_owned(),
                code => code.to_string(),
            };
            assert_eq!(ours, format!("{wanted}\t{}\n", theirs.code == 0), "{line}");
        }
        // What nsl itself fails at has nsl's codes.
        sh("echo true >/run/tool; install -m 0 /dev/null /run/netns/stale");
        for (arguments, theirs, lua, code) in [
            ("nosuch true", 255, "'nosuch', { 'true' }", "ENOENT"),
            ("a nosuchprogram", 1, "'a', { 'nosuchprogram' }", "ENOENT"),
            ("a /run/tool", 1, "'a', { '/run/tool' }", "EACCES"),
            ("stale true", 255, "'stale', { 'true' }", "EINVAL"),
        ] {
            assert_eq!(ip(&format!("netns exec {arguments}")).code, theirs);
            assert_eq!(script(&format!("print(select(2, pcall(netns.exec, {lua})).code)")), format!("{code}\n"));
        }
    });
}

#[test]
fn exec_gives_the_same_view_and_surroundings() {
    run(|| {
        sh("mkdir /run/etc; cp -a /etc/. /run/etc; mount --bind /run/etc /etc; mkdir -p /etc/netns/a
            echo 'nameserver 192.0.2.1' >/etc/netns/a/resolv.conf; touch /etc/resolv.conf; echo 'a-host' >/etc/netns/a/hostname
            ip netns add a; ip -n a link add br0 type bridge; mkdir /run/here");
        let look = "ls /sys/class/net; cat /etc/resolv.conf /etc/hostname; readlink /proc/self/ns/net; pwd; echo $MARK
            grep ' /sys ' /proc/self/mountinfo | tail -1 | cut -d' ' -f9-; id -u; umask";
        let theirs = Command::new("ip")
            .args(["netns", "exec", "a", "sh", "-c", look])
            .env("MARK", "1")
            .current_dir("/run/here")
            .output()
            .expect("ip starts");
        let text = format!("io.write(netns.output('a', {{ 'sh', '-c', [[{look}]] }}), '\\n')");
        let ours = Command::new(sandbox::nsl_path())
            .args(["-e", &text])
            .env("MARK", "1")
            .current_dir("/run/here")
            .output()
            .expect("nsl starts");
        let text = |output: std::process::Output| String::from_utf8(output.stdout).expect("text");
        let theirs = text(theirs);
        assert_eq!(text(ours), theirs);
        assert!(theirs.starts_with("br0\nlo\nnameserver 192.0.2.1\na-host\nnet:["), "{theirs}");
        // What is mounted inside stays there.
        script("netns.exec('a', { 'mount', '-t', 'tmpfs', 'none', '/run/here' })");
        assert_eq!(sh("grep -c /run/here /proc/self/mountinfo || true"), "0\n");
        // Ip lets a program have what it was itself given; nsl keeps its descriptors to itself.
        let fds = "ls /proc/self/fd | grep -c ^[78]$ || true";
        let theirs = sh(&format!("exec 7</dev/null 8</dev/null; ip netns exec a sh -c '{fds}'"));
        let nsl = sandbox::nsl_path();
        let ours = sh(&format!("exec 7</dev/null 8</dev/null; {} -e 'netns.exec(\"a\", \"{fds}\")'", nsl.display()));
        assert_eq!((theirs.trim(), ours.trim()), ("2", "0"));
    });
}

#[test]
fn all_of_them_at_once() {
    run(|| {
        let each = |line: &str| {
            format!(
                "local all = netns.exec_all('{line}', {{ capture = true }}) local names = {{}}
                 for name in pairs(all) do names[#names + 1] = name end table.sort(names)
                 for _, name in ipairs(names) do print(name, all[name].code, (all[name].stdout:gsub('\\n', ' '))) end"
            )
        };
        assert_eq!((ip("-all netns exec true").code, script(&each("true"))), (0, String::new()));
        sh("ip netns add a; ip netns add b; ip -n b link add br0 type bridge");
        assert_eq!(script(&each("ls /sys/class/net; exit 3")), "a\t3\tlo \nb\t3\tbr0 lo \n");
        let theirs = ip("-all netns exec ls /sys/class/net").stdout;
        assert!(theirs.contains("netns: a\nlo\n") && theirs.contains("netns: b\nbr0\nlo\n"), "{theirs}");
        // Ip says that all is well, whatever the programs say; nsl raises where that is asked for.
        assert_eq!(ip("-all netns exec false").code, 0);
        assert_eq!(nsl(&["-e", "netns.exec_all('false', { check = true })"]).code, 1);
        assert_eq!(nsl(&["-e", "netns.exec_all { 'nosuchprogram' }"]).code, 1);

        // Ip stops at the first that it cannot remove, and says that all is well.
        sh("mkdir /run/netns/directory");
        assert_eq!(script("print(netns.delete_all())"), "2\n");
        assert_eq!(sh("ls /run/netns; rmdir /run/netns/directory"), "directory\n");
        script("netns.add 'c' netns.add 'd'");
        assert_eq!((ip("-all netns delete").code, same_list().len()), (0, 0));
        assert_eq!(script("print(netns.delete_all())"), "0\n");
    });
}

/// Events in their order for each name: a name is told once its namespace is mounted, and others may go meanwhile.
fn by_name(events: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = events.lines().collect();
    lines.sort_by_key(|line| line.split(' ').next_back());
    lines
}

#[test]
fn monitor_tells_what_ip_tells() {
    run(|| {
        sh("ip netns add old");
        let text = "local monitor = netns.monitor { timeout = 5 } io.stderr:write 'ready\\n'
            for event in monitor do print(event.action .. ' ' .. event.name) if event.name == 'last' then break end end";
        let ours =
            Command::new(sandbox::nsl_path()).args(["-e", text]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut ours = ours.expect("nsl starts");
        // Through a pipe ip keeps what it has to say to itself.
        let mut theirs = Command::new("stdbuf")
            .args(["-oL", "ip", "netns", "monitor"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("ip starts");
        let mut line = String::new();
        std::io::BufReader::new(ours.stderr.take().expect("a pipe")).read_line(&mut line).expect("text");
        // A descriptor may go while they are listed.
        while !sh(&format!("ls -l /proc/{}/fd 2>&1 || true", theirs.id())).contains("inotify") {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        sh(
            "ip netns add a; ip netns add b; ip netns del a; ip netns del old; touch /run/netns/junk; rm /run/netns/junk",
        );
        script("netns.add 'c' netns.delete 'c' netns.delete 'b' netns.add 'last'");
        let ours = ours.wait_with_output().expect("its end");
        let lines = "add a\nadd b\ndelete a\ndelete old\nadd c\ndelete c\ndelete b\nadd last\n";
        assert_eq!(by_name(&String::from_utf8_lossy(&ours.stdout)), by_name(lines));
        let reader = std::io::BufReader::new(theirs.stdout.take().expect("a pipe"));
        let mut told = String::new();
        for line in reader.lines() {
            told += &(line.expect("text") + "\n");
            if told.ends_with("add last\n") {
                break;
            }
        }
        theirs.kill().expect("it runs");
        theirs.wait().expect("its end");
        // Ip takes any file for a namespace.
        assert_eq!(told, lines.replace("delete old\n", "delete old\nadd junk\ndelete junk\n"));
    });
}

#[test]
fn both_add_at_once() {
    run(|| {
        let mut runs = Vec::new();
        for number in 0..12 {
            let code = format!("netns.add('ours{number}') netns.add('ours{number}b')");
            runs.push(Command::new(sandbox::nsl_path()).args(["-e", &code]).spawn().expect("nsl starts"));
            runs.push(
                Command::new("ip").args(["netns", "add", &format!("theirs{number}")]).spawn().expect("ip starts"),
            );
        }
        assert!(runs.iter_mut().all(|run| run.wait().expect("its end").success()));
        assert_eq!(same_list().len(), 36);
        assert_eq!(
            sh("grep -c ' /run/netns ' /proc/self/mountinfo; grep -c ' /run/netns/' /proc/self/mountinfo"),
            "1\n36\n"
        );
        assert_eq!(script("print(netns.delete_all())"), "36\n");
        assert_eq!(sh("grep -c ' /run/netns/' /proc/self/mountinfo || true; ls /run/netns"), "0\n");
    });
}
