---@meta

--- How a link sends; `false` is as if nothing was said (and at the end of a lab's link, which then sends like the link; 0 is
--- none there). A `rate` alone is carried out by the kernel's tbf, everything else by its netem,
--- which not every kernel has: where it is missing, that is an error of code EOPNOTSUPP.
---@class nsl.ShapingOpts
---@field rate? nsl.Rate|false        # at most so much a second, headers of frames included
---@field delay? nsl.Time|false       # each packet is late by so much
---@field jitter? nsl.Time|false      # the delay varies by so much in either direction, so that packets may overtake others
---@field delay_correlation? nsl.Ratio|false      # how much a delay is like the one before
---@field distribution? "uniform"|"normal"|"pareto"|"paretonormal"|"experimental"|false   # how delays vary within the jitter, which it needs
---@field loss? nsl.Ratio|false       # this share is lost
---@field loss_correlation? nsl.Ratio|false       # how much losing one is like the packet before
---@field duplicate? nsl.Ratio|false  # this share comes twice
---@field duplicate_correlation? nsl.Ratio|false
---@field corrupt? nsl.Ratio|false    # in this share one bit is wrong
---@field corrupt_correlation? nsl.Ratio|false
---@field reorder? nsl.Ratio|false    # this share is not delayed, and overtakes the rest
---@field reorder_correlation? nsl.Ratio|false
---@field limit? integer|false        # packets that may wait, delayed ones too: with a rate unless told those of 50 ms beyond delay and jitter, at least 32, else 1000

--- Makes a link slow, late or lossy in what it sends; both ends of a cable are shaped each by itself.
---
--- It replaces what the link was shaped like, and any other discipline at its root, as `tc qdisc replace` does.
--- ```lua
--- netns.shape("ns0/veth0", { rate = "10mbit" })
--- netns.shape("ns0/veth0", { delay = "20ms", jitter = "2ms", loss = "1%" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.ShapingOpts
---@raises ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.shape(dev, opts) end

--- Takes away what `netns.shape` made of a link; without that it does nothing.
--- ```lua
--- netns.shape_clear "ns0/veth0"
--- ```
---@param dev nsl.Dev
---@raises ENODEV EPERM
---@since 0.1
function netns.shape_clear(dev) end
