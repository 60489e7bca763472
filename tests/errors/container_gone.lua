local lab = netns.add()
lab:exec { "true" }
os.execute "pkill -9 -x nsl-init; sleep 0.2"
lab:exec { "true" }
