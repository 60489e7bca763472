//! Loading a program of an object file: its maps first, then the code that uses them.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use aya_obj::EbpfSectionKind;
use aya_obj::btf::BtfFeatures;
use aya_obj::maps::{Map, PinningType};
use nix::errno::Errno;
use nix::sys::statfs::{BPF_FS_MAGIC, statfs};

use super::call::{self, NewMap, NewProgram};
use super::object::{Chosen, Object};
use super::{Program, Role, base, quiet, refused};
use crate::error::{Error, Result, explain};
use crate::kernel::words::{self, Settings};

/// Where a BPF file system usually is.
const USUAL: &str = "/sys/fs/bpf";
/// Where in it `tc` and `ip` pin maps that say that they are to be pinned by their name (iproute2 `bpf_util.h`).
const PINS: &str = "tc/globals";
/// How many of the verifier's last lines are told.
const LINES: usize = 5;
/// `BPF_F_XDP_HAS_FRAGS`.
const XDP_HAS_FRAGS: u32 = 1 << 5;
/// `BPF_MAP_TYPE_PERF_EVENT_ARRAY`, which without a size has room for every processor.
const PERF_EVENT_ARRAY: u32 = 4;

/// Loads the program that `object`, `section` and `program` tell.
pub(super) fn load(settings: &Settings, role: Role) -> Result<Program> {
    let file = words::text(settings, "object").unwrap_or_default();
    let section = words::text(settings, "section").unwrap_or(role.section());
    let mut object = Object::open(file)?;
    let program = choose(&object, file, section, words::text(settings, "program"))?;
    let about = |error: Error| error.with("file", file).with("section", &program.section);
    let types = types(&mut object);
    let maps = maps(&object, file, types.as_ref().map(AsFd::as_fd))?;
    let license = object.parsed.license.clone();
    let code = object.link(&maps, &program);
    let code = code.map_err(|why| about(Error::new(&explain::BPF_UNUSABLE).with("why", why)))?;
    // Packets in several buffers are only for those who say so.
    let flags = if program.section.starts_with("xdp.frags") { XDP_HAS_FRAGS } else { 0 };
    let (kind, link) = (role.kind(), role.link());
    let new = NewProgram { kind, flags, name: &program.name, instructions: &code, license: &license, link };
    let fd = new.load().map_err(|(errno, log)| about(verdict(refused(errno, &explain::BPF_PROGRAM_REFUSED), &log)))?;
    Ok(Program { fd, name: Some(format!("{}:[{section}]", base(file))) })
}

/// The first program of a section, or the one with a name.
fn choose(object: &Object, file: &str, section: &str, program: Option<&str>) -> Result<Chosen> {
    let programs = object.programs();
    let is_meant = |one: &&Chosen| program.map_or(one.section == section, |program| one.name == program);
    if let Some(chosen) = programs.iter().find(is_meant) {
        return Ok(chosen.clone());
    }
    let (error, wanted) = match program {
        Some(program) => (Error::new(&explain::BPF_NO_PROGRAM).with("program", program), program),
        None => (Error::new(&explain::BPF_NO_SECTION).with("section", section), section),
    };
    let mut known: Vec<String> =
        programs.into_iter().map(|one| if program.is_some() { one.name } else { one.section }).collect();
    known.dedup();
    Err(error.with("file", file).among(wanted, &known))
}

/// The verifier's last lines as the kernel's own text. What it counted at the end is left out.
fn verdict(error: Error, log: &str) -> Error {
    let is_told =
        |line: &&str| !line.is_empty() && !line.starts_with("processed ") && !line.starts_with("verification time");
    let mut lines: Vec<&str> = log.lines().rev().map(str::trim_end).filter(is_told).take(LINES).collect();
    lines.reverse();
    if lines.is_empty() { error } else { error.kernel(lines.join(" | ")) }
}

/// The object's types in the kernel, which some maps need; none where it has none or the kernel does not take them.
fn types(object: &mut Object) -> Option<OwnedFd> {
    call::load_types(&type_bytes(object)?).ok()
}

