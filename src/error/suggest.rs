//! The nearest of the names there are: for "did you mean".

use std::fmt;

use super::Error;

/// The candidate most like `word`, if one is like it at all (edit distance, with a transposition as one edit).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = 1 + word.chars().count() / 5;
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed || (word.len() >= 3 && candidate.starts_with(word)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

impl Error {
    /// Suggests what may have been meant, where there is something like it: `<near>` of a row.
    #[must_use]
    pub fn near(self, near: Option<impl fmt::Display>) -> Self {
        match near {
            Some(near) => self.with("near", near),
            None => self,
        }
    }

    /// Tells what there is in the place of `wanted`: for the hint of a row with `<near>` and `<known>` if one of them is
    /// like it, else as a note.
    #[must_use]
    pub fn among(self, wanted: &str, known: &[String]) -> Self {
        match nearest(wanted, known.iter().map(String::as_str)) {
            Some(near) => self.with("near", near).with("known", listed(known)),
            None if known.is_empty() => self,
            None => self.note(listed(known)),
        }
    }
}

/// `there is only a`, `there are a, b and 3 more`: at most ten are named.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len() {
        1 => format!("there is only {shown}"),
        count if count > SHOWN => format!("there are {shown} and {} more", count - SHOWN),
        _ => format!("there are {shown}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{listed, nearest};

    #[test]
    fn tells_what_there_is() {
        let names: Vec<String> = (1..=12).map(|number| format!("n{number}")).collect();
        assert_eq!(listed(&names[..1]), "there is only n1");
        assert_eq!(listed(&names[..2]), "there are n1, n2");
        assert_eq!(listed(&names), "there are n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 and 2 more");
    }

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(nearest("mtuu", ["name", "mtu", "up"]), Some("mtu"));
        assert_eq!(nearest("del", ["add", "delete", "delete_all"]), Some("delete"));
        assert_eq!(nearest("sn1", ["ns0", "ns1"]), Some("ns1"));
        assert_eq!(nearest("zebra", ["name", "mtu"]), None);
    }
}
