//! Object files of BPF programs: what `clang -target bpf` makes, read by aya-obj.
//!
//! aya-obj tells a program's type by the name of its section, and refuses a file in which one has a name that it does not
//! know. To `tc` and `ip` a name says nothing: the type is that of the place where the program is attached. So sections get
//! a name that aya-obj knows before it reads them ([`rename`]), and what it would trust too much is checked ([`check`]).
//! Where it panics nonetheless the file is no object.

use std::collections::{BTreeMap, HashSet};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

use aya_obj::generated::bpf_insn;
use object::elf::{self, FileHeader64, SHT_NOBITS};
use object::read::elf::{FileHeader, SectionHeader};
use object::{Endian, Endianness, SectionIndex};

use super::quiet::guarded;
use crate::error::{Error, Result, explain};

/// The most that a file, or the data of a program without any in the file, may have.
const MOST: u64 = 64 << 20;
/// Sections that aya-obj tells by their beginning, and which hold no program that can be attached.
const OTHERS: &[&str] = &["license", "version", "maps", ".maps", ".text", ".bss", ".data", ".rodata", ".BTF"];
/// What aya-obj takes for a program in.
const KNOWN: &str = "classifier";

/// The most functions a file may have: aya-obj follows calls as deep as they go, and the kernel takes 256 in one program
/// (Linux `BPF_MAX_SUBPROGS`).
const MOST_FUNCTIONS: usize = 1024;

type Header = FileHeader64<Endianness>;

/// A file that was read.
pub(super) struct Object {
    pub(super) parsed: aya_obj::Object,
    /// The names of the sections with programs, by their number.
    sections: BTreeMap<usize, String>,
}

/// One program of it.
#[derive(Clone)]
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) section: String,
    key: (usize, u64),
}

impl Object {
    /// Reads a file that is called `file` in messages. `ENOENT` and the like for one that cannot be read, `EINVAL` for one
    /// that is no object.
    pub(super) fn open(file: &str) -> Result<Self> {
        let bytes = read(Path::new(file)).map_err(|error| unreadable(file, &error))?;
        Self::parse(bytes).map_err(|why| Error::new(&explain::BPF_NO_OBJECT).with("file", file).with("why", why))
    }

    /// Reads the bytes of a file; or why that cannot be.
    pub(super) fn parse(mut bytes: Vec<u8>) -> std::result::Result<Self, String> {
        let sections = rename(&mut bytes)?;
        check(&bytes)?;
        let parsed = guarded(|| aya_obj::Object::parse(&bytes)).ok_or("its parts do not fit together")?;
        let parsed = parsed.map_err(|error| chain(&error))?;
        if parsed.functions.len() > MOST_FUNCTIONS {
            return Err("it has more functions than can be".to_owned());
        }
        Ok(Self { parsed, sections })
    }

    /// All programs, as they stand in the file.
    pub(super) fn programs(&self) -> Vec<Chosen> {
        let mut programs: Vec<Chosen> = self
            .parsed
            .programs
            .iter()
            .filter_map(|(name, program)| {
                let section = self.sections.get(&program.section_index)?.clone();
                Some(Chosen { name: name.clone(), section, key: program.function_key() })
            })
            .collect();
        programs.sort_by_key(|program| program.key);
        programs
    }

    /// Puts the descriptors of maps, and the functions that it calls, into the code; the code of one program then, or why that
    /// cannot be.
    pub(super) fn link(
        &mut self,
        maps: &BTreeMap<String, OwnedFd>,
        program: &Chosen,
    ) -> std::result::Result<Vec<u8>, String> {
        let parsed = &mut self.parsed;
        let linked = guarded(|| {
            let text: HashSet<usize> = parsed.functions.keys().map(|(section, _)| *section).collect();
            let known = parsed.maps.clone();
            let maps = maps.iter().filter_map(|(name, fd)| Some((name.as_str(), fd.as_raw_fd(), known.get(name)?)));
            parsed.relocate_maps(maps, &text).map_err(|error| chain(&error))?;
            // One that calls another would be linked with what that was linked with before.
            let only = parsed.programs.iter().filter(|(name, _)| **name == program.name);
            let only = only.map(|(name, program)| (name.clone(), program.clone())).collect();
            let all = std::mem::replace(&mut parsed.programs, only);
            let linked = parsed.relocate_calls(&text).map_err(|error| chain(&error));
            parsed.programs = all;
            linked
        });
        linked.ok_or("its parts do not fit together")??;
        let function = self.parsed.functions.get(&program.key).ok_or("it has no code")?;
        Ok(function.instructions.iter().flat_map(bytes_of).collect())
    }
}

