netns.add "ns0"
print(netns.token_get "ns0/lo")
