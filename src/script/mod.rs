//! Lua: values as text so far.

pub mod show;
