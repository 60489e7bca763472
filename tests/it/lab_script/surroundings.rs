//! What a node's programs see of their own: files, directories, a host name.

use super::{outcome, printed, prints, refused};
use crate::sandbox::run;

#[test]
fn files_and_directories_are_a_nodes_own() {
    run(|| {
        std::fs::create_dir_all("/run/app/sub").expect("a directory");
        std::fs::write("/run/app/there", "the machine's\n").expect("a file");
        prints(
            "local net = lab.new()
            local a = net:host('a', {
                files = function(node)
                    return {
                        ['/etc/hostname'] = node.name .. ' over there\\n',
                        ['/etc/nsl-test/deep/new.conf'] = 'address ' .. node.interfaces[1].address[1] .. '\\n',
                        ['/run/app/new'] = 'a\\0b',
                    }
                end,
                private = { '/run/app/sub', '/run/nowhere/yet', '/srv' },
                run = { 'echo ran > /run/app/sub/x; echo ran > /run/nowhere/yet/y; echo more >> /run/app/there' },
                daemons = { 'cat /etc/nsl-test/deep/new.conf > /srv/seen; exec sleep 1000' },
            })
            local b = net:host 'b'
            net:link(a, b)
            net:up()
            print(a:output 'cat /etc/hostname /etc/nsl-test/deep/new.conf; wc -c < /run/app/new', a:output 'stat -c %a /etc/hostname' == netns.output(nil, 'stat -c %a /etc/hostname'))
            print(a:output 'cat /run/app/sub/x /run/nowhere/yet/y /run/app/there; until test -s /srv/seen; do sleep 0.01; done; cat /srv/seen')
            print(b:output 'cat /run/app/there; ls /run/app /run/app/sub; ls /srv/seen /run/nowhere /etc/nsl-test 2>&1 | wc -l')
            print(netns.output(nil, 'cat /run/app/there; ls /run/app /run/app/sub; ls /srv/seen /run/nowhere /etc/nsl-test 2>&1 | wc -l; mount | grep -c nsl || true'), a:output 'hostname', b:output 'hostname')",
            "a over there
            address 10.0.0.0/31
            3	true
            ran
            ran
            the machine's
            more
            address 10.0.0.0/31
            the machine's
            /run/app:
            sub
            there
            /run/app/sub:
            3
            the machine's
            /run/app:
            sub
            there
            /run/app/sub:
            3
            0\ta\tb",
        );
    });
}

#[test]
fn the_programs_of_a_node_share_a_view_that_is_made_once() {
    run(|| {
        prints(
            "local net <close> = lab.new()
            local a, b = net:host 'a', net:host 'b'
            net:link(a, b)
            net:up()
            local function view(node) return node:output 'readlink /proc/self/ns/mnt' end
            print(view(a) == view(a), view(a) == view(b), view(a) == netns.output(nil, 'readlink /proc/self/ns/mnt'))
            print(a:output 'ls /sys/class/net', a:output 'pwd; xargs -0a /proc/1/cmdline')
            a:exec { 'mount', '-t', 'tmpfs', 'x', '/media' }
            print(a:output 'grep -c /media /proc/self/mounts', (pcall(b.output, b, 'grep -q /media /proc/self/mounts')))",
            "true\tfalse\tfalse
            eth0
            lo\t/run
            nsl-init
            1\tfalse",
        );
    });
}

#[test]
fn what_cannot_be_a_nodes_own_fails_up() {
    run(|| {
        let up = |opts: &str| format!("local net <close> = lab.new()\nnet:host('a', {{ {opts} }})\nnet:up()");
        let cases = [
            (
                up("files = { ['etc/x'] = '' }"),
                "2: net.host: option \"files\" must be a path such as \"/etc/frr/frr.conf\", got \"etc/x\" (EINVAL)",
            ),
            (
                up("private = { '/run/../etc' }"),
                "2: net.host: option \"private\" must be a path such as \"/etc/frr/frr.conf\", got \"/run/../etc\" (EINVAL)",
            ),
            (
                up("files = { '/etc/x' }"),
                "2: net.host: option \"files\" must be a table from paths to texts, got a table (EINVAL)",
            ),
            (
                up("files = { ['/etc/hostname/x'] = '' }"),
                "2: net.host: \"/etc/hostname/x\" cannot be a node's own: not a directory (ENOTDIR); make the directory that it is in first",
            ),
        ];
        refused(&cases.iter().map(|(text, told)| (text.as_str(), *told)).collect::<Vec<_>>());
    });
}

#[test]
fn views_end_with_their_lab() {
    run(|| {
        let printed = printed(
            "local function fds() return tonumber(netns.output(nil, 'ls -l /proc/$PPID/fd | grep -c mnt: || true')) end
            for round = 1, 3 do
                local net <close> = lab.new()
                local a = net:host('a', { files = { ['/etc/hostname'] = 'x' } })
                net:up()
                a:exec 'true'
                print(fds())
            end
            print(fds())",
        );
        assert_eq!(printed, "2\n2\n2\n0\n");
        assert_eq!(outcome("local net = lab.new() net:host('a', { private = { '/srv' } }) net:up()").code, 0);
    });
}
