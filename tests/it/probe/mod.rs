//! Probes, in networks that the real `ip` built.

mod ping;
mod pingall;
mod throughput;
