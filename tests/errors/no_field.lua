local ns0 = netns.add "ns0"
print(ns0.nmae)
