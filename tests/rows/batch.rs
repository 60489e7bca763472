//! Runs rows, many in one process: those of a file that the host can run in one sandbox, those for user-mode Linux in two
//! kernels; and gives each row's verdict to the test that waits for it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::rows::{self, Row};
use crate::{sandbox, uml};

/// What came of a row: nothing, or why its kernel could not run it; or what was wrong.
pub(crate) type Verdict = Result<Option<String>, String>;

/// How long the rows of a file may take on the host; in user-mode Linux, how long nothing may be heard.
const SILENCE: Duration = Duration::from_secs(60);
/// So many processes run at a time: two kernels, which often wait, and the rows of a file on the host.
const AT_ONCE: usize = 3;
/// How long a kernel may live.
const KERNEL: u32 = 280;

type Key = (PathBuf, usize);

/// All that is to run, and what came of it.
#[derive(Default)]
pub(crate) struct Batches {
    here: Mutex<BTreeMap<PathBuf, Vec<Arc<Row>>>>,
    there: Mutex<BTreeMap<PathBuf, Vec<Arc<Row>>>>,
    verdicts: Mutex<HashMap<Key, Verdict>>,
    told: Condvar,
}

/// Rows that one process runs.
struct Batch {
    rows: Vec<Arc<Row>>,
    there: bool,
}

/// How far a process came.
struct Ended {
    /// So many of its rows have a verdict.
    done: usize,
    /// The next one had begun.
    in_row: bool,
    why: String,
}

/// What the process said of a row.
enum Said {
    Begins,
    Ends(Verdict),
}

impl Batches {
    /// Has the row run, on the host or in user-mode Linux.
    pub(crate) fn add(&self, row: Arc<Row>, there: bool) {
        let files = if there { &self.there } else { &self.here };
        files.lock().expect("no panic").entry(row.file.clone()).or_default().push(row);
    }

    /// Runs what was added, kernels first.
    pub(crate) fn start(self: &Arc<Self>) {
        let mut queue = VecDeque::new();
        let there = std::mem::take(&mut *self.there.lock().expect("no panic"));
        // The longest file first, each to the kernel that has less to do.
        let length = |rows: &[Arc<Row>]| rows.iter().map(|row| row.limit).sum::<u64>();
        let mut files: Vec<_> = there.into_values().collect();
        files.sort_by_key(|rows| std::cmp::Reverse(length(rows)));
        let mut kernels = [Vec::new(), Vec::new()];
        for rows in files {
            let [one, other] = &mut kernels;
            if length(one) <= length(other) { one.extend(rows) } else { other.extend(rows) }
        }
        let booted = kernels.into_iter().filter(|rows| !rows.is_empty());
        queue.extend(booted.map(|rows| Batch { rows, there: true }));
        let here = std::mem::take(&mut *self.here.lock().expect("no panic"));
        queue.extend(here.into_values().map(|rows| Batch { rows, there: false }));
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..AT_ONCE {
            let (queue, batches) = (Arc::clone(&queue), Arc::clone(self));
            thread::spawn(move || {
                let next = || queue.lock().expect("no panic").pop_front();
                while let Some(batch) = next() {
                    batches.run(&batch);
                }
            });
        }
    }

    /// Waits for what comes of a row that was added.
    pub(crate) fn verdict(&self, row: &Row) -> Verdict {
        let key = (row.file.clone(), row.number);
        let verdicts = self.verdicts.lock().expect("no panic");
        let verdicts = self.told.wait_while(verdicts, |all| !all.contains_key(&key)).expect("no panic");
        verdicts.get(&key).cloned().expect("waited for")
    }

    fn tell(&self, row: &Row, verdict: Verdict) {
        let key = (row.file.clone(), row.number);
        self.verdicts.lock().expect("no panic").insert(key, verdict);
        self.told.notify_all();
    }

