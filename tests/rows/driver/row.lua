-- One row: something made by nsl and by `ip`, `bridge` or `tc`, in two namespaces that are otherwise alike.
--
-- A file `tests/rows/OBJECT.lua` returns an array of rows. What stands beside the rows in that table (`before`, `json`,
-- `read`, `needs`, …) holds for each row that does not say otherwise. `cargo test --test rows -- neigh` runs those whose
-- name `OBJECT::NAME` has that in it; NSL_ROWS=there runs all in user-mode Linux, NSL_ROWS=here only what the host can. That
-- user-mode Linux is Debian's, or NSL_UML=/path/to/linux: one with all that rows need built in, as README says.
--
--   { "permanent entry",                     -- its name
--     needs = { "dummy" },                   -- modules its kernel needs: it runs in user-mode Linux; without, on the host
--     pair = true,                           -- both namespaces have a pair of links, v0 and v1 with 02:00:00:00:00:01 and 02,
--     sysctl = { ["net.ipv4.ip_forward"] = 1 },    -- and these settings, by nsl: not for rows of settings
--     before = "ip link set v0 up",          -- sh (or function(ns)) in both namespaces, before anything else
--     make = function(ns) ns:neigh_add("v0", "10.0.0.1", { lladdr = "02:00:00:00:00:01" }) end,   -- by nsl, in A
--     tool = "ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev v0",                             -- by them, in B
--     json = "ip -json neigh show dev v0",   -- (or several) what they read is the same in A and B, and not empty
--     read = function(ns) return ns:neigh_list("v0") end,    -- so is what nsl reads: an array of records, or one
--     want = { { dst = "10.0.0.1" } },       -- each is part of a record that nsl reads
--     write = function(ns, records) … end,   -- what nsl read in A, written back there: `json` says the same as before
--     again = true,                          -- `write` of B's records also makes the same where only `before` was done
--     same = { "mtu" },                      -- more keys that need not be the same ("linkinfo.mtu": only in there)
--   }
--
-- Without `make`, `tool` runs in both: for what only the kernel or other programs make. Without `tool`, nsl alone makes and
-- reads: for words that Debian's `ip` does not know yet. A refusal has, instead of `json`,
--     fails = { code = "EINVAL", object = "v0", message = "part or pattern", hint = "…" }    -- of the error `make` raises
-- and a `tool`, if it has one, must fail too. `require "links"` (beside this) helps with rows of links.
--
-- A row that its kernel cannot run is reported as ignored, which the kernel itself says: `since = "6.8"` where it is older
-- than that; `has = "ip link add …"` where that sh fails in a new namespace; `lacks = "ip link add …"` where it does not.
--
-- What is not a matter of two sides has nothing but `check = function(ns)`, which raises what is wrong.
--
-- What need not be the same: indexes, statistics, timers (compare.lua lists them), addresses that the kernel chose at
-- random (give links addresses that begin with 02:00:00 and they are compared), the order of records. What settles a
-- little later (carrier, duplicate address detection) is read again for two seconds. `{}` and `[]` count as nothing.

local compare = require "compare"
local programs = require "programs"

local keys = {}
for key in ("needs pair sysctl before check make tool json read want write again same fails since has lacks limit patience wrong"):gmatch "%S+" do
  keys[key] = true
end

local M = {}

--- Fails the row, with what was wrong; not an error of nsl, whose place would be the driver's.
local function fail(text) error({ failed = text }, 0) end

local function call(what, fn, ...)
  local results = table.pack(pcall(fn, ...))
  if not results[1] then fail(("%s raised: %s"):format(what, results[2])) end
  return table.unpack(results, 2, results.n)
end

--- The programs of each namespace.
local programs_of = setmetatable({}, { __mode = "k" })

--- Has them make changes.
local function change(ns, what, code)
  local done, why = programs_of[ns]:change(code)
  if not done then fail(("%s failed: %s\n%s"):format(what, code, why)) end
end

--- The questions of `json`.
local function questions(row) return type(row.json) == "table" and row.json or { row.json or nil } end

--- Makes the pair: by nsl, since for a program to start takes a tenth of a second in user-mode Linux. Its numbers are the
--- same in each namespace, and none that a kernel gives the links that it makes in each by itself.
local function make_pair(ns)
  netns.veth(ns:link "v0", ns:link "v1", {
    a = { index = 502, mac = "02:00:00:00:00:01" },
    b = { index = 501, mac = "02:00:00:00:00:02" },
  })
end

--- A namespace in which `before` was done.
local function place(row)
  local ns = netns.add()
  programs_of[ns] = programs.of(ns, questions(row), row.anew)
  if row.pair then make_pair(ns) end
  if row.sysctl then ns:sysctl(row.sysctl) end
  if type(row.before) == "function" then
    call("before", row.before, ns)
  elseif row.before then
    change(ns, "before", row.before)
  end
  return ns
end

--- What each program of `json` tells in this namespace.
local function told(row, ns)
  local all = {}
  for i, question in ipairs(questions(row)) do
    local answer, why = programs_of[ns]:ask(question)
    if not answer then fail(("json failed: %s\n%s"):format(question, why)) end
    all[i] = compare.normal(compare.parsed(answer), ns, row.same)
    if compare.is_empty(all[i]) then fail(("`%s` shows nothing"):format(question)) end
  end
  return all
