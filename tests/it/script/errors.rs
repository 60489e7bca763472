//! Errors as scripts see them: values with fields that stay what they are on their way.

use super::{fails, prints};
use crate::sandbox::run;

/// Prints the fields of an error, then the error.
const SHOW: &str = r##"local function show(e)
  local fields = {}
  for _, key in ipairs { "code", "op", "object", "message", "hint", "where", "kernel", "other" } do
    fields[#fields + 1] = key .. "=" .. tostring(e[key])
  end
  print(table.concat(fields, "|")) print(e)
end
"##;

#[test]
fn an_error_has_its_fields_and_one_line_of_text() {
    run(|| {
        prints(
            &format!(
                r##"{SHOW}netns.add "ns0"
            show(select(2, pcall(netns.add, "ns0")))
            show(select(2, pcall(netns.link_set, "ns0/lo", {{ mtuu = 9 }})))
            show(select(2, pcall(netns.route_add, "ns0", "10.0.0.0/8", {{ via = "1.2.3.4" }})))"##
            ),
            "code=EEXIST|op=netns.add|object=ns0|message=namespace \"ns0\" already exists\
             |hint=use netns.get \"ns0\" to open it, or netns.add(\"ns0\", { exist_ok = true })\
             |where=/run/lab.lua:9|kernel=nil|other=nil\n\
             /run/lab.lua:9: netns.add: namespace \"ns0\" already exists (EEXIST)\n\
             code=EINVAL|op=netns.link_set|object=nil|message=unknown option \"mtuu\" for link_set\
             |hint=did you mean \"mtu\"?|where=/run/lab.lua:10|kernel=nil|other=nil\n\
             /run/lab.lua:10: netns.link_set: unknown option \"mtuu\" for link_set (EINVAL)\n\
             code=ENETUNREACH|op=netns.route_add|object=ns0\
             |message=route \"10.0.0.0/8\" in \"ns0\": no link leads to \"1.2.3.4\"\
             |hint=add an address in its network first, or onlink = true\
             |where=/run/lab.lua:11|kernel=Nexthop has invalid gateway|other=nil\n\
             /run/lab.lua:11: netns.route_add: route \"10.0.0.0/8\" in \"ns0\": no link leads to \"1.2.3.4\" (ENETUNREACH)\n",
        );
    });
}

#[test]
fn the_error_of_a_program_has_its_result() {
    run(|| {
        prints(
            r##"local options = { capture = true, check = true }
            local ok, e = pcall(netns.exec, nil, "echo out; echo err >&2; exit 3", options)
            print(e.code, e.op, e.result.code, e.result.stdout, e.result.stderr)
            local ok, e = pcall(netns.exec, nil, "echo out; sleep 9", { capture = true, timeout = "1s" })
            print(e.code, e.result.signal, e.result.stdout)
            local ok, e = pcall(netns.output, nil, "kill -9 $$")
            print(e.code, e.message, e.result.signal, e.result.code)"##,
            "EEXIT\tnetns.exec\t3\tout\n\terr\n\nETIMEDOUT\tSIGTERM\tout\n\n\
             EEXIT\tcommand \"kill -9 $$\" was ended by SIGKILL\tSIGKILL\tnil\n",
        );
    });
}

#[test]
fn an_error_that_is_raised_again_stays_itself() {
    run(|| {
        prints(
            r##"local ok, first = pcall(netns.get, "nosuch")
            for _, again in ipairs {
              function() error(first) end,
              function() error(first, 2) end,
              function() assert(false, first) end,
              function() coroutine.wrap(function() error(first) end)() end,
              function() table.sort({ 1, 2 }, function() error(first) end) end,
              function() local c <close> = setmetatable({}, { __close = function() end }) error(first) end,
              function() setmetatable({}, { __index = function() error(first) end }).x() end,
            } do
              local ok, e = pcall(again)
              io.write(tostring(rawequal(e, first)), " ", tostring(type(e) == "userdata" and e.where), "; ")
            end
            print()
            print(xpcall(netns.get, function(e) return e.code .. " handled" end, "nosuch"))
            print("joined: " .. first, first .. "!", #tostring(first), ("%s"):format(first))
            print(pcall(function() first.code = 1 end))"##,
            "true /run/lab.lua:1; true /run/lab.lua:1; true /run/lab.lua:1; true /run/lab.lua:1; true /run/lab.lua:1; \
             true /run/lab.lua:1; true /run/lab.lua:1; \nfalse\tENOENT handled\n\
             joined: /run/lab.lua:1: netns.get: no namespace \"nosuch\" (ENOENT)\t\
             /run/lab.lua:1: netns.get: no namespace \"nosuch\" (ENOENT)!\t57\t\
             /run/lab.lua:1: netns.get: no namespace \"nosuch\" (ENOENT)\n\
             false\t/run/lab.lua:17: attempt to index a userdata value (upvalue 'first')\n",
        );
    });
}

#[test]
fn an_uncaught_error_is_shown_with_its_line_and_the_calls_that_led_there() {
    run(|| {
        fails(
            "local function site(name)\n\tlocal ns = netns.get(name)\nend\nlocal co = coroutine.wrap(site)\nco \"ns1\"\n",
            1,
            "error: no namespace \"ns1\" (ENOENT)\n --> /run/lab.lua:2 in netns.get\n  |\n2 |     local ns = netns.get(name)\n  \
             |                ^^^^^^^^^\n  = note: there is none at all\n",
        );
        fails(
            "local ok, e = pcall(netns.get, 'ns1')\nlocal function again() error(e) end\nagain()\n",
            1,
            "error: no namespace \"ns1\" (ENOENT)\n --> /run/lab.lua:1 in netns.get\n  |\n1 | local ok, e = pcall(netns.get, 'ns1')\n  \
             |                     ^^^^^^^^^\n  = note: there is none at all\n",
        );
        fails("error('10.0.0.1:80: refused', 0)", 1, "error: 10.0.0.1:80: refused\n");
        fails("error('a\\27[1m\\n  b', 0)", 1, "error: a\\x1b[1m\n  = note: b\n");
        fails(
            "error(setmetatable({}, { __tostring = function() return 'my\\27own' end }))",
            1,
            "error: my\\x1bown\n --> /run/lab.lua:1\n  |\n1 | error(setmetatable({}, { __tostring = function() return 'my\\27own' end }))\n",
        );
    });
}
