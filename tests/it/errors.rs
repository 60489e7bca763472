//! Every row of the table of wording against a snapshot: what nsl prints, whole, and its exit code.
//!
//! A row `NAMESPACE_EXISTS` has at least one script `tests/errors/namespace_exists.lua` (further ones are called
//! `namespace_exists.2.lua`) and what it prints beside it. A script may begin with `-- before: SHELL` (run first in its
//! sandbox) and `-- run: SHELL` (instead of `nsl FILE`; `$NSL` is the program). `NSL_UPDATE=1` writes the snapshots.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nsl::error::{Error, explain};

use crate::sandbox;

/// Rows that no script can provoke here, and why: they are held against a snapshot as the table words them.
const UNPROVOKED: &[(&str, &str)] = &[
    ("BUG", "it would be mended; tests/it/faults provokes it with a function that panics"),
    ("LIST_KEEPS_CHANGING", "it takes luck to change a list ten times while it is read"),
    ("ANSWER_UNREADABLE", "no kernel is known to give such an answer"),
    ("NAMESPACE_COOKIE_UNKNOWN", "it takes a kernel before Linux 5.14"),
    ("CHILD_STAGE", "the kernel refuses these steps only for want of memory"),
    ("WORD_UNKNOWN", "a script is told of a misspelt key before, but for those inside a table of an option"),
    ("OBJECT_NOT_SUPPORTED", "it takes a kernel built without the object"),
    ("LINK_OPTION_MISSING", "it takes a kernel built without an option; tests/it/faults asks for one"),
    ("LINK_BENEATH_BUSY", "it takes a module: tests/rows/link_macvlan.lua has it"),
    ("LINK_OPTION_KEPT", "it takes a module: tests/rows/vrf.lua has it"),
    ("BOND_QUEUE_MISSING", "it takes a module: tests/rows/link_bond.lua has it"),
    ("OBJECT_IN_USE", "it takes modules: tests/rows/fou.lua, macsec.lua and mptcp.lua have it"),
    ("TUNNEL_OPTIONS", "it takes a kernel from Linux 6.15 on: tests/rows/encap_options.lua has it"),
    ("MACSEC_NONE", "it takes a module: tests/rows/macsec.lua has it"),
    ("MACSEC_KEY", "it takes a module: tests/rows/macsec.lua has it"),
    ("MPTCP_FULL", "it takes a kernel with Multipath TCP: tests/rows/mptcp.lua has it"),
    ("XFRM_NO_SPI", "it takes a module: tests/rows/xfrm_state.lua has it"),
    ("XFRM_KEY", "it takes a module: tests/rows/xfrm_state.lua has it"),
    ("QDISC_MISSING", "it takes a kernel without netem; tests/it/shape.rs asks for it where that is so"),
    ("TC_KIND_MISSING", "it takes a kernel without a discipline; the rows of tests/rows ask for one where that is so"),
    ("TC_ACTIONS_MISSING", "it takes a kernel without an action; a test in src/kernel/tc/filter/mod.rs words it"),
    (
        "BPF_UNUSABLE",
        "it takes an object file whose code refers to what is not in it; src/kernel/bpf/object.rs damages one",
    ),
    ("BPF_MAP_PIN", "it takes a machine without a BPF file system; tests/rows/filter_ebpf.lua pins where there is one"),
    ("BPF_MISSING", "it takes a kernel without BPF"),
    ("VLAN_NO_BRIDGE", "it takes a kernel whose bridges know VLANs; tests/rows/bridge_vlan.lua asks for it there"),
    ("LINK_RENAME_BUSY", "it takes a kernel before Linux 6.2; tests/it/faults holds both to it"),
    ("DAEMON_ENDED", "the daemon has to end in the moment before `up` returns"),
    ("LAB_UNSETTLED", "it takes a program that changes the lab as fast as nsl does"),
    ("LAB_DIFF_HELD", "no script says it: tests/it/cli/change.rs asks `nsl diff`"),
    ("LAB_HOST_ELSEWHERE", "it takes a kept lab that is taken down in another namespace: tests/it/lab_script/hosts.rs"),
    ("DOOR", "the lab has to end between the list of labs and the question for one of its nodes"),
    ("DOOR_JOIN", "it takes a process that may see another's namespaces and not join them"),
    ("MODULE_MISSING", "it takes a kernel without a module; the rows of tests/rows ask for one where that is so"),
    ("ETHTOOL_MISSING", "it takes a kernel without generic netlink for ethtool"),
    ("LAB_HELD", "it names a pid, which differs from run to run; tests/it/lab provokes it"),
];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

