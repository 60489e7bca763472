//! Rulesets of nftables: loaded by the `nft` program in the namespace, as one transaction.
//!
//! The language of rulesets is nft's own and large; by netlink they would have to be compiled here.

use super::command::{Command, Input, Output};
use super::exec::{Exec, Exit, exec};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::wait::{Operation, Step};

/// Where nft is even if PATH, as that of an ordinary user, leaves it out.
const PLACES: &str = ":/usr/sbin:/sbin";

/// A ruleset that is being loaded: all of it takes effect, or nothing.
#[derive(Debug)]
pub struct Rules {
    exec: Exec,
    namespace: Namespace,
}

/// Begins to load a ruleset into a namespace.
///
/// Errors: there is no nft (`ENOENT`); it refuses the ruleset (`EINVAL`), with its words; the namespace cannot be entered.
pub fn load_rules(namespace: &Namespace, ruleset: &str) -> Result<Rules> {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(PLACES);
    let command = Command {
        stdin: Input::Bytes(ruleset.as_bytes().to_vec()),
        stdout: Output::Capture,
        stderr: Output::Capture,
        env: [("PATH".into(), path), ("LC_ALL".into(), "C".into())].into(),
        ..Command::new(["nft", "-f", "-"])
    };
    match exec(namespace, &command) {
        Ok(exec) => Ok(Rules { exec, namespace: namespace.clone() }),
        Err(error) if error.is(&explain::COMMAND_MISSING) => {
            Err(Error::new(&explain::NFT_MISSING).object(namespace.label()))
        }
        Err(error) => Err(error),
    }
}

impl Operation for Rules {
    type Output = ();

    fn step(&mut self) -> Result<Step<()>> {
        match self.exec.step()? {
            Step::Wait(needs) => Ok(Step::Wait(needs)),
            Step::Done(Ok(exit)) if exit.ok() => Ok(Step::Done(())),
            Step::Done(Ok(exit)) => Err(refused(&exit).object(self.namespace.label())),
            Step::Done(Err(failure)) => Err(failure.error.object(self.namespace.label())),
        }
    }
}

/// Words what nft says: its first line as the sentence, the lines that show where as notes.
fn refused(exit: &Exit) -> Error {
    let text = String::from_utf8_lossy(exit.stderr.as_deref().unwrap_or_default()).into_owned();
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("nft failed without a word");
    if first.contains("Operation not permitted") {
        let error = Error::new(&explain::NEEDS_CAPABILITY).with("doing", "loading a ruleset");
        return error.with("capability", "CAP_NET_ADMIN");
    }
    let first = first.strip_prefix("/dev/stdin:").map_or_else(|| first.to_owned(), |rest| format!("line {rest}"));
    let error = Error::new(&explain::NFT_REFUSED).with("what", first.replace(" Error: ", " ").replace(['\t'], " "));
    lines.take(4).fold(error, |error, line| error.note(line.replace('\t', " ")))
}
