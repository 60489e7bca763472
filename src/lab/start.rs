//! The commands of a lab's nodes: `run`, one after another, and `daemons`, which stay.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use super::live::Live;
use super::plan::Plan;
use crate::error::{Error, Place, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::process::{self, Command, Exec, Exit, Input, Output, Process};
use crate::wait::{Needs, Operation, Step};

/// How long the daemons are watched: what cannot start (a bad option, a missing file) ends in a few milliseconds.
const TRIAL: Duration = Duration::from_millis(100);

/// Runs the commands of all nodes in the order of the plan, each to its end, then starts the daemons and watches them for
/// a moment.
///
/// Errors: a command that cannot be run or fails (`EEXIT`), with its node and its line; a daemon that has ended by then.
#[derive(Debug)]
pub struct Start {
    /// What is to be run, the next one last.
    commands: Vec<Task>,
    /// What is to be started then, in order.
    daemons: Vec<Task>,
    /// Whether daemons are to say nothing, because they outlive whoever could hear it.
    silent: bool,
    running: Option<(Exec, Task)>,
    /// The daemons that were started, and how long they are watched.
    trial: Option<(Vec<Process>, Instant)>,
}

#[derive(Debug, Clone)]
struct Task {
    node: String,
    place: Option<Place>,
    namespace: Namespace,
    words: Vec<String>,
}

impl Start {
    /// What is to be done for the nodes of `plan`, which are up as `live`.
    pub fn new(plan: &Plan, live: &Live) -> Self {
        let all: Vec<usize> = (0..plan.nodes.len()).collect();
        Self::of(plan, live, &all, Namespace::clone)
    }

    /// What is to be done for some of them (places in the plan); `place` says where a node's programs are started.
    pub(super) fn of(plan: &Plan, live: &Live, nodes: &[usize], place: impl Fn(&Namespace) -> Namespace) -> Self {
        let tasks = |of: fn(&super::plan::Node) -> &Vec<Vec<String>>| -> Vec<Task> {
            let nodes = nodes.iter().filter_map(|&node| Some((&plan.nodes[node], live.nodes().get(node)?)));
            let task = |node: &super::plan::Node, namespace: &Namespace, words: &Vec<String>| Task {
                node: node.name.clone(),
                place: node.place.clone(),
                namespace: place(namespace),
                words: words.clone(),
            };
            nodes
                .flat_map(|(node, live)| of(node).iter().map(move |words| (node, &live.namespace, words)))
                .map(|(node, namespace, words)| task(node, namespace, words))
                .collect()
        };
        let mut commands = tasks(|node| &node.run);
        commands.reverse();
        Self { commands, daemons: tasks(|node| &node.daemons), silent: false, running: None, trial: None }
    }

    /// For a lab that is to be kept: what daemons say on standard error is thrown away, as it would keep a pipe open.
    #[must_use]
    pub fn kept(self, kept: bool) -> Self {
        Self { silent: kept, ..self }
    }

    fn start_daemons(&self) -> Result<Vec<Process>> {
        let start = |task: &Task| -> Result<Process> {
            let mut command = task.command();
            (command.stdout, command.daemon) = (Output::Null, true);
            if self.silent {
                command.stderr = Output::Null;
            }
            process::spawn(&task.namespace, &command).map_err(|error| task.word(error))
        };
        self.daemons.iter().map(start).collect()
    }

    /// Starts the daemons, and later looks whether all still run.
    fn try_daemons(&mut self) -> Result<Step<()>> {
        if self.daemons.is_empty() {
            return Ok(Step::Done(()));
        }
        let Some((daemons, end)) = &self.trial else {
            let started = self.start_daemons()?;
            let end = Instant::now() + TRIAL;
            self.trial = Some((started, end));
            return Ok(Step::Wait(Needs { fds: Vec::new(), deadline: Some(end) }));
        };
        if Instant::now() < *end {
            return Ok(Step::Wait(Needs { fds: Vec::new(), deadline: Some(*end) }));
        }
        match daemons.iter().zip(&self.daemons).find(|(daemon, _)| !daemon.running()) {
            None => Ok(Step::Done(())),
            Some((_, task)) => {
                let error = Error::new(&explain::DAEMON_ENDED).with("command", task.command().shown());
                Err(task.word(error.with("node", &task.node)))
            }
        }
    }
}

impl Task {
    fn command(&self) -> Command {
        Command { stdin: Input::Null, ..Command::new(self.words.iter().map(OsString::from)) }
    }

    fn word(&self, error: Error) -> Error {
        error.object(&self.node).place(self.place.clone())
    }

    /// Whether a command that ended did its work.
    fn judge(&self, exit: &Exit) -> Result<()> {
        let error = match (&exit.code, &exit.signal) {
            (Some(0), _) => return Ok(()),
            (Some(code), _) => Error::new(&explain::COMMAND_FAILED).with("code", code),
            (None, signal) => {
                Error::new(&explain::COMMAND_KILLED).with("signal", signal.as_deref().unwrap_or("a signal"))
            }
        };
        Err(self.word(error.with("command", self.command().shown())))
    }
}

impl Operation for Start {
    type Output = ();

    fn step(&mut self) -> Result<Step<()>> {
        loop {
            if let Some((exec, task)) = &mut self.running {
                match exec.step()? {
                    Step::Wait(needs) => return Ok(Step::Wait(needs)),
                    Step::Done(Ok(exit)) => task.judge(&exit)?,
                    Step::Done(Err(failure)) => return Err(task.word(failure.error)),
                }
                self.running = None;
            }
            match self.commands.pop() {
                Some(task) => {
                    let exec = process::exec(&task.namespace, &task.command()).map_err(|error| task.word(error))?;
                    self.running = Some((exec, task));
                }
                None => return self.try_daemons(),
            }
        }
    }
}
