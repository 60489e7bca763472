//! What goes through the door: one line of JSON each way, and descriptors beside the answer.

use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::cmsg_space;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg, sockopt};
use serde_json::Value;

/// Before the pid in the abstract name of a program's socket.
pub(super) const PREFIX: &str = "nsl/";
/// How long either side waits for the other.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// The most bytes of a question.
const QUESTION: u64 = 4096;
/// The most descriptors beside an answer.
const DESCRIPTORS: usize = 5;

/// Who is at the other end of a connection: pid and uid, as seen from here.
pub(super) fn peer(stream: &impl AsFd) -> nix::Result<(i32, u32)> {
    let credentials = nix::sys::socket::getsockopt(stream, sockopt::PeerCredentials)?;
    Ok((credentials.pid(), credentials.uid()))
}

pub(super) fn write_question(stream: &mut UnixStream, question: &Value) -> std::io::Result<()> {
    stream.write_all(question.to_string().as_bytes())?;
    stream.shutdown(std::net::Shutdown::Write)
}

pub(super) fn read_question(stream: &mut UnixStream) -> std::io::Result<Value> {
    let mut text = Vec::new();
    stream.take(QUESTION).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// Answers, with descriptors beside the first byte.
pub(super) fn write_answer(stream: &mut UnixStream, answer: &Value, fds: &[RawFd]) -> std::io::Result<()> {
    let text = answer.to_string();
    let rights = [ControlMessage::ScmRights(fds)];
    let rights = if fds.is_empty() { &rights[..0] } else { &rights[..] };
    let first = [IoSlice::new(text.as_bytes())];
    let sent = sendmsg::<()>(stream.as_raw_fd(), &first, rights, MsgFlags::MSG_NOSIGNAL, None)?;
    stream.write_all(&text.as_bytes()[sent..])
}

/// Reads an answer and the descriptors beside it.
pub(super) fn read_answer(stream: &mut UnixStream) -> std::io::Result<(Value, Vec<OwnedFd>)> {
    let mut text = vec![0; 4096];
    let mut space = cmsg_space!([RawFd; DESCRIPTORS]);
    let (length, fds) = {
        let mut first = [IoSliceMut::new(&mut text)];
        let flags = MsgFlags::MSG_CMSG_CLOEXEC;
        let message = recvmsg::<()>(stream.as_raw_fd(), &mut first, Some(&mut space), flags)?;
        let rights = message.cmsgs()?.filter_map(|control| match control {
            ControlMessageOwned::ScmRights(fds) => Some(fds),
            _ => None,
        });
        (message.bytes, rights.flatten().map(own).collect())
    };
    text.truncate(length);
    stream.read_to_end(&mut text)?;
    Ok((serde_json::from_slice(&text)?, fds))
}

#[allow(unsafe_code)]
fn own(fd: RawFd) -> OwnedFd {
    // SAFETY: the kernel made this descriptor for us with the message.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
