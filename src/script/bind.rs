//! Between Lua and a binding: every call of the API passes here.
//!
//! The call is refused when the run is to stop; its arguments are put in order for the form it was called in (function
//! or method); an error gets its operation and its line; a panic is caught and ends the run as a bug of nsl.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use mlua::{IntoLuaMulti, Lua, MultiValue, Value};

use super::args::Args;
use super::error::{decorate, ours};
use super::place;
use super::registry::{Acts, Call, Function};
use crate::error::{Error, Place, explain};
use crate::wait::{self, Operation, interrupt};

/// The form in which a function is called, which decides how its arguments are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `netns.addr_add("ns0/eth0", …)`.
    Plain,
    /// `ns:addr_add("eth0", …)`.
    OfNamespace,
    /// `link:addr_add(…)`, `process:wait(…)`: the handle is the first argument as it is.
    OfHandle,
}

/// An operation under way, and how its output becomes Lua values.
pub(super) struct Waiting(Box<dyn Wait>);

type WaitFuture = Pin<Box<dyn Future<Output = mlua::Result<MultiValue>>>>;

trait Wait {
    fn block(self: Box<Self>, lua: &Lua) -> mlua::Result<MultiValue>;
    fn drive(self: Box<Self>, lua: Lua) -> WaitFuture;
}

struct Finish<O, F>(O, F);

impl<O, F> Wait for Finish<O, F>
where
    O: Operation + 'static,
    F: FnOnce(&Lua, O::Output) -> mlua::Result<MultiValue> + 'static,
{
    fn block(self: Box<Self>, lua: &Lua) -> mlua::Result<MultiValue> {
        let output = wait::block(self.0)?;
        (self.1)(lua, output)
    }

    fn drive(self: Box<Self>, lua: Lua) -> WaitFuture {
        Box::pin(async move {
            let output = wait::drive(self.0).await?;
            (self.1)(&lua, output)
        })
    }
}

/// What only the scheduler of tasks can carry on, and what is done instead where Lua cannot yield.
struct Scheduled<B>(WaitFuture, B);

impl<B: FnOnce(&Lua) -> mlua::Result<MultiValue>> Wait for Scheduled<B> {
    fn block(self: Box<Self>, lua: &Lua) -> mlua::Result<MultiValue> {
        (self.1)(lua)
    }

    fn drive(self: Box<Self>, _: Lua) -> WaitFuture {
        self.0
    }
}

impl Waiting {
    /// A future of the scheduler's, and what to do where Lua cannot yield.
    pub(super) fn scheduled(
        future: impl Future<Output = mlua::Result<MultiValue>> + 'static,
        block: impl FnOnce(&Lua) -> mlua::Result<MultiValue> + 'static,
    ) -> Self {
        Self(Box::new(Scheduled(Box::pin(future), block)))
    }

    /// `operation`, whose output `finish` turns into Lua values.
    pub(super) fn new<O: Operation + 'static>(
        operation: O,
        finish: impl FnOnce(&Lua, O::Output) -> mlua::Result<MultiValue> + 'static,
    ) -> Self {
        Self(Box::new(Finish(operation, finish)))
    }
}

/// The Lua function for `function` in `form`.
pub(super) fn function(lua: &Lua, function: &'static Function, form: Form) -> mlua::Result<mlua::Function> {
    match function.call {
        Call::Now(call) => {
            now(lua, function.name, move |lua, values| call(&mut arguments(lua, function, form, values)?))
        }
        Call::Waits(call) => {
            waiting(lua, function.name, move |lua, values| call(&mut arguments(lua, function, form, values)?))
        }
        Call::Tries(call) => {
            tries(lua, function.name, move |lua, values| call(&mut arguments(lua, function, form, values)?))
        }
        Call::Lua(read) => {
            let read = now(lua, function.name, move |lua, values| read(&mut arguments(lua, function, form, values)?))?;
            lua.named_registry_value::<mlua::Function>("nsl.embedded")?.call((function.name, read))
        }
    }
}

/// A Lua function whose calls do not wait.
pub(super) fn now(
    lua: &Lua,
    name: &'static str,
    call: impl Fn(&Lua, MultiValue) -> mlua::Result<MultiValue> + 'static,
) -> mlua::Result<mlua::Function> {
    lua.create_function(move |lua, values: MultiValue| guarded(lua, name, || call(lua, values)))
}

/// A Lua function whose calls wait: `begin` starts the operation, which then lets other tasks go on where Lua can yield
/// and waits in place where it cannot.
pub(super) fn waiting(
    lua: &Lua,
    name: &'static str,
    begin: impl Fn(&Lua, MultiValue) -> mlua::Result<Waiting> + Clone + 'static,
) -> mlua::Result<mlua::Function> {
    let begin_async = begin.clone();
    let drive = with_own_yield(lua, || {
        lua.create_async_function(move |lua, values: MultiValue| {
            // The line is taken now: while the operation waits the stack is another task's.
            let at = place::here(&lua);
            let begun = guarded(&lua, name, || begin_async(&lua, values));
            async move {
                let output = begun?.0.drive(lua).await;
                output.map_err(|error| raised(error, name, || at))
            }
        })
    })?;
    let block =
        lua.create_function(move |lua, values: MultiValue| guarded(lua, name, || begin(lua, values)?.0.block(lua)))?;
    lua.named_registry_value::<mlua::Function>("nsl.waits")?.call((drive, block))
}

