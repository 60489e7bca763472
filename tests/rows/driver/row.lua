-- One row: something made by nsl and by `ip`, `bridge` or `tc`, in two namespaces that are otherwise alike.
--
-- A file `tests/rows/OBJECT.lua` returns an array of rows. What stands beside the rows in that table (`before`, `json`,
-- `read`, `needs`, …) holds for each row that does not say otherwise. `cargo test --test rows -- neigh` runs those whose
-- name `OBJECT::NAME` has that in it; NSL_ROWS=there runs all in user-mode Linux, NSL_ROWS=here only what the host can.
--
--   { "permanent entry",                     -- its name
--     needs = { "dummy" },                   -- modules its kernel needs: it runs in user-mode Linux; without, on the host
--     before = "ip link add v0 …",           -- sh (or function(ns)) in both namespaces, before anything else
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
-- Without `make`, `tool` runs in both: for what only the kernel or other programs make. A refusal has, instead of `json`,
--     fails = { code = "EINVAL", object = "v0", message = "part or pattern", hint = "…" }    -- of the error `make` raises
-- and a `tool`, if it has one, must fail too. `nowhere = "why"`: neither kernel has it; it is reported as ignored.
--
-- What need not be the same: indexes, statistics, timers (compare.lua lists them), addresses that the kernel chose at
-- random (give links addresses that begin with 02:00:00 and they are compared), the order of records. What settles a
-- little later (carrier, duplicate address detection) is read again for two seconds. `{}` and `[]` count as nothing.

local compare = require "compare"

local keys = {}
for key in ("needs before make tool json read want write again same fails nowhere limit patience wrong"):gmatch "%S+" do
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

local function sh(ns, what, text) return call(what, ns.output, ns, "set -e\n" .. text) end

--- A namespace in which `before` was done.
local function place(row)
  local ns = netns.add()
  if type(row.before) == "function" then
    call("before", row.before, ns)
  elseif row.before then
    sh(ns, "before", row.before)
  end
  return ns
end

--- What each program of `json` tells in this namespace.
local function told(row, ns)
  local commands = type(row.json) == "table" and row.json or { row.json }
  local all = {}
  for i, command in ipairs(commands) do
    all[i] = compare.normal(compare.parsed(sh(ns, "json", command)), ns, row.same)
    if compare.is_empty(all[i]) then fail(("`%s` shows nothing"):format(command)) end
  end
  return all
end

local function read(row, ns)
  local records = call("read", row.read, ns)
  if type(records) ~= "table" then fail("read gave " .. tostring(records)) end
  return compare.normal(records, ns, row.same), records
end

--- Both sides, read until they are the same.
local function same(row, what, one, other)
  local deadline = task.clock() + (row.patience or 2)
  while true do
    -- What one side does not show yet, it may show a moment later.
    local fine, difference = pcall(function() return compare.difference(one(), other()) end)
    if not fine and task.clock() > deadline then error(difference, 0) end
    if fine and not difference then return end
    if fine and task.clock() > deadline then fail(what .. ":\n" .. difference) end
    task.sleep(0.05)
  end
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
  if row.fails then return row.make or fail "a row with fails needs make" end
  if not (row.tool and (row.json or row.read)) then fail "a row needs tool, and json or read" end
  if not row.make and not row.want then fail "a row without make needs want" end
  if row.want and not row.read then fail "a row with want needs read" end
  if row.write and not (row.read and row.json) then fail "a row with write needs read and json" end
  if row.again and not row.write then fail "a row with again needs write" end
end

local function run(row)
  check_shape(row)
  if row.fails then return refuses(row) end
  local a <close> = place(row)
  local b <close> = place(row)
  if row.make then
    call("make", row.make, a)
  else
    sh(a, "tool", row.tool)
  end
  sh(b, "tool", row.tool)
  if row.json then
    same(row, "as they read it, by nsl and by tool", function() return told(row, a) end, function() return told(row, b) end)
  end
  if not row.read then return end
  same(row, "as nsl reads it, by nsl and by tool", function() return (read(row, a)) end, function() return (read(row, b)) end)
  local found, records = read(row, a)
  if compare.is_empty(found) then fail "nsl reads nothing" end
  local lacking = row.want and compare.lacking(found, row.want)
  if lacking then fail("not in what nsl reads:\n" .. lacking) end
  if not row.write then return end
  call("write", row.write, a, records)
  same(row, "as they read it, after writing back and by tool", function() return told(row, a) end, function() return told(row, b) end)
  if not row.again then return end
  local c <close> = place(row)
  local _, others = read(row, b)
  call("write, where nothing was made,", row.write, c, others)
  same(row, "as they read it, by tool and written again", function() return told(row, b) end, function() return told(row, c) end)
end

--- Runs a row; nil, or what was wrong with it.
function M.run(row)
  local fine, e = pcall(task.timeout, row.limit or 15, run, row)
  if fine then return nil end
  if type(e) == "table" and rawget(e, "failed") then return e.failed end
  return tostring(e)
end

return M
