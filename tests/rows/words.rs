//! Which options stand in a row: every word that a function of the kernel's objects takes, and every word of every kind of
//! links, has to be in one that succeeds, or in [`WITHOUT_ROW`] with a reason, and then in none.
//!
//! Rows are plain Lua: their `make` is called with a namespace that does nothing but note what it is asked for.

use std::collections::BTreeSet;
use std::path::Path;

use mlua::{Function, Lua, Table, Value, Variadic};
use nsl::kernel::link::kind::settable_by_family;
use nsl::kernel::words::settable;

use crate::rows;

/// Words that stand in no row that succeeds, by object (and kind), and why.
const WITHOUT_ROW: &[(&str, &[&str], &str)] = &[
    ("link bridge", &["mcast_hash_elasticity"], "the kernel takes it and forgets it"),
    ("filter", &["ct_zone"], "the kernel is built without zones; a row has the refusal"),
    ("action", &["avrate"], "goes by the estimator that filters alone have: filter_matchall.lua"),
    ("action", &["skip_sw"], "only for hardware that can do it; a row has the refusal"),
    ("action", &["object_pinned"], "the same as of a filter: filter_ebpf.lua"),
    ("filter", &["bpf_name", "prog"], "told as a filter of the extended BPF is written back: filter_ebpf.lua"),
    ("mptcp_endpoint", &["family"], "that of its address, unless told"),
    ("mptcp_endpoint", &["implicit"], "made by the kernel alone; a row has the refusal"),
    ("xfrm_policy", &["offload"], "only for hardware that can do it"),
    (
        "link bond",
        &["broadcast_neighbor", "actor_port_prio"],
        "of Linux 6.17 and 6.18: none that rows run on has bonds and these",
    ),
    ("link wwan", &["linkid"], "only of a modem"),
    ("link", &["parentdev"], "what a modem's link stands on"),
    ("link dsa", &["conduit"], "only for the switch in hardware"),
    ("link ipoib", &["pkey", "umcast"], "only on InfiniBand"),
    ("link can", NOT_OF_SLCAN, "the one controller that needs no hardware refuses it; rows have some of the refusals"),
];

const NOT_OF_SLCAN: &[&str] = &[
    "tq",
    "prop_seg",
    "phase_seg1",
    "phase_seg2",
    "sjw",
    "sample_point",
    "dbitrate",
    "dtq",
    "dprop_seg",
    "dphase_seg1",
    "dphase_seg2",
    "dsjw",
    "dsample_point",
    "loopback",
    "triple_sampling",
    "one_shot",
    "berr_reporting",
    "fd",
    "fd_non_iso",
    "presume_ack",
    "cc_len8_dlc",
    "restart",
    "restart_ms",
    "tdc_mode",
    "tdcv",
    "tdco",
    "tdcf",
    "termination",
];

/// A namespace that notes what it is asked for.
const NOTES: &str = include_str!("driver/notes.lua");

/// What is wrong: `neigh: lladdr stands in no row`.
pub(crate) fn wrong(files: impl Iterator<Item = impl AsRef<Path>>) -> Vec<String> {
    let mut seen: BTreeSet<(String, String)> = files.flat_map(|file| seen(file.as_ref())).collect();
    // What kinds of one family share is written once.
    let shared: Vec<(String, String)> = settable_by_family()
        .flat_map(|family| {
            let kinds: Vec<String> = family.iter().map(|(kind, _)| format!("link {kind}")).collect();
            let of_one = seen.iter().filter(|(object, _)| kinds.contains(object));
            of_one.flat_map(|(_, word)| kinds.iter().map(|kind| (kind.clone(), word.clone()))).collect::<Vec<_>>()
        })
        .collect();
    seen.extend(shared);
    let excused = WITHOUT_ROW.iter().flat_map(|(object, words, _)| words.iter().map(|word| (*object, *word)));
    let excused: BTreeSet<_> = excused.map(|(object, word)| (object.to_owned(), word.to_owned())).collect();
    let missing: BTreeSet<_> = wanted().difference(&seen).cloned().collect();
    let without = missing.difference(&excused).map(|(object, word)| format!("{object}: {word} stands in no row"));
    let needless = excused.difference(&missing).map(|(object, word)| {
        format!("{object}: {word} stands in a row or is no word, and in WITHOUT_ROW for no reason")
    });
    without.chain(needless).collect()
}

