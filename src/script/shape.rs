//! `netns.shape`: how a link sends, in one call.

use mlua::{MultiValue, Value};

use super::args::Args;
use super::options::Options;
use super::registry::{Acts, Call, Function};
use crate::error::Result;
use crate::kernel::qdisc::{self, Shape};

pub(super) const SHAPE: &[&str] = &["rate", "delay", "jitter", "loss", "duplicate", "corrupt", "reorder", "limit"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "netns.shape",
        acts: Acts::OnDevices(1),
        most: 2,
        options: SHAPE,
        words: &[],
        call: Call::Now(shape),
    },
    Function {
        name: "netns.shape_clear",
        acts: Acts::OnDevices(1),
        most: 1,
        options: &[],
        words: &[],
        call: Call::Now(clear),
    },
];

/// `netns.shape(dev, opts)`.
fn shape(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    // Without options it would be `shape_clear`.
    args.table(2)?;
    qdisc::set(&device, &merged(&Shape::default(), &args.options(2)?)?)?;
    args.nothing()
}

/// `netns.shape_clear(dev)`.
fn clear(args: &mut Args) -> mlua::Result<MultiValue> {
    qdisc::clear(&args.device(1)?)?;
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
        loss: one(options, "loss", old.loss, Options::ratio)?,
        duplicate: one(options, "duplicate", old.duplicate, Options::ratio)?,
        corrupt: one(options, "corrupt", old.corrupt, Options::ratio)?,
        reorder: one(options, "reorder", old.reorder, Options::ratio)?,
        limit: one(options, "limit", old.limit, |options, key| options.number(key, "a number of packets"))?,
    })
}
