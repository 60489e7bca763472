//! The table of all wording: each row is one kind of failure, with its code, its sentence and its hint.
//!
//! A sentence is lower case, has no final period and puts names in double quotes; `<key>` stands for a value that
//! [`super::Error::with`] gives. A hint is one thing to do and starts with a verb (or asks "did you mean"); it is left
//! out when a value for it is missing. The code is an errno's name, or empty where the cause's own is used. Every row
//! has a snapshot test in `tests/errors/`.

mod addresses;
mod bpf;
mod bridge;
mod ethtool;
mod links;
mod objects;
mod plan;
mod routing;
mod tc;

use std::sync::LazyLock;

use super::Class;

pub use addresses::*;
pub use bpf::*;
pub use bridge::*;
pub use ethtool::*;
pub use links::*;
pub use objects::*;
pub use plan::*;
pub use routing::*;
pub use tc::*;

/// One kind of failure.
#[derive(Debug)]
pub struct Row {
    /// The row's own name, `NAMESPACE_EXISTS`.
    pub id: &'static str,
    /// An errno's name; empty: the name of the errno that caused it.
    pub code: &'static str,
    /// Whose fault it is.
    pub class: Class,
    /// The sentence, with `<key>` for values.
    pub message: &'static str,
    /// One thing to do, or nothing.
    pub hint: &'static str,
}

macro_rules! rows {
    ($($name:ident: $code:literal $class:ident $message:literal $(=> $hint:literal)?;)*) => {
        $(
            #[doc = concat!("`", $message, "`")]
            pub static $name: Row = Row {
                id: stringify!($name), code: $code, class: Class::$class, message: $message, hint: concat!($($hint)?),
            };
        )*
        /// The rows of this file.
        pub(super) static ROWS_HERE: &[&Row] = &[$(&$name),*];
    };
}

use rows;

/// Every row, for the tests that hold each against a snapshot.
pub static ROWS: LazyLock<Vec<&'static Row>> = LazyLock::new(|| {
    [
        ROWS_HERE,
        addresses::ROWS_HERE,
        bpf::ROWS_HERE,
        bridge::ROWS_HERE,
        ethtool::ROWS_HERE,
        links::ROWS_HERE,
        objects::ROWS_HERE,
        plan::ROWS_HERE,
        routing::ROWS_HERE,
        tc::ROWS_HERE,
    ]
    .concat()
});

