//! What becomes of a packet behind an action: `TC_ACT_…` (Linux `include/uapi/linux/pkt_cls.h`), in `tc`'s words.

use crate::kernel::words::{Form, Own, Setting};

/// `TC_ACT_JUMP` and `TC_ACT_GOTO_CHAIN`: what is below these bits is the number.
const JUMP: i32 = 0x1000_0000;
const GOTO_CHAIN: i32 = 0x2000_0000;
const NUMBER: i32 = 0x0fff_ffff;

/// The first of several words for one number is that which is read.
const WORDS: &[(&str, i32)] = &[
    ("pass", 0),
    ("ok", 0),
    ("reclassify", 1),
    ("drop", 2),
    ("shot", 2),
    ("pipe", 3),
    ("stolen", 4),
    ("trap", 8),
    ("continue", -1),
];

/// A word, or `goto chain 5`, or `jump 2`.
pub const CONTROL: Form = Form::Own(&Own {
    expected: "pass, drop, pipe, reclassify, continue, stolen, trap, \"goto chain N\" or \"jump N\"",
    encode: |value| match value {
        Setting::Text(text) => number(text).map(|number| number.to_ne_bytes().to_vec()),
        _ => None,
    },
    decode: |bytes| text(i32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?)).map(Setting::Text),
    width: Some(4),
});

/// Whether a word says what becomes of a packet.
pub(super) fn is_word(text: &str) -> bool {
    number(text).is_some()
}

fn number(text: &str) -> Option<i32> {
    let behind =
        |prefix: &str| text.strip_prefix(prefix)?.trim().parse().ok().filter(|number| (0..=NUMBER).contains(number));
    let word = WORDS.iter().find(|(word, _)| *word == text).map(|(_, number)| *number);
    word.or_else(|| behind("goto chain ").map(|chain: i32| GOTO_CHAIN | chain))
        .or_else(|| behind("jump ").map(|n| JUMP | n))
}

fn text(number: i32) -> Option<String> {
    let word = WORDS.iter().find(|(_, known)| *known == number);
    match (word, number & !NUMBER) {
        (Some((word, _)), _) => Some((*word).to_owned()),
        (None, GOTO_CHAIN) => Some(format!("goto chain {}", number & NUMBER)),
        (None, JUMP) => Some(format!("jump {}", number & NUMBER)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers() {
        for word in ["pass", "drop", "pipe", "reclassify", "continue", "stolen", "trap", "goto chain 5", "jump 2"] {
            assert_eq!(number(word).and_then(text).as_deref(), Some(word));
        }
        assert_eq!((number("ok"), number("shot"), number("dropp"), number("jump -1")), (Some(0), Some(2), None, None));
    }
}
