-- In-situ OAM for IPv6: `ip ioam` beside `ioam_*`.

local rows = require "rows"

return {
  json = "ip -json ioam namespace show",
  read = function(ns) return ns:ioam_namespace_list() end,
  write = rows.rewrites "ioam_namespace",
  {
    "namespace",
    make = function(ns) ns:ioam_namespace_add { namespace = 123, data = 0xdeadbeef, wide = 0x1122334455667788 } end,
    tool = "ip ioam namespace add 123 data 0xdeadbeef wide 0x1122334455667788",
    want = { { namespace = 123, data = 0xdeadbeef, wide = 0x1122334455667788 } },
    again = true,
  },
  {
    "namespace with a schema",
    before = "ip ioam schema add 7 something",
    make = function(ns)
      ns:ioam_namespace_add { namespace = 1 }
      ns:ioam_namespace_add { namespace = 2, schema = 7 }
      ns:ioam_namespace_set { namespace = 2 }
      ns:ioam_namespace_set { namespace = 1, schema = 7 }
    end,
    tool = "ip ioam namespace add 1; ip ioam namespace add 2; ip ioam namespace set 1 schema 7",
    want = { { namespace = 1, schema = 7 }, { namespace = 2 } },
    again = true,
  },
  {
    "namespace deleted",
    make = function(ns)
      ns:ioam_namespace_add { namespace = 1 }
      ns:ioam_namespace_add { namespace = 2 }
      ns:ioam_namespace_delete { namespace = 1 }
      assert(#ns:ioam_namespace_list { namespace = 1 } == 0)
    end,
    tool = "ip ioam namespace add 2",
    want = { { namespace = 2 } },
  },
  {
    "schema",
    make = function(ns)
      ns:ioam_schema_add { schema = 7, data = "something" }
      ns:ioam_schema_add { schema = 8, data = "else" }
      ns:ioam_schema_delete { schema = 8 }
    end,
    tool = "ip ioam schema add 7 something",
    json = "ip -json ioam schema show",
    read = function(ns) return ns:ioam_schema_list() end,
    write = rows.rewrites "ioam_schema",
    want = { { schema = 7, data = "something" } },
    again = true,
  },
  {
    "one there is",
    before = "ip ioam namespace add 1",
    make = function(ns) ns:ioam_namespace_add { namespace = 1 } end,
    tool = "ip ioam namespace add 1",
    fails = { code = "EEXIST", message = "namespace 1 of in-situ OAM" },
  },
  {
    "a namespace without a number",
    make = function(ns) ns:ioam_namespace_add { data = 7 } end,
    fails = { code = "EINVAL", message = 'option "namespace" is needed' },
  },
  {
    "a schema that says nothing",
    make = function(ns) ns:ioam_schema_add { schema = 9 } end,
    fails = { code = "EINVAL", message = 'option "data" is needed' },
  },
  {
    "a schema there is not, of a namespace there is",
    before = "ip ioam namespace add 1",
    make = function(ns) ns:ioam_namespace_set { namespace = 1, schema = 9 } end,
    tool = "ip ioam namespace set 1 schema 9",
    fails = { code = "ENOENT", message = "there is no namespace 1 or schema 9 of in-situ OAM" },
  },
  {
    "one there is not",
    make = function(ns) ns:ioam_schema_delete { schema = 9 } end,
    tool = "ip ioam schema del 9",
    fails = { code = "ENOENT", message = "there is no schema 9" },
  },
}
