local paths = topo.ring(4):shortest_paths()
print(paths.r11.distance.r1)
