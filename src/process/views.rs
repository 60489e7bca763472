//! What the programs of a lab's nodes see: a mount namespace for each node, made when its first program is, and kept.
//!
//! All come from one for the lab, in which /run/netns is uncovered: mounts are copied, and those would make each dear
//! (measured with 1,000 names: 1.4 ms instead of 0.03 ms). Files and directories of a node's own are in its alone.

use std::collections::HashMap;
use std::ffi::{CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;

use super::furnish::Step;
use super::{spawner, view};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::{Group, Namespace};

/// How many views of nodes that have nothing of their own are kept: each is a descriptor.
const MOST_PLAIN: usize = 512;

/// What a node has of its own, for its programs alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Its host name.
    pub host: String,
    /// Files with their texts, by their paths.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// Directories that are empty at first.
    pub private: Vec<PathBuf>,
}

/// A node's programs' view.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) mounts: Arc<OwnedFd>,
    pub(super) host: Option<CString>,
}

#[derive(Default)]
struct Lab {
    base: Option<Arc<OwnedFd>>,
    wanted: HashMap<String, Surroundings>,
    made: HashMap<String, Arc<OwnedFd>>,
}

static LABS: LazyLock<Mutex<HashMap<Group, Lab>>> = LazyLock::new(Mutex::default);

fn labs() -> MutexGuard<'static, HashMap<Group, Lab>> {
    LABS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says what the programs in a lab's namespace are to see, before the first is there.
pub fn surround(namespace: &Namespace, surroundings: Surroundings) {
    if let Some(group) = namespace.group() {
        labs().entry(group).or_default().wanted.insert(namespace.label(), surroundings);
    }
}

/// Makes what the programs of a node see, so that what cannot be is known before there is one.
///
/// Errors: a file or directory cannot be put there (`NODE_FILE`); limits.
pub fn furnish(namespace: &Namespace) -> Result<()> {
    match namespace.group() {
        Some(group) => of(namespace, group).map(drop),
        None => Ok(()),
    }
}

/// The views of those nodes of a lab that have something of their own.
pub(super) fn own(group: Group) -> Vec<Arc<OwnedFd>> {
    let labs = labs();
    let Some(lab) = labs.get(&group) else { return Vec::new() };
    let own = |label: &String| lab.wanted.get(label).is_some_and(|wanted| !wanted.is_plain());
    lab.made.iter().filter(|(label, _)| own(label)).map(|(_, view)| Arc::clone(view)).collect()
}

/// The inode of the mount namespace of a node, by the name of its namespace, if the node has something of its own there.
pub fn own_view(label: &str) -> Option<u64> {
    let labs = labs();
    let lab = labs.values().find(|lab| lab.wanted.get(label).is_some_and(|wanted| !wanted.is_plain()))?;
    nix::sys::stat::fstat(lab.made.get(label)?).ok().map(|status| status.st_ino)
}

/// The view with this inode among what a process holds open.
pub fn view_held_by(holder: i32, inode: u64) -> Option<OwnedFd> {
    let wanted = format!("mnt:[{inode}]");
    let held = std::fs::read_dir(format!("/proc/{holder}/fd")).ok()?.flatten();
    let is_it = |path: &PathBuf| std::fs::read_link(path).is_ok_and(|target| target.as_os_str() == wanted.as_str());
    let path = held.map(|entry| entry.path()).find(is_it)?;
    std::fs::File::open(path).ok().map(OwnedFd::from)
}

/// The view of a node, for another process whose programs are to see the same.
///
/// Errors: it cannot be made; limits.
pub fn lend_view(namespace: &Namespace) -> Result<Option<Arc<OwnedFd>>> {
    let view = namespace.group().map(|group| of(namespace, group)).transpose()?;
    Ok(view.map(|(view, _)| view.mounts))
}

/// Takes the view that another process lent as that of a node, with the node's host name.
pub fn adopt_view(namespace: &Namespace, view: OwnedFd, host: &str) {
    if let Some(group) = namespace.group() {
        let mut labs = labs();
        let lab = labs.entry(group).or_default();
        lab.made.insert(namespace.label(), Arc::new(view));
        lab.wanted.insert(namespace.label(), Surroundings { host: host.to_owned(), ..Surroundings::default() });
    }
}

/// Lets go of the views of a lab that ends.
pub(super) fn forget(group: Group) {
    let gone = labs().remove(&group);
    drop(gone);
}

