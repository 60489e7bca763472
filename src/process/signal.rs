//! Signals by name and number.

use std::str::FromStr;

use nix::sys::signal::Signal;

use crate::error::{Error, Result, explain};

/// `"TERM"`, `"SIGTERM"`, `"term"` or `"15"`: the number.
pub fn parse(text: &str) -> Result<i32> {
    let unknown = || Error::new(&explain::SIGNAL_UNKNOWN).with("signal", text);
    if let Ok(number) = text.parse::<i32>() {
        return if (1..=64).contains(&number) { Ok(number) } else { Err(unknown()) };
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    if let Some(offset) = name.strip_prefix("RTMIN+").and_then(|offset| offset.parse::<i32>().ok()) {
        let number = offset.checked_add(libc::SIGRTMIN()).filter(|number| (1..=64).contains(number));
        return number.ok_or_else(unknown);
    }
    Signal::from_str(&format!("SIG{name}")).map(|signal| signal as i32).map_err(|_| unknown())
}

/// `SIGTERM` for 15; real-time signals, which have no names of their own, are `SIGRTMIN+n` (signal(7)).
pub fn name(number: i32) -> String {
    match Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("SIGRTMIN+{}", number - libc::SIGRTMIN()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_has_many_spellings() {
        for text in ["TERM", "SIGTERM", "term", "sigterm", "15"] {
            assert_eq!(parse(text).expect(text), 15);
        }
        for text in ["", "SIG", "NOPE", "0", "65", "-9"] {
            assert_eq!(parse(text).expect_err(text).code(), "EINVAL");
        }
        assert_eq!(name(9), "SIGKILL");
        assert_eq!(name(libc::SIGRTMIN() + 3), "SIGRTMIN+3");
        assert_eq!(parse("SIGRTMIN+3").expect("a name"), libc::SIGRTMIN() + 3);
        assert_eq!(parse("RTMIN+99").expect_err("none").code(), "EINVAL");
    }
}
