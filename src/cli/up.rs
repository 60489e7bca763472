//! `nsl up FILE` and `nsl diff FILE`: the lab that a file returns, brought up and left so, or changed to what the file says
//! by now; and what that would change.

use mlua::{Table, Value};

use super::args::{Args, LabFile};
use super::exit::Ended;
use super::file::{self, Declared};
use super::rootless;
use super::run::{self, begin_at_home};
use crate::error::{Error, escape, explain};
use crate::lab::counted;
use crate::script::{self, Failure};

/// Brings up the lab of a file, or changes it where it is up.
pub(super) fn up(args: &Args, file: &LabFile) -> Ended {
    run::whole(|| {
        let moves = rootless::is_wanted(args);
        if !moves {
            begin_at_home(args)?;
        }
        let declared = file::read(file)?;
        if moves {
            if !rootless::join_kept(&file.file, declared.lab.name().as_deref())? {
                rootless::check_declares(&file.file)?;
                rootless::enter_if_needed(args)?;
            }
            begin_at_home(args)?;
        }
        let quiet = if args.quiet { "quiet = true" } else { "" };
        if declared.lab.adopt()? {
            let changes = declared.run(&format!("return net:apply {{ {quiet} }}"))?;
            return if args.quiet { Ok(()) } else { tell(args, changes.front()) };
        }
        declared.run(&format!("net:up {{ keep = true, {quiet} }}"))?;
        say(args, &declared)
    })
}

/// Tells what `up` would change; of a lab that is not up, all of it.
pub(super) fn diff(args: &Args, file: &LabFile) -> Ended {
    run::whole(|| {
        let moves = rootless::is_wanted(args);
        if !moves {
            begin_at_home(args)?;
        }
        let declared = file::read(file)?;
        let mut is_there = !moves;
        if moves {
            is_there = rootless::join_kept(&file.file, declared.lab.name().as_deref())?;
            begin_at_home(args)?;
        }
        // Elsewhere there are only labs of others.
        if is_there {
            declared.lab.adopt().map_err(|error| held(error, &declared))?;
        }
        let changes = declared.run("return net:diff()")?;
        match changes.front() {
            Some(Value::Table(changes)) if changes.raw_len() == 0 && !args.json => Ok(()),
            changes => tell(args, changes),
        }
    })
}

/// Says what can be done instead where a running script has the lab.
fn held(error: Error, declared: &Declared) -> Error {
    if !error.is(&explain::LAB_EXISTS) {
        return error;
    }
    let name = declared.lab.name().unwrap_or_default();
    Error::new(&explain::LAB_DIFF_HELD).with("held", error.message()).with("name", name)
}

/// Prints changes: one a line, or as JSON.
fn tell(args: &Args, changes: Option<&Value>) -> Result<(), Ended> {
    let text = match changes {
        Some(Value::Table(changes)) if args.json => as_json(changes),
        Some(changes) => changes.to_string(),
        None => return Ok(()),
    };
    let text = text.map_err(|error| Failure::from_lua(&error))?;
    Ok(script::write_output(format!("{text}\n").as_bytes())?)
}

fn as_json(changes: &Table) -> mlua::Result<String> {
    let record = |record: mlua::Result<Table>| {
        let fields = ["action", "what", "node", "name", "have", "want"].map(|key| {
            let value: Option<String> = record.as_ref().ok().and_then(|record| record.raw_get(key).ok()).flatten();
            (key.to_owned(), serde_json::Value::from(value))
        });
        serde_json::Value::Object(fields.into_iter().collect())
    };
    Ok(serde_json::Value::Array(changes.sequence_values::<Table>().map(record).collect()).to_string())
}

/// Says what is up now.
fn say(args: &Args, declared: &Declared) -> Result<(), Ended> {
    if !args.quiet {
        let (nodes, links) = declared.lab.with_plan(|plan| (plan.nodes.len(), plan.links.len()));
        let name = declared.lab.name().unwrap_or_default();
        let text = format!("{} is up: {}, {}\n", escape(&name), counted(nodes, "node"), counted(links, "link"));
        script::write_output(text.as_bytes())?;
    }
    Ok(())
}
