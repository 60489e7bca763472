-- sh that fails from Linux 6.15 on, whose kernels may stop over options of tunnels (src/kernel/tunnel_options.rs): rows that have
-- them must not even begin there, as their programs would send them.

return [[test "$(printf '%s\n6.15\n' "$(uname -r)" | sort -V | head -n 1)" != 6.15]]
