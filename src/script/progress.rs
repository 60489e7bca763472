//! A bar on the terminal for what takes its time: from half a second on, and gone when it is done.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::Result;
use crate::lab::build::{Phase, Progress};
use crate::probe::pingall::PingAllRun;
use crate::wait::{Operation, Step};

/// What is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);

static QUIET: AtomicBool = AtomicBool::new(false);

/// Whether no bar is to be shown in this run.
pub fn be_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// A bar that is shown once it is worth it. Dropped, it is gone from the terminal.
pub(super) struct Bar {
    begun: Instant,
    wanted: bool,
    shown: Option<ProgressBar>,
}

impl Bar {
    pub(super) fn new(quiet: bool) -> Self {
        let is_dumb = || std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let wanted = !quiet && !QUIET.load(Ordering::Relaxed) && std::io::stderr().is_terminal() && !is_dumb();
        Self { begun: Instant::now(), wanted, shown: None }
    }

    /// Says how far a build is.
    pub(super) fn build(&mut self, progress: Progress) {
        let what = match progress.phase {
            Phase::Namespaces => "namespaces",
            Phase::Links => "links",
            Phase::Nodes => "nodes",
        };
        self.show(what, progress.done, progress.total);
    }

    fn show(&mut self, what: &'static str, done: usize, total: usize) {
        if !self.wanted || self.begun.elapsed() < PATIENCE {
            return;
        }
        let bar = self.shown.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg:>10} [{bar:40}] {pos}/{len}");
            // Drawn at once, and later as often as it is worth it.
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "))
        });
        bar.set_length(total as u64);
        bar.set_message(what);
        bar.set_position(done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

/// A ping of all pairs with its bar.
pub(super) struct Watched {
    run: PingAllRun,
    bar: Bar,
}

impl Watched {
    pub(super) fn new(run: PingAllRun, quiet: bool) -> Self {
        Self { run, bar: Bar::new(quiet) }
    }
}

impl Operation for Watched {
    type Output = <PingAllRun as Operation>::Output;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        let step = self.run.step()?;
        let progress = self.run.progress();
        self.bar.show("pairs", progress.done(), progress.total());
        Ok(step)
    }
}
