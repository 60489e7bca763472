//! How fast nsl is beside the programs it replaces: `cargo bench` prints a Markdown table for the README.
//!
//! Each figure is the median of interleaved runs in one go on one machine, in namespaces of its own: absolute times
//! drift, ratios hold. It exits with 1 if a goal is missed. `NSL_YARDSTICKS` may name a directory with `floor.c`, a
//! program with the least kernel work that builds the same star (`cc -O2 -o floor floor.c`; `floor SPEC bind` with
//! lines `node NAME [bridge]` and `link A B` prints `build SECONDS …`).

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench starts programs and prints")]

use std::fmt::Write;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const HOSTS: usize = 200;
const EXECS: usize = 300;
const REPEATS: usize = 5;
const STARTS: usize = 200;
/// The tmpfs of this run.
const SCRATCH: &str = "/run/bench";
const INSIDE: &str = "NSL_BENCH_INSIDE";

fn main() -> ExitCode {
    if !std::env::args().any(|arg| arg == "--bench") {
        eprintln!("versus: run it as `cargo bench`");
        return ExitCode::SUCCESS;
    }
    if std::env::var_os(INSIDE).is_none() {
        return enter();
    }
    if load() > 0.5 {
        eprintln!("versus: the machine is busy (load {:.1}); the figures will wander", load());
    }
    fs::create_dir_all(SCRATCH).expect("a scratch directory");
    let mut rows = star();
    rows.extend(exec());
    rows.extend(startup());
    print!("{}", table(&rows));
    let missed: Vec<&Row> = rows.iter().filter(|row| !row.met()).collect();
    for row in &missed {
        eprintln!("{} against {}: {}, {}", row.what, row.peer, row.ratio(), row.verdict());
    }
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
    eprintln!("versus: cannot run unshare: {}", unshare.exec());
    ExitCode::FAILURE
}

/// What a ratio has to be.
#[derive(Clone, Copy)]
enum Goal {
    /// The peer takes at least so many times as long.
    Faster(f64),
    /// nsl takes at most so many times as long.
    Within(f64),
}

