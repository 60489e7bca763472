-- `ip`, `bridge` and `tc` in a namespace, each started once and told one command after another (`-batch`): in user-mode
-- Linux to start one takes longer than all that a row asks of it.
--
-- What they show can depend on what they showed before in the same run (after `ip link show`, `ip addr show` shows links).
-- So one is asked only one question, again and again; it also makes the changes. Other questions have programs of their own,
-- and so have changes with other flags, which hold for all that a program is told.

local M = {}

--- How a program is told that runs a shell's code, or one command without a shell, where this is not possible.
local function alone(ns, code)
  local words = {}
  if code:find "[^%w %-_/.:+%%,@=]" then
    words = "set -e\n" .. code
  else
    for word in code:gmatch "%S+" do words[#words + 1] = word end
  end
  local result = ns:exec(words, { capture = true })
  if result.ok then return result.stdout end
  return nil, result.stderr
end

--- Whether a program answers in lines of text, of which `LAST` below is the last one.
local function in_text(flags) return not (flags .. " "):find " %-json " end

--- What shows a line about something else than the question, to know that all before it is done: of JSON, or this one.
local LAST = "^qdisc no%a+ 0: root"
local function aside(program, flags, question)
  if in_text(flags) then return "qdisc show dev lo" end
  if program == "ip" then return question:find "^tuntap" and "maddr show" or "tuntap list" end
  if program == "bridge" then return question:find "^link" and "fdb show dev lo" or "link show dev lo" end
  return question:find "^filter" and "qdisc show dev lo" or "filter show dev lo"
end

--- Flags, with those left out that make no difference to a change.
local function of_changes(flags) return (flags:gsub(" %-json", ""):gsub(" %-details", "")) end

--- The commands of a shell's code, each `{ program=, flags=, rest=, text=, key= }`, where `key` is of all that one program
--- can be told; nil where only a shell can do them.
local function parsed(code)
  if code:find "[^%w%s;%-_/.:+%%,@=]" then return end
  local commands = {}
  for text in code:gmatch "[^;\n]+" do
    local program, rest = text:match "^%s*(%a+)%s+(.*)"
    if program == "ip" or program == "bridge" or program == "tc" or program == "sysctl" then
      local flags = ""
      while rest:find "^%-" do
        local flag, behind = rest:match "^(%-f %S+)%s*(.*)"
        if not flag then
          flag, behind = rest:match "^(%S+)%s*(.*)"
        end
        flags, rest = flags .. " " .. flag, behind
      end
      local key = program .. of_changes(flags)
      commands[#commands + 1] = { program = program, flags = flags, rest = rest:match "^(.-)%s*$", text = text, key = key }
    elseif text:find "%S" then
      return
    end
  end
  return commands
end

--- The one command of a question, if what answers it can be asked again: it is one line of JSON, or what `tc` writes of
--- filters and actions.
local function parsed_question(code)
  local commands = parsed(code)
  local question = commands and #commands == 1 and commands[1]
  -- Of no classes `tc` says nothing at all, what `get` says comes only at the end, and limits are no JSON.
  if question and (question.rest:find "^class" or question.rest:find "^%a+ get " or question.rest:find "^mptcp limits") then return end
  if not question or not in_text(question.flags) then return question or nil end
  local listed = question.rest:find "^filter show" or question.rest:find "^actions list" or question.rest:find "^chain show"
  return question.program == "tc" and listed and question or nil
end

--- What runs the commands of a namespace, which will be asked these questions; `anew`: each in a program of its own.
function M.of(ns, questions, anew)
  local main = {}
  for _, code in ipairs(questions) do
    local question = parsed_question(code)
    if question then main[question.key] = main[question.key] or question end
  end
  return setmetatable({ ns = ns, main = main, anew = anew, running = {} }, { __index = M })
end

--- Tells a program a line, and gives the next line of JSON that it shows, or the text before the last line; or nil and what
--- it said when it ended. `key` is what that program is for.
function M:tell(key, program, flags, line)
  local process = self.running[key]
  if not process then
    local words = { program }
    if in_text(flags) then
      -- Into a pipe `tc` writes text only when it has much of it; and of a link that is down there is no last line.
      words = { "stdbuf", "-oL", program }
      self.ns:link_set("lo", { up = true })
    end
    for flag in flags:gmatch "%S+" do words[#words + 1] = flag end
    words[#words + 1] = "-batch"
    words[#words + 1] = "-"
    process = self.ns:spawn(words)
    self.running[key] = process
  end
  process:write(line .. "\n")
  local text = {}
  while true do
    local answer = process:read_line(5)
    if not answer then
      self.running[key] = nil
      return nil, process:wait(5).stderr
    end
    if in_text(flags) then
      if answer:find(LAST) then return table.concat(text, "\n") end
      text[#text + 1] = answer
    elseif answer:find "^%[" or text[1] then
      -- Of some actions it goes on in another line.
      text[#text + 1] = answer
      if answer:find "%]%s*$" then return table.concat(text) end
    end
  end
end

--- What a question shows; or nil and what was wrong.
function M:ask(code)
  local question = parsed_question(code)
  if not question or self.anew then return alone(self.ns, code) end
  local main = self.main[question.key]
  local is_main = main.rest == question.rest and main.flags == question.flags
  local line = question.rest
  if in_text(question.flags) then line = line .. "\n" .. aside(question.program, question.flags) end
  return self:tell(is_main and question.key or code, question.program, question.flags, line)
end

--- Whether a command has to be a program of its own: `ip maddr add` ends the whole run, behind `-force` nothing does, and
--- after `ip nexthop flush` only what that was about is shown.
local function is_apart(command)
  local rest = command.rest
  return rest:find "^maddr" or rest:find "^nexthop flush" or command.flags:find "^ %-force" or command.program == "sysctl"
end

--- Makes changes; or nil and what was wrong.
function M:change(code)
  local commands = parsed(code)
  if not commands or self.anew then return alone(self.ns, code) end
  local from = 1
  while from <= #commands do
    local first, lines = commands[from], {}
    while commands[from] and commands[from].key == first.key and not is_apart(commands[from]) do
      lines[#lines + 1] = commands[from].rest
      from = from + 1
    end
    local answer, why
    if lines[1] then
      local main = self.main[first.key] or { flags = " -json" .. first.flags, rest = "" }
      lines[#lines + 1] = aside(first.program, main.flags, main.rest)
      answer, why = self:tell(first.key, first.program, main.flags, table.concat(lines, "\n"))
    else
      answer, why = alone(self.ns, first.text)
      from = from + 1
    end
    if not answer then return nil, why end
  end
  return ""
end

return M
