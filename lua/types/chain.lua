---@meta

--- Where a chain of filters is, and its number. Without a place it is at the discipline by which the link sends.
---@class nsl.ChainPlace
---@field chain? integer              # its number; 0 unless told
---@field root? boolean               # at the discipline by which the link sends
---@field parent? string              # at this discipline or class: "1:", "1:10"
---@field ingress? boolean            # of what comes in, where there is a clsact
---@field egress? boolean             # of what goes out, where there is a clsact
---@field block? integer              # instead of a link and a place: in this block

--- What a chain is to be. With a kind it has a template: which fields, and which bits of them, its filters look at.
---@class nsl.ChainOpts: nsl.ChainPlace, nsl.FlowerOpts
---@field kind? "flower"|string       # of the filters of the template
---@field protocol? string|integer    # part of the template: of the packets

--- Which chains are meant.
---@class nsl.ChainListOpts: nsl.ChainPlace
---@field dev? nsl.Dev                # of this link
---@field kind? string                # with a template of this kind
---@field protocol? string|integer    # with a template for packets of this protocol

--- A chain, as `netns.chain_add` takes it.
---@class nsl.ChainRecord: nsl.ChainOpts
---@field dev? string                 # the link; a chain of a block has none
---@field chain integer

--- Adds a chain of filters, to which an action of a filter goes (`"goto chain 5"`).
---
--- One that is not added is there as long as filters or such actions name it.
--- ```lua
--- netns.chain_add("ns0/veth0", { ingress = true, chain = 5, kind = "flower", protocol = "ip", dst_ip = "0.0.0.0/24" })
--- ```
---@param dev nsl.Dev|nsl.Netns      # a link, or the namespace of a block
---@param opts nsl.ChainOpts
---@raises EEXIST EOPNOTSUPP ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.chain_add(dev, opts) end

--- Deletes a chain and all filters in it.
--- ```lua
--- netns.chain_delete("ns0/veth0", { ingress = true, chain = 5 })
--- ```
---@param dev nsl.Dev|nsl.Netns      # a link, or the namespace of a block
---@param opts nsl.ChainOpts
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.chain_delete(dev, opts) end

--- Gives the chain of a number.
--- ```lua
--- print(netns.chain_get("ns0/veth0", { ingress = true, chain = 5 }).kind)
--- ```
---@param dev nsl.Dev|nsl.Netns      # a link, or the namespace of a block
---@param opts nsl.ChainOpts
---@return nsl.ChainRecord chain
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.chain_get(dev, opts) end

--- Lists the chains of a namespace or of one link, wherever they are; those of a shared block once.
--- ```lua
--- for _, c in ipairs(netns.chain_list "ns0/veth0") do print(c.chain, c.kind) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.ChainListOpts
---@return nsl.ChainRecord[] chains
---@raises ENODEV EINVAL EPERM
---@since 0.1
function netns.chain_list(dev_or_ns, opts) end
