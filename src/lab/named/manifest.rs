//! What the manifest of a lab says: whose it is, and which names of which namespaces are its own. Plain data and JSON.

use serde_json::{Value, json};

use crate::kernel::link::Borrowed;
use crate::kernel::namespace::publish::Known;
use crate::process::Identity;

/// What this version writes, and the only one that it reads.
const VERSION: u64 = 1;

/// Whose a lab is and what of it can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The machine's `boot_id`, with which all else here ends.
    pub(super) boot: String,
    /// The user that made it.
    pub(super) uid: u32,
    /// The process that made it.
    pub(super) owner: Identity,
    /// Once it is kept: the first process of its PID namespace, with which it ends.
    pub(super) kept: Option<Identity>,
    pub(super) nodes: Vec<Published>,
    /// The cookie of the namespace that interfaces were lent from.
    pub(super) home: u64,
    /// Those interfaces, and where each is.
    pub(super) lent: Vec<(Known, Borrowed)>,
}

/// A node and the name of its namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) node: String,
    pub(super) known: Known,
    /// The inode of the mount namespace of its programs, if it has something of its own there: the first process of a kept
    /// lab holds it.
    pub(super) view: Option<u64>,
}

impl Manifest {
    pub(super) fn to_json(&self) -> String {
        let process = |identity: &Identity| json!({ "pid": identity.pid, "start": identity.start });
        let nodes = self
            .nodes
            .iter()
            .map(|Published { node, known: (name, cookie), view }| json!({ "node": node, "netns": name, "cookie": cookie, "view": view }));
        let lent = self.lent.iter();
        let lent =
            lent.map(|((name, cookie), link)| json!({ "netns": name, "cookie": cookie, "link": link.to_json() }));
        let manifest = json!({
            "version": VERSION,
            "boot": self.boot,
            "uid": self.uid,
            "owner": process(&self.owner),
            "kept": self.kept.as_ref().map(process),
            "nodes": nodes.collect::<Vec<_>>(),
            "home": self.home,
            "lent": lent.collect::<Vec<_>>(),
        });
        manifest.to_string()
    }

    /// Reads a manifest; says what is wrong with it.
    pub(super) fn from_json(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match value["version"].as_u64() {
            Some(VERSION) => {}
            Some(other) => return Err(format!("it is of version {other}")),
            None => return Err("it has no version".to_owned()),
        }
        let nodes = value["nodes"].as_array().ok_or("it has no \"nodes\"")?;
        let lent = value["lent"].as_array().ok_or("it has no \"lent\"")?;
        Ok(Self {
            boot: text_of(&value, "boot")?,
            uid: value["uid"].as_u64().and_then(|uid| u32::try_from(uid).ok()).ok_or("it has no \"uid\"")?,
            owner: process(&value["owner"]).ok_or("it has no \"owner\"")?,
            kept: match &value["kept"] {
                Value::Null => None,
                kept => Some(process(kept).ok_or("its \"kept\" is no process")?),
            },
            nodes: nodes.iter().map(published).collect::<Result<_, _>>()?,
            home: value["home"].as_u64().ok_or("it has no \"home\"")?,
            lent: lent.iter().map(self::lent).collect::<Result<_, _>>()?,
        })
    }
}

fn text_of(value: &Value, key: &str) -> Result<String, String> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| format!("it has no \"{key}\""))
}

fn process(value: &Value) -> Option<Identity> {
    // Never 0 or below, which kill(2) takes for groups.
    let pid = value["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok()).filter(|&pid| pid > 0)?;
    Some(Identity { pid, start: value["start"].as_u64()? })
}

fn published(value: &Value) -> Result<Published, String> {
    Ok(Published { node: text_of(value, "node")?, known: known(value)?, view: value["view"].as_u64() })
}

fn lent(value: &Value) -> Result<(Known, Borrowed), String> {
    Ok((known(value)?, Borrowed::from_json(&value["link"]).ok_or("something lent is no link")?))
}

fn known(value: &Value) -> Result<Known, String> {
    let cookie = value["cookie"].as_u64().ok_or("a node has no \"cookie\"")?;
    let name = text_of(value, "netns")?;
    // What is deleted is one file of /run/netns, whatever is written here.
    if name.is_empty() || name.contains(['/', '\0']) || matches!(name.as_str(), "." | "..") {
        return Err(format!("\"{name}\" is no name of a namespace"));
    }
    Ok((name, cookie))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn manifest() -> Manifest {
        Manifest {
            boot: "b".to_owned(),
            uid: 0,
            owner: Identity { pid: 7, start: 9 },
            kept: None,
            nodes: vec![Published { node: "h1".to_owned(), known: ("demo-h1".to_owned(), 1 << 60), view: Some(7) }],
            home: 1,
            lent: Vec::new(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let kept = Manifest { kept: Some(Identity { pid: 8, start: 10 }), ..manifest() };
        for manifest in [manifest(), kept] {
            assert_eq!(Manifest::from_json(&manifest.to_json()), Ok(manifest));
        }
    }

    #[test]
    fn what_is_damaged_or_means_something_else_is_refused() {
        let good = manifest().to_json();
        for (from, to) in [
            ("\"version\":1", "\"version\":2"),
            ("\"pid\":7", "\"pid\":-1"),
            ("\"pid\":7", "\"pid\":0"),
            ("demo-h1", "../demo-h1"),
            ("demo-h1", ".."),
            ("\"uid\":0", "\"uid\":-3"),
            ("\"cookie\"", "\"cake\""),
        ] {
            assert!(good.contains(from), "{good}");
            assert!(Manifest::from_json(&good.replacen(from, to, 1)).is_err(), "{to}");
        }
        for length in 0..good.len() {
            assert!(Manifest::from_json(&good[..length]).is_err());
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in ".{0,200}") {
            let _ = Manifest::from_json(&text);
        }
    }
}
