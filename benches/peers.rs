//! Labs and probes beside the programs they replace: `NSL_YARDSTICKS=DIRECTORY cargo bench --bench peers`.
//!
//! The directory has `floor.c` and `routefloor.c` (the least kernel work, in C), `spec.py`, and `peer_ip.py`,
//! `peer_pyroute2.py`, `peer_mininet.py`, each of which prints `build SECONDS` (Mininet's also `pingall` and `stop`). All runs
//! are interleaved, each in network, mount and PID namespaces of its own, so that none meets another's remains; figures are
//! medians. What is not installed is said to be so. Exits with 1 if a goal is missed.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench starts programs and prints")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

const REPEATS: usize = 3;
const ROUTES: usize = 100_000;

/// Builds a star, asks all pairs, takes it down; prints how long each took.
const STAR: &str = r#"
local start = task.clock()
local net = lab.new()
net:add(topo.star(tonumber(arg[1])))
net:up()
local up = task.clock()
local all = net:pingall()
assert(all.received == all.sent, all)
local asked = task.clock()
net:down()
print(("build %.6f\npingall %.6f\nstop %.6f"):format(up - start, asked - up, task.clock() - asked))
"#;

/// Adds routes to a namespace as `routefloor` does.
const ADD: &str = r#"
local ns = netns.add()
ns:veth("a", "b", { up = true, a = { ip = "10.9.0.1/24" } })
local routes = {}
for i = 0, tonumber(arg[1]) - 1 do
  routes[i + 1] = { dst = ("20.%d.%d.%d"):format(i >> 16, i >> 8 & 255, i & 255), via = "10.9.0.2" }
end
local start = task.clock()
ns:routes_add(routes)
print(("build %.6f"):format(task.clock() - start))
"#;

/// What is compared, and what the ratio has to be.
struct Row {
    what: String,
    ours: f64,
    peer: &'static str,
    /// None: it did not run, and why.
    theirs: Result<f64, String>,
    goal: Goal,
}

enum Goal {
    /// So many times as fast as the peer.
    Faster(f64),
    /// At most so many times the floor's time.
    Within(f64),
}

