//! The VM and its life: made once, runs chunks, stops when it must. The only file that knows mlua's rules of lifetime.
//!
//! A run is stopped from outside its code: a hook yields out of the script (out of any `pcall` and coroutine), and the
//! suspended run is then dropped, which runs its `<close>` values. Where Lua cannot yield, the hook raises instead. An
//! interrupt that was raised is hidden until the error is caught (`lua/prelude.lua`), for the sake of the `<close>` values
//! on its way, and what catches it is interrupted again.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use mlua::{AnyUserData, HookTriggers, Lua, MultiValue, Table, Value, VmState};

use super::error::Failure;
use super::load::{self, Source};
use super::task::Tasks;
use super::{file, os, output, registry, strict, topo};
use crate::wait::interrupt;

/// The hook looks at the interrupt after so many instructions: about a tenth of a millisecond.
const EVERY: u32 = 10_000;

/// How a chunk ended.
#[derive(Debug)]
pub enum Ended {
    /// It returned these values.
    Done(MultiValue),
    /// It raised.
    Failed(Box<Failure>),
    /// It was told to stop; the reason is [`interrupt::requested`].
    Stopped,
}

/// A Lua VM with nsl's modules in it.
pub struct Vm {
    lua: Lua,
    runner: mlua::Function,
    handler: mlua::Function,
    tasks: Rc<Tasks>,
}

impl Vm {
    /// A fresh VM. Costs about half a millisecond.
    pub fn new() -> mlua::Result<Self> {
        std::sync::LazyLock::force(&super::task::START);
        let lua = Lua::new();
        lua.set_memory_limit(memory())?;
        let tasks_runner: mlua::Function = lua.globals().get("xpcall")?;
        let handler = lua.create_function(|lua, value: Value| lua.create_any_userdata(Failure::raised(lua, &value)))?;
        super::error::install(&lua)?;
        let kept = prelude(&lua)?;
        for name in ["waits", "tries", "ready", "embedded"] {
            lua.set_named_registry_value(&format!("nsl.{name}"), kept.get::<mlua::Function>(name)?)?;
        }
        lua.set_named_registry_value("nsl.coroutine", kept.get::<Table>("coroutine")?)?;
        let runner = kept.get("run")?;
        let tasks = Tasks::new(&lua, tasks_runner, kept.get("block")?)?;
        lua.set_app_data(Rc::clone(&tasks));
        os::install(&lua)?;
        file::install(&lua)?;
        lua.globals().raw_set("print", output::print(&lua)?)?;
        registry::install(&lua)?;
        strict::strict_globals(&lua)?;
        install_hook(&lua, EVERY)?;
        Ok(Self { lua, runner, handler, tasks })
    }

    /// The VM itself, for what shows and completes values.
    pub fn lua(&self) -> &Lua {
        &self.lua
    }

    /// Sets the global `arg` as lua does: the script at 0, its arguments from 1, what came before it below 0.
    pub fn set_arguments(&self, before: &[String], script: &str, arguments: &[String]) -> mlua::Result<()> {
        let arg = self.lua.create_table()?;
        for (position, word) in before.iter().rev().enumerate() {
            arg.raw_set(-1 - i64::try_from(position).unwrap_or(0), word.as_str())?;
        }
        arg.raw_set(0, script)?;
        for word in arguments {
            arg.raw_push(word.as_str())?;
        }
        self.lua.globals().raw_set("arg", arg)
    }

    /// Where `require` looks.
    pub fn set_script(&self, script: Option<&std::path::Path>) -> mlua::Result<()> {
        load::set_path(&self.lua, script)
    }

    /// Makes unassigned variables errors in the chunk of this name, whose text errors will show.
    pub fn prepare(&self, name: &str, text: &[u8]) -> std::result::Result<(), Box<Failure>> {
        load::remember(name, text);
        let strict = self.lua.named_registry_value::<Table>(strict::STRICT_CHUNKS);
        strict.and_then(|chunks| chunks.raw_set(name, true)).map_err(|error| Box::new(Failure::from_lua(&error)))
    }

    /// Compiles a chunk in which unassigned variables are errors.
    pub fn compile(&self, source: &Source) -> std::result::Result<mlua::Function, Box<Failure>> {
        self.prepare(&source.name, &source.text)?;
        source.compile(&self.lua)
    }

    /// Runs a chunk to its end, or until it is told to stop; then its `<close>` values have run. Tasks go on in the next
    /// run; one that raised what nobody awaited makes this one fail.
    pub async fn run(&self, chunk: mlua::Function, arguments: Vec<String>) -> Ended {
        match self.run_inner(chunk, arguments).await {
            Ok(ended) => ended,
            Err(error) => Ended::Failed(Box::new(Failure::from_lua(&error))),
        }
    }