    /// Runs a batch until each of its rows has a verdict. Where a process ends or falls silent in a row, another goes on
    /// with that row: the time of a kernel may be up, and on a machine that is very busy user-mode Linux gets stuck by
    /// itself. Where that one comes no further the row has failed; where it does not even begin, all that are left have.
    fn run(&self, batch: &Batch) {
        let _turn = sandbox::turn(false);
        let (mut left, mut again) = (batch.rows.as_slice(), false);
        while !left.is_empty() {
            let Ended { done, in_row, why } = self.run_from(left, batch.there);
            left = &left[done..];
            if done > 0 || !again {
                again = true;
                continue;
            }
            again = false;
            let (failed, rest) = left.split_at(if in_row { 1 } else { left.len() });
            for row in failed {
                self.tell(row, Err(format!("it did not report: {why}")));
            }
            left = rest;
        }
    }

    /// Runs these rows in one process, as far as it comes.
    fn run_from(&self, rows: &[Arc<Row>], there: bool) -> Ended {
        let mut child = command(rows, there).spawn().expect("unshare runs");
        let errors = child.stderr.take().map(|stream| {
            thread::spawn(move || {
                let mut text = Vec::new();
                let _ = BufReader::new(stream).read_to_end(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            })
        });
        let lines = lines(&mut child);
        let start = Instant::now();
        let (mut done, mut in_row, mut said) = (0, false, String::new());
        let mut why = None;
        while done < rows.len() {
            let patience = if there { SILENCE } else { SILENCE.saturating_sub(start.elapsed()) };
            match lines.recv_timeout(patience) {
                Ok(line) => match about(&line, &rows[done]) {
                    Some(Said::Begins) => in_row = true,
                    Some(Said::Ends(verdict)) => {
                        self.tell(&rows[done], verdict);
                        (done, in_row, said) = (done + 1, false, String::new());
                    }
                    None => said = said + &line + "\n",
                },
                Err(RecvTimeoutError::Timeout) => {
                    why = Some(format!("no word within {} s", SILENCE.as_secs()));
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if why.is_some() {
            end(&child);
        }
        let status = child.wait().expect("a child");
        let errors = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
        let why = why.unwrap_or_else(|| format!("its process ended ({status})"));
        Ended { done, in_row, why: format!("{why}\n{said}{errors}") }
    }
}

/// `nsl run.lua FILE=1-4+6-6 …`, on the host or in a kernel of its own.
fn command(rows: &[Arc<Row>], there: bool) -> Command {
    let mut words = vec![rows::directory().join("driver/run.lua").display().to_string()];
    for of_file in rows.chunk_by(|one, other| one.file == other.file) {
        // A kernel's command line has room for 4,096 bytes.
        let runs = of_file.chunk_by(|one, next| one.number + 1 == next.number);
        let numbers: Vec<String> = runs.map(|run| format!("{}-{}", run[0].number, run[run.len() - 1].number)).collect();
        words.push(format!("{}={}", of_file[0].file.display(), numbers.join("+")));
    }
    if there {
        let mut modules: Vec<&str> = rows.iter().flat_map(|row| &row.needs).map(String::as_str).collect();
        modules.extend(["veth", "bridge"]);
        modules.sort();
        modules.dedup();
        return uml::command(&modules, &words, KERNEL);
    }
    let mut command = sandbox::command(&sandbox::nsl_path());
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Ends a sandbox; all in it goes with the first process of its namespace.
fn end(child: &Child) {
    let pid = i32::try_from(child.id()).expect("a pid");
    let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
}

/// What the process prints, line by line as it comes.
fn lines(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let stream = BufReader::new(child.stdout.take().expect("piped"));
    thread::spawn(move || {
        for line in stream.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// What a line says of this row, if it is about that.
fn about(line: &str, row: &Row) -> Option<Said> {
    let value: Value = line.starts_with('{').then(|| serde_json::from_str(line).ok()).flatten()?;
    if value["row"].as_u64() != u64::try_from(row.number).ok() || value["of"].as_str() != row.file.to_str() {
        return None;
    }
    match value.get("failed") {
        None => Some(Said::Begins),
        Some(Value::Bool(false)) => {
            if let (Some(first), None) = (value["first"].as_str(), &row.wrong) {
                eprintln!("note: {} passed only with programs of its own: {first}", row.title());
            }
            Some(Said::Ends(Ok(value["ignored"].as_str().map(str::to_owned))))
        }
        Some(Value::String(text)) => Some(Said::Ends(Err(text.clone()))),
        Some(_) => None,
    }
}
