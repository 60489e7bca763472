//! Tables that are put together of others, where objects have some words alike: with other numbers, or of a family each.

use super::{Form, NOWHERE, Word, option};

/// One table of several, each an array or a table: `joined![&ends(&END4), MORE]`.
macro_rules! joined {
    ($($part:expr),+ $(,)?) => {{
        const PARTS: &[&[$crate::kernel::words::Word]] = &[$($part),+];
        const ALL: [$crate::kernel::words::Word; $crate::kernel::words::total(PARTS)] = $crate::kernel::words::join(PARTS);
        &ALL
    }};
}
pub(in crate::kernel) use joined;

/// How many words the tables have.
pub const fn total(parts: &[&[Word]]) -> usize {
    let (mut total, mut part) = (0, 0);
    while part < parts.len() {
        total += parts[part].len();
        part += 1;
    }
    total
}

/// Their words, of which there are `N`.
pub const fn join<const N: usize>(parts: &[&[Word]]) -> [Word; N] {
    let mut all = [option("", NOWHERE, Form::Flag); N];
    let (mut place, mut part) = (0, 0);
    while part < parts.len() {
        let mut word = 0;
        while word < parts[part].len() {
            all[place] = parts[part][word];
            (place, word) = (place + 1, word + 1);
        }
        part += 1;
    }
    all
}