/// Those types as the kernel takes them.
pub(super) fn type_bytes(object: &mut Object) -> Option<Vec<u8>> {
    let features = BtfFeatures::new(true, true, true, true, true, true, true, true);
    let bytes = quiet::guarded(|| {
        let types = object.parsed.fixup_and_sanitize_btf(&features).ok().flatten();
        types.map(aya_obj::btf::Btf::to_bytes)
    });
    bytes.flatten()
}

/// Makes the object's maps, each by its name; one that is to be pinned may be there already.
fn maps(object: &Object, file: &str, types: Option<BorrowedFd<'_>>) -> Result<BTreeMap<String, OwnedFd>> {
    let mut made = BTreeMap::new();
    for (name, map) in &object.parsed.maps {
        let fd = match map.pinning() {
            PinningType::None => make(name, map, types).map_err(|errno| refused(errno, &explain::BPF_MAP_REFUSED)),
            PinningType::ByName => shared(name, map, types),
        };
        made.insert(name.clone(), fd.map_err(|error| error.with("map", name).with("file", file))?);
    }
    Ok(made)
}

fn make(name: &str, map: &Map, types: Option<BorrowedFd<'_>>) -> nix::Result<OwnedFd> {
    let inner = map.inner().map(|inner| make(name, &inner, None)).transpose()?;
    let of_types = match map {
        Map::Btf(map) => types.map(|fd| (fd, map.def.btf_key_type_id, map.def.btf_value_type_id)),
        Map::Legacy(_) => None,
    };
    let mut new = NewMap {
        kind: map.map_type(),
        key: map.key_size(),
        value: map.value_size(),
        most: map.max_entries(),
        flags: map.map_flags(),
        extra: map.map_extra(),
        name,
        inner: inner.as_ref().map(AsFd::as_fd),
        types: of_types,
    };
    if new.kind == PERF_EVENT_ARRAY && new.most == 0 {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        new.most = u32::try_from(processors).unwrap_or(u32::MAX);
    }
    let fd = match new.make() {
        // Some kinds of maps take no types.
        Err(_) if new.types.is_some() => NewMap { types: None, ..new }.make()?,
        made => made?,
    };
    if !map.data().is_empty() {
        call::fill(fd.as_fd(), map.data())?;
    }
    if map.section_kind() == EbpfSectionKind::Rodata {
        call::freeze(fd.as_fd())?;
    }
    Ok(fd)
}

/// The map that is pinned by its name, or that is made and pinned now.
fn shared(name: &str, map: &Map, types: Option<BorrowedFd<'_>>) -> Result<OwnedFd> {
    let directory = format!("{}/{PINS}", file_system());
    let path = format!("{directory}/{name}");
    let pinning = |errno| refused(errno, &explain::BPF_MAP_PIN).with("path", &path);
    let place = CString::new(path.as_str()).map_err(|_| pinning(Errno::EINVAL))?;
    match call::pinned(&place) {
        Ok(fd) => return Ok(fd),
        Err(Errno::ENOENT) => {}
        Err(errno) => return Err(pinning(errno)),
    }
    let fd = make(name, map, types).map_err(|errno| refused(errno, &explain::BPF_MAP_REFUSED))?;
    std::fs::create_dir_all(&directory)
        .map_err(|error| pinning(error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)))?;
    call::pin(fd.as_fd(), &place).map_err(pinning)?;
    Ok(fd)
}

/// The directory that a BPF file system is mounted at: the usual one, or where else there is one.
fn file_system() -> String {
    let is_there = statfs(USUAL).is_ok_and(|about| about.filesystem_type() == BPF_FS_MAGIC);
    let mounts = if is_there { String::new() } else { std::fs::read_to_string("/proc/mounts").unwrap_or_default() };
    let elsewhere = mounts.lines().find_map(|line| {
        let mut words = line.split(' ').skip(1);
        let directory = words.next()?;
        (words.next() == Some("bpf")).then(|| directory.to_owned())
    });
    elsewhere.unwrap_or_else(|| USUAL.to_owned())
}
