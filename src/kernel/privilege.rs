//! What this process is privileged to do: its effective capabilities, as /proc tells them.

use nix::unistd::geteuid;

/// What nsl needs for all that it can do, with the bits (Linux include/uapi/linux/capability.h).
const CAPABILITIES: [(&str, u32); 3] = [("CAP_SYS_ADMIN", 21), ("CAP_NET_ADMIN", 12), ("CAP_SYS_PTRACE", 19)];

/// Those of the capabilities that nsl needs which this thread lacks; all of them if /proc does not say.
pub fn missing() -> Vec<&'static str> {
    missing_in(&std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default())
}

/// The capabilities that a `/proc/PID/status` lacks.
fn missing_in(status: &str) -> Vec<&'static str> {
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    CAPABILITIES.iter().filter(|(_, bit)| effective & (1 << bit) == 0).map(|(name, _)| *name).collect()
}

/// A fact for whoever was refused: `running as uid 1000; missing CAP_NET_ADMIN`.
pub fn note() -> String {
    match missing()[..] {
        [] => format!("running as uid {} of a user namespace that does not own this", geteuid()),
        ref missing => format!("running as uid {}; missing {}", geteuid(), missing.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_capabilities_are_read_from_the_status() {
        let all = ["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SYS_PTRACE"];
        assert_eq!(missing_in("CapPrm:\tffff\nCapEff:\t0000000000000000\n"), all);
        assert_eq!(missing_in("CapEff:\t0000000000081000\n"), ["CAP_SYS_ADMIN"]);
        assert!(missing_in("CapEff:\t000001ffffffffff\n").is_empty());
    }
}
