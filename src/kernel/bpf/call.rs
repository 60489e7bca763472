//! The system call bpf(2): a command and one union of arguments, which is written here field by field
//! (Linux `union bpf_attr`).

use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;

use crate::kernel::words::to_hex;

const MAP_CREATE: libc::c_int = 0;
const MAP_UPDATE_ELEM: libc::c_int = 2;
const PROG_LOAD: libc::c_int = 5;
const OBJ_PIN: libc::c_int = 6;
const OBJ_GET: libc::c_int = 7;
const PROG_GET_FD_BY_ID: libc::c_int = 13;
const OBJ_GET_INFO_BY_FD: libc::c_int = 15;
const BTF_LOAD: libc::c_int = 18;
const MAP_FREEZE: libc::c_int = 22;

/// How many bytes a name can have, with its final NUL (`BPF_OBJ_NAME_LEN`).
const NAME: usize = 16;
/// Room for what the verifier says.
const LOG: usize = 1 << 20;
/// `struct bpf_prog_info` up to the name.
const INFO: usize = 80;

/// The arguments of one call: what was not said is 0. Slices that are pointed to live as long as they.
struct Arguments<'a> {
    bytes: [u8; 128],
    pointed: std::marker::PhantomData<&'a [u8]>,
}

impl<'a> Arguments<'a> {
    fn new() -> Self {
        Self { bytes: [0; 128], pointed: std::marker::PhantomData }
    }

    fn put<const N: usize>(mut self, offset: usize, value: [u8; N]) -> Self {
        self.bytes[offset..offset + N].copy_from_slice(&value);
        self
    }

    fn word(self, offset: usize, value: u32) -> Self {
        self.put(offset, value.to_ne_bytes())
    }

    fn fd(self, offset: usize, fd: RawFd) -> Self {
        self.put(offset, fd.to_ne_bytes())
    }

    fn length(self, offset: usize, value: usize) -> Self {
        self.word(offset, u32::try_from(value).unwrap_or(u32::MAX))
    }

    /// Bytes that the kernel reads; none are a null pointer.
    fn reads(self, offset: usize, bytes: &'a [u8]) -> Self {
        let address = if bytes.is_empty() { 0 } else { bytes.as_ptr().addr() as u64 };
        self.put(offset, address.to_ne_bytes())
    }

    /// Bytes that the kernel writes.
    fn writes(self, offset: usize, bytes: &'a mut [u8]) -> Self {
        self.put(offset, (bytes.as_mut_ptr().expose_provenance() as u64).to_ne_bytes())
    }

    /// As much of a name as there is room for, of the letters that the kernel allows.
    fn name(self, offset: usize, name: &str) -> Self {
        let mut bytes = [0; NAME];
        let allowed = |byte: u8| if byte.is_ascii_alphanumeric() || byte == b'.' { byte } else { b'_' };
        bytes.iter_mut().take(NAME - 1).zip(name.bytes()).for_each(|(place, byte)| *place = allowed(byte));
        self.put(offset, bytes)
    }

    #[allow(unsafe_code)]
    fn call(&mut self, command: libc::c_int) -> nix::Result<RawFd> {
        // SAFETY: the union is read only up to the length that is told. What it points to lives as long as these
        // arguments do, and has the lengths that stand beside the pointers: every constructor of a call below puts both.
        let result = unsafe { libc::syscall(libc::SYS_bpf, command, self.bytes.as_mut_ptr(), self.bytes.len()) };
        Errno::result(result).map(|value| RawFd::try_from(value).unwrap_or(-1))
    }

    #[allow(unsafe_code)]
    fn open(&mut self, command: libc::c_int) -> nix::Result<OwnedFd> {
        // SAFETY: commands that open return a new descriptor, which nobody else has. It is closed by exec.
        self.call(command).map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })
    }
}

/// A map to be made.
pub(super) struct NewMap<'a> {
    pub(super) kind: u32,
    pub(super) key: u32,
    pub(super) value: u32,
    pub(super) most: u32,
    pub(super) flags: u32,
    pub(super) extra: u64,
    pub(super) name: &'a str,
    /// What the maps in it are like, of a map of maps.
    pub(super) inner: Option<BorrowedFd<'a>>,
    /// The types of key and value.
    pub(super) types: Option<(BorrowedFd<'a>, u32, u32)>,
}

