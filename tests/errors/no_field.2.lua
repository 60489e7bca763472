local ns0 = netns.add "ns0"
ns0:link("lo"):sett { up = true }
