//! `task`: several things at once. Waiting calls of one task let the others go on.
//!
//! All run on one thread, one at a time. Where Lua cannot yield nothing else can go on: there the functions of
//! `task.all` run one after the other, and what would have to wait for others is refused.

mod schedule;

use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use mlua::{Function as LuaFunction, Lua, MultiValue, Value};
use tokio::sync::Semaphore;

use super::args::{Args, describe, integer};
use super::bind::{Waiting, tries, values};
use super::handle::TaskHandle;
use super::registry::{Acts, Call, Function};
use crate::error::{Error, explain};
use crate::wait::Sleep;

pub(super) use schedule::{Outcome, Task, Tasks};

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "task.spawn",
        acts: Acts::Alone,
        most: usize::MAX,
        options: &[],
        words: &[],
        call: Call::Now(spawn),
    },
    Function { name: "task.all", acts: Acts::Alone, most: 2, options: &["limit"], words: &[], call: Call::Tries(all) },
    Function {
        name: "task.timeout",
        acts: Acts::Alone,
        most: usize::MAX,
        options: &[],
        words: &[],
        call: Call::Tries(timeout),
    },
    Function::new("task.limit", Acts::Alone, 1, limit),
    Function { name: "task.sleep", acts: Acts::Alone, most: 1, options: &[], words: &[], call: Call::Waits(sleep) },
    Function::new("task.clock", Acts::Alone, 0, clock),
];

/// When the run began: set when the VM is made.
pub(super) static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// `task.spawn(fn, …)`: a `Task`.
fn spawn(args: &mut Args) -> mlua::Result<MultiValue> {
    let task = Tasks::of(&args.lua)?.start(args.function(1)?, args.rest(2))?;
    values(&args.lua, TaskHandle::new(task))
}

/// `task.all({fn, …}, {limit=})`: what each returned, in their order.
fn all(args: &mut Args) -> mlua::Result<Waiting> {
    let functions = args.functions(1)?;
    let options = args.options(2)?;
    let limit = options.number::<u32>("limit", AT_ONCE)?;
    if limit == Some(0) {
        return Err(options.wrong_value("limit", AT_ONCE, 0).into());
    }
    let (lua, tasks) = (args.lua.clone(), Tasks::of(&args.lua)?);
    let in_place = (functions.clone(), Rc::clone(&tasks));
    Ok(Waiting::scheduled(all_at_once(lua, tasks, functions, limit), move |lua| {
        let results = lua.create_table()?;
        for (place, function) in in_place.0.into_iter().enumerate() {
            match in_place.1.call_in_place(function, MultiValue::new()) {
                Outcome::Returned(mut returned) => results.raw_set(place + 1, returned.pop_front())?,
                other => return other.give(lua),
            }
        }
        values(lua, (true, results))
    }))
}

const AT_ONCE: &str = "a number from 1 (how many run at once)";

/// Runs functions, at most `limit` at once; the first that raises ends the others.
async fn all_at_once(
    lua: Lua,
    tasks: Rc<Tasks>,
    functions: Vec<LuaFunction>,
    limit: Option<u32>,
) -> mlua::Result<MultiValue> {
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(Semaphore::MAX_PERMITS);
    let gate = Semaphore::new(limit.min(Semaphore::MAX_PERMITS));
    let results = lua.create_table()?;
    let one = async |place: usize, function| {
        // A gate that nobody closes always opens.
        let _turn = gate.acquire().await;
        (place, Rc::clone(&tasks).call(function, MultiValue::new()).await)
    };
    let mut running: FuturesUnordered<_> =
        functions.into_iter().enumerate().map(|(place, function)| one(place, function)).collect();
    while let Some((place, outcome)) = running.next().await {
        match outcome {
            Outcome::Returned(mut returned) => results.raw_set(place + 1, returned.pop_front())?,
            other => {
                schedule::drop_uninterrupted(running);
                return other.give(&lua);
            }
        }
    }
    values(&lua, (true, results))
}

/// `task.timeout(time, fn, …)`: what it returns, if it does in time.
fn timeout(args: &mut Args) -> mlua::Result<Waiting> {
    let time = args.duration(1)?;
    let call = Tasks::of(&args.lua)?.call(args.function(2)?, args.rest(3));
    let lua = args.lua.clone();
    let in_time = async move {
        let mut call = Box::pin(call);
        match tokio::time::timeout(time, &mut call).await {
            Ok(outcome) => outcome.give(&lua),
            Err(_) => {
                schedule::drop_uninterrupted(call);
                Err(Error::new(&explain::TASK_TIMED_OUT).with("time", seconds(time)).into())
            }
        }
    };
    Ok(Waiting::scheduled(in_time, |_| Err(cannot_wait())))
}

