//! Coroutines and waiting calls: a call that waits can stand wherever a call can stand.

use super::prints;
use crate::sandbox::run;

#[test]
fn a_waiting_call_in_a_coroutine_is_like_any_other() {
    run(|| {
        prints(
            r##"local function counter(n)
              return coroutine.wrap(function()
                for i = 1, n do task.sleep "1ms" coroutine.yield(i) end
                return "end"
              end)
            end
            local next_one = counter(2)
            print(next_one(), next_one(), next_one(), pcall(next_one))
            local co = coroutine.create(function(a)
              local b = coroutine.yield(a + 1)
              task.sleep "1ms"
              return coroutine.yield(b * 2), "done"
            end)
            print(coroutine.resume(co, 1))
            print(coroutine.resume(co, 10))
            print(coroutine.resume(co, "c"))
            print(coroutine.resume(co), coroutine.status(co))
            local outer = coroutine.wrap(function()
              for i in counter(2) do
                if i == "end" then return "outer end" end
                coroutine.yield(i, netns.output(nil, "echo " .. i))
              end
            end)
            print(outer()) print(outer()) print(outer())"##,
            "1\t2\tend\tfalse\tcannot resume dead coroutine\ntrue\t2\ntrue\t20\ntrue\tc\tdone\nfalse\tdead\n\
             1\t1\n2\t2\nouter end\n",
        );
    });
}

#[test]
fn a_waiting_call_waits_in_place_where_lua_cannot_yield() {
    run(|| {
        prints(
            r##"local numbers = { 3, 1, 2 }
            table.sort(numbers, function(a, b) task.sleep "1ms" return a < b end)
            print(table.concat(numbers, " "), (("abc"):gsub(".", function(c) task.sleep "1ms" return c:upper() end)))
            local function slow(value) return function() task.sleep "1ms" return value end end
            local all = setmetatable({}, {
              __index = slow "index", __add = slow "add", __call = slow "call", __tostring = slow "text", __lt = slow(true),
              __len = slow(7), __concat = slow "joined", __newindex = function(t, k, v) task.sleep "1ms" rawset(t, k, v) end,
            })
            all.new = 1
            print(all.x, all + 1, all(), tostring(all), all < all, #all, all .. "", rawget(all, "new"))
            print(all)
            table.sort({ 1, 2 }, function() coroutine.wrap(function() task.sleep "1ms" end)() return false end)
            print(type(load(slow())))"##,
            "1 2 3\tABC\nindex\tadd\tcall\ttext\ttrue\t7\tjoined\t1\ntext\nfunction\n",
        );
    });
}

#[test]
fn errors_pass_through_coroutines_as_they_are() {
    run(|| {
        prints(
            r##"local function get() return netns.get "nosuch" end
            print(select(2, pcall(coroutine.wrap(get))).code)
            print(select(2, coroutine.resume(coroutine.create(get))).where)
            print(pcall(coroutine.wrap(function() task.sleep "1ms" error("text", 0) end)))
            local raised = { 1 }
            print(select(2, pcall(coroutine.wrap(function() error(raised) end))) == raised)
            print(pcall(coroutine.wrap(function() error() end)))
            local close = function(f) return setmetatable({}, { __close = f }) end
            print(pcall(coroutine.wrap(function()
              local one <close> = close(function(_, e) print("one", e) end)
              local two <close> = close(function(_, e) print("two", e) error("from two", 0) end)
              error("first", 0)
            end)))
            local co = coroutine.create(function() local c <close> = close(function() error("at close", 0) end) coroutine.yield() end)
            coroutine.resume(co)
            print(coroutine.close(co), coroutine.status(co))"##,
            "ENOENT\n/run/lab.lua:1\nfalse\ttext\ntrue\nfalse\tnil\ntwo\tfirst\none\tfrom two\nfalse\tfrom two\nfalse\tdead\n",
        );
    });
}

#[test]
fn the_script_is_the_main_coroutine_as_in_lua() {
    run(|| {
        prints(
            r##"print(coroutine.isyieldable(), select(2, coroutine.running()), pcall(coroutine.yield, 1))
            coroutine.wrap(function() print(coroutine.isyieldable(), select(2, coroutine.running())) end)()
            print(coroutine.resume(coroutine.running()))
            print(pcall(coroutine.resume, 1))
            print(pcall(coroutine.wrap))
            print(pcall(pcall))
            print(pcall(xpcall, print))
            print(xpcall(function(...) return select("#", ...), ... end, print, 1, nil, 3))
            print(xpcall(error, function(e) task.sleep "1ms" return "handled " .. e end, "x"))"##,
            "false\ttrue\tfalse\tattempt to yield from outside a coroutine\ntrue\tfalse\n\
             false\tcannot resume non-suspended coroutine\n\
             false\tbad argument #1 to 'resume' (thread expected, got number)\n\
             false\tbad argument #1 to 'wrap' (function expected, got no value)\n\
             false\tbad argument #1 to 'pcall' (value expected)\n\
             false\tbad argument #2 to 'xpcall' (function expected, got no value)\ntrue\t3\t1\tnil\t3\nfalse\thandled x\n",
        );
    });
}

#[test]
fn close_values_run_in_order_and_may_wait() {
    run(|| {
        prints(
            r##"local function closing(name)
              return setmetatable({}, { __close = function(_, e) task.sleep "1ms" print(name, e) end })
            end
            do local one <close> = closing "one" local two <close> = closing "two" task.sleep "1ms" end
            print(pcall(function() local three <close> = closing "three" error("raised", 0) end))
            print((function() local four <close> = closing "four" return "returned" end)())
            for _ in next, { 1, 2 }, nil, closing "loop" do break end
            print(pcall(function() local none <close> = 3 end))
            local a <close> = netns.add "a"
            print(pcall(function() local b <close> = netns.add "b" local c <close> = netns.add() netns.get "nosuch" end))
            print(netns.exists "a", netns.exists "b")"##,
            "two\tnil\none\tnil\nthree\traised\nfalse\traised\nfour\tnil\nreturned\nloop\tnil\n\
             false\t/run/lab.lua:8: variable 'none' got a non-closable value\n\
             false\t/run/lab.lua:10: netns.get: no namespace \"nosuch\" (ENOENT)\ntrue\tfalse\n",
        );
    });
}
