//! Names of sysctls, and the files below /proc/sys that they mean.
//!
//! As with sysctl(8) the first separator decides: behind a dot dots separate and a slash stands for a dot of a name
//! (`net.ipv4.conf.eth0/100.forwarding`), behind a slash it is the other way round. Beside that a dot may be part of a
//! name, where what is there says so (`net.ipv4.conf.eth0.100.forwarding`), and `*` is any text within a name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, explain, nearest};

/// A key, taken apart.
#[derive(Debug)]
pub(super) struct Name {
    parts: Vec<String>,
    /// Its separators are slashes.
    slashed: bool,
}

impl Name {
    /// `EINVAL` if no sysctl can be called so.
    pub(super) fn parse(key: &str) -> Result<Self> {
        let slashed = key.find(['.', '/']).is_some_and(|first| key[first..].starts_with('/'));
        let parts: Vec<String> = match slashed {
            true => key.split('/').map(str::to_owned).collect(),
            false => key.split('.').map(|part| part.replace('/', ".")).collect(),
        };
        let is_bad = |part: &String| part.is_empty() || matches!(part.as_str(), "." | "..") || part.contains('\0');
        if parts.iter().any(is_bad) {
            return Err(Error::new(&explain::SYSCTL_BAD).with("key", key));
        }
        Ok(Self { parts, slashed })
    }

    /// Whether it may mean several.
    pub(super) fn is_pattern(&self) -> bool {
        self.parts.iter().any(|part| part.contains('*'))
    }

    /// Gives `act` the file below `root` that the name means: the plain one, which it is nearly always and which costs no
    /// search, or where that is not there what else it can be.
    pub(super) fn act<T>(&self, root: &Path, act: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
        let plain: PathBuf = self.parts.iter().collect();
        act(&plain).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                self.find(root).first().map_or(Err(error), |path| act(path))
            }
            _ => Err(error),
        })
    }

    /// Every file and directory below `root` that the name can mean, as paths from there; the likeliest first.
    pub(super) fn find(&self, root: &Path) -> Vec<PathBuf> {
        self.search(root).found
    }

    /// What may have been meant, where nothing is found: at the first part that is not there the name most like it.
    pub(super) fn near(&self, root: &Path) -> Option<String> {
        let (directory, reached) = self.search(root).furthest;
        let (part, rest) = self.parts.get(reached..)?.split_first()?;
        let names = names(&root.join(&directory));
        let near = nearest(part, names.iter().map(String::as_str))?;
        Some(self.spell(&directory.join(near).join(rest.iter().collect::<PathBuf>())))
    }

    /// A path below `root` in the spelling of this name, exact whatever else is there.
    pub(super) fn spell(&self, path: &Path) -> String {
        let parts = path.iter().map(|part| part.to_string_lossy());
        match self.slashed {
            true => parts.collect::<Vec<_>>().join("/"),
            false => parts.map(|part| part.replace('.', "/")).collect::<Vec<_>>().join("."),
        }
    }

    fn search<'a>(&'a self, root: &'a Path) -> Search<'a> {
        let mut search = Search { root, name: self, found: Vec::new(), furthest: (PathBuf::new(), 0) };
        search.step(PathBuf::new(), 0);
        search
    }
}

/// What a name can mean.
struct Search<'a> {
    root: &'a Path,
    name: &'a Name,
    found: Vec<PathBuf>,
    /// How far a path that is there goes, and how many parts of the name that takes.
    furthest: (PathBuf, usize),
}

impl Search<'_> {
    /// Goes on from `path`, which is there and takes the first `reached` parts.
    fn step(&mut self, path: PathBuf, reached: usize) {
        let parts = &self.name.parts;
        if reached == parts.len() {
            return self.found.push(path);
        }
        if reached > self.furthest.1 {
            self.furthest = (path.clone(), reached);
        }
        let longest = if self.name.slashed { reached + 1 } else { parts.len() };
        for end in reached + 1..=longest {
            let part = parts[reached..end].join(".");
            if part.contains('*') {
                let entries = names(&self.root.join(&path));
                entries.iter().filter(|entry| matches(&part, entry)).for_each(|entry| self.step(path.join(entry), end));
            } else if self.root.join(&path).join(&part).exists() {
                self.step(path.join(&part), end);
            }
        }
    }
}

/// Whether a name is one of a pattern's.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(start) else { return false };
    name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| matches(rest, &name[at..]))
}

/// The names in a directory, sorted.
pub(super) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(io::Result::ok);
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "/proc/sys";

    fn parts(key: &str) -> Vec<String> {
        Name::parse(key).expect("a key").parts
    }

    #[test]
    fn the_first_separator_decides() {
        assert_eq!(parts("net.ipv4.ip_forward"), ["net", "ipv4", "ip_forward"]);
        assert_eq!(parts("net/ipv4/conf/eth0.1/mtu"), ["net", "ipv4", "conf", "eth0.1", "mtu"]);
        assert_eq!(parts("net.ipv4.conf.eth0/1.mtu"), ["net", "ipv4", "conf", "eth0.1", "mtu"]);
        for bad in ["", "net..ip", "net/../kernel/hostname", "/net/ipv4", "net.ipv4.", "net/./x", "a\0.b", "net.//.x"] {
            assert!(Name::parse(bad).expect_err("no key").is(&explain::SYSCTL_BAD), "{bad}");
        }
    }

    #[test]
    fn the_nearest_key_is_spelt_like_the_one_given() {
        let near = |key: &str| Name::parse(key).expect("a key").near(Path::new(ROOT));
        assert_eq!(near("net.ipv4.ip_forwrd").as_deref(), Some("net.ipv4.ip_forward"));
        assert_eq!(near("net/ipv5/ip_forward").as_deref(), Some("net/ipv4/ip_forward"));
    }

    #[test]
    fn a_star_is_any_text() {
        for (pattern, name) in [("*", "lo"), ("eth*", "eth0.100"), ("*0", "eth0"), ("e*h*", "eth0"), ("lo*", "lo")] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("eth*", "veth0"), ("*1", "eth0"), ("lo", "lo0"), ("l*o*o", "lo")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn dots_are_tried_as_parts_of_names() {
        let root = std::env::temp_dir().join(format!("nsl-sysctl-{}", std::process::id()));
        for file in ["conf/a/x", "conf/a.b/x", "conf/a.b/y", "conf/a.b.c/y"] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().expect("a directory")).expect("made");
            fs::write(path, "").expect("made");
        }
        let find = |key: &str| {
            let name = Name::parse(key).expect("a key");
            name.find(&root).iter().map(|path| name.spell(path)).collect::<Vec<_>>()
        };
        assert_eq!(find("conf.a.b.x"), ["conf.a/b.x"]);
        assert_eq!(find("conf.a.b.c.y"), ["conf.a/b/c.y"]);
        assert_eq!(find("conf.*.y"), ["conf.a/b.y", "conf.a/b/c.y"]);
        assert_eq!(find("conf.a.*.y"), ["conf.a/b.y", "conf.a/b/c.y"]);
        assert_eq!(find("conf/*/x"), ["conf/a/x", "conf/a.b/x"]);
        assert_eq!(find("conf/a/b/x"), [""; 0]);
        let near = |key: &str| Name::parse(key).expect("a key").near(&root);
        assert_eq!(near("conf.a.b.c.yy").as_deref(), Some("conf.a/b/c.y"));
        fs::remove_dir_all(&root).expect("removed");
    }
}
