//! `nsl up FILE`: the lab that a file returns, brought up and left so.

use super::args::{Args, LabFile};
use super::exit::Ended;
use super::file::{self, Declared};
use super::rootless;
use super::run::{self, begin_at_home};
use crate::script;

/// Brings up the lab of a file.
pub(super) fn up(args: &Args, file: &LabFile) -> Ended {
    run::whole(|| {
        let moves = rootless::is_wanted(args);
        if !moves {
            begin_at_home(args)?;
        }
        let declared = file::read(file)?;
        if moves {
            if !rootless::join_kept(&file.file, declared.lab.name().as_deref())? {
                rootless::enter_if_needed(args)?;
            }
            begin_at_home(args)?;
        }
        bring_up(args, &declared)?;
        say(args, &declared)
    })
}

fn bring_up(args: &Args, declared: &Declared) -> Result<(), Ended> {
    let text = if args.quiet { "net:up { keep = true, quiet = true }" } else { "net:up { keep = true }" };
    declared.run(text).map(drop)
}

fn say(args: &Args, declared: &Declared) -> Result<(), Ended> {
    if !args.quiet {
        let (nodes, links) = declared.lab.with_plan(|plan| (plan.nodes.len(), plan.links.len()));
        let name = declared.lab.name().unwrap_or_default();
        let text =
            format!("{} is up: {}, {}\n", crate::error::escape(&name), count(nodes, "node"), count(links, "link"));
        script::write_output(text.as_bytes())?;
    }
    Ok(())
}

/// `1 node`, `2 nodes`.
pub(super) fn count(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
