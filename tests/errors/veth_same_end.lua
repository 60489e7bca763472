netns.veth("veth0", "veth0")
