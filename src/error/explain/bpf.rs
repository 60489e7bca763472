//! The wording of programs of the extended BPF: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    BPF_FILE: "" Script "cannot read the object file \"<file>\": <reason>" => "did you mean \"<near>\"? (<known>)";
    BPF_NO_OBJECT: "EINVAL" Script "\"<file>\" is no object file of BPF programs: <why>"
        => "compile it with `clang -O2 -target bpf -c`";
    BPF_NO_SECTION: "ENOENT" Script "\"<file>\" has no program in a section \"<section>\""
        => "did you mean \"<near>\"? (<known>)";
    BPF_NO_PROGRAM: "ENOENT" Script "\"<file>\" has no program \"<program>\"" => "did you mean \"<near>\"? (<known>)";
    BPF_UNUSABLE: "EINVAL" Script "section \"<section>\" of \"<file>\" cannot be loaded: <why>";
    BPF_PROGRAM_REFUSED: "" Script "the kernel refuses section \"<section>\" of \"<file>\": <reason>";
    BPF_MAP_REFUSED: "" Script "the kernel refuses map \"<map>\" of \"<file>\": <reason>";
    BPF_MAP_PIN: "" Script "cannot pin map \"<map>\" of \"<file>\" at \"<path>\": <reason>"
        => "mount a BPF file system with `mount -t bpf bpf /sys/fs/bpf`";
    BPF_PINNED: "" Script "no program is pinned at \"<path>\": <reason>"
        => "pin one there with `bpftool prog pin`, or give `object`";
    BPF_GONE: "ENOENT" Script "no BPF program has the id <id>" => "give `object` or `object_pinned`";
    BPF_MISSING: "ENOSYS" Feature "this kernel has no BPF programs" => "use a kernel with CONFIG_BPF_SYSCALL";
}