    async fn run_inner(&self, chunk: mlua::Function, arguments: Vec<String>) -> mlua::Result<Ended> {
        let mut parameters = MultiValue::from_iter([Value::Function(chunk), Value::Function(self.handler.clone())]);
        for argument in arguments {
            parameters.push_back(Value::String(self.lua.create_string(argument)?));
        }
        let results = {
            let mut run = Box::pin(self.runner.call_async::<MultiValue>(parameters));
            let results = self.tasks.run_until(until_stopped(run.as_mut())).await;
            // Dropping a run closes its `<close>` values; what they do is not interrupted again.
            interrupt::hide(true);
            drop(run);
            if interrupt::requested().is_some() {
                self.tasks.cancel_all();
            }
            results
        };
        interrupt::hide(false);
        let Some(results) = results else { return Ok(Ended::Stopped) };
        if interrupt::pending() {
            return Ok(Ended::Stopped);
        }
        let mut results = results?;
        let ended = match results.pop_front() {
            Some(Value::Boolean(true)) => Ok(results),
            _ => Err(match results.pop_front() {
                Some(Value::UserData(failure)) => taken(&failure)?,
                other => Failure::from_value(&other.unwrap_or(Value::Nil)),
            }),
        };
        Ok(with_tasks(ended, self.tasks.failures()))
    }
}

/// Tasks end with the VM, while Lua still can run their `<close>` values.
impl Drop for Vm {
    fn drop(&mut self) {
        self.tasks.cancel_all();
    }
}

/// How a run ended, given what tasks raised meanwhile that nobody awaited.
fn with_tasks(ended: std::result::Result<MultiValue, Failure>, tasks: Vec<Failure>) -> Ended {
    let mut tasks = tasks.into_iter();
    let mut failure = match ended {
        Err(failure) => failure,
        Ok(results) => match tasks.next() {
            None => return Ended::Done(results),
            Some(mut failure) => {
                failure.notes.push("it ended a task that nobody awaited".to_owned());
                failure
            }
        },
    };
    failure.notes.extend(tasks.map(|other| format!("a task that nobody awaited failed too: {}", other.line())));
    Ended::Failed(Box::new(failure))
}

/// What Lua may take: most of the memory of this machine, or of what this process may have. Beyond it a script gets an
/// error; without a limit a refused allocation would end nsl without clean-up.
fn memory() -> usize {
    use nix::sys::resource::{Resource, getrlimit};
    let machine = nix::sys::sysinfo::sysinfo().map_or(u64::MAX, |info| info.ram_total());
    let own = getrlimit(Resource::RLIMIT_AS).map_or(u64::MAX, |(soft, _)| soft);
    // The rest is nsl's own; the allocator reserves 64 MiB of addresses for each thread.
    usize::try_from((machine / 3 * 2).min(own / 2)).unwrap_or(usize::MAX)
}

/// The failure that the error handler made.
fn taken(failure: &AnyUserData) -> mlua::Result<Failure> {
    match failure.borrow::<Failure>() {
        Ok(failure) => Ok(failure.clone()),
        // The handler itself failed: what it raised stands for the error.
        Err(_) => Ok(Failure::from_value(&Value::UserData(failure.clone()))),
    }
}

/// Polls `run` until it is done or an interrupt is pending.
async fn until_stopped<F: Future>(run: F) -> Option<F::Output> {
    let mut run = pin!(run);
    let mut woken = pin!(crate::wait::interrupted());
    let mut is_woken = false;
    poll_fn(|context| {
        if interrupt::pending() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(output) = run.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        // While the interrupt is hidden `<close>` values run, and wait to their end.
        is_woken = is_woken || woken.as_mut().poll(context).is_ready();
        if interrupt::pending() { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

/// Sets the hook that looks at the interrupt after every `count` instructions.
fn install_hook(lua: &Lua, count: u32) -> mlua::Result<()> {
    let every = Cell::new(count);
    lua.set_global_hook(HookTriggers::new().every_nth_instruction(count), move |lua, _| {
        if !interrupt::pending() {
            // A run that was stopped at every instruction is over.
            if every.get() != EVERY {
                install_hook(lua, EVERY)?;
            }
            return Ok(VmState::Continue);
        }
        if every.get() != 1 {
            install_hook(lua, 1)?;
        }
        if yieldable(lua) {
            return Ok(VmState::Yield);
        }
        interrupt::check().inspect_err(|_| interrupt::hide(true))?;
        Ok(VmState::Continue)
    })
}

/// Makes the hook look at the interrupt at the very next instruction.
pub(super) fn stop_soon(lua: &Lua) -> mlua::Result<()> {
    install_hook(lua, 1)
}

#[allow(unsafe_code)]
fn yieldable(lua: &Lua) -> bool {
    let state = lua.exec_raw_lua(|raw| raw.state());
    // SAFETY: `state` is the state that runs now; its counter of calls that cannot yield is read, nothing else. (Asking
    // through a protected call of mlua's would always answer no.)
    unsafe { mlua::ffi::lua_isyieldable(state) != 0 }
}

/// Runs the embedded prelude and gives what it keeps for Rust.
fn prelude(lua: &Lua) -> mlua::Result<Table> {
    let host = lua.create_table()?;
    host.raw_set("pending", Lua::poll_pending())?;
    host.raw_set("embedded", lua.create_function(|lua, name: String| topo::function(lua, &name))?)?;
    host.raw_set("stopping", lua.create_function(|_, ()| Ok(interrupt::pending()))?)?;
    host.raw_set("hidden", lua.create_function(|_, ()| Ok(interrupt::hidden()))?)?;
    let hide = lua.create_function(|_, hidden| {
        interrupt::hide(hidden);
        Ok(())
    })?;
    host.raw_set("hide", hide)?;
    host.raw_set("stop", lua.create_function(|lua, ()| stop_soon(lua))?)?;
    lua.load(include_str!("../../lua/prelude.lua")).set_name("=[nsl prelude]").call(host)
}
