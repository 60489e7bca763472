//! What IPsec reads of what it writes, and of anything else.

use proptest::prelude::*;

use super::*;
use crate::kernel::words::find;

fn text(text: &str) -> Setting {
    Setting::Text(text.to_owned())
}

fn table(settings: &[(&'static str, Setting)]) -> Setting {
    Setting::Table(settings.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
}

#[test]
fn addresses_are_read_in_their_family() {
    let mut settings: Settings = vec![("src".into(), text("a00:1::")), ("dst".into(), text("2001:db8::"))];
    form::of_family(&mut settings, &["src"], libc::AF_INET as u16);
    assert_eq!(settings, [("src".into(), text("10.0.0.1")), ("dst".into(), text("2001:db8::"))]);
    assert_eq!(form::family(&settings, &["none", "dst"]), Some(libc::AF_INET6 as u16));
}

#[test]
fn an_algorithm_comes_back_with_its_key() {
    let given = table(&[("name", text("cbc(aes)")), ("key", text("0x0aff"))]);
    let bytes = (algorithm::PLAIN.encode)(&given).expect("an algorithm");
    assert_eq!((bytes.len(), bytes[64]), (70, 16));
    assert_eq!((algorithm::PLAIN.decode)(&bytes), Some(given));
    let given = table(&[("name", text("hmac(sha1)")), ("key", text("abc")), ("trunc", Setting::Integer(96))]);
    let bytes = (algorithm::TRUNCATED.encode)(&given).expect("an algorithm");
    let Some(Setting::Table(read)) = (algorithm::TRUNCATED.decode)(&bytes) else { panic!("nothing is read") };
    assert_eq!((words::text(&read, "key"), integer(&read, "trunc")), (Some("0x616263"), Some(96)));
    for wrong in [table(&[("key", text("0x00"))]), table(&[("name", text("x")), ("keyy", text("0x00"))])] {
        assert!((algorithm::PLAIN.encode)(&wrong).is_none());
    }
}

#[test]
fn a_filter_asks_inside_tables_too() {
    let record = vec![("sel".into(), table(&[("proto", text("udp")), ("dport", Setting::Integer(53))]))];
    assert!(meets(&record, &vec![("sel".into(), table(&[("proto", text("udp"))]))]));
    assert!(!meets(&record, &vec![("sel".into(), table(&[("proto", text("tcp"))]))]));
    assert!(find(&record, "src").is_none() && !meets(&record, &vec![("src".into(), text("10.0.0.1"))]));
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        let name = |index: u32| (index & 1 == 0).then(|| format!("eth{index}"));
        let _ = (state::record(&bytes, &name), policy::record(&bytes, &name));
        let whole = [&[0; state::LENGTH][..], &bytes].concat();
        let _ = (state::record(&whole, &name), policy::record(&whole, &name));
    }
}
