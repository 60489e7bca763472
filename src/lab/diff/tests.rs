//! Comparing, by example.
