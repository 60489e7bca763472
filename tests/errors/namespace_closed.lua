local kept
do
  local lab <close> = netns.add()
  kept = lab:link "lo"
end
kept:set { up = true }
