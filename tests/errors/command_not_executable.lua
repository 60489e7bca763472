-- before: echo true >/run/tool
netns.exec(nil, { "/run/tool" })
