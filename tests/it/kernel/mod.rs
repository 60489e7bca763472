//! What touches the kernel, compared with what `ip` says about it.

mod namespace;