/// A time as an error says it.
fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

/// `task.limit(n)`: a function that runs its argument as soon as fewer than `n` such run.
fn limit(args: &mut Args) -> mlua::Result<MultiValue> {
    let number = integer(&args.value(1)).ok_or_else(|| args.wrong_type(1, AT_ONCE))?;
    let most = usize::try_from(number).ok().filter(|most| (1..=Semaphore::MAX_PERMITS).contains(most));
    let gate = Arc::new(Semaphore::new(most.ok_or_else(|| args.wrong_value(1, AT_ONCE, number))?));
    let run = tries(&args.lua, "task.limit", move |lua, mut arguments| {
        let function = match arguments.pop_front() {
            Some(Value::Function(function)) => function,
            other => {
                let error = Error::new(&explain::ARGUMENT_TYPE).with("position", 1).with("expected", "a function");
                return Err(error.with("got", describe(&other.unwrap_or(Value::Nil))).into());
            }
        };
        let (lua, tasks, gate) = (lua.clone(), Tasks::of(lua)?, Arc::clone(&gate));
        let in_place = (Rc::clone(&tasks), Arc::clone(&gate), function.clone(), arguments.clone());
        let in_turn = async move {
            // A gate that nobody closes always opens.
            let _turn = gate.acquire().await;
            tasks.call(function, arguments).await.give(&lua)
        };
        Ok(Waiting::scheduled(in_turn, move |lua| {
            let (tasks, gate, function, arguments) = in_place;
            let _turn = gate.try_acquire().map_err(|_| cannot_wait())?;
            tasks.call_in_place(function, arguments).give(lua)
        }))
    })?;
    values(&args.lua, run)
}

/// The error of what can only wait while others go on, where none can.
pub(super) fn cannot_wait() -> mlua::Error {
    Error::new(&explain::TASK_CANNOT_WAIT).into()
}

/// `task.sleep(seconds)`.
fn sleep(args: &mut Args) -> mlua::Result<Waiting> {
    let time = args.duration(1)?;
    if time.is_zero() {
        // Others go on all the same.
        let turn = async {
            tokio::task::yield_now().await;
            Ok(MultiValue::new())
        };
        return Ok(Waiting::scheduled(turn, |_| Ok(MultiValue::new())));
    }
    // A time beyond what the clock can say is as good as for ever: a century.
    let now = Instant::now();
    let deadline = now.checked_add(time).unwrap_or_else(|| now + Duration::from_secs(3_153_600_000));
    Ok(Waiting::new(Sleep::until(deadline), |_, ()| Ok(MultiValue::new())))
}

/// `task.clock()`: monotonic seconds since the run began.
fn clock(args: &mut Args) -> mlua::Result<MultiValue> {
    values(&args.lua, START.elapsed().as_secs_f64())
}

impl Args {
    /// A function.
    pub(super) fn function(&self, position: usize) -> mlua::Result<LuaFunction> {
        match self.value(position) {
            Value::Function(function) => Ok(function),
            _ => Err(self.wrong_type(position, "a function").into()),
        }
    }

    /// An array of functions and nothing else.
    fn functions(&self, position: usize) -> mlua::Result<Vec<LuaFunction>> {
        const EXPECTED: &str = "an array of functions";
        let table = self.table(position).map_err(|_| self.wrong_type(position, EXPECTED))?;
        let mut functions = Vec::new();
        for value in table.sequence_values() {
            match value? {
                Value::Function(function) => functions.push(function),
                other => {
                    let error = Error::new(&explain::ARGUMENT_TYPE).with("position", position);
                    let got = format!("{} at {}", describe(&other), functions.len() + 1);
                    return Err(error.with("expected", EXPECTED).with("got", got).into());
                }
            }
        }
        match table.pairs::<Value, Value>().count() == functions.len() {
            true => Ok(functions),
            false => {
                let error = Error::new(&explain::ARGUMENT_TYPE).with("position", position);
                Err(error.with("expected", EXPECTED).with("got", "a table with other keys, or with holes").into())
            }
        }
    }

    /// All values from `position` on.
    fn rest(&self, position: usize) -> MultiValue {
        (position..=self.count()).map(|position| self.value(position)).collect()
    }
}