/// One comparison; times in seconds.
struct Row {
    what: String,
    ours: f64,
    peer: String,
    theirs: f64,
    goal: Goal,
    /// The least time that the kernel's work takes, where it is known.
    floor: Option<f64>,
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
const FLOOR: f64 = 1.25;

/// A star of hosts on a bridge, built by each contender in turn.
fn star() -> Vec<Row> {
    let what = format!("star of {HOSTS} hosts on a bridge");
    if version("ip", "-V").is_none() {
        return skip(&what, "there is no `ip` (Debian: iproute2)");
    }
    let lua = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/star.lua");
    let floor = build_floor();
    let (batch, shell) = (star_batch(), star_shell());
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..REPEATS {
        times[0].push(star_by(Command::new(nsl()).args([lua, &HOSTS.to_string()])));
        times[1].push(star_by(Command::new("sh").arg(&batch)));
        times[2].push(star_by(Command::new("sh").arg(&shell)));
        times[3].extend(floor.as_deref().map(star_by_floor));
    }
    let [ours, batch, shell, floor] = times.map(median);
    let row = |peer: &str, theirs: Option<f64>, goal| {
        Some(Row { what: what.clone(), ours: ours?, peer: peer.to_owned(), theirs: theirs?, goal, floor })
    };
    let rows = [
        row("`ip -batch`", batch, Goal::Faster(2.5)),
        row("a shell script of `ip` calls", shell, Goal::Faster(8.0)),
        row("the kernel work alone, in C", floor, Goal::Within(FLOOR)),
    ];
    rows.into_iter().flatten().collect()
}

/// Builds the star with `command`, sees that it is there, and takes it away again. Gives the seconds it took.
fn star_by(command: &mut Command) -> f64 {
    let elapsed = time(command);
    let ports = output(Command::new("ip").args(["-n", "sw", "-o", "link", "show", "master", "br0", "up"]));
    if ports.lines().count() != HOSTS {
        fail(&format!("{command:?} built another network: {ports}"));
    }
    let last = output(Command::new("ip").args(["-n", &format!("h{HOSTS}"), "-4", "-o", "addr", "show", "eth0", "up"]));
    if !last.contains("172.16.") {
        fail(&format!("{command:?} gave the last host no address"));
    }
    output(Command::new("ip").args(["-all", "netns", "delete"]));
    settle();
    elapsed
}

/// The floor counts its own building, takes all down, and prints `build SECONDS …`.
fn star_by_floor(program: &Path) -> f64 {
    let spec = Path::new(SCRATCH).join("star.spec");
    let mut text = String::from("node sw bridge\n");
    (1..=HOSTS).for_each(|i| text.push_str(&format!("node h{i}\nlink sw h{i}\n")));
    fs::write(&spec, text).expect("a spec");
    let printed = output(Command::new(program).arg(&spec).arg("bind"));
    settle();
    printed.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("`build SECONDS`")
}

/// Waits until the kernel has taken the last contender's namespaces back, which it does behind the scenes (200 take it
/// about 0.3 s): a build meanwhile takes up to twice as long.
fn settle() {
    if fs::read_dir("/run/netns").is_ok_and(|mut names| names.next().is_some()) {
        fail("a contender left namespaces behind");
    }
    std::thread::sleep(Duration::from_millis(1500));
}

/// The steps of star.lua as arguments of `ip`: those that name both namespaces, and those inside one.
fn star_steps() -> Vec<(Option<String>, String)> {
    let home = |step: String| (None, step);
    let inside = |namespace: &str, step: &str| (Some(namespace.to_owned()), step.to_owned());
    let mut steps =
        vec![home("netns add sw".to_owned()), inside("sw", "link set lo up"), inside("sw", "link add br0 type bridge")];
    for i in 1..=HOSTS {
        let host = format!("h{i}");
        steps.extend([
            home(format!("netns add {host}")),
            inside(&host, "link set lo up"),
            home(format!("link add eth0 netns {host} type veth peer name eth{i} netns sw")),
            inside(&host, &format!("addr add 172.16.{}.{}/12 dev eth0", i / 256, i % 256)),
            inside(&host, "link set eth0 up"),
            inside("sw", &format!("link set eth{i} master br0 up")),
        ]);
    }
    steps.push(inside("sw", "link set br0 up"));
    steps
}

/// One call of `ip` a step.
fn star_shell() -> PathBuf {
    let mut script = String::from("set -e\n");
    for (namespace, step) in star_steps() {
        let place = namespace.map_or(String::new(), |name| format!("-n {name} "));
        script.push_str(&format!("ip {place}{step}\n"));
    }
    written("star.sh", &script)
}

/// As few calls of `ip` as there can be: one batch for what names its namespaces, then one a namespace.
fn star_batch() -> PathBuf {
    let mut batches: Vec<(Option<String>, String)> = vec![(None, String::new())];
    for (namespace, step) in star_steps() {
        let batch = match batches.iter_mut().find(|(name, _)| *name == namespace) {
            Some((_, batch)) => batch,
            None => {
                batches.push((namespace, String::new()));
                &mut batches.last_mut().expect("one was pushed").1
            }
        };
        batch.push_str(&step);
        batch.push('\n');
    }
    let mut script = String::from("set -e\n");
    for (namespace, batch) in batches {
        let name = namespace.as_deref().unwrap_or("home");
        let file = written(&format!("{name}.batch"), &batch);
        let place = namespace.as_ref().map_or(String::new(), |name| format!("-n {name} "));
        script.push_str(&format!("ip {place}-batch {}\n", file.display()));
    }
    written("star-batch.sh", &script)
}

/// Compiles the floor, if there is one.
fn build_floor() -> Option<PathBuf> {
    let Some(directory) = std::env::var_os("NSL_YARDSTICKS") else {
        skip("the star's floor", "NSL_YARDSTICKS names no directory with floor.c");
        return None;
    };
    let program = Path::new(SCRATCH).join("floor");
    output(Command::new("cc").args(["-O2", "-w", "-o"]).arg(&program).arg(Path::new(&directory).join("floor.c")));
    Some(program)
}

/// The shortest command there is, many times in a named namespace.
fn exec() -> Vec<Row> {
    let what = format!("{EXECS} × `true` in a namespace");
    if version("ip", "-V").is_none() {
        return skip(&what, "there is no `ip` (Debian: iproute2)");
    }
    output(Command::new("ip").args(["netns", "add", "ns0"]));
    let lua = format!(r#"for _ = 1, {EXECS} do netns.exec("ns0", {{ "true" }}, {{ check = true }}) end"#);
    let shell = format!("i=0; while [ $i -lt {EXECS} ]; do ip netns exec ns0 true || exit 1; i=$((i + 1)); done");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        ours.push(time(Command::new(nsl()).args(["-e", &lua])));
        theirs.push(time(Command::new("sh").args(["-c", &shell])));
    }
    output(Command::new("ip").args(["netns", "delete", "ns0"]));
    compare(what, ours, "a shell loop of `ip netns exec`", theirs, Goal::Faster(2.0))
}

/// From starting the interpreter on nothing to its end.
fn startup() -> Vec<Row> {
    let what = "start and end, `-e ''`".to_owned();
    if version("lua5.4", "-v").is_none() {
        return skip(&what, "there is no `lua5.4` (Debian: lua5.4)");
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        ours.push(time(Command::new(nsl()).args(["-e", ""])));
        theirs.push(time(Command::new("lua5.4").args(["-e", ""])));
    }
    compare(what, ours, "`lua5.4`", theirs, Goal::Within(2.0))
}

fn compare(what: String, ours: Vec<f64>, peer: &str, theirs: Vec<f64>, goal: Goal) -> Vec<Row> {
    let medians = median(ours).zip(median(theirs));
    let row = medians.map(|(ours, theirs)| Row { what, ours, peer: peer.to_owned(), theirs, goal, floor: None });
    row.into_iter().collect()
}

fn skip(what: &str, why: &str) -> Vec<Row> {
    eprintln!("SKIPPED: {what}: {why}");
    Vec::new()
}

fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("| what | nsl | compared with | its time | nsl is | goal |\n|---|---|---|---|---|---|\n");
    for row in rows {
        let (ours, theirs, ratio, verdict) = (span(row.ours), span(row.theirs), row.ratio(), row.verdict());
        let _ = writeln!(text, "| {} | {ours} | {} | {theirs} | **{ratio}** | {verdict} |", row.what, row.peer);
    }
    let _ = writeln!(text, "\nMedians of {REPEATS} interleaved runs ({STARTS} of the start). {}.", machine());
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
    parts.extend(version("lua5.4", "-v").map(|text| text.split("  ").next().unwrap_or_default().to_owned()));
    parts.join("; ")
}