/// What waits takes `coroutine.yield` from the globals when it is made. Only with Lua's own does mlua know, when the
/// coroutine is dropped, that it was in such a wait, and drops the operation too.
fn with_own_yield<T>(lua: &Lua, make: impl FnOnce() -> mlua::Result<T>) -> mlua::Result<T> {
    let (globals, own) = (lua.globals(), lua.named_registry_value::<Value>("nsl.coroutine")?);
    let theirs: Value = globals.raw_get("coroutine")?;
    globals.raw_set("coroutine", own)?;
    let made = make();
    globals.raw_set("coroutine", theirs)?;
    made
}

/// As [`waiting`], for what comes to true and results or to false and a value of the script's, which is then raised.
pub(super) fn tries(
    lua: &Lua,
    name: &'static str,
    begin: impl Fn(&Lua, MultiValue) -> mlua::Result<Waiting> + Clone + 'static,
) -> mlua::Result<mlua::Function> {
    let call = waiting(lua, name, begin)?;
    lua.named_registry_value::<mlua::Function>("nsl.tries")?.call(call)
}

/// Runs a binding's body: not at all when the run is to stop, and never into a panic.
fn guarded<T>(lua: &Lua, name: &'static str, body: impl FnOnce() -> mlua::Result<T>) -> mlua::Result<T> {
    match catch_unwind(AssertUnwindSafe(|| interrupt::check().map_err(mlua::Error::from).and_then(|()| body()))) {
        Ok(result) => result.map_err(|error| raised(error, name, || place::here(lua))),
        Err(_) => {
            let what = PANIC.take().unwrap_or_else(|| "a panic without a message".to_owned());
            let error = Error::new(&explain::BUG).with("what", what);
            interrupt::request(interrupt::Stop::Bug);
            interrupt::hide(true);
            super::vm::stop_soon(lua)?;
            let (place, frames) = place::here(lua);
            let error = error.op(name).place(place).frames(frames);
            BUG.set(Some(error.clone()));
            Err(error.into())
        }
    }
}

/// An error that goes to the script, with its operation and its line. If it is an interrupt, it is hidden from the
/// `<close>` values on its way.
fn raised(error: mlua::Error, name: &'static str, here: impl FnOnce() -> (Option<Place>, Vec<String>)) -> mlua::Error {
    if ours(&error).is_some_and(|error| error.is(&explain::INTERRUPTED)) {
        interrupt::hide(true);
    }
    decorate(error, name, here)
}

thread_local! {
    /// What the panic hook saw last on this thread: message and place.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    /// The bug that is ending the run.
    static BUG: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Keeps a panic's message and place instead of printing them; what caught it reports them.
pub fn keep_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = if std::env::var_os("NSL_TRACE").is_some() {
            format!("\n{}", std::backtrace::Backtrace::force_capture())
        } else {
            String::new()
        };
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("a panic");
        PANIC.set(Some(format!("{message}{place}{backtrace}")));
    }));
}

/// The panic that was kept, or the bug that it became.
pub fn kept_panic() -> Option<Error> {
    BUG.take().or_else(|| PANIC.take().map(|what| Error::new(&explain::BUG).with("what", what)))
}

/// The arguments of a call, the object it acts on first, whatever the form.
fn arguments(lua: &Lua, function: &'static Function, form: Form, values: MultiValue) -> mlua::Result<Args> {
    let mut values: Vec<Value> = values.into_iter().collect();
    if form != Form::Plain && !matches!(values.first(), Some(Value::UserData(_) | Value::Table(_))) {
        return Err(Error::new(&explain::METHOD_WITHOUT_OBJECT).into());
    }
    let mut shift = 0;
    match form {
        Form::Plain => {}
        Form::OfHandle => shift = 1,
        Form::OfNamespace => match function.acts {
            Acts::OnDevices(count) => join_devices(lua, &mut values, count)?,
            Acts::OnEither if matches!(values.get(1), Some(Value::String(_) | Value::UserData(_))) => {
                join_devices(lua, &mut values, 1)?;
            }
            Acts::Alone | Acts::OnNamespace | Acts::Method(_) | Acts::OnEither => shift = 1,
        },
    }
    Args::new(lua, function, values, shift)
}

/// `(ns, "eth0", …)` → `(link, …)`: names of devices are in the namespace whose method was called.
fn join_devices(lua: &Lua, values: &mut Vec<Value>, count: usize) -> mlua::Result<()> {
    let namespace = values.remove(0);
    for value in values.iter_mut().take(count) {
        if let Value::String(name) = &*value
            && let Some(link) = super::handle::reference(lua, &namespace, &name.to_string_lossy())?
        {
            *value = link;
        }
    }
    Ok(())
}

/// Values as a binding returns them.
pub(super) fn values(lua: &Lua, values: impl IntoLuaMulti) -> mlua::Result<MultiValue> {
    values.into_lua_multi(lua)
}
