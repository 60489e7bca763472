local lines = io.popen "echo one"
print(lines:read())
lines:close()
print(lines:read())
