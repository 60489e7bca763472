//! The nearest of the names there are: for "did you mean".

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

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(nearest("mtuu", ["name", "mtu", "up"]), Some("mtu"));
        assert_eq!(nearest("del", ["add", "delete", "delete_all"]), Some("delete"));
        assert_eq!(nearest("sn1", ["ns0", "ns1"]), Some("ns1"));
        assert_eq!(nearest("zebra", ["name", "mtu"]), None);
    }
}
