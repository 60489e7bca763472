netns.add "ns0"
netns.sysctl("ns0", "../../etc/passwd")
