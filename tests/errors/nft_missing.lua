-- run: mkdir /run/sbin; mount --bind /run/sbin /usr/sbin; PATH=/run exec $NSL nft_missing.lua
local ns <close> = netns.add()
ns:nft "flush ruleset"
