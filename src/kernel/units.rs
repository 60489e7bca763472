//! Units as `tc` reads them: `"20ms"`, `"10mbit"`, `"64kb"`, `"1%"` (tc(8), "PARAMETERS"). Upper and lower case are alike.

use std::time::Duration;

/// A time: a number with `s`, `ms`, `us` or `ns` (and tc's longer names); without a unit, seconds. Never negative.
pub fn time(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(time_in(text, 1.0)?).ok()
}

/// A [`time`] in units of which `a_second` are a second, to the bit as `tc` comes to it (`get_time`, `get_time64`).
pub fn time_in(text: &str, a_second: f64) -> Option<f64> {
    let (number, unit) = split(text)?;
    let parts = match unit.as_str() {
        "" | "s" | "sec" | "secs" => 1.0,
        "ms" | "msec" | "msecs" => 1e3,
        "us" | "usec" | "usecs" => 1e6,
        "ns" | "nsec" | "nsecs" => 1e9,
        _ => return None,
    };
    Some(number * (a_second / parts))
}

/// A rate in bits a second: a number with `bit`, `kbit`, `mbit`, `gbit` or `tbit`, with `bps` … for bytes a second, and with
/// an `i` (`mibit`) by 1,024; without a unit, bits a second. Above 0.
pub fn rate(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let (prefix, bits) = match (unit.strip_suffix("bit"), unit.strip_suffix("bps")) {
        _ if unit.is_empty() => ("", 1.0),
        (Some(prefix), _) => (prefix, 1.0),
        (_, Some(prefix)) => (prefix, 8.0),
        _ => return None,
    };
    let (letter, base) = match prefix.strip_suffix('i') {
        Some(letter) => (letter, 1024.0),
        None => (prefix, 1000.0),
    };
    let power = match letter {
        "" if prefix.is_empty() => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return None,
    };
    whole(number * bits * f64::powi(base, power)).filter(|&rate| rate > 0)
}

/// A size in bytes: a number with `b`, `kb` or `k`, `mb` or `m`, `gb` or `g` (by 1,024), or with `kbit`, `mbit`, `gbit`;
/// without a unit, bytes.
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let scale = match unit.as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1024.0,
        "m" | "mb" => 1_048_576.0,
        "g" | "gb" => 1_073_741_824.0,
        "kbit" => 128.0,
        "mbit" => 131_072.0,
        "gbit" => 134_217_728.0,
        _ => return None,
    };
    whole(number * scale)
}

/// A share from 0 to 1, written as `"1%"`. (A bare number in text says nothing: to `tc` it is per cent, in a script a share.)
pub fn ratio(text: &str) -> Option<f64> {
    let percent: f64 = text.strip_suffix('%')?.trim_end().parse().ok()?;
    (0.0..=100.0).contains(&percent).then_some(percent / 100.0)
}

/// A number, which may have an exponent (strtod(3) takes as much as is one), and its unit, in lower case.
fn split(text: &str) -> Option<(f64, String)> {
    let most = text.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c)).unwrap_or(text.len());
    let (number, length) = (1..=most).rev().find_map(|length| Some((text[..length].parse().ok()?, length)))?;
    Some((number, text[length..].trim_start().to_ascii_lowercase()))
}

/// The whole part of a number, if it has one in 64 bits: cut, not rounded, as `tc` does.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
pub fn whole(number: f64) -> Option<u64> {
    (0.0..u64::MAX as f64).contains(&number).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::{rate, ratio, size, time};
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn times_are_read_as_tc_reads_them() {
        assert_eq!(time("20ms"), Some(Duration::from_millis(20)));
        assert_eq!(time("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(time("250usecs"), Some(Duration::from_micros(250)));
        assert_eq!(time("3"), Some(Duration::from_secs(3)));
        for wrong in ["", "ms", "20 parsecs", "-1s", "1e999s", "nan", "1es", "1-2s"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rates_are_read_as_tc_reads_them() {
        let cases = [
            ("10mbit", 10_000_000),
            ("1.5Gbit", 1_500_000_000),
            ("800", 800),
            ("64bit", 64),
            ("1kbps", 8000),
            ("2mibit", 2 << 20),
            ("1KiBps", 8192),
            ("1tbit", 1_000_000_000_000),
            ("3 bps", 24),
            ("1e3kbit", 1_000_000),
            ("2.5E-1mbit", 250_000),
            ("2511.893", 2511),
            ("8.2mbit", 8_199_999),
        ];
        for (text, bits) in cases {
            assert_eq!(rate(text), Some(bits), "{text}");
        }
        for wrong in
            ["", "mbit", "10mb", "10m", "ibit", "1ibit", "0", "-1mbit", "1xbit", "1e30tbit", "nan", "10%", "1e", "0x10"]
        {
            assert_eq!(rate(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_are_read_as_tc_reads_them() {
        for (text, bytes) in [
            ("64kb", 65_536),
            ("1500", 1500),
            ("0.5M", 524_288),
            ("8kbit", 1024),
            ("10b", 10),
            ("2g", 2 << 30),
            ("0.7k", 716),
        ] {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for wrong in ["", "kb", "64kib", "-1", "1e30g", "inf"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ratios_are_per_cent() {
        assert_eq!(
            (ratio("1%"), ratio("0%"), ratio("100%"), ratio("0.5 %")),
            (Some(0.01), Some(0.0), Some(1.0), Some(0.005))
        );
        for wrong in ["", "%", "1", "0.01", "101%", "-1%", "nan%", "1%%"] {
            assert_eq!(ratio(wrong), None, "{wrong}");
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
            let _ = (time(&text), rate(&text), size(&text), ratio(&text));
        }
    }
}
