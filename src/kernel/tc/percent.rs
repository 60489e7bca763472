//! Rates as a share of a link's speed: `rate = "50%"`, as `tc` reads them (tc(8), "PARAMETERS").

use std::borrow::Cow;

use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::words::{Form, Setting, Settings, Word, word};
use crate::kernel::{ethtool, units};

/// The settings with rates in bits a second in place of those in per cent; the device is asked only where there are some.
///
/// `EINVAL` where the device has no speed.
pub fn of_speed<'a>(device: &Device, words: &[Word], settings: &'a Settings) -> Result<Cow<'a, Settings>> {
    if !any(words, settings) {
        return Ok(Cow::Borrowed(settings));
    }
    let speed = ethtool::speed(device)?;
    resolve(words, settings, speed)
        .map(Cow::Owned)
        .map_err(|key| Error::new(&explain::TC_SPEED_UNKNOWN).with("key", key).with("link", device).object(device))
}

/// Whether a word's value is a rate that may be a share.
fn is_rate(word: &Word) -> bool {
    matches!(word.form, Form::Rate32 | Form::Rate64) || matches!(word.name, "maxrate" | "defrate")
}

fn any(words: &[Word], settings: &Settings) -> bool {
    settings.iter().any(|(key, value)| match (word(words, key), value) {
        // A text is a service curve of one slope.
        (Some(word), Setting::Text(text)) => {
            (is_rate(word) || matches!(word.form, Form::Nested(_))) && text.ends_with('%')
        }
        (Some(Word { form: Form::Nested(inner), .. }), Setting::Table(settings)) => any(inner, settings),
        _ => false,
    })
}

/// With the device's speed in bits a second, if it has one; else the key of the first that needs it.
fn resolve(words: &[Word], settings: &Settings, speed: Option<u64>) -> std::result::Result<Settings, String> {
    let one = |key: &str, value: &Setting| match (word(words, key), value) {
        (Some(Word { form: Form::Nested(inner), .. }), Setting::Table(settings)) => {
            resolve(inner, settings, speed).map(Setting::Table)
        }
        (Some(word), Setting::Text(text)) if is_rate(word) || matches!(word.form, Form::Nested(_)) => {
            // What is no share is left to those who read rates.
            let Some(share) = units::ratio(text) else { return Ok(value.clone()) };
            #[allow(clippy::cast_precision_loss)]
            let rate = speed.and_then(|speed| units::whole(share * speed as f64)).ok_or_else(|| key.to_owned())?;
            Ok(Setting::Integer(rate.cast_signed()))
        }
        _ => Ok(value.clone()),
    };
    settings.iter().map(|(key, value)| Ok((key.clone(), one(key, value)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::option;

    const CURVE: &[Word] = &[option("m2", 0, Form::Rate32)];
    const WORDS: &[Word] =
        &[option("rate", 0, Form::Rate64), option("sc", 0, Form::Nested(CURVE)), option("loss", 0, Form::Share32)];

    #[test]
    fn shares_of_a_speed_are_rates_and_other_shares_stay() {
        let text = |text: &str| Setting::Text(text.to_owned());
        let curve = |value| Setting::Table(vec![("m2".into(), value)]);
        let asked: Settings =
            vec![("rate".into(), text("12.5%")), ("sc".into(), curve(text("1%"))), ("loss".into(), text("1%"))];
        let found = resolve(WORDS, &asked, Some(10_000_000_000)).expect("a speed");
        assert_eq!(found[0].1, Setting::Integer(1_250_000_000));
        assert_eq!((&found[1].1, &found[2].1), (&curve(Setting::Integer(100_000_000)), &text("1%")));
        assert_eq!(resolve(WORDS, &asked, None), Err("rate".to_owned()));
        assert!(any(WORDS, &asked) && any(WORDS, &asked[1..].to_vec()) && !any(WORDS, &asked[2..].to_vec()));
    }
}
