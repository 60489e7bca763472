//! The tree of matches, and the row of entries that the kernel has of it.

use crate::netlink::attr;

/// `TCF_EM_CONTAINER`: an entry that stands for a sequence.
const CONTAINER: u16 = 0;
/// `TCF_EM_REL_AND` and `TCF_EM_REL_OR`; without either a sequence ends.
const AND: u16 = 1;
const OR: u16 = 2;
/// `TCF_EM_INVERT`.
const INVERT: u16 = 4;
/// The length of `struct tcf_ematch_hdr`.
const LENGTH: usize = 8;

/// How the parts of a group belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// All must fit.
    And,
    /// One must.
    Or,
}

/// A part of a tree.
pub(super) struct Node {
    /// It fits where it would not.
    pub(super) invert: bool,
    pub(super) what: What,
}

pub(super) enum What {
    Group(Relation, Vec<Node>),
    /// A match by the number of its kind and its bytes.
    Match(u16, Vec<u8>),
}

/// The entries of a tree. A group that is all there is needs no entry of its own.
pub(super) fn flat(node: Node) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    match node {
        Node { invert: false, what: What::Group(_, mut nodes) } if nodes.len() == 1 => {
            return nodes.pop().map(flat).unwrap_or_default();
        }
        Node { invert: false, what: What::Group(relation, nodes) } => sequence(relation, nodes, &mut entries),
        other => sequence(Relation::And, vec![other], &mut entries),
    }
    entries
}

/// Appends the entries of a sequence, and behind them those of the sequences that it refers to (iproute2 `flatten_tree`).
fn sequence(relation: Relation, nodes: Vec<Node>, entries: &mut Vec<Vec<u8>>) {
    let mut groups = Vec::new();
    let last = nodes.len().saturating_sub(1);
    for (place, node) in nodes.into_iter().enumerate() {
        let goes_on = match relation {
            _ if place == last => 0,
            Relation::And => AND,
            Relation::Or => OR,
        };
        let flags = goes_on | if node.invert { INVERT } else { 0 };
        let (kind, data) = match node.what {
            What::Match(kind, data) => (kind, data),
            What::Group(relation, nodes) => {
                groups.push((entries.len(), relation, nodes));
                (CONTAINER, vec![0; 4])
            }
        };
        let mut entry: Vec<u8> = [0, kind, flags, 0].into_iter().flat_map(u16::to_ne_bytes).collect();
        entry.extend(data);
        entries.push(entry);
    }
    for (place, relation, nodes) in groups {
        let reference = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        entries[place][LENGTH..].copy_from_slice(&reference.to_ne_bytes());
        sequence(relation, nodes, entries);
    }
}

/// The tree that entries are; none if they are none.
pub(super) fn of(entries: &[&[u8]]) -> Option<(Relation, Vec<Node>)> {
    // In a tree each entry is seen once.
    read(entries, 0, &mut entries.len())
}

/// The sequence that begins at this entry.
fn read(entries: &[&[u8]], start: usize, left: &mut usize) -> Option<(Relation, Vec<Node>)> {
    let mut parts: Vec<(Node, u16)> = Vec::new();
    for (place, entry) in entries.iter().enumerate().skip(start) {
        *left = left.checked_sub(1)?;
        let half = |at: usize| Some(u16::from_ne_bytes(entry.get(at..at + 2)?.try_into().ok()?));
        let (kind, flags, data) = (half(2)?, half(4)?, entry.get(LENGTH..)?);
        let what = match kind {
            CONTAINER => {
                let reference = usize::try_from(attr::u32_of(data)?).ok().filter(|reference| *reference > place)?;
                let (relation, nodes) = read(entries, reference, left)?;
                What::Group(relation, nodes)
            }
            kind => What::Match(kind, data.to_vec()),
        };
        parts.push((Node { invert: flags & INVERT != 0, what }, flags & (AND | OR)));
        if flags & (AND | OR) == 0 {
            break;
        }
    }
    // Where `and` and `or` follow each other, what is behind belongs together: the kernel ends at the first that decides.
    let (last, _) = parts.pop()?;
    let mut group = (None, vec![last]);
    for (node, flags) in parts.into_iter().rev() {
        let relation = if flags & OR != 0 { Relation::Or } else { Relation::And };
        let (known, mut nodes) = group;
        if let Some(other) = known.filter(|known| *known != relation) {
            nodes.reverse();
            nodes = vec![Node { invert: false, what: What::Group(other, nodes) }];
        }
        nodes.push(node);
        group = (Some(relation), nodes);
    }
    group.1.reverse();
    Some((group.0.unwrap_or(Relation::And), group.1))
}
