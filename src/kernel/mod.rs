//! One file an object of the kernel's.

pub mod units;
