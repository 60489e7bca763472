local lab = netns.add()
lab:exec { "true" }
os.execute "pid=$(pgrep -P $(pgrep -x nsl) nsl); kill -9 $pid; while grep -q 'State:.[^ZX]' /proc/$pid/status; do :; done 2>&-"
lab:exec { "true" }
