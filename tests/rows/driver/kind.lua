-- Rows for a kind of links: `x0` with these options, made by `link_add` and by `ip link add`, and changed by `link_set` and
-- by `ip link set`. `ip` reads `x0` alone: a module of tunnels puts links of its own into every namespace.

local rows = require "rows"

local M = {}

local mac = "02:00:00:00:00:01"
local with = rows.with

--- What all files of such rows return beside the rows.
function M.beside(more)
  return with({
    pair = true,
    before = [[
      ip addr add 10.0.0.1/24 dev v0
      ip addr add fd00::1/64 dev v0 nodad
      ip link set v0 up
      ip link set v1 up
    ]],
    json = "ip -json -details link show dev x0",
    read = function(ns) return { ns:link_get "x0" } end,
    write = function(ns, records)
      for _, record in ipairs(records) do
        if pcall(ns.link_get, ns, "x0") then ns:link_set("x0", record) else ns:link_add("x0", record) end
      end
    end,
    again = true,
    same = { "permaddr" }, -- random, of tunnels over IPv6
  }, more)
end

--- What makes rows for a kind; `ether`: its links have a MAC address; `base` and `words`: what each of them is made with.
function M.of(kind, ether, base, words)
  local add = ("ip link add x0 %s type %s "):format(ether and "address " .. mac or "", kind) .. (words or "")
  local set = ("ip link set x0 type %s "):format(kind)
  local function options(...) return with({ type = kind, mac = ether and mac or nil }, base or {}, ...) end
  local rows = {}

  --- A row for one that is made with these options. `words` may go on in a new line, with more commands.
  function rows.made(name, opts, words, want)
    return {
      kind .. " " .. name,
      make = function(ns) ns:link_add("x0", options(opts)) end,
      tool = add .. words,
      want = want or opts,
    }
  end

  --- A row for one that was made with the words `first` and gets these options.
  function rows.changed(name, first, opts, words, want)
    return {
      kind .. " set " .. name,
      make = function(ns)
        ns:output(add .. first)
        ns:link_set("x0", opts)
      end,
      tool = add .. first .. "\n" .. set .. words,
      want = want or opts,
      again = false, -- that a row of `made` does
    }
  end

  --- A row for one whose making is refused.
  function rows.refused(name, opts, words, fails)
    return {
      kind .. " " .. name,
      make = function(ns) ns:link_add("x0", options(opts)) end,
      tool = add .. words,
      fails = with({ object = "x0" }, fails),
    }
  end

  return rows
end

M.each = rows.each

--- All rows of these tables, with what `beside` says of them.
function M.file(beside, ...) return rows.file(M.beside(beside), ...) end

return M