/// Every word, by object, and that of a kind by its kind: `link vxlan`, `qdisc netem`.
fn wanted() -> BTreeSet<(String, String)> {
    let of_kinds = words_of_kinds();
    let is_a_kinds = |object: &str, word: &str| of_kinds.iter().any(|(of, _, name)| *of == object && *name == word);
    // What a chain's template says is what a filter says, and stands in rows of filters.
    let filters: BTreeSet<&str> = nsl::script::functions()
        .filter(|function| function.name == "netns.filter_add")
        .flat_map(nsl::script::Function::option_keys)
        .collect();
    let is_a_templates = |object: &str, word: &str| object == "chain" && filters.contains(word);
    let mut wanted = BTreeSet::new();
    for function in nsl::script::functions().filter(|function| function.module() == "netns") {
        let Some(object) = object(function.short_name()) else { continue };
        let own = function.option_keys().filter(|key| !is_a_kinds(object, key) && !is_a_templates(object, key));
        wanted.extend(own.map(|key| (object.to_owned(), key.to_owned())));
    }
    wanted.extend(of_kinds.into_iter().map(|(object, kind, word)| (format!("{object} {kind}"), word.to_owned())));
    wanted
}

/// The words of every kind that nsl knows: of which object, of which kind.
fn words_of_kinds() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut all = Vec::new();
    for (kind, words) in settable_by_family().flatten() {
        all.extend(words.into_iter().map(|word| ("link", kind, word)));
    }
    for kind in nsl::kernel::tc::kind::KINDS {
        all.extend(settable(kind.qdisc.words).map(|word| ("qdisc", kind.name, word)));
        let class = kind.class.as_ref().map(|class| class.words).unwrap_or_default();
        all.extend(settable(class).map(|word| ("class", kind.name, word)));
    }
    all
}

/// What a function that writes is about: `neigh` for `neigh_add`.
fn object(function: &str) -> Option<&str> {
    match function {
        "veth" => Some("link"),
        "shape" => Some("shape"),
        _ => function.rsplit_once('_').filter(|(_, verb)| matches!(*verb, "add" | "set" | "replace")).map(|(of, _)| of),
    }
}

/// The words in the rows of a file, by object; those of links also by kind.
fn seen(file: &Path) -> Vec<(String, String)> {
    let lua = Lua::new();
    let table = rows::load(&lua, file);
    let calls = lua.create_table().expect("a table");
    let noted = calls.clone();
    let note = lua.create_function(move |lua, call: Variadic<Value>| noted.raw_push(lua.create_sequence_from(call)?));
    let namespace: Table = lua.load(NOTES).call(note.expect("a function")).expect("a namespace");
    lua.globals().set("netns", &namespace).expect("a global");
    let mut seen = Vec::new();
    for row in table.sequence_values::<Table>().map(|row| row.expect("a row")) {
        let get =
            |key: &str| row.get::<Value>(key).ok().filter(|value| !value.is_nil()).or_else(|| table.get(key).ok());
        let (Some(Value::Function(make)), None | Some(Value::Nil)) = (get("make"), get("fails")) else { continue };
        calls.clear().expect("a table");
        // What comes back is no result: a row that looks at one has been noted so far.
        let _ = Function::call::<()>(&make, &namespace);
        let text = |key: &str| get(key).and_then(|text| text.as_string().map(|text| text.to_string_lossy()));
        let pair = matches!(get("pair"), Some(Value::Boolean(true))).then(|| "v0 type veth".to_owned());
        let by_ip = [text("tool"), text("before"), pair].map(Option::unwrap_or_default);
        let by_ip = by_ip.iter().find(|text| text.contains(" type ")).map_or("", String::as_str);
        for call in calls.sequence_values::<Table>().map(|call| call.expect("a call")) {
            let (name, options): (String, Table) = (call.get(1).expect("a name"), call.get(2).expect("a table"));
            // As a method of a link, `link_set` is `set`.
            let name = if name == "set" { "link_set" } else { &name };
            let Some(object) = object(name) else { continue };
            // Which kinds: as the link is made, or as the same is done by `ip`.
            let mut objects = vec![object.to_owned()];
            let kinds = ["type", "kind"].into_iter().filter_map(|key| options.get::<String>(key).ok());
            objects.extend(kinds.map(|kind| format!("{object} {kind}")));
            let words = by_ip.split_whitespace();
            let types = words.clone().zip(words.skip(1)).filter(|(word, _)| *word == "type");
            objects.extend(types.map(|(_, kind)| format!("link {}", kind.trim_end_matches(';').replace("_slave", ""))));
            note_keys(&options, &objects, &mut seen);
        }
    }
    seen
}

/// The keys of a table, and of those within it.
fn note_keys(table: &Table, objects: &[String], seen: &mut Vec<(String, String)>) {
    for (key, value) in table.pairs::<Value, Value>().map(|pair| pair.expect("a pair")) {
        if let Some(key) = key.as_string() {
            // `local_` is how Lua's grammar lets `local` be spelt.
            let key = key.to_string_lossy().trim_end_matches('_').to_owned();
            seen.extend(objects.iter().map(|object| (object.clone(), key.clone())));
        }
        if let Value::Table(inner) = value {
            note_keys(&inner, objects, seen);
        }
    }
}
