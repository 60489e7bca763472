//! Programs of the classic BPF as `tc` writes them, `1,6 0 0 65535`: how many instructions, and of each the code, where it
//! jumps if something is true or false, and a number (tc-bpf(8), Linux `struct sock_filter`).

use crate::error::Result;
use crate::kernel::tc::given::Given;
use crate::kernel::words::{Form, Own, Setting};
use crate::netlink::attr;

/// How many bytes an instruction has.
const LENGTH: usize = 8;
/// How many instructions there can be (Linux `BPF_MAXINSNS`).
const MOST: usize = 4096;

/// The instructions one after another.
pub const BYTECODE: Form = Form::Own(&Own {
    expected: "a program such as \"1,6 0 0 65535\"",
    encode: |value| match value {
        Setting::Text(text) => read(text),
        _ => None,
    },
    decode: |bytes| Some(Setting::Text(text(bytes))),
    width: None,
});

/// Appends how many instructions there are, which the kernel is told beside them.
pub fn put_length(given: &Given<'_>, kind: u16, bytes: &mut Vec<u8>) -> Result<()> {
    let length = given.bytes("bytecode")?.map(|program| program.len() / LENGTH).and_then(|n| u16::try_from(n).ok());
    if let Some(length) = length {
        attr::put(bytes, kind, &length.to_ne_bytes());
    }
    Ok(())
}

fn read(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.trim().trim_end_matches(',').split(',');
    let length: usize = parts.next()?.trim().parse().ok().filter(|length| (1..=MOST).contains(length))?;
    let instructions: Vec<Vec<u8>> = parts.map(instruction).collect::<Option<_>>()?;
    (instructions.len() == length).then(|| instructions.concat())
}

fn instruction(text: &str) -> Option<Vec<u8>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [code, if_true, if_false, number] = words[..] else { return None };
    let code: u16 = code.parse().ok()?;
    let mut bytes = code.to_ne_bytes().to_vec();
    bytes.extend([if_true.parse::<u8>().ok()?, if_false.parse::<u8>().ok()?]);
    bytes.extend(number.parse::<u32>().ok()?.to_ne_bytes());
    Some(bytes)
}

fn text(bytes: &[u8]) -> String {
    let instructions = bytes.chunks_exact(LENGTH).map(|one| {
        let code = u16::from_ne_bytes([one[0], one[1]]);
        let number = u32::from_ne_bytes([one[4], one[5], one[6], one[7]]);
        format!(",{code} {} {} {number}", one[2], one[3])
    });
    format!("{}{}", bytes.len() / LENGTH, instructions.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn programs_are_read_as_tc_reads_them() {
        let program = "4,40 0 0 12,21 0 1 2048,6 0 0 262144,6 0 0 0";
        assert_eq!(read(program).map(|bytes| text(&bytes)).as_deref(), Some(program));
        assert_eq!(read("1,6 0 0 1,"), read("1,6 0 0 1"));
        for wrong in
            ["", "0", "1", "2,6 0 0 1", "1,6 0 0", "1,6 0 0 1 1", "1,6 256 0 1", "1,65536 0 0 1", "1,6 0 0 0x1"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(bytes in proptest::collection::vec(any::<[u8; LENGTH]>(), 1..40)) {
            prop_assert_eq!(read(&text(&bytes.concat())), Some(bytes.concat()));
        }

        #[test]
        fn no_bytes_make_printing_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = text(&bytes);
        }
    }
}
