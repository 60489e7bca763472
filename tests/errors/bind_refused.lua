-- before: cp -a /etc /run/etc; mount --bind /run/etc /etc; mkdir -p /etc/netns/ns0; echo x >/etc/netns/ns0/nsl-nowhere.conf
netns.add "ns0"
print(netns.exec("ns0", { "true" }).ok)
