//! The wording of traffic control: rows of the table in `explain`, by its rules.

use super::{Class, Row, rows};

rows! {
    TC_KIND_UNKNOWN: "EINVAL" Script "no kind of <what> is called \"<kind>\"" => "did you mean \"<near>\"?";
    TC_KIND_MISSING: "EOPNOTSUPP" Feature "this kernel has no <what> \"<kind>\""
        => "load it with `modprobe <module>` (<config>)";
    TC_NONE_SUCH: "ENOENT" Script "there is no such <sort> of \"<at>\"";
    TC_NO_FILTERS: "EINVAL" Script "\"<at>\" has no qdisc that takes filters <where>" => "<remedy>";
    TC_NO_BLOCK: "EINVAL" Script "no qdisc shares \"<at>\""
        => "give its number to one that takes filters, as ingress_block or egress_block";
    TC_EXISTS: "EEXIST" Script "<what> already exists"
        => "use netns.<sort>_replace, or delete it first with netns.<sort>_delete";
    TC_SPEED_UNKNOWN: "EINVAL" Script "option \"<key>\" is a share of the speed of \"<link>\", which is not known"
        => "give the rate itself";
    TC_ACTIONS_MISSING: "EOPNOTSUPP" Feature "this kernel lacks one of the actions <kinds>"
        => "load what is missing with `modprobe -a <modules>` (<configs>)";
    TC_ACTION_HELD: "EBUSY" Script "<what> is held by filters (<count> of them)"
        => "delete those filters first: netns.filter_list has them with their actions";
    TC_UNCHANGEABLE: "EINVAL" Script "a qdisc \"<kind>\" cannot be changed" => "delete it and add it again";
    TC_NO_CLASSES: "EINVAL" Script "\"<kind>\" has no classes that can be made";
    TC_CLASS_KIND: "EINVAL" Script "<what> is \"<is>\", which has no classes of the kind \"<kind>\"";
    TC_NEEDS: "EINVAL" Script "option \"<key>\" needs \"<other>\"" => "give both";
}
