local lab = netns.add()
lab:exec { "true" }
os.execute "pkill -9 -P $(pgrep -x nsl) nsl"
lab:exec { "true" }
