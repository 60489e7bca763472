//! How links send: `netns.shape`, links of labs that are shaped, and `link:set`, held against `tc` and against what arrives.
//!
//! The kernels that the tests run on mostly lack netem: here is what needs none, and what is said without it;
//! `tests/it/uml.rs` has the rest.

use std::process::{Command, Stdio};

use crate::sandbox::{Outcome, nsl_path, run, script, sh};

/// Two namespaces with a link between them.
const PAIR: &str = "local a, b = netns.add 'a', netns.add 'b'
    netns.veth('a/x', 'b/y', { up = true, a = { ip = '10.0.0.1/24' }, b = { ip = '10.0.0.2/24' } })\n";

fn outcome(text: &str) -> Outcome {
    std::fs::write("/run/lab.lua", text).expect("a script");
    Command::new(nsl_path()).arg("lab.lua").current_dir("/run").stdin(Stdio::null()).output().expect("nsl").into()
}

/// Whether the kernel can shape by more than a rate.
pub(crate) fn has_netem() -> bool {
    sh("ip link add name probe0 type bridge; tc qdisc add dev probe0 root netem delay 1ms && echo yes || true")
        .contains("yes")
}

#[test]
fn a_rate_is_what_arrives() {
    run(|| {
        for (rate, wanted) in [("20mbit", 2e7), ("100mbit", 1e8)] {
            // A busy machine may be slower than the link, but never faster.
            let told = script(&format!(
                "{PAIR}a:shape('x', {{ rate = '{rate}' }})
                local most, back = 0, 0
                for try = 1, 10 do
                    most = math.max(most, a:throughput(b, {{ duration = 1 }}).bits_per_second)
                    back = math.max(back, b:throughput(a, {{ duration = 0.2 }}).bits_per_second)
                    if most > 0.85 * {wanted} and back > 2 * {wanted} then break end
                end
                print(most / {wanted}, back > 2 * {wanted})
                netns.delete_all()"
            ));
            let (ratio, back) = told.trim().split_once('\t').expect("two");
            let ratio: f64 = ratio.parse().expect("a number");
            assert!((0.85..1.15).contains(&ratio) && back == "true", "{rate}: {told}");
        }
    });
}

#[test]
fn tc_sees_what_was_asked_for_and_clear_takes_only_that_away() {
    run(|| {
        let told = script(&format!(
            "{PAIR}local x = netns.link 'a/x'
            local function tc() print((a:output 'tc -json qdisc show dev x')) end
            x:shape {{ rate = '8mbit' }} tc()
            x:shape {{ rate = 1000000, limit = 10 }} tc()
            x:shape {{ rate = '40gbit' }} tc()
            x:shape {{ rate = false }} tc()
            x:shape_clear() tc()
            a:exec 'tc qdisc add dev x root handle 1: htb'
            netns.shape_clear 'a/x' tc()
            netns.shape('a/x', {{ rate = '8mbit' }}) tc()"
        ));
        let kinds: Vec<serde_json::Value> =
            told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let kinds: Vec<_> = kinds.iter().map(|list| &list[0]).collect();
        let named: Vec<&str> = kinds.iter().map(|one| one["kind"].as_str().expect("a kind")).collect();
        assert_eq!(named, ["tbf", "tbf", "tbf", "noqueue", "noqueue", "htb", "tbf"], "{told}");
        // Bytes, and microseconds.
        let options = |place: usize| {
            let options = &kinds[place]["options"];
            ["rate", "burst", "lat"].map(|key| options[key].as_u64().expect("a number"))
        };
        assert_eq!(options(0), [1_000_000, 10_000, 50_000]);
        assert_eq!((options(1)[0], options(1)[1]), (125_000, 2 * 1518));
        assert!((121_000..122_000).contains(&options(1)[2]), "{told}");
        assert_eq!(options(2)[0], 5_000_000_000);
    });
}

#[test]
fn links_of_a_lab_are_shaped_in_each_direction_or_in_one() {
    run(|| {
        let told = script(
            "local net = lab.new()
            local one = net:link(net:host 'a', net:switch 's', { rate = '8mbit', b = { rate = '16mbit' } })
            local two = net:link(net:host 'b', 's', { a = { rate = '24mbit' } })
            local function rates()
                local all = {}
                for i, link in ipairs { one.a, one.b, two.a, two.b } do
                    all[i] = link.netns:output('tc qdisc show dev ' .. link.name):match 'rate (%S+)' or '-'
                end
                all[5] = one.a:get().mtu .. ' ' .. one.b:get().mtu
                print(table.concat(all, ' '))
            end
            one:set { rate = '4mbit' }
            net:up()
            rates()
            one:set { rate = '32mbit' } two:set { rate = '40mbit', a = { rate = false } } rates()
            one:set { b = { rate = false }, mtu = 1400 } rates()
            one:set { a = { mtu = 1300 } } rates()
            one:set { rate = false, mtu = false } two:set { rate = false } rates()
            -- What is by hand is of the kernel alone, and a link that is not shaped leaves it alone.
            one.a:shape { rate = '1mbit' } one:set { b = { mtu = 1450 } } rates()
            net:down()
            one:set { rate = '48mbit' }
            net:up()
            rates()
            print(net:pingall().loss)",
        );
        assert_eq!(
            told,
            "4Mbit 16Mbit 24Mbit - 1500 1500\n32Mbit 16Mbit 40Mbit 40Mbit 1500 1500\n32Mbit 32Mbit 40Mbit 40Mbit 1400 1400\n\
             32Mbit 32Mbit 40Mbit 40Mbit 1300 1400\n- - - - 1300 1500\n1Mbit - - - 1300 1450\n\
             48Mbit 48Mbit - - 1300 1450\n0.0\n"
        );
    });
}

