//! The rows of `tests/rows/*.lua`, each a test: made by nsl and by `ip`, `bridge` or `tc`, read by both, written back.
//! What a row is stands in `tests/rows/driver/row.lua`.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests start programs and print")]

mod batch;
mod rows;
#[allow(dead_code, reason = "the integration tests use all of it")]
#[path = "../it/sandbox.rs"]
mod sandbox;
#[path = "../uml/mod.rs"]
mod uml;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};

use batch::{Batches, Verdict};
use rows::Row;

/// Where rows run: `NSL_ROWS`.
#[derive(Clone, Copy, PartialEq)]
enum Kernels {
    /// Those that need modules in user-mode Linux, the others on the host.
    Both,
    Here,
    There,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let kernels = match std::env::var("NSL_ROWS").as_deref() {
        Err(_) => Kernels::Both,
        Ok("here") => Kernels::Here,
        Ok("there") => Kernels::There,
        Ok(other) => panic!("NSL_ROWS is {other:?}: here, there, or not set"),
    };
    let missing = if cfg!(target_arch = "x86_64") { uml::missing() } else { Some("not on this processor".to_owned()) };
    let rows: Vec<Arc<Row>> = rows::all().into_iter().map(Arc::new).collect();
    let batches = Arc::new(Batches::default());
    let mut trials = vec![trial_of_the_kernel(missing.clone()), trial_of_the_words()];
    for row in rows {
        let there = kernels == Kernels::There || !row.needs.is_empty();
        let reason = match &missing {
            _ if there && kernels == Kernels::Here => Some("NSL_ROWS=here"),
            Some(_) if there => Some("no user-mode Linux"),
            _ => None,
        };
        let name = row.title();
        let (own, wait) = (Arc::clone(&row), Arc::clone(&batches));
        let trial = match reason {
            Some(reason) => Trial::ignorable_test(name, move || Ok(Completion::ignored_with(reason))),
            None => {
                let trial = Trial::ignorable_test(name, move || {
                    let ignored = own.judge(wait.verdict(&own))?;
                    Ok(ignored.map_or(Completion::Completed, Completion::ignored_with))
                });
                if !arguments.list && !arguments.is_filtered_out(&trial) {
                    batches.add(row, there);
                }
                trial
            }
        };
        trials.push(trial);
    }
    batches.start();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Says loudly that rows do not run, where they cannot.
fn trial_of_the_kernel(missing: Option<String>) -> Trial {
    let ignored = !cfg!(target_arch = "x86_64");
    let judge = move || missing.map_or(Ok(()), |missing| Err(missing.into()));
    Trial::test("a fuller kernel is here", judge).with_ignored_flag(ignored)
}

/// Every option stands in a row.
fn trial_of_the_words() -> Trial {
    let judge = || {
        let wrong = words::wrong(rows::files().into_iter());
        if wrong.is_empty() { Ok(()) } else { Err(format!("{} words:\n{}", wrong.len(), wrong.join("\n")).into()) }
    };
    Trial::test("every option stands in a row", judge)
}

impl Row {
    /// What the test says: a row of `driver/wrong.lua` must fail, and as it says.
    fn judge(&self, verdict: Verdict) -> Verdict {
        match (&self.wrong, verdict) {
            (None, verdict) => verdict,
            (Some(part), Ok(None)) if part.is_empty() => Ok(None),
            (Some(part), Err(text)) if !part.is_empty() && text.contains(part.as_str()) => Ok(None),
            (Some(part), verdict) => Err(format!("{part:?} was expected, not {verdict:?}")),
        }
    }
}
