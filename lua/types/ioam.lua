---@meta

--- A namespace of in-situ OAM, in `ip ioam`'s words.
---@class nsl.IoamNamespace
---@field namespace? integer           # its number
---@field data? integer                # what its nodes tell, in 32 bits
---@field wide? integer                # and in 64 bits
---@field schema? integer              # the schema that its nodes tell

--- A schema of in-situ OAM.
---@class nsl.IoamSchema
---@field schema? integer              # its number
---@field data? string                 # what it says

--- A schema of in-situ OAM as it is read.
---@class nsl.IoamSchemaRecord: nsl.IoamSchema
---@field namespace? integer           # the namespace it is set for

--- Adds a namespace of in-situ OAM.
--- ```lua
--- netns.ioam_namespace_add("ns0", { namespace = 123, data = 0xdeadbeef })
--- ```
---@param ns nsl.Ns
---@param opts nsl.IoamNamespace
---@raises EEXIST EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ioam_namespace_add(ns, opts) end

--- Sets the schema of a namespace of in-situ OAM; without `schema` it has none then.
--- ```lua
--- netns.ioam_namespace_set("ns0", { namespace = 123, schema = 7 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.IoamNamespace
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ioam_namespace_set(ns, opts) end

--- Deletes a namespace of in-situ OAM.
--- ```lua
--- netns.ioam_namespace_delete("ns0", { namespace = 123 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.IoamNamespace
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ioam_namespace_delete(ns, opts) end

--- Lists the namespaces of in-situ OAM.
--- ```lua
--- for _, n in ipairs(netns.ioam_namespace_list "ns0") do print(n.namespace) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.IoamNamespace
---@return nsl.IoamNamespace[] namespaces
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ioam_namespace_list(ns, opts) end

--- Adds a schema of in-situ OAM.
--- ```lua
--- netns.ioam_schema_add("ns0", { schema = 7, data = "something" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.IoamSchema
---@raises EEXIST EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ioam_schema_add(ns, opts) end

--- Deletes a schema of in-situ OAM.
--- ```lua
--- netns.ioam_schema_delete("ns0", { schema = 7 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.IoamSchema
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ioam_schema_delete(ns, opts) end

--- Lists the schemas of in-situ OAM.
--- ```lua
--- for _, s in ipairs(netns.ioam_schema_list "ns0") do print(s.schema, s.data) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.IoamSchema
---@return nsl.IoamSchemaRecord[] schemas
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ioam_schema_list(ns, opts) end
