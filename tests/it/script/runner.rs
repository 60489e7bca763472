//! How a script is started: its arguments, where it comes from, what it may load, and which names it may use.

use std::fs;

use super::{fails, lab, prints, shell};
use crate::sandbox::{Outcome, nsl, run, script, sh};

/// Prints `...` and `arg` from its lowest index on, in which the program's path is "nsl".
const ARGUMENTS: &str = r##"
io.write(select("#", ...), ":", table.concat({ ... }, ","), ";")
local first = 0
while arg[first - 1] do first = first - 1 end
for i = first, #arg do io.write(" ", i, "=", i == first and "nsl" or arg[i]) end
print()
"##;

fn done(stdout: &str) -> Outcome {
    Outcome { code: 0, stdout: stdout.to_owned(), stderr: String::new() }
}

#[test]
fn a_script_is_given_what_follows_it_and_sees_what_stands_before_it() {
    run(|| {
        fs::write("/run/args", ARGUMENTS).expect("a script");
        for (words, wanted) in [
            (&["/run/args"][..], "0:; -1=nsl 0=/run/args\n"),
            (&["/run/args", "a", "b c", "", "-e"], "4:a,b c,,-e; -1=nsl 0=/run/args 1=a 2=b c 3= 4=-e\n"),
            (&["-q", "--color", "never", "/run/args", "x"], "1:x; -4=nsl -3=-q -2=--color -1=never 0=/run/args 1=x\n"),
            (&["-e", "x = 1", "/run/args"], "0:; -3=nsl -2=-e -1=x = 1 0=/run/args\n"),
            (&["--", "/run/args", "--"], "1:--; -2=nsl -1=-- 0=/run/args 1=--\n"),
        ] {
            assert_eq!(nsl(words), done(wanted), "{words:?}");
        }
        // Without a script the words count from the program's own, as in lua.
        assert_eq!(script("print(arg[1], #arg, select('#', ...))"), "-e\t2\t0\n");
    });
}

#[test]
fn a_script_comes_from_a_file_found_through_path_from_options_or_from_standard_input() {
    run(|| {
        fs::write("/run/lab", format!("#!/usr/bin/env nsl\n{ARGUMENTS}")).expect("a script");
        sh("mkdir /run/bin; mv /run/lab /run/bin; chmod +x /run/bin/lab");
        assert_eq!(shell("PATH=/run/bin:$PATH; lab one"), done("1:one; -1=nsl 0=/run/bin/lab 1=one\n"));
        assert_eq!(shell("nsl - one two </run/bin/lab"), done("2:one,two; -1=nsl 0=- 1=one 2=two\n"));
        assert_eq!(shell("nsl </run/bin/lab"), done("0:; 0=nsl\n"));
        assert_eq!(shell("echo 'print(x, io.read())' | nsl -e 'x = 1' -"), done("1\tnil\n"));
        assert_eq!(shell("nsl -e 'x = 1' -e 'print(x)' -e 'print(io.read())' </dev/null"), done("1\nnil\n"));
        assert_eq!(shell("nsl </dev/null"), done(""));
    });
}

#[test]
fn what_options_say_is_told_on_stdout() {
    run(|| {
        let version = concat!("nsl ", env!("CARGO_PKG_VERSION"), " (Lua 5.4)\n");
        assert_eq!(nsl(&["-V"]), done(version));
        assert_eq!(nsl(&["--version"]), done(version));
        for option in ["-h", "--help"] {
            let outcome = nsl(&[option]);
            assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
            for word in ["Usage: nsl [OPTIONS] [SCRIPT] [ARGS]...", "-e <CODE>", "-i", "--json", "--rootless"] {
                assert!(outcome.stdout.contains(word), "{option} does not tell of {word}: {}", outcome.stdout);
            }
        }
    });
}