/// The view of a namespace of a lab, and what could not be shown in it if it was made just now.
pub(super) fn of(namespace: &Namespace, group: Group) -> Result<(View, Vec<Error>)> {
    let label = namespace.label();
    let (base, wanted) = {
        let mut labs = labs();
        let lab = labs.entry(group).or_default();
        let wanted = lab.wanted.get(&label).cloned().unwrap_or_default();
        if let Some(mounts) = lab.made.get(&label) {
            return Ok((View { mounts: Arc::clone(mounts), host: wanted.host() }, Vec::new()));
        }
        (lab.base.clone(), wanted)
    };
    let mut warnings = Vec::new();
    let base = match base {
        Some(base) => base,
        None => {
            let steps = [Step::Slave, Step::Uncover(c"/run/netns".into()), Step::Proc];
            let base = Arc::new(make(group, None, None, steps.into(), &mut warnings)?);
            labs().entry(group).or_default().base = Some(Arc::clone(&base));
            base
        }
    };
    let name = namespace.os_name();
    let mut steps = vec![Step::Sys(c_string(name.unwrap_or(OsStr::new("nsl")))?)];
    steps.extend(view::binds(name).into_iter().map(|(from, onto)| Step::Bind(from, onto)));
    wanted.steps(&mut steps)?;
    let network = namespace.open()?;
    let mounts = Arc::new(make(group, Some(base), Some(network), steps, &mut warnings)?);
    let mut labs = labs();
    let lab = labs.entry(group).or_default();
    if lab.made.len() >= MOST_PLAIN {
        let wanted = &lab.wanted;
        lab.made.retain(|label, _| wanted.get(label).is_some_and(|wanted| !wanted.is_plain()));
    }
    lab.made.insert(label, Arc::clone(&mounts));
    Ok((View { mounts, host: wanted.host() }, warnings))
}

/// Makes a mount namespace; what was refused is an error if the node asked for it, else a warning.
fn make(
    group: Group,
    base: Option<Arc<OwnedFd>>,
    network: Option<Arc<OwnedFd>>,
    steps: Vec<Step>,
    warnings: &mut Vec<Error>,
) -> Result<OwnedFd> {
    let (made, steps) = spawner::furnish(group, base, network, steps)?;
    for (step, errno) in steps.iter().filter(|(_, errno)| *errno != 0) {
        let errno = *errno;
        let errno = Errno::from_raw(errno);
        let inherited =
            |path: &'static str| Error::new(&explain::VIEW_INHERITED).with("path", path).object(path).errno(errno);
        match step {
            Step::Slave | Step::Uncover(_) => return Err(Error::system(errno)),
            Step::Sys(_) => warnings.push(inherited("/sys")),
            Step::Proc => warnings.push(inherited("/proc")),
            Step::Bind(from, onto) if !is_staged(from.as_bytes()) => warnings.push(view::unbound(from, onto, errno)),
            Step::Bind(_, at)
            | Step::Memory(at, _)
            | Step::Overlay(at, _)
            | Step::Directory(at)
            | Step::File(at, ..) => {
                let path = at.to_string_lossy();
                return Err(Error::new(&explain::NODE_FILE).with("path", &path).errno(errno));
            }
        }
    }
    Ok(made)
}

/// Where files are before they are put in their places: in memory, over a directory that nothing is put under.
const STAGES: [&str; 4] = ["/mnt", "/srv", "/tmp", "/run"];

/// In the stage.
const STAGED: &str = ".nsl-stage-";

fn is_staged(path: &[u8]) -> bool {
    path.windows(STAGED.len()).any(|window| window == STAGED.as_bytes())
}

impl Surroundings {
    /// Whether nothing is there that a view made anew would lack.
    fn is_plain(&self) -> bool {
        self.files.is_empty() && self.private.is_empty()
    }

    fn host(&self) -> Option<CString> {
        CString::new(self.host.as_str()).ok().filter(|host| !host.is_empty())
    }

    /// What has to be done for its files and directories, the outer ones first.
    ///
    /// A directory or file that is there is covered. Where there is none, the nearest directory above is put under one in
    /// memory that takes what is made in it.
    fn steps(&self, steps: &mut Vec<Step>) -> Result<()> {
        if self.is_plain() {
            return Ok(());
        }
        let paths = || self.private.iter().chain(self.files.iter().map(|(path, _)| path));
        let free = |stage: &&&str| Path::new(stage).is_dir() && !paths().any(|path| path.starts_with(stage));
        let Some(stage) = STAGES.iter().find(free) else {
            return Err(Error::new(&explain::NODE_FILE).with("path", STAGES[0]).errno(Errno::EBUSY));
        };
        steps.push(Step::Memory(c_string(OsStr::new(stage))?, c"mode=0700".into()));
        let blank: Vec<&Path> = self.private.iter().map(PathBuf::as_path).filter(|path| path.is_dir()).collect();
        let mut plan = Plan { stage: Path::new(stage), number: 0, blank, layered: Vec::new(), steps };
        let mut above: Vec<&Path> = paths().filter_map(|path| plan.layer_for(path)).collect();
        above.sort_unstable();
        above.into_iter().try_for_each(|directory| plan.layer(directory))?;
        let mut private: Vec<&Path> = self.private.iter().map(PathBuf::as_path).collect();
        private.sort_unstable();
        private.into_iter().try_for_each(|path| plan.directory(path))?;
        self.files.iter().try_for_each(|(path, text)| plan.file(path, text))?;
        steps.push(Step::Uncover(c_string(OsStr::new(stage))?));
        Ok(())
    }
}

