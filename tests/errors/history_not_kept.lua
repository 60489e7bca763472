-- run: printf 'print(1)\n' | NSL_HISTORY=/proc/nsl/history $NSL -i history_not_kept.lua
netns.add "ns0"