#[test]
fn require_looks_beside_the_script_and_where_nsl_path_says() {
    run(|| {
        sh("mkdir -p /run/labs/pkg /run/here /run/more
            echo 'return \"beside\"' >/run/labs/m.lua; echo 'return { name = ... }' >/run/labs/pkg/init.lua
            echo 'return \"of the current directory\"' >/run/here/only_here.lua; echo 'return \"more\"' >/run/more/n.lua
            echo 'print(require \"m\", require(\"pkg\").name, package.cpath == \"\", package.loadlib)' >/run/labs/lab.lua
            echo 'print(pcall(require, \"only_here\"))' >>/run/labs/lab.lua");
        let found = "beside\tpkg\ttrue\tnil\n";
        let lacking = "false\tmodule 'only_here' not found:\n\tno field package.preload['only_here']\n";
        let looked = "\tno file '../labs/only_here.lua'\n\tno file '../labs/only_here/init.lua'\n";
        assert_eq!(shell("cd /run/here; nsl ../labs/lab.lua"), done(&format!("{found}{lacking}{looked}")));
        let nowhere = format!("{lacking}\tno directory is searched: NSL_PATH is not set\n");
        assert_eq!(shell("cd /run/here; nsl -e 'print(pcall(require, \"only_here\"))'"), done(&nowhere));
        assert_eq!(shell("cd /run/here; echo 'print(pcall(require, \"only_here\"))' | nsl"), done(&nowhere));
        assert_eq!(
            shell("NSL_PATH=/run/none:/run/more nsl -e 'print(require \"n\")'"),
            done("more\t/run/more/n.lua\n")
        );
        // LUA_PATH and LUA_INIT are lua's: under sudo they would be somebody else's code.
        let lua = "LUA_PATH='/run/more/?.lua' LUA_INIT='print \"init\"' nsl -e 'print((pcall(require, \"n\")))'";
        assert_eq!(shell(lua), done("false\n"));
    });
}

#[test]
fn a_module_that_fails_is_shown_where_it_fails() {
    run(|| {
        fs::write("/run/broken.lua", "return {\n  1 2\n}\n").expect("a module");
        fails(
            "\nrequire 'broken'\n",
            1,
            "error: '}' expected (to close '{' at line 1) near '2'\n --> /run/broken.lua:2\n  |\n2 |   1 2\n",
        );
        fs::write("/run/failing.lua", "local m = {}\nfunction m.get() return netns.get 'nosuch' end\nreturn m\n")
            .expect("a module");
        fails(
            "require('failing').get()",
            1,
            "error: no namespace \"nosuch\" (ENOENT)\n --> /run/failing.lua:2 in netns.get\n  |\n\
             2 | function m.get() return netns.get 'nosuch' end\n  |                         ^^^^^^^^^\n  \
             = note: there is none at all\n  = called from /run/lab.lua:1\n",
        );
        fs::write("/run/waits.lua", "task.sleep '1ms'\nreturn netns.output(nil, 'echo waited')\n").expect("a module");
        prints("print((require 'waits'))", "waited\n");
    });
}

#[test]
fn modules_are_the_globals() {
    run(|| {
        prints(
            "print(require 'netns' == netns, require 'task' == task, package.loaded.netns == netns)
             print(_G.netns == netns, _VERSION)",
            "true\ttrue\ttrue\ntrue\tLua 5.4\n",
        );
    });
}

#[test]
fn bytecode_is_refused_whatever_loads_it() {
    run(|| {
        prints(
            r#"local dump = string.dump(function() return 1 end)
            print(load(dump))
            print(load(dump, "x", "b"))
            print(load(function() local part = dump dump = nil return part end, "x", "bt"))
            print(load("return x", "x", "b", { x = 7 })())
            print(load("return 1 +"))
            print(load(function() error("reader", 0) end))"#,
            "nil\tattempt to load a binary chunk (mode is 't')\nnil\tattempt to load a binary chunk (mode is 't')\n\
             nil\tattempt to load a binary chunk (mode is 't')\n7\n\
             nil\t[string \"return 1 +\"]:1: unexpected symbol near <eof>\nnil\treader\n",
        );
    });
}

#[test]
fn a_name_that_was_never_given_is_an_error_in_the_script_and_not_in_modules() {
    run(|| {
        fs::write("/run/plain.lua", "return { value = nobody, get = function() return nobody end }\n")
            .expect("a module");
        prints(
            r#"local plain = require "plain"
            print(plain.value, plain.get(), rawget(_G, "nobody"), load "return nobody"())
            counter = 1
            counter = nil
            print(pcall(function() return counter end))
            print(pcall(function() return nettns.list end))
            print(pcall(function() return netns.del end))
            print(pcall(function() return task.sleeep end))
            print(select(2, pcall(function() return nobody end)).code)"#,
            "nil\tnil\tnil\tnil\n\
             false\t/run/lab.lua:5: no variable is called \"counter\" (EINVAL)\n\
             false\t/run/lab.lua:6: no variable is called \"nettns\" (EINVAL)\n\
             false\t/run/lab.lua:7: netns has no function \"del\" (EINVAL)\n\
             false\t/run/lab.lua:8: task has no function \"sleeep\" (EINVAL)\nEINVAL\n",
        );
        fails(
            "local ns0 = 1\nprint(nettns)\n",
            1,
            "error: no variable is called \"nettns\" (EINVAL)\n --> /run/lab.lua:2\n  |\n2 | print(nettns)\n  = hint: did you mean \"netns\"?\n",
        );
    });
}

#[test]
fn chunks_of_the_command_line_are_told_apart() {
    run(|| {
        let outcome = nsl(&["-e", "function f() error 'here' end", "-e", "f()"]);
        let wanted = "error: here\n --> (command line):1\n  |\n1 | function f() error 'here' end\n  \
                      = called from (command line):2\n";
        assert_eq!((outcome.stderr.as_str(), outcome.code), (wanted, 1));
    });
}

#[test]
fn what_runs_out_is_an_error_and_not_a_crash() {
    run(|| {
        let outcome = lab(r#"
            local function deep(n) return 1 + deep(n + 1) end
            print(pcall(deep, 1))
            local function text() return tostring(setmetatable({}, { __tostring = text })) end
            print(pcall(text))
            local function within() return coroutine.wrap(within)() end
            print(pcall(within))
            print(load(("("):rep(10000) .. "1" .. (")"):rep(10000)))
            print(pcall(string.rep, "x", 1 << 40))
            local loop = setmetatable({}, { __index = function(t, k) return t[k] end })
            print(pcall(function() return loop.x end))"#);
        let wanted = "false\t/run/lab.lua:2: stack overflow\nfalse\tC stack overflow\nfalse\tC stack overflow\n\
                      nil\tC stack overflow\nfalse\tresulting string too large\n\
                      false\t/run/lab.lua:10: C stack overflow\n";
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str(), outcome.code), (wanted, "", 0));
        // The limit of a process, as the machine's memory would be one: many small values, one large one.
        for what in ["t[#t + 1] = {}", "t[1] = (t[1] or 'x') .. (t[1] or 'x')"] {
            let limited = format!("ulimit -v 800000; nsl -e \"netns.add() local t = {{}} while true do {what} end\"");
            let wanted = Outcome { code: 1, stdout: String::new(), stderr: "error: not enough memory\n".to_owned() };
            assert_eq!(shell(&limited), wanted, "{what}");
        }
    });
}