/// Steps while they are found.
struct Plan<'a> {
    stage: &'a Path,
    /// How many places in the stage are taken.
    number: usize,
    /// Directories that are there, and empty for the node.
    blank: Vec<&'a Path>,
    /// Directories that take what is made in them.
    layered: Vec<&'a Path>,
    steps: &'a mut Vec<Step>,
}

impl<'a> Plan<'a> {
    fn staged(&mut self) -> Result<CString> {
        self.number += 1;
        c_string(self.stage.join(format!("{STAGED}{}", self.number)).as_os_str())
    }

    /// Whether what is there at a path is hidden by a directory that is empty for the node.
    fn is_hidden(&self, path: &Path) -> bool {
        self.blank.iter().any(|above| path != *above && path.starts_with(above))
    }

    fn is_layered(&self, path: &Path) -> bool {
        self.layered.iter().any(|above| path.starts_with(above))
    }

    /// The directory that has to take what is not there yet.
    fn layer_for(&self, path: &'a Path) -> Option<&'a Path> {
        let there = path.exists() || self.is_hidden(path);
        if there { None } else { path.ancestors().skip(1).find(|above| above.is_dir()) }
    }

    fn layer(&mut self, directory: &'a Path) -> Result<()> {
        if self.is_layered(directory) {
            return Ok(());
        }
        let (upper, work) = (self.staged()?, self.staged()?);
        // overlayfs parts its options at commas, and lower directories at colons.
        let plain = |path: &[u8]| {
            let text = String::from_utf8_lossy(path);
            text.replace('\\', "\\\\").replace(':', "\\:").replace(',', "\\,")
        };
        let (lower, up) = (plain(directory.as_os_str().as_bytes()), plain(upper.as_bytes()));
        let options = format!("lowerdir={lower},upperdir={up},workdir={}", plain(work.as_bytes()));
        self.steps.extend([Step::Directory(upper), Step::Directory(work)]);
        self.steps.push(Step::Overlay(c_string(directory.as_os_str())?, c_string(OsStr::new(&options))?));
        self.layered.push(directory);
        Ok(())
    }

    fn directory(&mut self, path: &Path) -> Result<()> {
        let at = c_string(path.as_os_str())?;
        match std::fs::metadata(path) {
            Ok(there) if !self.is_hidden(path) => {
                let (uid, gid) = owner(&there);
                let options = format!("mode={:o},uid={uid},gid={gid}", there.mode() & 0o7777);
                self.steps.push(Step::Memory(at, c_string(OsStr::new(&options))?));
            }
            _ => {
                self.make_above(path)?;
                self.steps.push(Step::Directory(at));
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, text: &[u8]) -> Result<()> {
        let at = c_string(path.as_os_str())?;
        let there = std::fs::metadata(path).ok().filter(|_| !self.is_hidden(path));
        let (mode, owner) = there.as_ref().map_or((0o644, (0, 0)), |it| (it.mode() & 0o7777, owner(it)));
        let file = |at| Step::File(at, text.to_vec(), mode, owner);
        if there.is_some() && !self.is_layered(path) {
            let staged = self.staged()?;
            self.steps.extend([file(staged.clone()), Step::Bind(staged, at)]);
            return Ok(());
        }
        self.make_above(path)?;
        self.steps.push(file(at));
        Ok(())
    }

    /// Makes the directories above a path that are not there.
    fn make_above(&mut self, path: &Path) -> Result<()> {
        let missing = path.ancestors().skip(1).filter(|above| !above.exists() || self.is_hidden(above));
        let missing: Vec<&Path> = missing.collect();
        for directory in missing.into_iter().rev() {
            self.steps.push(Step::Directory(c_string(directory.as_os_str())?));
        }
        Ok(())
    }
}

/// Whose a thing in the place of another is to be: that one's owner's, where this user namespace knows all owners.
fn owner(there: &std::fs::Metadata) -> (u32, u32) {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let knows_all = map.split_ascii_whitespace().eq(["0", "0", "4294967295"]);
    if knows_all { (there.uid(), there.gid()) } else { (0, 0) }
}

fn c_string(text: &OsStr) -> Result<CString> {
    CString::new(text.as_bytes()).map_err(|_| Error::new(&explain::COMMAND_NUL).with("text", text.to_string_lossy()))
}
