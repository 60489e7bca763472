netns.add "ns0"
netns.veth("ns0/veth0", "ns0/veth1", { up = true })
netns.sysctl("ns0", "net.ipv6.conf.veth0.accept_ra", "0")
netns.token_set("ns0/veth0", "::1:2")
