//! `netns`: tunnels of L2TP and the sessions in them.

use super::object::{Tables, function, list, write};
use super::registry::Function;
use crate::kernel::l2tp::{self, SESSION_WORDS, TUNNEL_WORDS};

const TUNNEL: Tables = &[TUNNEL_WORDS];
const SESSION: Tables = &[SESSION_WORDS];
const TUNNEL_COLUMNS: &[&str] = &["tunnel_id", "peer_tunnel_id", "encap", "local", "remote"];
const SESSION_COLUMNS: &[&str] = &["tunnel_id", "session_id", "peer_session_id", "name"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.l2tp_tunnel_add", TUNNEL, |args| write(args, TUNNEL, l2tp::tunnel_add)),
    function("netns.l2tp_tunnel_delete", TUNNEL, |args| write(args, TUNNEL, l2tp::tunnel_delete)),
    function("netns.l2tp_tunnel_list", TUNNEL, |args| list(args, TUNNEL, TUNNEL_COLUMNS, l2tp::tunnel_list)),
    function("netns.l2tp_session_add", SESSION, |args| write(args, SESSION, l2tp::session_add)),
    function("netns.l2tp_session_delete", SESSION, |args| write(args, SESSION, l2tp::session_delete)),
    function("netns.l2tp_session_list", SESSION, |args| list(args, SESSION, SESSION_COLUMNS, l2tp::session_list)),
];
