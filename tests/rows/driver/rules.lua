-- What rows about rules share, of routes (`rule`) and of routes of multicast (`mrule`).

local with = require("rows").with

local M = {}

--- What rows of this object are made with. The kernel's own rules have priority 0, or `own` and more; a row's has 100 unless
--- it says otherwise.
function M.of(object, own)
  local add, delete, list = object .. "_add", object .. "_delete", object .. "_list"
  local rules = {}

  --- What the row made, without the rules that every namespace has.
  function rules.read(ns)
    local made = {}
    for _, rule in ipairs(ns[list](ns)) do
      if rule.priority > 0 and rule.priority < own then made[#made + 1] = rule end
    end
    return made
  end

  function rules.write(ns, records)
    for _, record in ipairs(records) do
      if #ns[list](ns, { priority = record.priority, family = record.family }) > 0 then ns[delete](ns, record) end
      ns[add](ns, record)
    end
  end

  --- A row for options beside words of `ip rule add`; IPv6's begin with `-6 `.
  function rules.rule(name, opts, words, want, more)
    local family, rest = words:match "^(%-6 )(.*)$"
    if not opts.priority then opts.priority = 100 end
    return with({
      name,
      make = function(ns) ns[add](ns, opts) end,
      tool = ("ip %s%s add %s priority %d"):format(family or "", object, rest or words, opts.priority),
      want = want or opts,
    }, more)
  end

  --- A row for options that Debian's `ip` does not know, of Linux `since`.
  function rules.newer(name, since, opts, want)
    local row = rules.rule(name, opts, "", { want }, { since = since })
    row.tool = nil
    return row
  end

  return rules
end

return M
