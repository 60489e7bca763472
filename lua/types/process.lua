---@meta

---@alias nsl.Command string|string[]      # words for a program, or a line for `/bin/sh -c`

--- How a program is run to its end: what `netns.exec` and `netns.exec_all` take.
---@class nsl.ExecOpts
---@field capture? boolean            # keep its output for the result, at most `limit` bytes of each stream
---@field stdin? string               # its input; else nsl's own on a terminal, and nothing where there is none
---@field cwd? string                 # its directory; nsl's own unless told
---@field env? table<string, string|number>    # added to the environment
---@field clear_env? boolean          # begin with an empty environment
---@field timeout? nsl.Time           # how long it may take; then it is ended, and the call raises ETIMEDOUT
---@field limit? integer              # bytes of each stream that are captured before it is ended; 64 MiB unless told
---@field check? boolean              # raise when it fails
---@field quiet? boolean              # throw its output away

--- How a program ended. Prints as one line.
---@class nsl.ExecResult
---@field ok boolean                  # it ended with 0
---@field code? integer               # the exit code, if it ended by itself
---@field signal? string              # the signal that ended it: "TERM"
---@field stdout? string              # what it wrote, if captured
---@field stderr? string              # what it wrote as errors, if captured
---@field elapsed number              # seconds

--- Runs a program in a namespace to its end, with its own view of /sys and /etc/netns/NAME, as `ip netns exec` does.
---
--- An array is exactly these words, without a shell; a string is a line for the shell. A program that fails is a result,
--- one that cannot be started raises.
--- ```lua
--- netns.exec("ns0", { "ip", "addr" })
--- local result = netns.exec("ns0", "ip -json addr | head -c 100", { capture = true })
--- if not result.ok then print(result.code, result.stderr) end
--- ```
---@async
---@param ns nsl.Ns
---@param cmd nsl.Command
---@param opts? nsl.ExecOpts
---@return nsl.ExecResult result
---@raises ENOENT EACCES EINVAL ETIMEDOUT EMSGSIZE EEXIT EPERM
---@since 0.1
function netns.exec(ns, cmd, opts) end

--- Runs a program in every named namespace, one after the other, as `ip -all netns exec` does.
--- ```lua
--- for name, result in pairs(netns.exec_all({ "ip", "link" }, { capture = true })) do print(name, #result.stdout) end
--- ```
---@async
---@param cmd nsl.Command
---@param opts? nsl.ExecOpts
---@return table<string, nsl.ExecResult> results    # by the namespace's name
---@raises ENOENT EACCES EINVAL ETIMEDOUT EMSGSIZE EEXIT EPERM
---@since 0.1
function netns.exec_all(cmd, opts) end

--- How a program is run for its output.
---@class nsl.OutputOpts
---@field stdin? string               # its input; else nsl's own on a terminal, and nothing where there is none
---@field cwd? string                 # its directory; nsl's own unless told
---@field env? table<string, string|number>    # added to the environment
---@field clear_env? boolean          # begin with an empty environment
---@field timeout? nsl.Time           # how long it may take; then it is ended, and the call raises ETIMEDOUT
---@field limit? integer              # bytes of each stream that are captured before it is ended; 64 MiB unless told

--- Gives what a program prints, without the newlines at its end; raises when the program fails, with what it said.
--- ```lua
--- local name = netns.output("ns0", { "uname", "-n" })
--- ```
---@async
---@param ns nsl.Ns
---@param cmd nsl.Command
---@param opts? nsl.OutputOpts
---@return string text
---@raises ENOENT EACCES EINVAL ETIMEDOUT EMSGSIZE EEXIT EPERM
---@since 0.1
function netns.output(ns, cmd, opts) end

--- How a program is started beside the script.
---@class nsl.SpawnOpts
---@field stdin? string               # all of its input; else what `Process:write` sends
---@field stdout? "inherit"|"null"|string    # nsl's own, thrown away, or a file; else kept for the handle
---@field stderr? "inherit"|"null"|string    # the same
---@field cwd? string                 # its directory; nsl's own unless told
---@field env? table<string, string|number>    # added to the environment
---@field clear_env? boolean          # begin with an empty environment
---@field pty? boolean                # a terminal and a session of its own

--- A program that runs beside the script. `<close>` ends it with its descendants: TERM, two seconds, KILL.
---@class nsl.Process
---@field pid integer                 # as nsl sees it
---@field wait fun(self: nsl.Process, timeout?: nsl.Time): nsl.ExecResult       # waits for its end; ETIMEDOUT when that takes longer
---@field kill fun(self: nsl.Process, signal?: string|integer)                  # sends a signal, TERM unless told; its end already is no error
---@field running fun(self: nsl.Process): boolean                               # whether it has not ended
---@field write fun(self: nsl.Process, text: string)                            # sends text to its input
---@field close_stdin fun(self: nsl.Process)                                    # ends its input
---@field read_line fun(self: nsl.Process, timeout?: nsl.Time): string?         # the next line of its output without its newline; nil at the end
---@field lines fun(self: nsl.Process): fun(): string?                          # iterator of its lines
---@field expect fun(self: nsl.Process, pattern: string, timeout?: nsl.Time): string... # waits for output that matches a Lua pattern; its captures, or the match

--- Starts a program in a namespace and goes on; it ends at the latest with nsl.
---
--- Its output is kept for the handle, the newest MiB of it, unless told otherwise.
--- ```lua
--- local server <close> = netns.spawn("ns1", { "nc", "-l", "-p", "7" }, { stderr = "inherit" })
--- server:write "hello\n"
--- ```
---@param ns nsl.Ns
---@param cmd nsl.Command
---@param opts? nsl.SpawnOpts
---@return nsl.Process process
---@raises ENOENT EACCES EINVAL EAGAIN EPERM
---@since 0.1
function netns.spawn(ns, cmd, opts) end

--- How a shell is started.
---@class nsl.ShellOpts
---@field cwd? string                 # its directory; nsl's own unless told
---@field env? table<string, string|number>    # added to the environment
---@field clear_env? boolean          # begin with an empty environment

--- Opens an interactive `$SHELL` in a namespace, on nsl's terminal and with the namespace's name in its prompt.
---
--- Without a terminal it reads nsl's input.
--- ```lua
--- netns.shell "ns0"
--- ```
---@async
---@param ns nsl.Ns
---@param opts? nsl.ShellOpts
---@return nsl.ExecResult result      # how it ended
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.shell(ns, opts) end