impl NewMap<'_> {
    pub(super) fn make(&self) -> nix::Result<OwnedFd> {
        let shape = [self.kind, self.key, self.value, self.most, self.flags];
        let mut arguments = (0..).zip(shape).fold(Arguments::new(), |all, (place, word)| all.word(4 * place, word));
        arguments = arguments.name(28, self.name).put(64, self.extra.to_ne_bytes());
        if let Some(inner) = self.inner {
            arguments = arguments.fd(20, inner.as_raw_fd());
        }
        if let Some((fd, key, value)) = self.types {
            arguments = arguments.fd(48, fd.as_raw_fd()).word(52, key).word(56, value);
        }
        arguments.open(MAP_CREATE)
    }
}

/// Gives the first and only entry of a map its value, which must have the length that the map was made with.
pub(super) fn fill(map: BorrowedFd<'_>, value: &[u8]) -> nix::Result<()> {
    let key = [0; 4];
    let arguments = Arguments::new().fd(0, map.as_raw_fd()).reads(8, &key);
    arguments.reads(16, value).call(MAP_UPDATE_ELEM).map(drop)
}

/// Keeps everybody from changing a map by system calls.
pub(super) fn freeze(map: BorrowedFd<'_>) -> nix::Result<()> {
    Arguments::new().fd(0, map.as_raw_fd()).call(MAP_FREEZE).map(drop)
}

/// Tells the kernel types, for maps and functions.
pub(super) fn load_types(types: &[u8]) -> nix::Result<OwnedFd> {
    Arguments::new().reads(0, types).length(16, types.len()).open(BTF_LOAD)
}

/// A program to be loaded.
pub(super) struct NewProgram<'a> {
    pub(super) kind: u32,
    pub(super) flags: u32,
    pub(super) name: &'a str,
    pub(super) instructions: &'a [u8],
    pub(super) license: &'a CStr,
    /// The link whose hardware is to run it, in the namespace of the caller; 0 is none.
    pub(super) link: u32,
}

impl NewProgram<'_> {
    fn arguments(&self) -> Arguments<'_> {
        let arguments = Arguments::new().word(0, self.kind).length(4, self.instructions.len() / 8);
        arguments
            .reads(8, self.instructions)
            .reads(16, self.license.to_bytes_with_nul())
            .word(44, self.flags)
            .name(48, self.name)
            .word(64, self.link)
    }

    /// Loads it; if it is refused, with what the verifier says.
    pub(super) fn load(&self) -> Result<OwnedFd, (Errno, String)> {
        let errno = match self.arguments().open(PROG_LOAD) {
            Err(errno) => errno,
            Ok(fd) => return Ok(fd),
        };
        let mut log = vec![0; LOG];
        let told = self.arguments().word(24, 1).length(28, LOG).writes(32, &mut log).open(PROG_LOAD);
        let text = String::from_utf8_lossy(log.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned();
        told.map_err(|_| (errno, text))
    }
}

/// Opens what is pinned at a path.
pub(super) fn pinned(path: &CStr) -> nix::Result<OwnedFd> {
    Arguments::new().reads(0, path.to_bytes_with_nul()).open(OBJ_GET)
}

/// Pins a map at a path of a BPF file system.
pub(super) fn pin(object: BorrowedFd<'_>, path: &CStr) -> nix::Result<()> {
    Arguments::new().reads(0, path.to_bytes_with_nul()).fd(8, object.as_raw_fd()).call(OBJ_PIN).map(drop)
}

/// Opens the program that has an id.
pub(super) fn by_id(id: u32) -> nix::Result<OwnedFd> {
    Arguments::new().word(0, id).open(PROG_GET_FD_BY_ID)
}

/// What the kernel knows of a program.
pub(super) struct Known {
    pub(super) name: String,
    pub(super) tag: String,
    pub(super) jited: bool,
}

pub(super) fn known(program: BorrowedFd<'_>) -> nix::Result<Known> {
    let mut info = [0; INFO];
    let arguments = Arguments::new().fd(0, program.as_raw_fd()).length(4, INFO);
    arguments.writes(8, &mut info).call(OBJ_GET_INFO_BY_FD)?;
    let name = info[64..].split(|byte| *byte == 0).next().unwrap_or_default();
    Ok(Known {
        name: String::from_utf8_lossy(name).into_owned(),
        tag: to_hex(&info[8..16]),
        jited: info[16..20] != [0; 4],
    })
}
