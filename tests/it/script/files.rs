//! Output, input and programs as Lua's own libraries give them: `print`, `io`, `os.execute`, `io.popen`.

use super::{prints, shell};
use crate::sandbox::{run, sh};

#[test]
fn output_and_that_of_children_come_in_the_order_of_the_program() {
    run(|| {
        let text = r##"io.write "a" netns.exec(nil, "printf b") io.write "c" os.execute "printf d"
            io.stdout:write("e"):write("f", 1, 2.5) netns.spawn(nil, "printf g", { stdout = "inherit" }):wait()
            print(netns.output(nil, "printf h")) io.popen("cat", "w"):write("i\n"):close() print "j""##;
        // A pipe and a file alike.
        prints(text, "abcdef12.5gh\ni\nj\n");
        sh(&format!("{} /run/lab.lua >/run/out", crate::sandbox::nsl_path().display()));
        assert_eq!(sh("cat /run/out"), "abcdef12.5gh\ni\nj\n");
    });
}

#[test]
fn what_is_flushed_is_there_at_once() {
    run(|| {
        for flush in ["io.flush()", "io.stdout:flush()", "io.output():flush()"] {
            // The answer is written by whoever has read the question.
            let talk = format!(
                "rm -f /run/answer; mkfifo /run/answer; nsl -e 'io.write \"one\\n\" {flush} print(io.read())' </run/answer |
                 {{ exec 3>/run/answer; line=$(timeout 5 head -n 1); echo \"$line, two\" >&3; exec 3>&-; cat; }}"
            );
            assert_eq!(shell(&talk).stdout, "one, two\n", "{flush}");
        }
    });
}

#[test]
fn values_are_written_as_lua_writes_them() {
    run(|| {
        prints(
            r##"print(1e15, 2^53, 3.0, 10 // 2, 10 / 2, -0.0, 1 / 0, math.mininteger, true, nil)
            io.write(1e15, " ", 3, " ", 0.1, "\n")
            print(setmetatable({}, { __tostring = function() return "own" end }), (tostring(print):gsub("0x%x+", "0x")))
            print("\xff\0z" == "\xff" .. "\0z", #"\xff")
            print(pcall(print, setmetatable({}, { __tostring = function() return {} end })))
            print(pcall(io.write, "x", {}))
            print(io.type(io.stdout), io.type(io.stdin), io.type(io.stderr), io.type(1), io.stdout, io.stdin)"##,
            "1e+15\t9.007199254741e+15\t3.0\t5\t5.0\t-0.0\tinf\t-9223372036854775808\ttrue\tnil\n1e+15 3 0.1\n\
             own\tfunction: 0x\ntrue\t1\nfalse\t'__tostring' must return a string\n\
             false\t/run/lab.lua:6: io.write: argument 2 must be a string or a number, got a table (EINVAL)\n\
             file\tfile\tfile\tnil\tfile (stdout)\tfile (stdin)\n",
        );
    });
}

#[test]
fn a_line_for_the_shell_returns_what_lua_returns() {
    run(|| {
        prints(
            r##"print(os.execute())
            print(os.execute "true")
            print(os.execute "exit 3")
            print(os.execute "kill -9 $$")
            print(pcall(os.execute, {}))
            print(os.execute "test -t 0 || readlink /proc/self/fd/0")
            print(coroutine.wrap(function() return os.execute "sleep 0.01; exit 4" end)())
            os.execute "ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status""##,
            "true\ntrue\texit\t0\nnil\texit\t3\nnil\tsignal\t9\n\
             false\t/run/lab.lua:5: os.execute: argument 1 must be a line for the shell, got a table (EINVAL)\n\
             /dev/null\ntrue\texit\t0\nnil\texit\t4\n0 1 2 3 SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n",
        );
    });
}

#[test]
fn what_a_program_prints_is_read_as_a_file() {
    run(|| {
        prints(
            r##"local f = io.popen "echo one; echo 12 0x10; echo three; printf rest"
            print(io.type(f), f:read(), f:read("n", "n", "l"))
            print(f:read(2, 0), f:read "L" == "ree\n", f:read "a", f:read "l", f:read(0), f:read "a")
            print(f:close())
            print(io.type(f), f, pcall(f.read, f))
            for line in io.popen("seq 3"):lines() do io.write(line, ",") end
            for line in io.popen("seq 3"):lines "L" do io.write(line) end
            for a, b in io.popen("echo 1 2 3 4"):lines("n", "n") do io.write(a + b, ";") end
            print(#io.popen("head -c 3000000 /dev/zero"):read "a")
            print(io.popen("exit 3"):close())
            print(io.popen("kill $$"):close())
            print(io.popen("true"):write "x")
            io.input(io.popen "seq 2")
            print(io.read "n", io.read "n", io.read(), io.read())
            io.input(io.popen "seq 2")
            for line in io.lines() do io.write(line, ".") end
            print(pcall(io.popen, "true", "rw"))"##,
            "file\tone\t12\t16\t\nth\ttrue\trest\tnil\tnil\t\ntrue\texit\t0\n\
             closed file\tfile (closed)\tfalse\t/run/lab.lua:5: file.read: the file is closed (EBADF)\n\
             1,2,3,1\n2\n3\n3;7;3000000\nnil\texit\t3\nnil\tsignal\t15\nnil\tBad file number\t9\n1\t2\t\tnil\n\
             1.2.false\t/run/lab.lua:17: io.popen: argument 2 must be \"r\" or \"w\", got \"rw\" (EINVAL)\n",
        );
    });
}

#[test]
fn what_is_written_to_a_program_reaches_it() {
    run(|| {
        prints(
            r##"local f = io.popen("cat; exit 7", "w")
            print(f:write("x", 1, 2.5, "\n") == f, f:read())
            print(f:close())
            do local f <close> = io.popen("sleep 0.05; cat", "w") f:write "closed with its scope\n" end
            io.output(io.popen("cat", "w"))
            io.write "by io.write\n"
            io.close()
            io.output(io.stdout)
            local gone = io.popen("exec <&-; sleep 1", "w")
            while gone:write(("x"):rep(1000)) do end
            print(gone:write "x")
            io.popen("sleep 0.05; cat", "w"):write "never closed\n""##,
            "x12.5\ntrue\tnil\tBad file number\t9\nnil\texit\t7\nclosed with its scope\nby io.write\n\
             nil\tBroken pipe\t32\nnever closed\n",
        );
    });
}

#[test]
fn standard_input_is_read_as_a_file() {
    run(|| {
        std::fs::write("/run/lab.lua", "print(io.read(), io.read 'n', io.read 'L', io.read 'a', io.read())")
            .expect("a script");
        let wanted = "one\t42\t x\n\tmore\nlast\tnil\n";
        assert_eq!(shell("printf 'one\\n 42 x\\nmore\\nlast' | nsl /run/lab.lua").stdout, wanted);
        assert_eq!(shell("printf 'one\\n 42 x\\nmore\\nlast' >/run/in; nsl /run/lab.lua </run/in").stdout, wanted);
        assert_eq!(shell("nsl -e 'print(io.read())' <&-").stdout, "nil\n");
        let late =
            "(sleep 0.05; echo late) | nsl -e 'for line in io.lines() do print(line) end print(io.stdin:read())'";
        assert_eq!(shell(late).stdout, "late\nnil\n");
        assert_eq!(shell("nsl -e 'print(io.read())' </run").stdout, "nil\tIs a directory\t21\n");
    });
}

#[test]
fn ten_thousand_calls_leak_no_descriptor() {
    run(|| {
        prints(
            r##"local me = netns.output(nil, "echo $PPID")
            -- Once nsl waits for the program that looks, and its threads have closed what they had.
            local function open()
              collectgarbage()
              collectgarbage()
              return tonumber(netns.output(nil, "sleep 0.2; ls /proc/" .. me .. "/fd | wc -l"))
            end
            netns.add "n"
            local function round(count)
              for i = 1, count do
                netns.list() netns.exists "n" netns.get("n"):link_list() netns.link_get "n/lo"
                pcall(netns.add, "n") pcall(netns.exec, "n", { "/nonexistent" }) pcall(netns.link_get, "n/x")
                pcall(netns.sysctl, "n", "net.none") coroutine.wrap(function() task.sleep(0) end)()
                if i % 20 == 0 then
                  local a <close> = netns.add()
                  local b <close> = netns.add "t"
                  netns.veth("t/a", a:link "b")
                  netns.exec("n", { "true" })
                  os.execute "true"
                  io.popen("true"):close()
                  local cat <close> = netns.spawn("n", "cat")
                  netns.ping("n", "127.0.0.1", { timeout = 0.001 })
                end
              end
            end
            round(40)
            local before = open()
            round(1000)
            print(open() - before)"##,
            "0\n",
        );
    });
}