/// An instruction as the kernel has it.
fn bytes_of(one: &bpf_insn) -> [u8; 8] {
    let [low, high] = one.off.to_ne_bytes();
    let number = one.imm.to_ne_bytes();
    let registers = if cfg!(target_endian = "little") {
        one.dst_reg() | one.src_reg() << 4
    } else {
        one.src_reg() | one.dst_reg() << 4
    };
    [one.code, registers, low, high, number[0], number[1], number[2], number[3]]
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let about = std::fs::metadata(path)?;
    // What is no file may have no end, or wait.
    if !about.is_file() {
        return Err(nix::errno::Errno::EISDIR.into());
    }
    if about.len() > MOST {
        return Err(nix::errno::Errno::EFBIG.into());
    }
    std::fs::read(path)
}

fn unreadable(file: &str, error: &std::io::Error) -> Error {
    let errno = error.raw_os_error().map_or(nix::errno::Errno::EIO, nix::errno::Errno::from_raw);
    let refusal = Error::new(&explain::BPF_FILE).with("file", file).errno(errno);
    let path = Path::new(file);
    let Some(wanted) = path.file_name().and_then(|name| name.to_str()) else { return refusal };
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names = std::fs::read_dir(beside).into_iter().flatten().filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        name.ends_with(".o").then_some(name)
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    if errno == nix::errno::Errno::ENOENT { refusal.among(wanted, &names) } else { refusal }
}

/// Gives every section with code a name that aya-obj knows; their own names, by number. Or why the file is no object.
fn rename(bytes: &mut Vec<u8>) -> std::result::Result<BTreeMap<usize, String>, String> {
    let header = Header::parse(&**bytes).map_err(|_| "it is no ELF file of 64 bits")?;
    if header.e_machine(header.endian().map_err(|error| error.to_string())?) != elf::EM_BPF {
        return Err("it is for another machine".to_owned());
    }
    let endian = header.endian().map_err(|error| error.to_string())?;
    if endian.is_big_endian() != cfg!(target_endian = "big") {
        return Err("its bytes are in the other order".to_owned());
    }
    let text = |error: object::Error| error.to_string();
    let table = header.sections(endian, &**bytes).map_err(text)?;
    let names = SectionIndex(header.shstrndx(endian, &**bytes).map_err(text)? as usize);
    let names = table.section(names).map_err(text)?;
    let first = usize::try_from(header.e_shoff(endian)).map_err(|_| "its sections are nowhere")?;
    let mut sections = BTreeMap::new();
    let mut changes: Vec<usize> = Vec::new();
    for (index, section) in table.enumerate() {
        let name = String::from_utf8_lossy(table.section_name(endian, section).map_err(text)?).into_owned();
        let code = section.sh_flags(endian) & u64::from(elf::SHF_EXECINSTR) != 0 && section.sh_size(endian) > 0;
        if !code || OTHERS.iter().any(|other| name.starts_with(other)) {
            continue;
        }
        changes.push(first + index.0 * size_of::<elf::SectionHeader64<Endianness>>());
        sections.insert(index.0, name);
    }
    // The table of names goes, with one more, to the end of the file.
    let mut strings = names.data(endian, &**bytes).map_err(text)?.to_vec();
    let renamed = u32::try_from(strings.len()).map_err(|_| "its names are too long")?;
    strings.extend([KNOWN.as_bytes(), &[0]].concat());
    let own = first + header.shstrndx(endian, &**bytes).map_err(text)? as usize * 64;
    let (offset, size) = (bytes.len() as u64, strings.len() as u64);
    bytes.extend(strings);
    let mut put = |place: usize, value: &[u8]| -> std::result::Result<(), String> {
        bytes.get_mut(place..place + value.len()).ok_or("its sections are nowhere")?.copy_from_slice(value);
        Ok(())
    };
    put(own + 24, &[offset.to_ne_bytes(), size.to_ne_bytes()].concat())?;
    changes.into_iter().try_for_each(|place| put(place, &renamed.to_ne_bytes()))?;
    Ok(sections)
}

