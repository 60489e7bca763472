netns.add "ns0"
netns.veth("ns0/veth0", "ns0/veth1")
netns.sysctl("ns0", "net.ipv6.conf.veth0.disable_ipv6", 1)
netns.addr_add("ns0/veth0", "2001:db8::1/64")
