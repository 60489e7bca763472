---@meta

--- What every class has, of whatever kind; the options of its kind stand beside these.
---@class nsl.ClassPlace
---@field kind? string                # the kind of its discipline: which that is, is found by its number unless told
---@field classid? string             # its number: that of its discipline, and its own, hexadecimal: "1:10"
---@field root? boolean               # it is below the discipline itself
---@field parent? string              # the class, or the discipline, that it is below: "1:1", "1:"
---@field estimator? nsl.Estimator    # not read back

--- The options of a class, in `tc class`'s words.
---@class nsl.ClassOpts: nsl.ClassPlace, nsl.HtbClassOpts, nsl.HfscClassOpts, nsl.DrrClassOpts, nsl.QfqClassOpts

--- Which classes are meant.
---@class nsl.ClassListOpts
---@field dev? nsl.Dev                # on this link
---@field kind? string                # of this kind of discipline
---@field root? boolean               # below the discipline itself
---@field parent? string              # below this

--- A class, as `netns.class_add` takes it.
---@class nsl.ClassRecord: nsl.ClassOpts
---@field dev string                  # the link it is on
---@field leaf? string                # the discipline it sends by
---@field stats nsl.TcStats

--- Adds a class: a branch of what a discipline divides.
--- ```lua
--- netns.qdisc_add("ns0/veth0", { kind = "htb", handle = "1:", default = "20" })
--- netns.class_add("ns0/veth0", { parent = "1:", classid = "1:1", rate = "100mbit" })
--- netns.class_add("ns0/veth0", { parent = "1:1", classid = "1:10", rate = "60mbit", ceil = "100mbit" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.ClassOpts
---@raises EEXIST ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.class_add(dev, opts) end

--- Adds a class, or changes the one of its number.
--- ```lua
--- netns.class_replace("ns0/veth0", { parent = "1:1", classid = "1:10", rate = "50mbit" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.ClassOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.class_replace(dev, opts) end

--- Changes a class that is there.
--- ```lua
--- netns.class_change("ns0/veth0", { classid = "1:10", rate = "40mbit" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.ClassOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.class_change(dev, opts) end

--- Deletes a class.
--- ```lua
--- netns.class_delete("ns0/veth0", { classid = "1:10" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.ClassOpts           # `classid`; what else a record has is of no matter
---@raises ENODEV ENOENT EINVAL EBUSY EPERM
---@since 0.1
function netns.class_delete(dev, opts) end

--- Lists the classes of a namespace or of one link, with their options and what went through them.
--- ```lua
--- for _, c in ipairs(netns.class_list "ns0/veth0") do print(c.classid, c.rate, c.stats.bytes) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.ClassListOpts
---@return nsl.ClassRecord[] classes
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.class_list(dev_or_ns, opts) end