rows! {
    // The kernel and nsl itself
    KERNEL_REFUSED: "" Script "the kernel refused: <reason>";
    INTERRUPTED: "EINTR" Script "interrupted";
    BUG: "EBUG" Bug "internal error: <what>" => "report it with the script that led to it; NSL_TRACE=1 shows more";
    NEEDS_CAPABILITY: "EPERM" Privilege "<doing> needs <capability>"
        => "run it with sudo, or without --no-rootless to build in namespaces of your own";
    OUT_OF_REACH: "EPERM" Privilege "<doing> needs <capability> outside this user namespace"
        => "run it as root, with --no-rootless";
    TOO_MANY_FILES: "EMFILE" Script "too many open files: the limit is <limit>"
        => "raise it with `ulimit -n`, or close namespaces that are no longer needed";

    LIST_KEEPS_CHANGING: "EAGAIN" Script "the list kept changing while it was read" => "try again";
    ANSWER_UNREADABLE: "EBADMSG" Bug "the kernel's answer could not be read: <what>"
        => "report it with the kernel's version";

    // Namespaces
    NAMESPACE_EXISTS: "EEXIST" Script "namespace \"<name>\" already exists"
        => "use netns.get \"<name>\" to open it, or netns.add(\"<name>\", { exist_ok = true })";
    NAMESPACE_MISSING: "ENOENT" Script "no namespace \"<name>\"" => "did you mean \"<near>\"? (<known>)";
    NAMESPACE_GONE: "ENOENT" Script "namespace \"<name>\" was removed";
    NAMESPACE_REPLACED: "ENOENT" Script "namespace \"<name>\" was removed, and another one has its name now"
        => "use netns.get \"<name>\" to open that one";
    NAMESPACE_CLOSED: "ENOENT" Script "<what> is closed";
    NAMESPACE_NAMELESS: "EINVAL" Script "<what> has no name that could be deleted"
        => "end the processes in it, and unmount the files that hold it";
    NAMESPACE_NAME: "EINVAL" Script "invalid namespace name \"<name>\": <rule>"
        => "use up to 255 bytes of letters, digits, \"-\", \"_\" and \".\", with a letter or digit first";
    NAMESPACE_LIMIT: "ENOSPC" Script "the limit user.max_net_namespaces=<limit> is reached"
        => "raise it with sysctl, or delete namespaces that are no longer needed";
    NAMESPACE_UNFINISHED: "EBUSY" Script
        "\"<name>\" in /run/netns is not a network namespace yet: another program is making it"
        => "try again; what a killed program left is removed after 5 seconds";
    NAMESPACE_STALE: "" Script "removed \"<path>\", which a program left that was killed";
    NAMESPACE_FOREIGN_LINK: "EINVAL" Script
        "\"<name>\" in /run/netns is a symbolic link to something that is not a network namespace"
        => "remove the link with netns.delete(\"<name>\", { force = true }); what it leads to stays";
    NOT_A_NAMESPACE: "EINVAL" Script "\"<name>\" in /run/netns is not a network namespace"
        => "remove the file with netns.delete(\"<name>\", { force = true })";
    NOT_A_NAMESPACE_PATH: "EINVAL" Script "\"<path>\" is not a network namespace"
        => "give a file such as /proc/PID/ns/net";
    NAMESPACE_PATH_MISSING: "ENOENT" Script "no file \"<path>\"";
    NAMESPACE_DIRECTORY_SLAVE: "EINVAL" Script
        "a namespace named here would be invisible outside: the mount of <path> is a slave"
        => "run nsl outside `ip netns exec`, or use netns.add() without a name";
    NAMESPACE_DIRECTORY_OPEN: "EPERM" Script "<path> is not a directory that only root can write to"
        => "remove it, or give it to root with mode 0755";
    NAMESPACE_COOKIE_UNKNOWN: "EOPNOTSUPP" Feature "this kernel does not tell network namespaces apart (SO_NETNS_COOKIE)"
        => "use Linux 5.14 or later";
    CANNOT_CREATE: "" Script "cannot create \"<path>\": <reason>";
    DIRECTORY_FULL: "" Script "cannot create \"<path>\": its file system is full"
        => "look at `df /run` and `df -i /run`, and remove what is no longer needed";
    DIRECTORY_READ_ONLY: "EROFS" Script "cannot create \"<path>\": its file system is read-only"
        => "mount it writable, or use netns.add() without a name";
    CANNOT_DELETE: "" Script "cannot delete \"<path>\": <reason>";
    NSID_GIVEN: "EEXIST" Script "\"<what>\" has the id <id> already, which cannot be changed";
    NSID_TAKEN: "EEXIST" Script "the id <id> is another namespace's" => "use \"auto\" for one that is free";
    NSID_RANGE: "EINVAL" Script "<id> is no namespace id" => "use a number from 0 to 2147483647";
    NSID_MISSING: "ENOENT" Script "no namespace has the id <id>" => "look at netns.list_id()";
    WATCH_LIMIT: "" Script "the limit <limit> is reached" => "raise it with sysctl, or end other watchers";
    PID_RANGE: "EINVAL" Script "<pid> is no process id" => "use a positive number";
    PROCESS_MISSING: "ESRCH" Script "no process <pid>";

    // Probes
    PING_FAMILIES: "EINVAL" Script "source \"<source>\" and target \"<target>\" are of different families"
        => "give a source of the target's family, or none";
    PING_NEEDS_DEVICE: "EINVAL" Script "link-local address \"<address>\" says nothing without its device"
        => "name the interface, as in { dev = \"eth0\" }";
    PING_DEVICE_MISSING: "ENODEV" Script "no device \"<device>\" to ping from";
    PING_SOURCE_MISSING: "EADDRNOTAVAIL" Script "no interface has the source address \"<source>\""
        => "use one of the addresses that netns.addr_list shows";
    THROUGHPUT_FAILED: "" Script "<doing> \"<address>\" failed: <reason>";
    THROUGHPUT_OPTION: "EINVAL" Script "option \"<key>\" is for <protocol> only" => "<remedy>";

    // Rootless
    ROOTLESS_FORBIDDEN: "" Privilege "nsl needs CAP_SYS_ADMIN or user namespaces, and <setting> forbids these"
        => "run it with sudo, or change that setting with `sysctl -w`";
    ROOTLESS_REFUSED: "" Privilege "nsl needs CAP_SYS_ADMIN or user namespaces, and these are refused: <reason>"
        => "run it with sudo, or let this container make user namespaces (its seccomp profile)";
    ROOTLESS_STEP: "" Privilege "<step> in a user namespace is refused: <reason>" => "run it with sudo";

    // Arguments and options
    METHOD_WITHOUT_OBJECT: "EINVAL" Script "a method is called without its object"
        => "write \":\" before its name, not \".\", as in net:host \"h1\"";
    METHOD_DEVICE: "EINVAL" Script "a method takes a link of its namespace by the name alone, got \"<name>\""
        => "write \"<link>\"";
    ARGUMENT_TYPE: "EINVAL" Script "argument <position> must be <expected>, got <got>";
    ARGUMENT_VALUE: "EINVAL" Script "argument <position> must be <expected>, got <got>";
    ARGUMENT_COUNT: "EINVAL" Script "at most <most> taken, got <count>";
    OPTION_TYPE: "EINVAL" Script "option \"<key>\" must be <expected>, got <got>";
    OPTION_VALUE: "EINVAL" Script "option \"<key>\" must be <expected>, got <got>";
    OPTION_UNKNOWN: "EINVAL" Script "unknown option \"<key>\" for <function>" => "did you mean \"<near>\"?";
    OPTION_MISSING: "EINVAL" Script "option \"<key>\" is needed";
    NO_FUNCTION: "EINVAL" Script "<module> has no function \"<name>\"" => "did you mean \"<near>\"?";
    NO_FIELD: "EINVAL" Script "a <type> has no field \"<name>\"" => "did you mean \"<near>\"?";
    FIELD_FIXED: "EINVAL" Script "the fields of a <type> cannot be set: \"<name>\"" => "use its methods to change it";
    NO_VARIABLE: "EINVAL" Script "no variable is called \"<name>\"" => "did you mean \"<near>\"?";

    COMPARED: "EINVAL" Script "a Cidr is compared with another Cidr only, not with <got>" => "make it one with cidr(…)";
    OPTIONS_CLASH: "EINVAL" Script "options \"<one>\" and \"<two>\" exclude each other";
    DEVICE_SLASHES: "EINVAL" Script "\"<name>\" is no device: it has more than one slash"
        => "name it \"namespace/interface\"";
    DEVICE_ELSEWHERE: "EINVAL" Script "option \"<key>\" names \"<link>\", which is not in the namespace of the route"
        => "name a device of \"<namespace>\"";
    PATTERN: "EINVAL" Script "the pattern cannot be used: <what>";
    PING_NO_ADDRESS: "EADDRNOTAVAIL" Script "\"<namespace>\" has no address to send to" => "add one with netns.addr_add";

    // Tasks
    TASK_CANCELLED: "ECANCELED" Script "the task was cancelled";
    TASK_TIMED_OUT: "ETIMEDOUT" Script "the function did not return within <time>";
    TASK_CANNOT_WAIT: "EDEADLK" Script
        "nothing can wait for tasks here: Lua cannot yield in a callback of sort or gsub, nor while it loads a module or closes a variable"
        => "wait for them before or after it";
    TASK_AWAITS_ITSELF: "EDEADLK" Script "a task cannot await itself";

    // Graphs
    GRAPH_NODE_MISSING: "ENOENT" Script "the graph has no node \"<name>\"" => "did you mean \"<near>\"?";
    GRAPH_VALUE: "EINVAL" Script "<what> of the graph must be <expected>, got <got>";

    // Commands
    PROCESS_LEFT: "EBUSY" Script "process <pid> does not end";
    COMMAND_FAILED: "EEXIT" Script "command \"<command>\" failed with exit code <code>";
    COMMAND_KILLED: "EEXIT" Script "command \"<command>\" was ended by <signal>";
    COMMAND_EMPTY: "EINVAL" Script "the command is empty";

    // Labs
    LAB_NODE_EXISTS: "EEXIST" Script "node \"<node>\" is declared already, at <there>" => "give it another name";
    LAB_NODE_MISSING: "ENOENT" Script "the lab has no node \"<node>\"" => "did you mean \"<near>\"?";
    LAB_NODE_FOREIGN: "EINVAL" Script "node \"<node>\" is of another lab" => "link nodes of one lab";
    LAB_NODE_REMOVED: "ENOENT" Script "node \"<node>\" was removed from the lab";
    LAB_LINK_REMOVED: "ENOENT" Script "the link was removed from the lab";
    LAB_NOT_UP: "ENOENT" Script "node \"<node>\" is not up" => "bring its lab up first, with net:up()";
    LAB_UNSETTLED: "EAGAIN" Script "something changes the lab all the time: still \"<change>\"" => "stop it, then call net:apply() again";
    LAB_NODE_WAITS: "ENOENT" Script "node \"<node>\" is not up yet" => "build it first, with net:apply()";
    LAB_LINK_WAITS: "ENOENT" Script "the link is not up yet" => "build it first, with net:apply()";
    LAB_DOWN: "ENOENT" Script "the lab is not up" => "bring it up first, with net:up()";
    LAB_LATE: "ETIMEDOUT" Script "the lab was not up within <time> s";
    LAB_IS_UP: "EBUSY" Script "the lab is up already" => "call net:apply() to change it, or net:down() first";
    LAB_RISING: "EBUSY" Script "the lab is coming up" => "do it before net:up(), or after";
    LAB_STP_NODE: "EINVAL" Script "\"<node>\" is no switch, which alone could have a spanning tree"
        => "give stp to a switch";
    LAB_GRAPH: "EINVAL" Script "\"<path>\" of the graph must be <expected>, got <got>"
        => "write it like {nodes = {{name = \"r1\"}, {name = \"r2\"}}, links = {{a = \"r1\", b = \"r2\"}}}";
    LAB_NO_ADDRESSES: "EADDRNOTAVAIL" Script "no node of the lab has an address to ask" => "give it subnets, or IPv6";

    // The program's own input and output
    SCRIPT_UNREADABLE: "" Script "cannot read \"<path>\": <reason>" => "did you mean `nsl <command>`?";
    FILE_CLOSED: "EBADF" Script "the file is closed";
    WRITE_FAILED: "" Script "cannot write to standard output: <reason>";

    // The prompt
    HISTORY_NOT_KEPT: "" Script "the history is not kept: <path>: <why>"
        => "set NSL_HISTORY to the path of a file, or to nothing to keep none";
    COMMAND_NUL: "EINVAL" Script "a command, its directory and its environment cannot hold a NUL byte: \"<text>\"";
    ENVIRONMENT_NAME: "EINVAL" Script "\"<name>\" cannot be the name of an environment variable";
    COMMAND_MISSING: "ENOENT" Script "command \"<command>\" not found in PATH (<path>)"
        => "install it, or give its path";
    COMMAND_NO_FILE: "ENOENT" Script "no program \"<command>\"";
    COMMAND_INTERPRETER: "ENOENT" Script "cannot run \"<command>\": its interpreter or loader is missing"
        => "look at its first line: `head -1 <command>`";
    COMMAND_NOT_EXECUTABLE: "EACCES" Script "\"<command>\" may not be executed" => "run `chmod +x <command>`";
    COMMAND_DIRECTORY: "EACCES" Script "\"<command>\" is a directory, not a program";
    COMMAND_TOO_LONG: "E2BIG" Script "the arguments and environment of \"<command>\" are too long"
        => "pass the text by `stdin`";
    COMMAND_REFUSED: "" Script "cannot run \"<command>\": <reason>";
    COMMAND_TIMED_OUT: "ETIMEDOUT" Script "command \"<command>\" did not end within <timeout>, and was ended";
    OUTPUT_TOO_LONG: "EMSGSIZE" Script "command \"<command>\" wrote more than <limit> bytes to its <stream>, and was ended"
        => "let it write to a file, or raise `limit`";
    OUTPUT_REFUSED: "" Script "cannot write to \"<path>\": <reason>";
    DIRECTORY_REFUSED: "" Script "cannot change to directory \"<path>\": <reason>";
    CHILD_STAGE: "" Script "<doing> failed: <reason>";
    TOO_MANY_PROCESSES: "EAGAIN" Script "no more processes can be started" => "raise the limit with `ulimit -u`";
    TOO_MANY_MOUNT_NAMESPACES: "ENOSPC" Script "no more mount namespaces: user.max_mnt_namespaces is reached"
        => "raise it with `sysctl user.max_mnt_namespaces`";
    CONTAINER_GONE: "ENOMEM" Script "the process that holds the programs of unnamed namespaces was killed"
        => "start the script again";
    VIEW_INHERITED: "" Feature "<path> in a namespace shows nsl's own view: a new one was refused (<reason>)";
    BIND_REFUSED: "" Script "cannot put \"<source>\" over \"<target>\": <reason>" => "make \"<target>\" first";
    NODE_FILE: "" Script "\"<path>\" cannot be a node's own: <reason>"
        => "make the directory that it is in first";
    NFT_MISSING: "ENOENT" Feature "rulesets are loaded by the program \"nft\", which is not installed"
        => "install the package nftables";
    NFT_REFUSED: "EINVAL" Script "the ruleset is refused<at>: <what>";
    NFT_NAME: "EINVAL" Script "rulesets cannot name the link \"<device>\"" => "choose a name without \", \\ and *";
    MASQUERADE_ELSEWHERE: "EINVAL" Script "\"<link>\" is not in the namespace \"<namespace>\", which is to masquerade"
        => "name a link of that namespace";
    PROCESS_RUNS: "ETIMEDOUT" Script "process <pid> still runs after <timeout>" => "use :kill() or :close() to end it";
    INPUT_CLOSED: "EPIPE" Script "the input of process <pid> is closed";
    OUTPUT_NOT_KEPT: "EINVAL" Script "the output of process <pid> is not kept"
        => "leave out the `stdout` option of its spawn";
    OUTPUT_LATE: "ETIMEDOUT" Script "<what> did not come within <timeout>";
    OUTPUT_ENDED: "EPIPE" Script "the output ended before <what> came";
    SIGNAL_UNKNOWN: "EINVAL" Script "no signal \"<signal>\"" => "give a name such as \"TERM\", or a number from 1 to 64";
    // Labs with a name
    LAB_EXISTS: "EEXIST" Script "lab \"<name>\" is up: process <pid> holds it"
        => "end that process, or give this lab another name";
    LAB_DIFF_HELD: "EEXIST" Script "<held>, which alone can tell what differs"
        => "call net:diff() in its script, or look into a node with `nsl exec <name>/NODE`";
    LAB_KEPT: "EEXIST" Script "lab \"<name>\" is up: it was kept" => "take it down with `nsl down <name>`";
    LAB_HELD: "EBUSY" Script "lab \"<name>\" belongs to process <pid>, which runs"
        => "end that process: its labs end with it";
    LAB_MISSING: "ENOENT" Script "no lab \"<name>\"" => "did you mean \"<near>\"? (<known>)";
    LAB_MANIFEST: "EBADMSG" Script "\"<path>\" cannot be read as the manifest of a lab: <what>"
        => "look at it, delete what it names, then delete its directory";
    LAB_DIRECTORY: "EPERM" Script "\"<path>\" is not a directory that user <uid> alone can use"
        => "remove it, or give it to that user with mode 0700";
    LAB_FOREIGN: "EPERM" Script "lab \"<name>\" is user <uid>'s" => "clean it up as that user";
    LAB_NAMELESS: "EINVAL" Script "a lab without a name cannot be kept" => "give it one, as in lab.new \"demo\"";
    DOOR: "ENOENT" Script "process <pid> does not let anybody into its lab: <what>" => "see with `nsl ps` what is up";
    DOOR_JOIN: "" Script "the namespaces of the lab's process cannot be joined: <reason>";
    ROOM_UNSET: "ENOENT" Privilege "without privileges a lab is kept through XDG_RUNTIME_DIR, which is not set"
        => "set it to a directory of your own, as in `export XDG_RUNTIME_DIR=$(mktemp -d)`";
    ROOM_BAD: "" Privilege "\"<path>\" (XDG_RUNTIME_DIR) has no place for a lab that is kept: <reason>"
        => "set it to a directory that you alone can use";
    LAB_FILE_ACTS: "EBUSY" Script "\"<file>\" acted on the kernel before it returned its lab"
        => "only declare the lab there, and act in functions of its nodes (`setup`)";
    NODE_NOWHERE: "ENOENT" Script "no namespace and no node of a lab is called \"<node>\"" => "did you mean \"<near>\"?";
    NODE_AMBIGUOUS: "EINVAL" Script "\"<node>\" is a node of several labs: <places>"
        => "say which is meant, as in <place>";
    LAB_FILE: "EINVAL" Script "\"<file>\" returns no lab" => "end it with `return net`, where net is what lab.new gave";
    DAEMON_ENDED: "EEXIT" Script "daemon \"<command>\" of \"<node>\" ended while the lab came up"
        => "run it with netns.exec to see what it says";
    // Links and their names
    LINK_NAME_EMPTY: "EINVAL" Script "invalid link name \"<name>\": it is empty"
        => "use 1 to 15 bytes without white space, \"/\", \":\" and \"%\"";
    LINK_NAME_LONG: "EINVAL" Script "invalid link name \"<name>\": it has <count> bytes, and 15 are allowed"
        => "use 1 to 15 bytes without white space, \"/\", \":\" and \"%\"";
    LINK_NAME_CHARACTER: "EINVAL" Script "invalid link name \"<name>\": it contains <character>"
        => "use 1 to 15 bytes without white space, \"/\", \":\" and \"%\"";
    LINK_NAME_RESERVED: "EINVAL" Script "invalid link name \"<name>\": the kernel keeps it for itself"
        => "use 1 to 15 bytes without white space, \"/\", \":\" and \"%\"";
    LINK_MISSING: "ENODEV" Script "no link \"<link>\"" => "did you mean \"<near>\"? (<known>)";
    LINK_GONE: "ENODEV" Script "link \"<link>\" is gone";
    LINK_EXISTS: "EEXIST" Script "link \"<link>\" already exists"
        => "choose another name, or delete it first with netns.link_delete";
    LINK_NEEDS_TYPE: "EINVAL" Script "a new link needs its type" => "add type = \"bridge\", or another that `ip link` knows";
    LINK_TYPE_UNKNOWN: "EINVAL" Script "no type of link is called \"<type>\"" => "did you mean \"<near>\"?";
    LINK_TYPE_INVALID: "EINVAL" Script "\"<type>\" cannot be a type of link";
    LINK_TYPE_MISSING: "EOPNOTSUPP" Feature "this kernel has no \"<type>\" links"
        => "load it with `modprobe <module>` (<config>)";
    QDISC_MISSING: "EOPNOTSUPP" Feature "this kernel has no <kind>, which option \"<key>\" needs"
        => "load it with `modprobe sch_<kind>` (<config>)";
    SHAPE_NEEDS_DELAY: "EINVAL" Script "option \"<key>\" needs a delay" => "add one, as in { delay = \"20ms\" }";
    LINK_OPTION_UNKNOWN: "EINVAL" Script "\"<type>\" links have no option \"<key>\"" => "did you mean \"<near>\"?";
    LINK_OPTION_NEEDS_MASTER: "EINVAL" Script "option \"<key>\" is one of bridge ports, and \"<link>\" is in no bridge"
        => "add master = to the same call";
    LINK_OPTION_RANGE: "ERANGE" Script "the kernel takes no such value for <keys>";
    LINK_OPTION_MISSING: "EOPNOTSUPP" Feature "this kernel has no \"<key>\" for \"<type>\" links"
        => "use a kernel with <config>";
    LINK_MTU_RANGE: "EINVAL" Script "mtu <mtu> is out of range: \"<link>\" takes <least> to <most>";
    LINK_ALIAS_LONG: "EINVAL" Script "the alias has <count> bytes, and 255 are allowed";
    LINK_RENAME_BUSY: "EBUSY" Script "link \"<link>\" cannot be renamed while it is up" => "set it down first";
    LINK_CARRIER_FIXED: "EOPNOTSUPP" Script "the carrier of \"<link>\" is not one that can be set";
    LINK_STAYS: "" Script "link \"<link>\" cannot leave its namespace" => "make it where it belongs in the first place";
    LINK_UNDELETABLE: "EOPNOTSUPP" Script "link \"<link>\" cannot be deleted";
    LINK_TAKES_NO_PORTS: "EOPNOTSUPP" Script "\"<master>\" is a link that takes no ports"
        => "use a bridge as the master";
    LINK_MASTER_ELSEWHERE: "EINVAL" Script "\"<master>\" is in another namespace than \"<link>\""
        => "move one of them, or join them with a veth pair";
    LINK_WAIT_TIMEOUT: "ETIMEDOUT" Script "link \"<link>\" did not become <wanted> within <time> s";
    BRIDGE_FULL: "EXFULL" Script "bridge \"<bridge>\" is full: it has 1,023 ports"
        => "join several bridges with veth pairs";
    VETH_SAME_END: "EINVAL" Script "both ends of the pair are \"<link>\"" => "give them two names";
    MAC_BAD: "EINVAL" Script "\"<text>\" is not a MAC address" => "write six bytes, such as \"02:00:00:00:00:01\"";
    MAC_IS_IP: "EINVAL" Script "\"<text>\" is an IP address, and address is the MAC address of a link" => "use ip = \"<text>\"";

    // Addresses
    ADDRESS_BAD: "EINVAL" Script "\"<text>\" is not an IP address"
        => "write it like \"10.0.0.1\" or \"2001:db8::1\"";
    ADDRESS_WITHOUT_PREFIX: "EINVAL" Script "\"<text>\" has no prefix length" => "write \"<text>/<usual>\"";
    ADDRESS_WITH_PREFIX: "EINVAL" Script "\"<text>\" has a prefix length, where an address alone is meant"
        => "write \"<address>\"";
    ADDRESS_PREFIX_RANGE: "EINVAL" Script "prefix \"<prefix>\" of \"<text>\" is out of range: <family> has 0 to <most>";
    ADDRESS_EXISTS: "EEXIST" Script "\"<link>\" already has the address \"<address>\"";
    ADDRESS_MISSING: "EADDRNOTAVAIL" Script "\"<link>\" has no address \"<address>\""
        => "did you mean \"<near>\"? (there are <known>)";
    ADDRESS_NO_IPV6: "" Script "\"<link>\" takes no IPv6 address"
        => "allow it with netns.sysctl(<ns>, \"net.ipv6.conf.<name>.disable_ipv6\", 0)";
    ADDRESS_OPTION: "EINVAL" Script "option \"<key>\" must be <expected>, got \"<got>\"" => "did you mean \"<near>\"?";

    // Routes
    ROUTE_EXISTS: "EEXIST" Script "route \"<route>\" already exists<where>"
        => "use route_replace, or give it another metric";
    ROUTE_MISSING: "ESRCH" Script "no route \"<route>\"<where>";
    ROUTE_UNREACHABLE: "ENETUNREACH" Script "route \"<route>\"<where>: no link leads to \"<via>\""
        => "add an address in its network first, or onlink = true";
    ROUTE_NEEDS_WAY: "ENODEV" Script "route \"<route>\"<where> has neither a gateway nor a link"
        => "add via = \"192.168.1.1\" or dev = \"eth0\", or a type such as \"blackhole\"";
    ROUTE_LINK_DOWN: "ENETDOWN" Script "route \"<route>\"<where>: link \"<link>\" is down" => "set it up first";
    ROUTE_HOST_BITS: "EINVAL" Script "\"<route>\" has bits behind its prefix" => "write \"<network>\"";
    ROUTE_FAMILY: "EINVAL" Script "option \"<key>\": \"<address>\" is of another address family than \"<route>\"";
    ROUTE_OPTION: "EINVAL" Script "option \"<key>\" must be <expected>, got \"<got>\"" => "did you mean \"<near>\"?";
    ROUTE_NO_WAY: "" Script "no route to \"<destination>\"<where>";

    // Sysctls
    SYSCTL_MISSING: "ENOENT" Script "no sysctl \"<key>\"<place>" => "did you mean \"<near>\"?";
    SYSCTL_BAD: "EINVAL" Script "\"<key>\" is not the name of a sysctl" => "write it like \"net.ipv4.ip_forward\"";
    SYSCTL_REFUSED: "" Script "sysctl \"<key>\"<place> cannot be set to \"<value>\": <reason>";
    SYSCTL_UNREADABLE: "" Script "sysctl \"<key>\"<place> cannot be read: <reason>";
    SYSCTL_READ_ONLY: "EACCES" Script "sysctl \"<key>\"<place> can only be read";
    SYSCTL_WRITE_ONLY: "EACCES" Script "sysctl \"<key>\"<place> can only be written";
    SYSCTL_DENIED: "EACCES" Privilege "sysctl \"<key>\"<place> cannot be <done> here: <reason>"
        => "run it with sudo: it is not this user's to change";
    SYSCTL_DIRECTORY: "EISDIR" Script "\"<key>\" is a group of sysctls" => "name one of them: <known>";
}
