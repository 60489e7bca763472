//! `netns.shape`: how a link sends, in one call.

use mlua::{MultiValue, Value};

use super::args::Args;
use super::options::Options;
use super::registry::{Acts, Function};
use crate::error::Result;
use crate::kernel::tc::{self, Distribution, Shape};

pub(super) const SHAPE: &[&str] = &[
    "rate",
    "delay",
    "jitter",
    "delay_correlation",
    "distribution",
    "loss",
    "loss_correlation",
    "duplicate",
    "duplicate_correlation",
    "corrupt",
    "corrupt_correlation",
    "reorder",
    "reorder_correlation",
    "limit",
];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("netns.shape", Acts::OnDevices(1), 2, shape).options(SHAPE),
    Function::new("netns.shape_clear", Acts::OnDevices(1), 1, clear),
];

/// `netns.shape(dev, opts)`.
fn shape(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    // Without options it would be `shape_clear`.
    args.table(2)?;
    tc::set(&device, &merged(&Shape::default(), &args.options(2)?)?)?;
    args.nothing()
}

/// `netns.shape_clear(dev)`.
fn clear(args: &mut Args) -> mlua::Result<MultiValue> {
    tc::clear(&args.device(1)?)?;
    args.nothing()
}

/// A shape with what options change of it: `false` takes one away.
pub(super) fn merged(old: &Shape, options: &Options) -> Result<Shape> {
    fn one<T>(
        options: &Options,
        key: &str,
        old: Option<T>,
        read: impl FnOnce(&Options, &str) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        match options.value(key) {
            None => Ok(old),
            Some(Value::Boolean(false)) => Ok(None),
            Some(_) => read(options, key),
        }
    }
    Ok(Shape {
        rate: one(options, "rate", old.rate, Options::rate)?,
        delay: one(options, "delay", old.delay, Options::duration)?,
        jitter: one(options, "jitter", old.jitter, Options::duration)?,
        delay_correlation: one(options, "delay_correlation", old.delay_correlation, Options::ratio)?,
        distribution: one(options, "distribution", old.distribution, distribution)?,
        loss: one(options, "loss", old.loss, Options::ratio)?,
        loss_correlation: one(options, "loss_correlation", old.loss_correlation, Options::ratio)?,
        duplicate: one(options, "duplicate", old.duplicate, Options::ratio)?,
        duplicate_correlation: one(options, "duplicate_correlation", old.duplicate_correlation, Options::ratio)?,
        corrupt: one(options, "corrupt", old.corrupt, Options::ratio)?,
        corrupt_correlation: one(options, "corrupt_correlation", old.corrupt_correlation, Options::ratio)?,
        reorder: one(options, "reorder", old.reorder, Options::ratio)?,
        reorder_correlation: one(options, "reorder_correlation", old.reorder_correlation, Options::ratio)?,
        limit: one(options, "limit", old.limit, |options, key| options.number(key, "a number of packets"))?,
    })
}

fn distribution(options: &Options, key: &str) -> Result<Option<Distribution>> {
    let Some(name) = options.string(key)? else { return Ok(None) };
    match Distribution::called(&name) {
        Some(distribution) => Ok(Some(distribution)),
        None => Err(options.wrong_value(key, "uniform, normal, pareto, paretonormal or experimental", name)),
    }
}
