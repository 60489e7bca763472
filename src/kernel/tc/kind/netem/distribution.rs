//! How delays vary: tables that iproute2 brings (`normal.dist` and others, tc-netem(8)), or made here where it is not installed.
//!
//! A table has the values of a distribution in order, each as likely as any other: by how many 8,192ths of the jitter a delay
//! is more than the middle (`NETEM_DIST_SCALE`). The kernel does not say which it was given.

use std::path::PathBuf;

use crate::error::Result;

/// How many values a table that is made here has; those of iproute2 have as many.
const LENGTH: u32 = 4096;
/// What stands for the jitter.
const SCALE: f64 = 8192.0;
/// `NETEM_DIST_MAX`.
const MOST: usize = 16_384;

/// A distribution of delays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    /// Each delay within the jitter is as likely as any other.
    Uniform,
    /// The jitter is the standard deviation.
    Normal,
    /// A few are far longer.
    Pareto,
    /// A quarter of normal, three of Pareto.
    ParetoNormal,
    /// Measured once, on the Internet; only from iproute2's table.
    Experimental,
}

/// Names and what they are called.
const ALL: [(&str, Distribution); 5] = [
    ("uniform", Distribution::Uniform),
    ("normal", Distribution::Normal),
    ("pareto", Distribution::Pareto),
    ("paretonormal", Distribution::ParetoNormal),
    ("experimental", Distribution::Experimental),
];

impl Distribution {
    /// The one called `name`.
    pub fn called(name: &str) -> Option<Self> {
        ALL.into_iter().find(|(known, _)| *known == name).map(|(_, distribution)| distribution)
    }

    /// As `tc` calls it.
    pub fn name(self) -> &'static str {
        ALL.into_iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

/// What a name may be, for an error.
pub fn expected() -> String {
    let names = ALL.map(|(name, _)| name).join(", ");
    format!("one of {names} or the name of a table in {}", directories().join(", "))
}

/// The table called `name`; none if there is none.
pub fn table(name: &str) -> Result<Option<Vec<i16>>> {
    // A name, not a path.
    if name.is_empty() || name.contains(['/', '\0']) {
        return Ok(None);
    }
    let files = directories().into_iter().map(|directory| PathBuf::from(directory).join(format!("{name}.dist")));
    for file in files {
        if let Some(table) = std::fs::read_to_string(file).ok().and_then(|text| read(&text)) {
            return Ok(Some(table));
        }
    }
    Ok(Distribution::called(name).and_then(made))
}

/// Where iproute2 keeps its tables.
fn directories() -> Vec<String> {
    match std::env::var("TC_LIB_DIR") {
        Ok(directory) => vec![directory],
        Err(_) => {
            let triplet = format!("/usr/lib/{}-linux-gnu/tc", std::env::consts::ARCH);
            vec!["/usr/lib/tc".to_owned(), "/usr/lib64/tc".to_owned(), triplet]
        }
    }
}

/// The numbers of a file; lines that begin with `#` are comments. None if it holds something else.
fn read(text: &str) -> Option<Vec<i16>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let numbers: Option<Vec<i16>> = lines.flat_map(str::split_whitespace).map(|word| word.parse().ok()).collect();
    numbers.filter(|numbers| (1..=MOST).contains(&numbers.len()))
}

/// The table of a distribution that can be reckoned.
fn made(distribution: Distribution) -> Option<Vec<i16>> {
    let value = |chance: f64| match distribution {
        Distribution::Uniform => Some(2.0 * chance - 1.0),
        Distribution::Normal => Some(normal(chance)),
        Distribution::Pareto => Some(pareto(chance)),
        Distribution::ParetoNormal => Some(0.25 * normal(chance) + 0.75 * pareto(chance)),
        Distribution::Experimental => None,
    };
    // The middle of each of as many equal shares.
    let chances = (0..LENGTH).map(|place| (f64::from(place) + 0.5) / f64::from(LENGTH));
    #[allow(clippy::cast_possible_truncation)]
    chances.map(|chance| value(chance).map(|value| (value * SCALE).round() as i16)).collect()
}

/// The value below which a normal distribution is with this chance: found by halving between what is surely less and more.
fn normal(chance: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..48 {
        let middle = (low + high) / 2.0;
        if below(middle) < chance { low = middle } else { high = middle }
    }
    low
}

/// The chance that a normal distribution is below `x`, by Abramowitz and Stegun's formula 26.2.17 (within 7.5e-8).
fn below(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let factors = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let sum = factors.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    let tail = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum;
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// The value below which a Pareto distribution of shape 3 is, with the mean 0 and the standard deviation 1.
fn pareto(chance: f64) -> f64 {
    ((1.0 - chance).powf(-1.0 / 3.0) - 1.5) / 0.75f64.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(table: &[i16]) -> (f64, f64) {
        let count = table.len() as f64;
        let values = || table.iter().map(|value| f64::from(*value) / SCALE);
        let mean = values().sum::<f64>() / count;
        (mean, (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
    }

    #[test]
    fn what_is_made_has_the_middle_and_the_width() {
        for (distribution, width) in [
            (Distribution::Uniform, 1.0 / 3.0f64.sqrt()),
            (Distribution::Normal, 1.0),
            // The longest are cut to 4 times the jitter.
            (Distribution::Pareto, 0.74),
        ] {
            let table = made(distribution).expect("a table");
            assert!(table.is_sorted() && table.len() == 4096, "{distribution:?}");
            let (mean, deviation) = moments(&table);
            assert!(mean.abs() < 0.04 && (deviation - width).abs() < 0.05, "{distribution:?}: {mean} {deviation}");
        }
        assert_eq!(made(Distribution::Experimental), None);
        assert_eq!(normal(0.841_344_746).mul_add(1000.0, 0.5).floor(), 1000.0);
    }

    #[test]
    fn a_file_is_numbers_and_comments() {
        assert_eq!(read("# two\n1 -2\n\n3\n"), Some(vec![1, -2, 3]));
        assert_eq!((read("1 x"), read(""), read("40000"), table("../x").ok()), (None, None, None, Some(None)));
    }

    #[test]
    fn names_come_back() {
        assert!(
            ALL.iter().all(|(name, distribution)| Distribution::called(name) == Some(*distribution)
                && distribution.name() == *name)
        );
    }
}