#[test]
fn every_row_prints_as_its_snapshot_says() {
    let mut scripts: Vec<PathBuf> = fs::read_dir(directory())
        .expect("tests/errors")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
        .collect();
    scripts.sort();
    // Two at a time: a sandbox waits more than it works.
    let (one, two): (Vec<_>, Vec<_>) = scripts.iter().enumerate().partition(|(place, _)| place % 2 == 0);
    let other = std::thread::spawn({
        let two: Vec<PathBuf> = two.into_iter().map(|(_, path)| path.clone()).collect();
        move || two.iter().filter_map(|path| difference(path)).collect::<Vec<_>>()
    });
    let mut wrong: Vec<String> = one.into_iter().filter_map(|(_, path)| difference(path)).collect();
    wrong.extend(other.join().expect("the other half"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How what a script prints differs from its snapshot; with `NSL_UPDATE` the snapshot is written instead.
fn difference(script: &Path) -> Option<String> {
    let text = fs::read_to_string(script).expect("a script");
    let directive = |name: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix("-- ")?.strip_prefix(name)?.strip_prefix(": "));
        lines.collect::<Vec<_>>().join("\n")
    };
    let name = script.file_name().and_then(|name| name.to_str()).expect("a name");
    let nsl = sandbox::nsl_path();
    let before = format!("export NSL={}; {}", nsl.display(), directive("before"));
    let run = directive("run");
    let run = if run.is_empty() { format!("exec $NSL {name}") } else { run };
    let outcome = sandbox::outcome(&before, &directory(), "sh", &["-c", &run]);
    let printed = format!("{}{}exit code {}\n", outcome.stdout, filtered(&outcome.stderr), outcome.code);
    let snapshot = script.with_extension("stderr");
    if std::env::var_os("NSL_UPDATE").is_some() {
        fs::write(&snapshot, printed).expect("a snapshot");
        return None;
    }
    let wanted = fs::read_to_string(&snapshot).unwrap_or_default();
    (printed != wanted).then(|| format!("--- {name} printed\n{printed}--- and should print\n{wanted}"))
}

/// Numbers that differ from run to run are made equal: `net:[N]`, `process N`; what the kernel says of its own differs
/// from kernel to kernel and is left out (tests/it/faults holds that it is kept).
fn filtered(text: &str) -> String {
    let own: String = text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("= kernel: ")).collect();
    ["net:[", "process "].into_iter().fold(own, |text, before| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |filtered, part| {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
            let number = if rest.len() < part.len() { "N" } else { "" };
            filtered + before + number + rest
        })
    })
}

#[test]
fn every_row_has_a_snapshot() {
    let names = |extension: &str| -> BTreeSet<String> {
        let names = fs::read_dir(directory())
            .expect("tests/errors")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter_map(|name| name.strip_suffix(extension).map(str::to_owned)).collect()
    };
    assert_eq!(names(".lua"), names(".stderr"), "each script has its snapshot and the other way round");
    let row = |name: String| name.split('.').next().map(str::to_uppercase);
    let stems: BTreeSet<String> = names(".lua").into_iter().filter_map(row).collect();
    let rows: BTreeSet<String> = explain::ROWS.iter().map(|row| row.id.to_owned()).collect();
    let unprovoked: BTreeSet<String> = UNPROVOKED.iter().map(|(id, _)| (*id).to_owned()).collect();
    let lacking: Vec<_> = rows.iter().filter(|id| !stems.contains(*id) && !unprovoked.contains(*id)).collect();
    assert!(lacking.is_empty(), "rows without a script in tests/errors: {lacking:?}");
    let unknown: Vec<_> = stems.iter().chain(&unprovoked).filter(|id| !rows.contains(*id)).collect();
    assert!(unknown.is_empty(), "no row is called so: {unknown:?}");
}

#[test]
fn the_table_keeps_its_own_rules() {
    for row in explain::ROWS.iter() {
        let text = row.message;
        assert!(!text.ends_with('.'), "{}: no final period", row.id);
        assert!(!text.contains("'<"), "{}: names stand in double quotes", row.id);
        let first = text.chars().next().expect("a sentence");
        assert!(!first.is_uppercase(), "{}: lower case", row.id);
        assert!(!row.hint.ends_with('.'), "{}: no final period in a hint", row.id);
        assert!(row.code.is_empty() || row.code.starts_with('E'), "{}: a code is an errno's name", row.id);
        assert!(!Error::new(row).code().is_empty());
    }
}

#[test]
fn rows_that_cannot_be_provoked_are_worded_as_they_should_be() {
    let mut text = String::new();
    for (id, why) in UNPROVOKED {
        let row = explain::ROWS.iter().find(|row| row.id == *id).expect("a row");
        text.push_str(&format!("{id} ({}): {}\n  hint: {}\n  not provoked: {why}\n", row.code, row.message, row.hint));
    }
    let path = directory().join("unprovoked.txt");
    if std::env::var_os("NSL_UPDATE").is_some() {
        fs::write(&path, &text).expect("a snapshot");
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), text);
}
