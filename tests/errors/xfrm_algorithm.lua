local ns = netns.add "ns0"
ns:xfrm_state_add { dst = "10.0.0.2", proto = "esp", spi = 1, enc = { name = "rot13", key = "0x01" } }