fn main() -> ExitCode {
    let asked = std::env::args().any(|arg| arg == "--bench");
    let Some(yardsticks) = std::env::var_os("NSL_YARDSTICKS").filter(|_| asked).map(PathBuf::from) else {
        eprintln!("peers: run it as `NSL_YARDSTICKS=DIRECTORY cargo bench --bench peers`");
        return ExitCode::SUCCESS;
    };
    let scratch = std::env::temp_dir().join(format!("nsl-peers-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("a scratch directory");
    let bench = Bench { yardsticks, scratch };
    let rows: Vec<Row> = [bench.star_of_200(), bench.star_of_50(), bench.routes()].into_iter().flatten().collect();
    std::fs::remove_dir_all(&bench.scratch).expect("the scratch directory");
    println!("| what | nsl | compared with | its time | ratio | goal |\n|---|---|---|---|---|---|");
    let missed = rows.iter().filter(|row| !print(row)).count();
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a row; false if its goal was missed.
fn print(row: &Row) -> bool {
    let Row { what, ours, peer, theirs, goal } = row;
    let theirs = match theirs {
        Ok(theirs) => *theirs,
        Err(why) => {
            println!("| {what} | {} | {peer} | {why} | | |", span(*ours));
            return true;
        }
    };
    let (ratio, word, met) = match goal {
        Goal::Faster(least) => (theirs / ours, format!("× as fast | ≥ {least} ×"), theirs / ours >= *least),
        Goal::Within(most) => (ours / theirs, format!("× its time | ≤ {most} ×"), ours / theirs <= *most),
    };
    let met_word = if met { "met" } else { "missed" };
    println!("| {what} | {} | {peer} | {} | {ratio:.2} {word}: {met_word} |", span(*ours), span(theirs));
    met
}

fn span(seconds: f64) -> String {
    if seconds < 0.1 { format!("{:.2} ms", seconds * 1e3) } else { format!("{seconds:.3} s") }
}

struct Bench {
    yardsticks: PathBuf,
    scratch: PathBuf,
}

/// A program to run, and how it is called.
type Program = (&'static str, Vec<String>);

impl Bench {
    /// `build` of each program, and of nsl, over a star of 200; and nsl's pings against Mininet's, a pair.
    fn star_of_200(&self) -> Vec<Row> {
        let spec = self.spec("star", 200);
        let floor = self.compiled("floor");
        let python = |file: &str, rest: &[&str]| -> Vec<String> {
            let program = self.yardsticks.join(file).display().to_string();
            ["python3".to_owned(), program, spec.clone()]
                .into_iter()
                .chain(rest.iter().map(|&word| word.to_owned()))
                .collect()
        };
        let peers: [(Program, Goal); 4] = [
            (("the kernel work alone, in C", vec![floor, spec.clone()]), Goal::Within(1.25)),
            (("`ip -batch`", python("peer_ip.py", &["batch"])), Goal::Faster(3.5)),
            (("`ip` per step", python("peer_ip.py", &["seq"])), Goal::Faster(14.0)),
            (("pyroute2", python("peer_pyroute2.py", &[])), Goal::Faster(14.0)),
        ];
        let programs: Vec<&[String]> = peers.iter().map(|((_, words), _)| words.as_slice()).collect();
        let nsl = self.nsl("star.lua", STAR, "200");
        let mut figures = runs(&nsl, &programs, &["build"]).into_iter();
        let (ours, mut rows) = (figures.next().and_then(Result::ok).expect("nsl runs")[0], Vec::new());
        for (((peer, _), goal), theirs) in peers.into_iter().zip(figures) {
            let theirs = theirs.map(|figures| figures[0]);
            rows.push(Row { what: "star of 200 comes up".to_owned(), ours, peer, theirs, goal });
        }
        rows
    }

    /// A star of 50 up, asked and down, against Mininet; and the pings of 200 hosts, a pair.
    fn star_of_50(&self) -> Vec<Row> {
        // Debian's is for Debian's Python alone.
        let mininet = [
            "/usr/bin/python3".to_owned(),
            self.yardsticks.join("peer_mininet.py").display().to_string(),
            "50".to_owned(),
        ];
        let keys = ["build", "pingall", "stop"];
        let figures = runs(&self.nsl("star.lua", STAR, "50"), &[&mininet], &keys);
        let [Ok(ours), theirs] = &figures[..] else { panic!("nsl: {figures:?}") };
        let large = runs(&self.nsl("star.lua", STAR, "200"), &[], &["pingall"]);
        let [Ok(large)] = &large[..] else { panic!("nsl: {large:?}") };
        let row = |what: &str, ours, place: usize, pairs, goal| {
            let theirs = theirs.as_ref().map(|theirs| theirs[place] / pairs).map_err(Clone::clone);
            Row { what: what.to_owned(), ours, peer: "Mininet", theirs, goal: Goal::Faster(goal) }
        };
        vec![
            row("star of 50 comes up", ours[0], 0, 1.0, 15.0),
            row("star of 50 goes down", ours[2], 2, 1.0, 10.0),
            row("pings of 50 hosts, 2,450 pairs", ours[1], 1, 1.0, 100.0),
            row("pings of 200 hosts (Mininet: of 50), a pair", large[0] / 39_800.0, 1, 2450.0, 80.0),
        ]
    }

    fn routes(&self) -> Vec<Row> {
        let floor = self.compiled("routefloor");
        let inside = "ip link add x0 type veth peer name y0 && ip addr add 10.9.0.1/24 dev x0 && ip link set x0 up && ip link set y0 up && \"$0\" \"$1\" 128 | sed 's/.*: /build /'";
        let floor = ["sh", "-c", inside, &floor, &ROUTES.to_string()].map(str::to_owned);
        let figures = runs(&self.nsl("routes.lua", ADD, &ROUTES.to_string()), &[&floor], &["build"]);
        let [Ok(ours), theirs] = &figures[..] else { panic!("nsl: {figures:?}") };
        vec![Row {
            what: "100,000 routes by routes_add".to_owned(),
            ours: ours[0],
            peer: "the kernel work alone, in C",
            theirs: theirs.as_ref().map(|theirs| theirs[0]).map_err(Clone::clone),
            goal: Goal::Within(1.3),
        }]
    }

    fn nsl(&self, file: &str, script: &str, argument: &str) -> Vec<String> {
        let path = self.scratch.join(file);
        std::fs::write(&path, script).expect("a script");
        vec![env!("CARGO_BIN_EXE_nsl").to_owned(), path.display().to_string(), argument.to_owned()]
    }

    fn compiled(&self, name: &str) -> String {
        let program = self.scratch.join(name).display().to_string();
        let source = self.yardsticks.join(format!("{name}.c"));
        let done = Command::new("cc").args(["-O2", "-w", "-o", &program]).arg(source).status();
        assert!(done.expect("a C compiler").success());
        program
    }

    fn spec(&self, kind: &str, n: usize) -> String {
        let made =
            Command::new(self.yardsticks.join("spec.py")).args([kind, &n.to_string()]).output().expect("spec.py");
        let path = self.scratch.join(format!("{kind}{n}.spec"));
        std::fs::write(&path, made.stdout).expect("a spec");
        path.display().to_string()
    }
}

/// The medians of what nsl, and then each of the others, says for these keys, over runs in turn.
fn runs(nsl: &[String], others: &[&[String]], keys: &[&str]) -> Vec<Result<Vec<f64>, String>> {
    let programs: Vec<&[String]> = std::iter::once(nsl).chain(others.iter().copied()).collect();
    let mut all: Vec<Vec<Vec<f64>>> = vec![Vec::new(); programs.len()];
    let mut failed: Vec<Option<String>> = vec![None; programs.len()];
    for _ in 0..REPEATS {
        for (place, words) in programs.iter().enumerate() {
            if failed[place].is_some() {
                continue;
            }
            match run(words, keys) {
                Ok(figures) => all[place].push(figures),
                Err(why) => failed[place] = Some(why),
            }
            // The kernel takes namespaces away after their last process.
            std::thread::sleep(Duration::from_millis(1500));
        }
    }
    let medians =
        |runs: Vec<Vec<f64>>| (0..keys.len()).map(|key| median(runs.iter().map(|run| run[key]).collect())).collect();
    failed.into_iter().zip(all).map(|(failed, runs)| failed.map_or_else(|| Ok(medians(runs)), Err)).collect()
}

/// Runs a program in namespaces of its own: the numbers behind these words at the beginning of its lines.
fn run(words: &[String], keys: &[&str]) -> Result<Vec<f64>, String> {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]);
    command.args(["sh", "-c", r#"mount -t tmpfs none /run && ip link set lo up && "$@""#, "sh"]).args(words);
    let output = command.output().expect("unshare runs");
    let (told, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let figure = |key: &&str| {
        let line = told.lines().find_map(|line| line.strip_prefix(*key)?.strip_prefix(' '))?;
        line.split(' ').next()?.parse().ok()
    };
    match keys.iter().map(figure).collect::<Option<Vec<f64>>>() {
        Some(figures) if output.status.success() => Ok(figures),
        _ if complaint.contains("ModuleNotFoundError") || complaint.contains("not found") => {
            Err("not installed".to_owned())
        }
        _ => Err(format!("{} failed: {}", Path::new(&words[0]).display(), complaint.trim().replace('\n', " "))),
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
