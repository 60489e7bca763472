//! Tasks: functions of the script as coroutines of their own, which the run drives beside the main chunk on the same
//! thread.
//!
//! A coroutine that is dropped runs its `<close>` values, so that to cancel is to drop. What the run is told to stop goes
//! no further here either.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use mlua::{Function, Lua, MultiValue, Value};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, LocalSet};

use crate::error::{Error, explain};
use crate::script::bind::values;
use crate::script::error::Failure;
use crate::wait::interrupt::{self, Stop};

/// What a function came to.
#[derive(Clone)]
pub(in crate::script) enum Outcome {
    /// It returned these values.
    Returned(MultiValue),
    /// It raised this value, which says so much where nobody catches it.
    Raised(Value, Box<Failure>),
    /// It was cancelled before its end.
    Cancelled,
}

/// What the handler of errors makes, where the stack still shows the way to the error.
struct Raised(Value, Box<Failure>);

impl Outcome {
    /// Out of what `xpcall` returned.
    fn new(results: mlua::Result<MultiValue>) -> Self {
        let mut results = match results {
            Ok(results) => results,
            // Lua's own: no memory for the coroutine.
            Err(error) => return Self::Raised(Value::Error(Box::new(error.clone())), Failure::from_lua(&error).into()),
        };
        let (ended, value) = (results.pop_front(), results.front());
        if matches!(ended, Some(Value::Boolean(true))) {
            return Self::Returned(results);
        }
        match value.and_then(Value::as_userdata).and_then(|raised| raised.borrow::<Raised>().ok()) {
            Some(raised) => Self::Raised(raised.0.clone(), raised.1.clone()),
            // The handler itself failed: what it raised stands for the error.
            None => {
                let value = value.cloned().unwrap_or(Value::Nil);
                Self::Raised(value.clone(), Failure::from_value(&value).into())
            }
        }
    }

    /// As [`crate::script::registry::Call::Tries`] gives it to who asked: true and results, or false and what to raise.
    pub(in crate::script) fn give(&self, lua: &Lua) -> mlua::Result<MultiValue> {
        match self {
            Self::Returned(results) => {
                let mut given = results.clone();
                given.push_front(Value::Boolean(true));
                Ok(given)
            }
            Self::Raised(value, _) => values(lua, (false, value)),
            Self::Cancelled => Err(Error::new(&explain::TASK_CANCELLED).into()),
        }
    }
}

type Coroutine = Pin<Box<dyn Future<Output = Outcome>>>;

/// A function that runs beside others.
pub(in crate::script) struct Task {
    /// None while it runs, and at its end.
    coroutine: Cell<Option<Coroutine>>,
    /// Set at its end.
    outcome: RefCell<Option<Outcome>>,
    /// Asked to end while it was running: it does at its next wait.
    cancelled: Cell<bool>,
    /// Whether somebody was told how it ended.
    awaited: Cell<bool>,
    ended: Notify,
    driver: Cell<Option<AbortHandle>>,
}

impl Task {
    /// How it ended, once it did.
    pub(in crate::script) async fn ended(&self) -> Outcome {
        loop {
            let ended = self.ended.notified();
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            ended.await;
        }
    }

    /// How it ended, if it did. Who asks is taken to deal with it.
    pub(in crate::script) fn outcome(&self) -> Option<Outcome> {
        let outcome = self.outcome.borrow().clone();
        self.awaited.set(self.awaited.get() || outcome.is_some());
        outcome
    }

    /// Ends it where it waits; then its `<close>` values have run. One that runs ends at its next wait.
    pub(in crate::script) fn cancel(&self) {
        match self.coroutine.take() {
            Some(coroutine) => self.abandon(coroutine),
            None => self.cancelled.set(true),
        }
        if let Some(driver) = self.driver.take() {
            driver.abort();
        }
    }

    fn abandon(&self, coroutine: Coroutine) {
        drop_uninterrupted(coroutine);
        self.end(Outcome::Cancelled);
    }

    fn end(&self, outcome: Outcome) {
        self.outcome.replace(Some(outcome));
        self.ended.notify_waiters();
    }

    /// What one would call its state.
    pub(in crate::script) fn state(&self) -> &'static str {
        match &*self.outcome.borrow() {
            None => "running",
            Some(Outcome::Returned(_)) => "done",
            Some(Outcome::Raised(..)) => "failed",
            Some(Outcome::Cancelled) => "cancelled",
        }
    }
}

/// Drops what may hold coroutines; what their `<close>` values do is not interrupted.
pub(super) fn drop_uninterrupted<T>(abandoned: T) {
    let before = interrupt::hidden();
    interrupt::hide(true);
    drop(abandoned);
    interrupt::hide(before);
}

/// All tasks of a VM.
pub(in crate::script) struct Tasks {
    set: RefCell<Rc<LocalSet>>,
    /// Those that raised; whether nobody was told is seen at the end of the run.
    failed: RefCell<Vec<Rc<Task>>>,
    /// The one that runs now.
    current: Cell<*const Task>,
    runner: Function,
    handler: Function,
    /// Sets how many callers there are that cannot yield, and gives how many there were.
    block: Function,
}

impl Tasks {
    /// None yet. `runner` is Lua's own `xpcall`, `block` the prelude's.
    pub(in crate::script) fn new(lua: &Lua, runner: Function, block: Function) -> mlua::Result<Rc<Self>> {
        let handler = lua.create_function(|lua, value: Value| {
            let failure = Failure::raised(lua, &value);
            lua.create_any_userdata(Raised(value, failure.into()))
        })?;
        let (set, current) = (RefCell::default(), Cell::new(std::ptr::null()));
        Ok(Rc::new(Self { set, failed: RefCell::default(), current, runner, handler, block }))
    }

