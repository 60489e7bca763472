//! The `lab` module as scripts have it: what they write, what comes of it, and every refusal.

mod apply;
mod ask;
mod auto;
mod borders;
mod calls;
mod declare;
mod devices;
mod ends;
mod existing;
mod graph;
mod hosts;
mod life;
mod many;
mod matrix;
mod plan;
mod random;
mod reach;
mod rows;
mod rules;
mod surroundings;
mod throughput;
mod vlans;

use std::process::{Command, Stdio};

use crate::sandbox::{self, Outcome};

/// Runs a script as `lab.lua`, in a sandbox.
fn outcome(text: &str) -> Outcome {
    std::fs::write("/run/lab.lua", text).expect("a script");
    let mut command = Command::new(sandbox::nsl_path());
    command.arg("lab.lua").current_dir("/run").stdin(Stdio::null()).output().expect("nsl starts").into()
}

/// Runs a script that must succeed, and say nothing on stderr; gives what it printed.
fn printed(text: &str) -> String {
    let outcome = outcome(text);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{text}\n{}", outcome.stdout);
    outcome.stdout
}

/// Compares what a script prints with `expected`, whose indentation does not count.
fn prints(text: &str, expected: &str) {
    let lines = |text: &str| {
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    };
    let printed = printed(text);
    assert!(lines(&printed) == lines(expected), "{text}\nprints\n{printed}and not\n{expected}");
}

/// Runs each script in one process, and compares the error it must raise: `LINE: OPERATION: MESSAGE (CODE); HINT`.
/// Afterwards nsl holds no namespace more than before.
fn refused(cases: &[(&str, &str)]) {
    let mut script = "local function case(text)
        local ok, err = pcall(assert(load(text, '@lab.lua')))
        assert(not ok, text)
        print(((tostring(err) .. (err.hint and '; ' .. err.hint or '')):gsub('^lab.lua:', '')))
        collectgarbage()
    end
    local function namespaces() return tonumber(netns.output(nil, 'ls -l /proc/$PPID/fd | grep -c net:')) end
    do local used <close> = netns.add() end
    local before = namespaces()\n"
        .to_owned();
    for (text, _) in cases {
        script += &format!("case [====[{text}]====]\n");
    }
    script += "collectgarbage() assert(namespaces() == before)";
    let printed = printed(&script);
    let told: Vec<&str> = printed.lines().collect();
    let wrong: Vec<String> = cases
        .iter()
        .zip(&told)
        .filter(|((_, expected), told)| expected != *told)
        .map(|((text, expected), told)| format!("{text}\n  raises   {told}\n  and not  {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(told.len(), cases.len());
}
