//! Units as `tc` reads them: `"20ms"` (tc(8), "PARAMETERS").

use std::time::Duration;

/// A time: a number with `s`, `ms`, `us` or `ns` (and tc's longer names); without a unit, seconds. Never negative.
pub fn time(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" => 1.0,
        "ms" | "msec" | "msecs" => 1e-3,
        "us" | "usec" | "usecs" => 1e-6,
        "ns" | "nsec" | "nsecs" => 1e-9,
        _ => return None,
    };
    let number: f64 = number.trim_end().parse().ok()?;
    Duration::try_from_secs_f64(number * scale).ok()
}

#[cfg(test)]
mod tests {
    use super::time;
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn times_are_read_as_tc_reads_them() {
        assert_eq!(time("20ms"), Some(Duration::from_millis(20)));
        assert_eq!(time("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(time("250usecs"), Some(Duration::from_micros(250)));
        assert_eq!(time("3"), Some(Duration::from_secs(3)));
        for wrong in ["", "ms", "20 parsecs", "-1s", "1e999s", "nan"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whole_milliseconds_come_back(millis in 0u64..10_000_000) {
            let read = time(&format!("{millis}ms")).expect("a time");
            prop_assert!(read.abs_diff(Duration::from_millis(millis)) < Duration::from_nanos(1000));
        }
        #[test]
        fn nothing_panics(text in ".*") {
            let _ = time(&text);
        }
    }
}
