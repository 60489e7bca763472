-- before: printf '#!/no/such/interpreter\n' >/run/tool; chmod +x /run/tool
netns.exec(nil, { "/run/tool" })
