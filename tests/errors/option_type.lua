netns.add "ns0"
local lo = netns.get("ns0"):link "lo"
lo:set { mtu = {} }