/// Refuses what aya-obj would believe: data without end, and maps of the old form with a pinning that it does not know.
fn check(bytes: &[u8]) -> std::result::Result<(), String> {
    let text = |error: object::Error| error.to_string();
    let header = Header::parse(bytes).map_err(text)?;
    let endian = header.endian().map_err(text)?;
    let table = header.sections(endian, bytes).map_err(text)?;
    for section in table.iter().filter(|section| section.sh_type(endian) == SHT_NOBITS) {
        if section.sh_size(endian) > MOST {
            return Err("it has more data than can be".to_owned());
        }
    }
    let symbols = table.symbols(endian, bytes, elf::SHT_SYMTAB).map_err(text)?;
    for (index, symbol) in symbols.enumerate() {
        use object::read::elf::Sym;
        let Ok(Some(section)) = symbols.symbol_section(endian, symbol, index) else { continue };
        let section = table.section(section).map_err(text)?;
        if !table.section_name(endian, section).map_err(text)?.starts_with(b"maps") {
            continue;
        }
        let whole = usize::try_from(symbol.st_value(endian)).ok().zip(usize::try_from(symbol.st_size(endian)).ok());
        let whole = whole.and_then(|(start, size)| Some(start..start.checked_add(size)?));
        let whole = whole.and_then(|range| section.data(endian, bytes).ok()?.get(range)).ok_or("a map is cut off")?;
        // Type, key, value, number, flags and an id of four bytes each stand before it.
        if whole.iter().skip(24).take(4).any(|byte| *byte != 0) {
            return Err("a map of the old form (section \"maps\") is pinned".to_owned());
        }
    }
    Ok(())
}

/// An error with what caused it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.replace('`', "\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The object that the rows use (`tests/rows/driver/elf.lua`).
    fn sample() -> Vec<u8> {
        static SAMPLE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        SAMPLE.get_or_init(|| written("return elf.sample")).clone()
    }

    /// The object that this Lua describes.
    fn written(description: &str) -> Vec<u8> {
        let lua = mlua::Lua::new();
        let module: mlua::Table =
            lua.load(include_str!("../../../tests/rows/driver/elf.lua")).eval().expect("a module");
        lua.globals().set("elf", &module).expect("a global");
        let make: mlua::Function = module.get("object").expect("a function");
        let description: mlua::Table = lua.load(description).eval().expect("a table");
        make.call::<mlua::LuaString>(description).expect("bytes").as_bytes().to_vec()
    }

    /// aya-obj follows calls by calling itself: without an end to them the stack would have one.
    #[test]
    fn there_is_a_most_of_functions() {
        let many = |count: usize| {
            written(&format!(
                "local all = {{}} for i = 1, {count} do all[i] = {{ 's' .. i, 'f' .. i, elf.sample[1][3] }} end return all"
            ))
        };
        assert!(all(many(MOST_FUNCTIONS)).is_ok());
        assert_eq!(all(many(MOST_FUNCTIONS + 1)), Err("it has more functions than can be".to_owned()));
    }

    /// All that is done with an object before the kernel is asked.
    fn all(bytes: Vec<u8>) -> std::result::Result<usize, String> {
        let mut object = Object::parse(bytes)?;
        let maps: Vec<String> = object.parsed.maps.keys().cloned().collect();
        let null = || OwnedFd::from(std::fs::File::open("/dev/null").expect("a file"));
        let maps: BTreeMap<String, OwnedFd> = maps.into_iter().map(|name| (name, null())).collect();
        let programs = object.programs();
        let _ = super::super::load::type_bytes(&mut object);
        let code = programs.iter().map(|program| object.link(&maps, program).map(|code| code.len()));
        code.sum()
    }

    #[test]
    fn sections_have_the_names_of_the_file() {
        let object = Object::parse(sample()).expect("an object");
        let sections: Vec<String> = object.programs().into_iter().map(|program| program.section).collect();
        assert_eq!(sections, ["classifier", "drop it", "action", "tc", "broken", "prog", "xdp"]);
        assert_eq!(all(sample()), Ok(8 * (2 + 2 + 2 + 11 + 2 + 2 + 2)));
    }

    #[test]
    fn what_is_no_object_says_why() {
        let why = |bytes: &[u8]| all(bytes.to_vec()).expect_err("no object");
        assert_eq!(why(b""), "it is no ELF file of 64 bits");
        assert_eq!(why(b"#!/bin/sh"), "it is no ELF file of 64 bits");
        let mut other = sample();
        other[18] = 62;
        assert_eq!(why(&other), "it is for another machine");
        other = sample();
        other[5] = 3 - other[5];
        assert!(all(other).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn no_damage_makes_reading_panic(
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            end in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
        ) {
            let mut bytes = sample();
            damage.into_iter().for_each(|(place, byte)| *place.get_mut(&mut bytes) = byte);
            bytes.truncate(end.map_or(usize::MAX, |end| end.index(sample().len())));
            let _ = all(bytes);
        }

        #[test]
        fn no_bytes_are_taken_for_more_than_they_are(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(all(bytes).is_err());
        }
    }
}