    /// Those of this VM.
    pub(in crate::script) fn of(lua: &Lua) -> mlua::Result<Rc<Self>> {
        let tasks = lua.app_data_ref::<Rc<Self>>().map(|tasks| Rc::clone(&tasks));
        tasks.ok_or_else(|| mlua::Error::runtime("a VM without tasks"))
    }

    /// Drives the tasks for as long as `main` takes.
    pub(in crate::script) async fn run_until<F: Future>(&self, main: F) -> F::Output {
        let set = Rc::clone(&self.set.borrow());
        set.run_until(main).await
    }

    /// Cancels all there are.
    pub(in crate::script) fn cancel_all(&self) {
        drop_uninterrupted(self.set.take());
    }

    /// What tasks raised that nobody awaited, since the last time.
    pub(in crate::script) fn failures(&self) -> Vec<Failure> {
        let failed = self.failed.take();
        let unheard = failed.iter().filter(|task| !task.awaited.replace(true));
        unheard.filter_map(|task| task.outcome().and_then(Outcome::failure)).collect()
    }

    /// Whether this is the task that runs now.
    pub(in crate::script) fn is_current(&self, task: &Task) -> bool {
        std::ptr::eq(self.current.get(), task)
    }

    /// A new task, which has begun: it has run up to its first wait.
    pub(in crate::script) fn start(
        self: &Rc<Self>,
        function: Function,
        arguments: MultiValue,
    ) -> mlua::Result<Rc<Task>> {
        let coroutine: Coroutine = Box::pin(Rc::clone(self).call(function, arguments));
        let task = Rc::new(Task {
            coroutine: Cell::new(Some(coroutine)),
            outcome: RefCell::default(),
            cancelled: Cell::new(false),
            awaited: Cell::new(false),
            ended: Notify::new(),
            driver: Cell::new(None),
        });
        let mut driver = Driver { tasks: Rc::clone(self), task: Rc::clone(&task) };
        // Outside a run (`__tostring` at the prompt) nothing can wait: it begins with the next run.
        if Handle::try_current().is_ok() {
            let blocked: i64 = self.block.call(0)?;
            let begun = Pin::new(&mut driver).poll(&mut Context::from_waker(Waker::noop()));
            self.block.call::<()>(blocked)?;
            if begun.is_ready() {
                return Ok(task);
            }
        }
        let set = Rc::clone(&self.set.borrow());
        task.driver.set(Some(set.spawn_local(driver).abort_handle()));
        Ok(task)
    }

    /// Runs a function as a coroutine of its own. Dropping the future runs its `<close>` values.
    pub(in crate::script) async fn call(self: Rc<Self>, function: Function, arguments: MultiValue) -> Outcome {
        let shown = !interrupt::hidden();
        let mut coroutine = pin!(self.runner.call_async::<MultiValue>(self.parameters(function, arguments)));
        let resume = |context: &mut Context<'_>| match interrupt::pending() {
            true => Poll::Pending,
            false => coroutine.as_mut().poll(context),
        };
        let results = poll_fn(resume).await;
        if shown {
            // An interrupt that was raised as an error is hidden up to where the error is caught.
            interrupt::hide(false);
        }
        Outcome::new(results)
    }

    /// Runs a function in place.
    pub(in crate::script) fn call_in_place(&self, function: Function, arguments: MultiValue) -> Outcome {
        Outcome::new(self.runner.call(self.parameters(function, arguments)))
    }

    fn parameters(&self, function: Function, arguments: MultiValue) -> MultiValue {
        let first = [Value::Function(function), Value::Function(self.handler.clone())];
        first.into_iter().chain(arguments).collect()
    }
}

impl Outcome {
    fn failure(self) -> Option<Failure> {
        match self {
            Self::Raised(_, failure) => Some(*failure),
            _ => None,
        }
    }
}

/// What drives a task; if it is dropped, the task is cancelled.
struct Driver {
    tasks: Rc<Tasks>,
    task: Rc<Task>,
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Self { tasks, task } = &*self;
        let Some(mut coroutine) = task.coroutine.take() else { return Poll::Ready(()) };
        let before = tasks.current.replace(Rc::as_ptr(task));
        let polled = catch_unwind(AssertUnwindSafe(|| coroutine.as_mut().poll(context)));
        tasks.current.set(before);
        match polled {
            Ok(Poll::Pending) if task.cancelled.get() => task.abandon(coroutine),
            Ok(Poll::Pending) => {
                task.coroutine.set(Some(coroutine));
                if interrupt::pending() {
                    // The run itself looks at it whenever one of its tasks wakes.
                    context.waker().wake_by_ref();
                }
                return Poll::Pending;
            }
            Ok(Poll::Ready(outcome)) => {
                if matches!(outcome, Outcome::Raised(..)) {
                    let mut failed = tasks.failed.borrow_mut();
                    failed.retain(|task| !task.awaited.get());
                    failed.push(Rc::clone(task));
                }
                task.end(outcome);
            }
            Err(_) => {
                // A bug of nsl's: the panic's hook has kept it.
                interrupt::request(Stop::Bug);
                task.end(Outcome::Cancelled);
            }
        }
        Poll::Ready(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.task.outcome.borrow().is_none() {
            self.task.cancel();
        }
    }
}
