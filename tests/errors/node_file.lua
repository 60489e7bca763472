local net <close> = lab.new()
net:host("a", { files = { ["/dev/null/frr.conf"] = "hostname a" } })
net:up()
