netns.add "ns0"
local ns1 = netns.add "ns1"
netns.ping("ns0", ns1)
