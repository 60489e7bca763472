//! Several sysctls at once: what patterns and groups have, and tables of which all are written or none.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use super::name::{Name, names};
use super::refusal::About;
use super::{Found, has_no_value, read_file, write_file};
use crate::error::{Error, Result, escape, reason};

/// Where a sysctl comes among others: what the kernel spreads to others comes before these, `ip_forward` before
/// `conf/all/forwarding` before `conf/default/…` before `conf/eth0/…`, then by name.
type Rank = (usize, u8, PathBuf);

/// One that is to be written.
struct Job {
    key: String,
    value: String,
    /// Its setting, by number.
    setting: usize,
}

/// Reads all files at and below some paths.
pub(super) fn read(about: &About<'_>, paths: Vec<PathBuf>) -> Result<Found> {
    if paths.is_empty() {
        return Err(about.missing());
    }
    let mut found = Vec::new();
    let mut left = paths;
    while let Some(path) = left.pop() {
        let full = about.root.join(&path);
        match read_file(&full) {
            Ok(value) => found.push((about.name.spell(&path), value)),
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                left.extend(names(&full).into_iter().map(|name| path.join(name)));
            }
            // Nothing to read, or an interface that is gone meanwhile.
            Err(error) if has_no_value(&error) || error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(about.word(&error)),
        }
    }
    found.sort();
    Ok(Found::Many(found))
}

/// Writes all settings (keys or patterns, with values), or none, and gives the old values that can be read.
pub(super) fn write(root: &Path, place: &str, settings: &[(String, String)]) -> Result<Vec<(String, String)>> {
    let parsed: Vec<Name> = settings.iter().map(|(key, _)| Name::parse(key)).collect::<Result<_>>()?;
    let about = |number: usize| {
        let (key, value) = &settings[number];
        About { root, name: &parsed[number], key, place, value: Some(value) }
    };
    let jobs = jobs(root, &parsed, settings, &about)?;
    let before = before(root, &jobs);
    for (rank, job) in &jobs {
        // What can only be read may be written back with the rest of its group.
        if let Err(error) = write_file(&root.join(&rank.2), &job.value)
            && before.get(rank) != Some(&job.value)
        {
            let error = About { key: &job.key, ..about(job.setting) }.word(&error);
            return Err(write_back(root, &before, error));
        }
    }
    let old = |(rank, job): (&Rank, Job)| Some((job.key, before.get(rank)?.clone()));
    let mut old: Vec<_> = jobs.into_iter().filter_map(|(rank, job)| old((&rank, job))).collect();
    old.sort();
    Ok(old)
}

/// What is to be written, in order.
fn jobs<'a>(
    root: &Path,
    parsed: &'a [Name],
    settings: &'a [(String, String)],
    about: &impl Fn(usize) -> About<'a>,
) -> Result<BTreeMap<Rank, Job>> {
    let mut jobs = BTreeMap::new();
    // Patterns first: a key of its own says more.
    let mut order: Vec<usize> = (0..parsed.len()).collect();
    order.sort_by_key(|&number| !parsed[number].is_pattern());
    for number in order {
        let (name, (key, value)) = (&parsed[number], &settings[number]);
        let mut paths = name.find(root);
        if !name.is_pattern() {
            paths.truncate(1);
        }
        if paths.is_empty() {
            return Err(about(number).missing());
        }
        for path in paths {
            if root.join(&path).is_dir() {
                return Err(about(number).directory());
            }
            let key = if name.is_pattern() { name.spell(&path) } else { key.clone() };
            jobs.insert(rank(path), Job { key, value: value.clone(), setting: number });
        }
    }
    Ok(jobs)
}

/// What is there now: of what is to be written, and of what the kernel changes with it.
fn before(root: &Path, jobs: &BTreeMap<Rank, Job>) -> BTreeMap<Rank, String> {
    let spread = jobs.keys().flat_map(|(.., path)| spread(root, path)).map(rank);
    let ranks = jobs.keys().cloned().chain(spread);
    ranks.filter_map(|rank| Some((rank.clone(), read_file(&root.join(&rank.2)).ok()?))).collect()
}

fn rank(path: PathBuf) -> Rank {
    let has = |part: &str| path.iter().any(|name| name == part);
    let which = if has("all") { 0 } else { 1 + u8::from(!has("default")) };
    (path.iter().count(), which, path)
}

/// The sysctls that the kernel sets when this one is written (Documentation/networking/ip-sysctl.rst): those of every
/// interface with `ip_forward`, and with some of `conf/all` and `conf/default`.
fn spread(root: &Path, path: &Path) -> Vec<PathBuf> {
    let parts: Vec<_> = path.iter().filter_map(|part| part.to_str()).collect();
    let pattern = match parts.as_slice() {
        ["net", "ipv4", "ip_forward"] => "net/ipv4/conf/*/forwarding".to_owned(),
        ["net", family, "conf", "all" | "default", last] => format!("net/{family}/conf/*/{last}"),
        _ => return Vec::new(),
    };
    Name::parse(&pattern).map(|name| name.find(root)).unwrap_or_default()
}

/// Makes it as it was, as far as that differs; what could not be is noted.
fn write_back(root: &Path, before: &BTreeMap<Rank, String>, error: Error) -> Error {
    before.iter().fold(error, |error, ((.., path), old)| {
        let file = root.join(path);
        let written = match read_file(&file) {
            Ok(now) if now == *old => Ok(()),
            _ => write_file(&file, old),
        };
        match written {
            // The interface is gone meanwhile, and its settings with it.
            Err(cause) if cause.raw_os_error() != Some(Errno::ENOENT as i32) => {
                let path = escape(&path.to_string_lossy());
                error.note(format!("\"{path}\" was changed and could not be set back: {}", reason(&cause)))
            }
            _ => error,
        }
    })
}
