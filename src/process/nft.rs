//! Rulesets of nftables: loaded by the `nft` program in the namespace, as one transaction.
//!
//! The language of rulesets is nft's own and large; by netlink they would have to be compiled here.

use super::command::{Command, Input, Output};
use super::exec::{Exec, Exit, exec};
use crate::error::{Error, Fault, Quoted, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::wait::{Operation, Step};

/// Where nft is even if PATH, as that of an ordinary user, leaves it out.
const PLACES: &str = ":/usr/sbin:/sbin";

/// How many mistakes an error tells of.
const MOST_FAULTS: usize = 4;

/// A ruleset that is being loaded: all of it takes effect, or nothing.
#[derive(Debug)]
pub struct Rules {
    exec: Exec,
    namespace: Namespace,
    ruleset: String,
}

/// Begins to load a ruleset into a namespace, with one of nsl's own behind it, which may be empty.
///
/// Errors: there is no nft (`ENOENT`); it refuses the ruleset (`EINVAL`), with its words; the namespace cannot be entered.
pub fn load_rules(namespace: &Namespace, ruleset: &str, own: &str) -> Result<Rules> {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(PLACES);
    let command = Command {
        // nft wants the last line to end.
        stdin: Input::Bytes(format!("{ruleset}\n{own}").into_bytes()),
        stdout: Output::Capture,
        stderr: Output::Capture,
        env: [("PATH".into(), path), ("LC_ALL".into(), "C".into())].into(),
        ..Command::new(["nft", "-f", "-"])
    };
    match exec(namespace, &command) {
        Ok(exec) => Ok(Rules { exec, namespace: namespace.clone(), ruleset: ruleset.to_owned() }),
        Err(error) if error.is(&explain::COMMAND_MISSING) => {
            Err(Error::new(&explain::NFT_MISSING).object(namespace.label()))
        }
        Err(error) => Err(error),
    }
}

/// The ruleset that lets all that goes out of some devices do so under the devices' own addresses, IPv4 and IPv6. It is a
/// table of nsl's own, which what is loaded before and behind does not touch; those that are loaded one after another add up,
/// and the same twice is the same as once.
///
/// `EINVAL` for a name that rulesets cannot have.
pub fn masquerading<'a>(devices: impl IntoIterator<Item = &'a str>) -> Result<String> {
    let mut names = Vec::new();
    for name in devices {
        // In nft's quotes nothing can be escaped, and a star is a pattern.
        if name.contains(['"', '\\', '*']) {
            return Err(Error::new(&explain::NFT_NAME).with("device", name));
        }
        names.push(format!("\"{name}\""));
    }
    let names = names.join(", ");
    Ok(format!(
        "add table inet nsl
add set inet nsl out {{ type ifname; }}
add chain inet nsl postrouting {{ type nat hook postrouting priority srcnat; }}
flush chain inet nsl postrouting
add rule inet nsl postrouting oifname @out masquerade
add element inet nsl out {{ {names} }}
"
    ))
}

impl Operation for Rules {
    type Output = ();

    fn step(&mut self) -> Result<Step<()>> {
        match self.exec.step()? {
            Step::Wait(needs) => Ok(Step::Wait(needs)),
            Step::Done(Ok(exit)) if exit.ok() => Ok(Step::Done(())),
            Step::Done(Ok(exit)) => Err(refused(&exit, &self.ruleset).object(self.namespace.label())),
            Step::Done(Err(failure)) => Err(failure.error.object(self.namespace.label())),
        }
    }
}

/// Words what nft says: what is wrong, and where in the ruleset.
fn refused(exit: &Exit, ruleset: &str) -> Error {
    let text = String::from_utf8_lossy(exit.stderr.as_deref().unwrap_or_default());
    if text.contains("Operation not permitted") {
        let error = Error::new(&explain::NEEDS_CAPABILITY).with("doing", "loading a ruleset");
        return error.with("capability", "CAP_NET_ADMIN");
    }
    let error = Error::new(&explain::NFT_REFUSED);
    // One mistake may lead to many, also in what stands behind.
    let lines = ruleset.split('\n').count();
    let faults: Vec<Fault> =
        text.lines().filter_map(fault).filter(|fault| fault.line <= lines).take(MOST_FAULTS).collect();
    if !faults.is_empty() {
        return error.quoting(Quoted::new(ruleset, faults));
    }
    // Of another file, or of no place at all.
    let mut said = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first =
        said.clone().find(|line| line.contains("Error: ")).or(said.next()).unwrap_or("nft failed without a word");
    let first = first.strip_prefix("internal:0:0-0: ").unwrap_or(first);
    error.with("at", "").with("what", first.replacen("Error: ", "", 1))
}

/// `/dev/stdin:3:5-9: Error: unknown chain hook`: columns are counted from 1, in bytes, and the last is one of them.
fn fault(line: &str) -> Option<Fault> {
    let (place, what) = line.strip_prefix("/dev/stdin:")?.split_once(": Error: ")?;
    let (line, columns) = place.split_once(':')?;
    let (first, last) = columns.split_once('-')?;
    let number = |text: &str| text.parse::<u32>().ok().and_then(|number| usize::try_from(number).ok());
    let start = number(first)?.saturating_sub(1);
    Some(Fault { line: number(line)?, columns: start..number(last)?.max(start), what: what.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nft_says_is_taken_apart() {
        let found = fault("/dev/stdin:3:30-34: Error: unknown chain hook").expect("a fault");
        assert_eq!((found.line, found.columns, found.what.as_str()), (3, 29..34, "unknown chain hook"));
        for other in
            ["  chain y { type filter hook imput; }", "/etc/x.nft:1:1-2: Error: no", "/dev/stdin:a:1-2: Error: x"]
        {
            assert!(fault(other).is_none(), "{other}");
        }
    }

    #[test]
    fn names_that_would_mean_something_else_are_refused() {
        assert!(masquerading(["eth0", "veth-a.1@x"]).expect("names").contains("{ \"eth0\", \"veth-a.1@x\" }"));
        for name in ["a\"", "eth*", "a\\b"] {
            assert!(masquerading([name]).expect_err("no name").is(&explain::NFT_NAME), "{name}");
        }
    }
}
