local graph = topo.ring(4)
graph.links[2].cost = "cheap"
print(graph:diameter())
