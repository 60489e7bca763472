//! The table of all wording: each row is one kind of failure, with its code, its sentence and its hint.
//!
//! A sentence is lower case, has no final period and puts names in double quotes; `<key>` stands for a value that
//! [`super::Error::with`] gives. A hint is one thing to do and starts with a verb (or asks "did you mean"); it is left
//! out when a value for it is missing. The code is an errno's name, or empty where the cause's own is used. Every row
//! has a snapshot test in `tests/errors/`.

use super::Class;

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
            #[doc = $message]
            pub static $name: Row = Row {
                id: stringify!($name), code: $code, class: Class::$class, message: $message, hint: concat!($($hint)?),
            };
        )*
        /// Every row, for the tests that hold each against a snapshot.
        pub static ROWS: &[&Row] = &[$(&$name),*];
    };
}

rows! {
    // The kernel and nsl itself
    KERNEL_REFUSED: "" Script "the kernel refused: <reason>";
    INTERRUPTED: "EINTR" Script "interrupted";
    BUG: "EBUG" Bug "internal error: <what>" => "report it with the script that led to it; NSL_TRACE=1 shows more";
    NEEDS_CAPABILITY: "EPERM" Privilege "<doing> needs <capability>"
        => "run it with sudo, or without --no-rootless to build in namespaces of your own";
    TOO_MANY_FILES: "EMFILE" Script "too many open files: the limit is <limit>"
        => "raise it with `ulimit -n`, or close namespaces that are no longer needed";

    LIST_KEEPS_CHANGING: "EAGAIN" Script "the list kept changing while it was read" => "try again";
    ANSWER_UNREADABLE: "EBADMSG" Bug "the kernel's answer could not be read: <what>"
        => "report it with the kernel's version";

    // Namespaces
    NAMESPACE_EXISTS: "EEXIST" Script "namespace \"<name>\" already exists"
        => "use netns.get \"<name>\" to open it, or netns.add(\"<name>\", { exist_ok = true })";
    NAMESPACE_MISSING: "ENOENT" Script "no namespace \"<name>\"" => "did you mean \"<near>\"? (there are <known>)";
    NAMESPACE_GONE: "ENOENT" Script "namespace \"<name>\" was removed outside nsl";
    NAMESPACE_REPLACED: "ENOENT" Script "namespace \"<name>\" was removed outside nsl, and another one has its name now"
        => "use netns.get \"<name>\" to open that one";
    NAMESPACE_CLOSED: "ENOENT" Script "<what> is closed";
    NAMESPACE_NAMELESS: "EINVAL" Script "<what> has no name that could be deleted" => "close it instead";
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
    CANNOT_DELETE: "" Script "cannot delete \"<path>\": <reason>";
    NSID_GIVEN: "EEXIST" Script "\"<what>\" has the id <id> already, which cannot be changed";
    NSID_TAKEN: "EEXIST" Script "the id <id> is another namespace's" => "use \"auto\" for one that is free";
    NSID_RANGE: "EINVAL" Script "<id> is no namespace id" => "use a number from 0 to 2147483647";
    NSID_MISSING: "ENOENT" Script "no namespace has the id <id>";
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

    // Rootless
    ROOTLESS_FORBIDDEN: "" Privilege "nsl needs CAP_SYS_ADMIN or user namespaces, and <setting> forbids these"
        => "run it with sudo, or change that setting with `sysctl -w`";
    ROOTLESS_REFUSED: "" Privilege "nsl needs CAP_SYS_ADMIN or user namespaces, and these are refused: <reason>"
        => "run it with sudo, or let this container make user namespaces (its seccomp profile)";
    ROOTLESS_STEP: "" Privilege "<step> in a user namespace is refused: <reason>" => "run it with sudo";

    // Arguments and options
    ARGUMENT_TYPE: "EINVAL" Script "argument <position> must be <expected>, got <got>";
    ARGUMENT_VALUE: "EINVAL" Script "argument <position> must be <expected>, got \"<got>\"";
    ARGUMENT_COUNT: "EINVAL" Script "at most <most> arguments are taken, got <count>";
    OPTION_TYPE: "EINVAL" Script "option \"<key>\" must be <expected>, got <got>";
    OPTION_VALUE: "EINVAL" Script "option \"<key>\" must be <expected>, got \"<got>\"";
    OPTION_UNKNOWN: "EINVAL" Script "unknown option \"<key>\" for <function>" => "did you mean \"<near>\"?";
    OPTION_MISSING: "EINVAL" Script "option \"<key>\" is needed";
    NO_FUNCTION: "EINVAL" Script "<module> has no function \"<name>\"" => "did you mean \"<near>\"?";
    NO_FIELD: "EINVAL" Script "a <type> has no field \"<name>\"" => "did you mean \"<near>\"?";
    NO_VARIABLE: "EINVAL" Script "no variable is called \"<name>\"" => "did you mean \"<near>\"?";

    // The program's own input and output
    SCRIPT_UNREADABLE: "" Script "cannot read \"<path>\": <reason>";
    WRITE_FAILED: "" Script "cannot write to standard output: <reason>";

    // The prompt
    HISTORY_NOT_KEPT: "" Script "the history is not kept: <path>: <why>"
        => "set NSL_HISTORY to the path of a file, or to nothing to keep none";
    // Processes
    COMMAND_EMPTY: "EINVAL" Script "the command is empty" => "give a program and its arguments: {\"ls\", \"-l\"}";
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
    COMMAND_TIMED_OUT: "ETIMEDOUT" Script "the command did not end within <timeout>, and was ended";
    OUTPUT_TOO_LONG: "EMSGSIZE" Script "the command wrote more than <limit> bytes to its <stream>, and was ended"
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
    PROCESS_LEFT: "EBUSY" Script "process <pid> could not be ended" => "look at it: `ps -o pid,stat,wchan,args <pid>`";
    SIGNAL_UNKNOWN: "EINVAL" Script "no signal \"<signal>\"" => "give a name such as \"TERM\", or a number from 1 to 64";
}
