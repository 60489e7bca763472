//! What the comparisons share: namespaces of their own, rows with their goals, a table, running and timing programs.

#![allow(dead_code, reason = "each bench uses some of it")]

use std::fmt::Write;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{LazyLock, OnceLock};
use std::time::Instant;

/// The tmpfs of this run.
pub(crate) const SCRATCH: &str = "/run/bench";
const INSIDE: &str = "NSL_BENCH_INSIDE";
/// The name of the bench that runs.
static NAME: OnceLock<&str> = OnceLock::new();

/// Runs a bench: `rows` measures, inside namespaces of its own, and says what the figures are. Its table goes to stdout; the
/// code is that of a failure if a goal is missed.
pub(crate) fn run(name: &'static str, rows: impl FnOnce() -> (Vec<Row>, String)) -> ExitCode {
    let _ = NAME.set(name);
    if !std::env::args().any(|arg| arg == "--bench") {
        eprintln!("{name}: run it as `cargo bench`");
        return ExitCode::SUCCESS;
    }
    if std::env::var_os(INSIDE).is_none() {
        return enter();
    }
    if load() > 0.5 {
        eprintln!("{name}: the machine is busy (load {:.1}); the figures will wander", load());
    }
    fs::create_dir_all(SCRATCH).expect("a scratch directory");
    let (rows, figures) = rows();
    print!("{}", table(&rows, &figures));
    let missed: Vec<&Row> = rows.iter().filter(|row| !row.met()).collect();
    for row in &missed {
        eprintln!("{} against {}: {}, {}", row.what, row.peer, row.ratio(), row.verdict());
    }
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn name() -> &'static str {
    NAME.get().copied().unwrap_or("bench")
}

/// Starts this program again in network, mount and PID namespaces with a fresh /run; nothing of it is left when it ends.
fn enter() -> ExitCode {
    let mut unshare = Command::new("unshare");
    if !nix::unistd::geteuid().is_root() {
        unshare.args(["--user", "--map-root-user"]);
    }
    unshare.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]);
    unshare.args(["sh", "-c", r#"mount -t tmpfs none /run && ip link set lo up; exec "$@""#, "sh"]);
    unshare.arg(std::env::current_exe().expect("this program")).arg("--bench").env(INSIDE, "1");
    eprintln!("{}: cannot run unshare: {}", name(), unshare.exec());
    ExitCode::FAILURE
}

/// What a ratio has to be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// The peer takes at least so many times as long.
    Faster(f64),
    /// nsl takes at most so many times as long.
    Within(f64),
}

/// One comparison; times in seconds.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: f64,
    pub(crate) peer: String,
    pub(crate) theirs: f64,
    pub(crate) goal: Goal,
    /// The least time that the kernel's work takes, where it is known.
    pub(crate) floor: Option<f64>,
}

impl Row {
    fn met(&self) -> bool {
        match self.goal {
            Goal::Faster(times) => self.theirs / self.ours >= times || (self.out_of_reach() && self.near_floor()),
            Goal::Within(times) => self.ours / self.theirs <= times,
        }
    }

    /// Whether not even the floor is as far ahead of the peer as the goal asks: then being near the floor is the goal.
    fn out_of_reach(&self) -> bool {
        matches!((self.goal, self.floor), (Goal::Faster(times), Some(floor)) if self.theirs / floor < times)
    }

    fn near_floor(&self) -> bool {
        self.floor.is_some_and(|floor| self.ours <= FLOOR * floor)
    }

    fn verdict(&self) -> String {
        let mark = if self.met() { "met" } else { "missed" };
        match self.goal {
            Goal::Faster(times) if self.out_of_reach() => {
                format!("{mark}: ≥ {times} × is beyond the floor, so ≤ {FLOOR} × the floor")
            }
            Goal::Faster(times) => format!("{mark}: ≥ {times} ×"),
            Goal::Within(times) => format!("{mark}: ≤ {times} × its time"),
        }
    }

    fn ratio(&self) -> String {
        match self.goal {
            Goal::Faster(_) => format!("{:.1} × as fast", self.theirs / self.ours),
            Goal::Within(_) => format!("{:.2} × its time", self.ours / self.theirs),
        }
    }
}

/// How near a plain loop has to come to the floor.
pub(crate) const FLOOR: f64 = 1.25;

pub(crate) fn compare(what: String, ours: Vec<f64>, peer: &str, theirs: Vec<f64>, goal: Goal) -> Vec<Row> {
    let medians = median(ours).zip(median(theirs));
    let row = medians.map(|(ours, theirs)| Row { what, ours, peer: peer.to_owned(), theirs, goal, floor: None });
    row.into_iter().collect()
}

pub(crate) fn skip(what: &str, why: &str) -> Vec<Row> {
    eprintln!("SKIPPED: {what}: {why}");
    Vec::new()
}

fn table(rows: &[Row], figures: &str) -> String {
    let mut text =
        String::from("| what | nsl | compared with | its time | nsl is | goal |\n|---|---|---|---|---|---|\n");
    for row in rows {
        let (ours, theirs, ratio, verdict) = (span(row.ours), span(row.theirs), row.ratio(), row.verdict());
        let _ = writeln!(text, "| {} | {ours} | {} | {theirs} | **{ratio}** | {verdict} |", row.what, row.peer);
    }
    let _ = writeln!(text, "\n{figures} {}.", machine());
    text
}

fn span(seconds: f64) -> String {
    if seconds < 0.1 { format!("{:.2} ms", seconds * 1e3) } else { format!("{seconds:.2} s") }
}

/// The machine, and the versions of all that was run.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let mut parts = vec![format!("{}, {cores} cores, Linux {}", model.unwrap_or("unknown CPU"), kernel.trim())];
    parts.push(concat!("nsl ", env!("CARGO_PKG_VERSION")).to_owned());
    parts.extend(version("ip", "-V"));
    parts.extend(version("python3", "-V"));
    parts.extend(version("lua5.4", "-v").map(|text| text.split("  ").next().unwrap_or_default().to_owned()));
    parts.join("; ")
}

/// How many programs wanted to run in the last minute, on average.
fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0)
}

/// What a program says of its version; `None` if it is not installed.
pub(crate) fn version(program: &str, flag: &str) -> Option<String> {
    let output = Command::new(program).arg(flag).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program as `cargo install` leaves it: a copy. What the linker wrote lies in the page cache in small pieces, and takes
/// a seventh longer to start.
pub(crate) fn nsl() -> &'static str {
    static COPY: LazyLock<String> = LazyLock::new(|| {
        let copy = concat!(env!("CARGO_BIN_EXE_nsl"), ".copy");
        fs::copy(env!("CARGO_BIN_EXE_nsl"), copy).expect("a copy");
        copy.to_owned()
    });
    &COPY
}

pub(crate) fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(SCRATCH).join(name);
    fs::write(&path, text).expect("a file in the scratch directory");
    path
}

/// Seconds from the start of a command to its end; it must succeed.
pub(crate) fn time(command: &mut Command) -> f64 {
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let elapsed = start.elapsed().as_secs_f64();
    if !status.as_ref().is_ok_and(|status| status.success()) {
        fail(&format!("{command:?} failed: {status:?}"));
    }
    elapsed
}

/// What a command printed; it must succeed.
pub(crate) fn output(command: &mut Command) -> String {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => fail(&format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr))),
        Err(error) => fail(&format!("{command:?}: {error}")),
    }
}

/// Figures of a program that did not do its work mean nothing: none are given.
pub(crate) fn fail(why: &str) -> ! {
    eprintln!("{}: {why}", name());
    std::process::exit(1)
}

pub(crate) fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
