local ns <close> = netns.add()
ns:nft "table ip x {\n  chain y { type filter hook imput priority 0; }\n}"
