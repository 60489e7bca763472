//! What changes in namespaces, object by object, without loss (`ip monitor`, `tc monitor`).
//!
//! A [`Follower`] knows what there is and tells each difference as an [`Event`]. It learns of them from the kernel's
//! notifications; where those were too many to keep, or where the kernel changes something without a word, it reads the
//! state again and tells what is different. So whoever carries out its events always comes to the state that is.

mod follower;
mod listener;
mod object;
mod state;

use std::path::PathBuf;

pub use follower::{Follower, Next, Options, Places};
pub use object::Object;

use super::addr::Address;
use super::link::Link;
use super::namespace::Namespace;
use super::route::Route;
use super::words::{self, Settings};

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is there and was not before.
    Add,
    /// It is there as before, with something else about it.
    Change,
    /// It is there no more.
    Delete,
}

impl Action {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
}

/// An object as it is now, or as it was last if it is deleted.
#[derive(Debug, Clone)]
pub enum Record {
    /// Of [`Object::Link`].
    Link(Box<Link>),
    /// Of [`Object::Addr`].
    Addr(Box<Address>),
    /// Of [`Object::Route`].
    Route(Box<Route>),
    /// Of [`Object::Netns`].
    Netns(Found),
    /// Of any other.
    Words(Settings),
}

impl Record {
    /// The name of the link it is about, if it is about one.
    pub fn dev(&self) -> Option<&str> {
        match self {
            Self::Link(link) => Some(&link.name),
            Self::Addr(address) => Some(address.dev.as_str()).filter(|dev| !dev.is_empty()),
            Self::Route(route) => route.dev.as_deref(),
            Self::Netns(_) => None,
            Self::Words(settings) => words::text(settings, "dev"),
        }
    }
}

/// What is told.
#[derive(Debug, Clone)]
pub enum What {
    /// An object came, changed or went.
    Object(Object, Action, Record),
    /// More happened than could be kept. What it came to is told next, as differences.
    Overrun,
}

/// Something that happened in a namespace.
#[derive(Debug, Clone)]
pub struct Event {
    /// Where.
    pub namespace: Namespace,
    /// What.
    pub what: What,
}

/// Where a namespace is found, for [`Record::Netns`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name in /run/netns, if it has one.
    pub name: Option<std::ffi::OsString>,
    /// The inode of its nsfs file, if it is there still.
    pub inode: Option<u64>,
    /// A file that leads to it.
    pub path: PathBuf,
}