end

local function read(row, ns)
  local records = call("read", row.read, ns)
  if type(records) ~= "table" then fail("read gave " .. tostring(records)) end
  return compare.normal(records, ns, row.same), records
end

--- Calls `check` until it raises nothing: what is not to be seen yet may be a moment later.
local function eventually(row, check)
  local deadline = task.clock() + (row.patience or 2)
  while true do
    local fine, e = pcall(check)
    if fine then return end
    if task.clock() > deadline then error(e, 0) end
    task.sleep(0.05)
  end
end

local function same(what, one, other)
  local difference = compare.difference(one, other)
  if difference then fail(what .. ":\n" .. difference) end
end

local function refuses(row)
  local ns <close> = place(row)
  local fine, e = pcall(row.make, ns)
  if fine then fail "make raised nothing" end
  if type(e) ~= "table" and type(e) ~= "userdata" then fail("make raised " .. tostring(e)) end
  for key, part in pairs(row.fails) do
    local text = compare.text(tostring(e[key]), ns)
    local found = key == "code" and text == part or key ~= "code" and (text:find(part, 1, true) or text:find(part))
    if not found then fail(("%s is %q, not %q, of the error: %s"):format(key, text, part, e)) end
  end
  if row.tool then
    local result = ns:exec(row.tool, { capture = true })
    if result.ok then fail "make is refused, but tool is not" end
  end
end

local function check_shape(row)
  for key in pairs(row) do
    if key ~= 1 and not keys[key] then fail(("a row has no key %q"):format(key)) end
  end
  if row.check then return end
  if row.fails then return row.make or fail "a row with fails needs make" end
  if not (row.json or row.read) then fail "a row needs json or read" end
  if not (row.make and row.tool) and not (row.want and (row.make or row.tool)) then
    fail "a row needs make and tool, or one of them and want"
  end
  if row.want and not row.read then fail "a row with want needs read" end
  if row.write and not (row.read and row.json) then fail "a row with write needs read and json" end
  if row.again and not row.write then fail "a row with again needs write" end
end

local function run(row)
  if row.check then
    local ns <close> = place(row)
    return call("check", row.check, ns)
  end
  if row.fails then return refuses(row) end
  local a <close> = place(row)
  local b <close> = place(row)
  for _, side in ipairs { { a, row.make, row.tool }, { b, row.tool, row.make } } do
    local ns, how = side[1], side[2] or side[3]
    if type(how) == "function" then call("make", how, ns) else change(ns, "tool", how) end
  end
  -- What the programs say of B is read again only where another does not say the same.
  local known
  local function same_as_b(what, ns)
    eventually(row, function()
      local theirs = known or told(row, b)
      known = nil
      same("as they read it, " .. what .. " and by tool", told(row, ns), theirs)
      known = theirs
    end)
  end
  if row.json then same_as_b("by nsl", a) end
  if not row.read then return end
  eventually(row, function() same("as nsl reads it, by nsl and by tool", (read(row, a)), (read(row, b))) end)
  local found, records
  eventually(row, function()
    found, records = read(row, a)
    if compare.is_empty(found) then fail "nsl reads nothing" end
    local lacking = row.want and compare.lacking(found, row.want)
    if lacking then fail("not in what nsl reads:\n" .. lacking) end
  end)
  if not row.write then return end
  call("write", row.write, a, records)
  same_as_b("after writing back", a)
  if not row.again then return end
  local c <close> = place(row)
  local _, others = read(row, b)
  call("write, where nothing was made,", row.write, c, others)
  same_as_b("written again", c)
end

local function number(version)
  local major, minor = version:match "^(%d+)%.(%d+)"
  return tonumber(major) * 1000 + tonumber(minor)
end

--- What sh said as it failed in a new namespace, by its code; or false.
local refusals = {}

--- Why this kernel cannot do it; or false.
local function refusal(code)
  if refusals[code] == nil then
    local ns <close> = netns.add()
    local result = ns:exec("set -e\n" .. code, { capture = true })
    refusals[code] = not result.ok and (result.stderr:match "[^\n]+" or "it fails")
  end
  return refusals[code]
end

--- Why this kernel cannot run the row; or nil.
function M.ignored(row)
  local release = netns.sysctl(nil, "kernel.osrelease")
  if row.since and number(release) < number(row.since) then
    return ("Linux %s has it, this is %s"):format(row.since, release)
  end
  local why = row.has and refusal(row.has)
  if why then return ("Linux %s here cannot `%s`: %s"):format(release, row.has, why) end
  if row.lacks and not refusal(row.lacks) then return ("Linux %s here can `%s`"):format(release, row.lacks) end
end

local function attempt(row)
  local fine, e = pcall(task.timeout, row.limit or 15, run, row)
  if fine then return nil end
  if type(e) == "table" and rawget(e, "failed") then return e.failed end
  return tostring(e)
end

--- Runs a row; nil, or what was wrong with it: once more with each command in a program of its own, which is slow but sure.
--- Gives too what was wrong the first time, if something was.
function M.run(row)
  local shape = select(2, pcall(check_shape, row))
  if type(shape) == "table" and rawget(shape, "failed") then return shape.failed end
  local failed = attempt(row)
  if not failed or row.check then return failed end
  row.anew = true
  return attempt(row), failed
end

return M
