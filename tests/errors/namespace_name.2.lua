local long = ("a"):rep(256)
for _, name in ipairs { "", ".", "..", "../x", "a/b", "a\0b", long } do
  for _, verb in ipairs { "add", "exists", "delete", "pids" } do
    local _, e = pcall(netns[verb], name)
    if verb == "add" then
      print(e.code, e.message:gsub(long, "a…a"), e.hint)
    else
      assert(e.code == "EINVAL" and e.op == "netns." .. verb, verb)
    end
  end
end
for _, name in ipairs { "-x", ".x", "a b", "a\tb", "a\nb", "a\27[31mb", "a\xff", "a\u{202e}b" } do
  local _, e = pcall(netns.add, name)
  print(e.code, e.message, e.hint)
  assert(not netns.exists(name) and not e.message:find "[\27\n]")
end