/// How many programs wanted to run in the last minute, on average.
fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0)
}

/// What a program says of its version; `None` if it is not installed.
fn version(program: &str, flag: &str) -> Option<String> {
    let output = Command::new(program).arg(flag).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program as `cargo install` leaves it: a copy. What the linker wrote lies in the page cache in small pieces, and takes
/// a seventh longer to start.
fn nsl() -> &'static str {
    static COPY: LazyLock<String> = LazyLock::new(|| {
        let copy = concat!(env!("CARGO_BIN_EXE_nsl"), ".copy");
        fs::copy(env!("CARGO_BIN_EXE_nsl"), copy).expect("a copy");
        copy.to_owned()
    });
    &COPY
}

fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(SCRATCH).join(name);
    fs::write(&path, text).expect("a file in the scratch directory");
    path
}

/// Seconds from the start of a command to its end; it must succeed.
fn time(command: &mut Command) -> f64 {
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let elapsed = start.elapsed().as_secs_f64();
    if !status.as_ref().is_ok_and(|status| status.success()) {
        fail(&format!("{command:?} failed: {status:?}"));
    }
    elapsed
}

/// What a command printed; it must succeed.
fn output(command: &mut Command) -> String {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => fail(&format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr))),
        Err(error) => fail(&format!("{command:?}: {error}")),
    }
}

/// Figures of a program that did not do its work mean nothing: none are given.
fn fail(why: &str) -> ! {
    eprintln!("versus: {why}");
    std::process::exit(1)
}

fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