#[test]
fn what_a_shape_cannot_be_is_refused() {
    run(|| {
        let cases = [
            (
                "net:link('a', 'b', { delay = 'soon' })",
                "option \"delay\" must be a time (seconds, or text such as \"20ms\"), got \"soon\" (EINVAL)",
            ),
            (
                "net:link('a', 'b', { delay = 1, a = { loss = 2 } })",
                "option \"loss\" must be a share (from 0 to 1, or text such as \"1%\"), got 2 (EINVAL)",
            ),
            ("net:link('a', 'b', { a = { jitter = '1ms' } })", "option \"jitter\" needs a delay (EINVAL)"),
            ("cable:set { reorder = 0.1 }", "option \"reorder\" needs a delay (EINVAL)"),
            ("cable:set { lost = 0.1 }", "unknown option \"lost\" for set (EINVAL)"),
            ("cable:set { a = { ip = '10.0.0.1/24' } }", "unknown option \"ip\" for set (EINVAL)"),
            ("cable:set()", "argument 1 must be a table, got nothing (EINVAL)"),
            ("cable:set { limit = -1 }", "option \"limit\" must be a number of packets, got -1 (EINVAL)"),
            ("netns.shape('lo')", "argument 2 must be a table, got nothing (EINVAL)"),
            ("netns.shape('none0', { rate = 1000 })", "no link \"none0\" (ENODEV)"),
            ("netns.shape_clear 'none0'", "no link \"none0\" (ENODEV)"),
        ];
        for (text, told) in cases {
            let text = format!(
                "local net = lab.new() net:host 'a' net:host 'b' local cable = net:link('a', 'b')
                local ok, err = pcall(function() {text} end)
                print((tostring(err):gsub('^.-: .-: ', '')))
                net:up() print(#net.links, (net.nodes.a:output 'tc qdisc show dev eth0'):match '%a+ %a+')"
            );
            let told = format!("{told}\n");
            let printed = script(&text);
            assert!(printed.starts_with(&told) && printed.ends_with("qdisc noqueue\n"), "{text}\n{printed}");
        }
    });
}

/// What needs netem: refused before anything is half done where the kernel lacks it, done where it has it.
#[test]
fn without_netem_it_is_said_and_taken_back() {
    run(|| {
        let has = has_netem();
        let before = sh("ip -o link; ls /run");
        let up = outcome(
            "local net = lab.new()
            net:link(net:host 'a', net:host 'b', { rate = '10mbit' })
            net:link('a', net:host 'c', { delay = '5ms' })
            net:up()
            print(net:pingall().loss)",
        );
        let set = outcome(
            "local net <close> = lab.new()
            local link = net:link(net:host 'a', net:host 'b', { rate = '10mbit' })
            net:up()
            local ok, err = pcall(link.set, link, { loss = '100%', mtu = 1400, rate = '20mbit' })
            print(ok, ok or err.code, link.a:get().mtu, link.b:get().mtu, net:ping('a', 'b', { timeout = 0.5 }).received)
            print((link.a.netns:output 'tc qdisc show dev eth0'):match 'rate (%S+)')",
        );
        sh("rm /run/lab.lua");
        assert_eq!(sh("ip -o link; ls /run"), before);
        if has {
            assert_eq!((up.code, up.stdout.as_str(), up.stderr.as_str()), (0, "0.0\n", ""));
            assert_eq!(set.stdout, "true\ttrue\t1400\t1400\t0\n20Mbit\n", "{}", set.stderr);
        } else {
            let text = "error: this kernel has no netem, which option \"delay\" needs (EOPNOTSUPP)\n --> lab.lua:3 in net.link\n";
            assert!(up.code == 4 && up.stdout.is_empty() && up.stderr.starts_with(text), "{up:?}");
            let rest = "  = kernel: Specified qdisc kind is unknown\n  = note: at \"a/eth1\"\n  = hint: load it with `modprobe sch_netem` (CONFIG_NET_SCH_NETEM)\n";
            assert!(up.stderr.ends_with(rest), "{up:?}");
            assert_eq!(set.stdout, "false\tEOPNOTSUPP\t1500\t1500\t1\n10Mbit\n", "{}", set.stderr);
        }
    });
}
