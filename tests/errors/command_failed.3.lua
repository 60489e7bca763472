local net = lab.new()
for i = 1, 3 do net:host("h" .. i, { run = { "exit " .. i // 2 } }) end
net:up()
