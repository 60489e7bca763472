//! The wording of what a lab's plan cannot be: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    // Labs: what a plan cannot be
    LAB_LINK_SELF: "EINVAL" Script "the link at <here> joins \"<node>\" (declared at <there>) to itself"
        => "give it two nodes";
    LAB_HOST_TWICE: "EEXIST" Script
        "host interface \"<device>\" is given to two nodes: by the links at <there> and at <here>"
        => "use another one, or a switch between both nodes";
    LAB_HOST_ELSEWHERE: "EXDEV" Script "host interface \"<device>\" was taken from another network namespace than this"
        => "run nsl there";
    LAB_HOST_LINK: "EINVAL" Script "a link joins a node with a node or with a host interface, and <what>"
        => "write net:link(node, \"/eth1\")";
    LAB_COST: "EINVAL" Script "the cost of the link at <here> is 0" => "use 1 or more";
    LAB_INTERFACE_TWICE: "EEXIST" Script
        "\"<node>\" has two interfaces called \"<name>\": of the links at <there> and at <here>"
        => "give one of them another name";
    LAB_INTERFACE_TAKEN: "EEXIST" Script
        "\"<name>\" is the <what> of \"<node>\" (declared at <there>), and no name for an interface of the link at <here>"
        => "give it another name";
    LAB_DEVICE_TAKEN: "EEXIST" Script
        "\"<name>\" is <what> of \"<node>\" at <here>, and no name for one more of its devices"
        => "give the device another name";
    LAB_MASTER: "ENODEV" Script "\"<node>\" has no device \"<master>\" to be the master that <here> asks for"
        => "did you mean \"<near>\"?";
    LAB_PORT_MASTER: "EINVAL" Script
        "the link at <here> is a port of the bridge of switch \"<node>\" (declared at <there>), and not of \"<master>\""
        => "leave out master =";
    LAB_BORDER_NODE: "EINVAL" Script
        "\"<node>\" (declared at <there>) is no router, which <option> = true of the link at <here> needs"
        => "declare it with net:router";
    LAB_VLAN_RANGE: "ERANGE" Script "the link at <here> is for VLAN <vlan>, which is out of range: there are 1 to 4094"
        => "use one of those";
    LAB_VLAN_END: "EINVAL" Script
        "\"<node>\" at <here> has the option <option>, and \"<other>\" on the other side is no switch"
        => "leave it out, or link it with a switch";
    LAB_VLAN_BETWEEN: "EINVAL" Script "the link between the switches \"<node>\" and \"<other>\" at <here> has one vlan"
        => "use trunk = with all VLANs that it carries";
    LAB_TRUNK: "EOPNOTSUPP" Feature
        "\"<node>\" at <here> has a trunk, which needs VLAN interfaces, and labs make none"
        => "link it with \"<other>\" once for each VLAN, with vlan =";
    LAB_EXISTING: "EINVAL" Script
        "\"<node>\" at <here> is a namespace that is there already: a lab gives it links, and not <what>"
        => "leave it out, or set it with the functions of netns";
    LAB_LINK_EXISTING: "EINVAL" Script
        "\"<one>\" and \"<other>\", which the link at <here> joins, are namespaces that are there already"
        => "join them with netns.veth";
    LAB_SWITCH_FULL: "EXFULL" Script
        "switch \"<name>\" (declared at <there>) is full: it has 1,023 ports, and the link at <here> needs one more"
        => "join several switches with links";
    LAB_SWITCH_ADDRESS: "EINVAL" Script
        "switch \"<node>\" (declared at <there>) takes no address, and <here> gives it \"<address>\""
        => "give the address to a host or router that is linked to it";
    LAB_SUBNET_NODE: "EINVAL" Script "\"<node>\" at <here> is no switch: it cannot have the subnet \"<subnet>\""
        => "give the subnet to a link";
    LAB_SUBNET_UNFIT: "EINVAL" Script "\"<subnet>\" cannot be a subnet: it is <what>"
        => "use one such as 10.0.0.0/24";
    LAB_SUBNETS_DIFFER: "EINVAL" Script
        "the subnet \"<subnet>\" at <here> is given to a LAN that has \"<other>\" already, from <there>"
        => "give a LAN one subnet a family";
    LAB_SUBNETS_OVERLAP: "EEXIST" Script "\"<subnet>\" at <here> overlaps \"<other>\" at <there>"
        => "give each network a range of its own";
    LAB_SUBNET_FULL: "ENOSPC" Script
        "subnet \"<subnet>\" of <there> has no address left for \"<interface>\" of the link at <here>"
        => "give a larger subnet";
    LAB_POOL_EMPTY: "ENOSPC" Script
        "the pool \"<pool>\" of the lab at <there> has no room for a /<length>, which the link at <here> needs"
        => "give the lab a larger one with its option \"<option>\", or the link a subnet";
    LAB_ADDRESS_TWICE: "EEXIST" Script
        "address \"<address>\" is given twice: to \"<one>\" at <there> and to \"<other>\" at <here>"
        => "give one of them another address";
    LAB_ADDRESS_UNFIT: "EADDRNOTAVAIL" Script
        "\"<address>\" at <here> cannot be an address of \"<interface>\": it is <what>"
        => "use one that a host can have";
    LAB_ADDRESS_OUTSIDE: "EADDRNOTAVAIL" Script
        "address \"<address>\" of \"<interface>\" at <here> is not in its network, which has \"<subnet>\" from <there>"
        => "use an address of that subnet";
    LAB_ADDRESS_LENGTH: "EINVAL" Script
        "address \"<address>\" of \"<interface>\" at <here> has another prefix length than its subnet \"<subnet>\" from <there>"
        => "write \"<right>\"";
    LAB_MAC_TWICE: "EEXIST" Script
        "\"<mac>\" is given twice as a MAC address: to \"<one>\" at <there> and to \"<other>\" at <here>"
        => "give one of them another address";
    LAB_MAC_GROUP: "EADDRNOTAVAIL" Script
        "\"<mac>\" at <here> cannot be the MAC address of \"<interface>\": it is <what>"
        => "use one whose first byte is even, such as \"02:00:00:00:00:01\"";
    LAB_ROUTES_MANY: "E2BIG" Script "the lab needs more than <most> routes"
        => "use routing = \"none\" or routing = \"default\"";
    LAB_ROUTE_WAY: "EINVAL" Script "the route \"<route>\" of \"<node>\" at <here> says neither via nor dev"
        => "add via = with the address of a neighbour";
    LAB_ROUTE_DEVICE: "ENODEV" Script
        "the route \"<route>\" of \"<node>\" at <here> needs an interface \"<name>\", which it has not"
        => "did you mean \"<near>\"?";
    LAB_ROUTE_GATEWAY: "ENETUNREACH" Script
        "the route \"<route>\" of \"<node>\" at <here> goes via \"<via>\", which is <where>"
        => "use the address of a neighbour";
    LAB_LOOP: "" Script "switches in a loop get spanning tree: <switches>";
}
