local net = cidr "10.0.0.0/16"
print(net < "10.0.0.0/8")
