-- before: mkdir -m 755 /run/netns; mkdir /run/netns/ns0
netns.delete("ns0", { force = true })
