//! Generic netlink: families that are known by a name, each with commands of its own (Linux `include/uapi/linux/genetlink.h`).

use netlink_sys::protocols::NETLINK_GENERIC;

use super::{Message, Socket, attr};
use crate::error::{Error, Result};

/// `GENL_ID_CTRL`, the family that knows the others.
const CONTROL: u16 = 0x10;
/// `CTRL_CMD_GETFAMILY`.
const GET_FAMILY: u8 = 3;
/// `CTRL_ATTR_FAMILY_ID`.
const FAMILY_ID: u16 = 1;
/// `CTRL_ATTR_FAMILY_NAME`.
const FAMILY_NAME: u16 = 2;
/// Length of `struct genlmsghdr`.
const HEADER: usize = 4;

/// A family of generic netlink in the namespace of the thread that opened it.
#[derive(Debug)]
pub struct Generic {
    socket: Socket,
    family: u16,
    version: u8,
}

impl Generic {
    /// Finds the family called `name`, whose messages have this version; `ENOENT` if the kernel has none.
    ///
    /// To be called inside the namespace it is for (`Namespace::enter`).
    pub fn open(name: &str, version: u8) -> Result<Self> {
        let mut socket = Socket::open_protocol(NETLINK_GENERIC)?;
        let mut request = Message::new(CONTROL, &[GET_FAMILY, 1, 0, 0]);
        attr::put_text(&mut request.bytes, FAMILY_NAME, name);
        let answers = socket.query(request, 0)?;
        let id = answers.iter().find_map(|answer| {
            let (_, attributes) = answer.split(HEADER)?;
            attr::find(attributes, FAMILY_ID).and_then(attr::number)
        });
        let family =
            id.and_then(|id| u16::try_from(id).ok()).ok_or_else(|| Error::system(nix::errno::Errno::ENOENT))?;
        Ok(Self { socket, family, version })
    }

    /// A request for this command, with attributes that are written already.
    pub fn request(&self, command: u8, attributes: &[u8]) -> Message {
        Message::new(self.family, &[command, self.version, 0, 0]).with_all(attributes)
    }

    /// Sends one request, waits for its acknowledgement and gives the attributes of what came before it.
    pub fn query(&mut self, command: u8, attributes: &[u8]) -> Result<Vec<Vec<u8>>> {
        let request = self.request(command, attributes);
        Ok(self.socket.query(request, 0)?.into_iter().filter_map(behind_header).collect())
    }

    /// Reads a whole list: the attributes of each of its messages.
    pub fn dump(&mut self, command: u8, attributes: &[u8]) -> Result<Vec<Vec<u8>>> {
        let request = self.request(command, attributes);
        Ok(self.socket.dump(request)?.into_iter().filter_map(behind_header).collect())
    }
}

fn behind_header(message: Message) -> Option<Vec<u8>> {
    message.split(HEADER).map(|(_, attributes)| attributes.to_vec())
}
