use super::*;

/// Every special range, in every notation a URL parser reads as that address.
const SPECIAL: &[&str] = &[
    "https://0.0.0.0/",
    "https://0/",
    "https://10.0.0.1/",
    "https://10.255.255.255/hook",
    "https://100.64.0.1/",
    "https://100.127.255.254/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0x7F.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0x7f.0.0.0x1/",
    "https://127.0.0.1:8443/",
    "HTTPS://127.255.255.255/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://0251.0376.0251.0376/",
    "https://169.254.43518/",
    "https://169.16689662/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.0.0.1/",
    "https://192.0.2.7/",
    "https://192.88.99.1/",
    "https://192.168.1.1/",
    "https://0300.0250.1/",
    "https://198.18.0.1/",
    "https://198.19.255.255/",
    "https://198.51.100.4/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]:8443/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2001::1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[5f00::1]/",
    "https://[100::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456:789a::1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://api.localhost:8443/",
];

#[test]
fn no_spelling_of_a_special_address_passes() {
    assert!(SPECIAL.len() >= 60);
    for url in SPECIAL {
        assert_eq!(EgressPolicy::default().check_url(url), Err(Blocked::Address), "{url}");
    }
}

#[test]
fn what_a_parser_would_have_to_repair_is_refused() {
    for url in [
        "",
        "example.com/hook",
        "https:example.com",
        "https:/example.com",
        "https:///127.0.0.1/",
        "https:\\\\127.0.0.1/",
        "https://example.com\\@127.0.0.1/",
        "https://exa mple.com/",
        "https://exam\tple.com/",
        "https://127.0.0.%31/",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://ⓛocalhost/",
        "https://example..com/",
        "https://.example.com/",
        "https://256.1.1.1/",
        "https://1.2.3.4.5/",
        "https://4294967296/",
        "https://09.1.1.1/",
        "https://foo.127/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://[::1]x/",
        "https://example.com:99999/",
        "https://example.com:4a3/",
        "https://example.com/#top",
    ] {
        assert_eq!(EgressPolicy::default().check_url(url), Err(Blocked::Malformed), "{url}");
    }
}

#[test]
fn scheme_port_and_user_names_are_judged() {
    let policy = EgressPolicy::default();
    for (url, reason) in [
        ("http://example.com/", Blocked::Scheme),
        ("ftp://example.com/", Blocked::Scheme),
        ("file:///etc/passwd", Blocked::Scheme),
        ("gopher://127.0.0.1:70/", Blocked::Scheme),
        ("https://user@example.com/", Blocked::Userinfo),
        ("https://user:pass@example.com/", Blocked::Userinfo),
        ("https://8.8.8.8@127.0.0.1/", Blocked::Userinfo),
        ("https://example.com:22/", Blocked::Port),
        ("https://example.com:80/", Blocked::Port),
        ("https://example.com:0/", Blocked::Port),
        ("https://8.8.8.8:25/", Blocked::Port),
    ] {
        assert_eq!(policy.check_url(url), Err(reason), "{url}");
    }
    for url in [
        "https://example.com",
        "https://example.com:8443/a?b=c",
        "https://hooks.example.com:9000/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://127.0.0.1.nip.io/",
    ] {
        assert!(policy.check_url(url).is_ok(), "{url}");
    }
}

#[test]
fn inside_the_operators_ranges_plain_http_and_any_port_are_fine() {
    let policy = EgressPolicy::parse("127.0.0.0/8, 10.1.0.0/16,fd00::/8").unwrap();
    for url in [
        "http://127.0.0.1:81/",
        "http://127.9.9.9/",
        "http://10.1.2.3:25/",
        "http://[fd00::7]:8000/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost:3000/",
    ] {
        assert!(policy.check_url(url).is_ok(), "{url}");
    }
    for url in ["http://10.2.0.1/", "https://192.168.0.1/", "https://[fe80::1]/", "https://[::1]/"] {
        assert_eq!(policy.check_url(url), Err(Blocked::Address), "{url}");
    }
    assert_eq!(policy.check_url("http://example.com/"), Err(Blocked::Scheme));
    assert!(policy.check_url("http://receiver:9000/").unwrap().inside_only);
    assert!(!policy.check_url("https://receiver.local/").unwrap().inside_only);
    assert_eq!(EgressPolicy::default().check_url("http://receiver:9000/"), Err(Blocked::Scheme));
}

#[test]
fn ranges_read_and_contain_by_prefix() {
    let range: Cidr = "100.64.0.0/10".parse().unwrap();
    assert!(range.contains("100.127.0.1".parse().unwrap()));
    assert!(!range.contains("100.128.0.1".parse().unwrap()));
    assert!("0.0.0.0/0".parse::<Cidr>().unwrap().contains("8.8.8.8".parse().unwrap()));
    assert!("10.0.0.1".parse::<Cidr>().unwrap().contains("10.0.0.1".parse().unwrap()));
    for text in ["", "10.0.0.0/33", "fe80::/129", "10.0.0/8", "10.0.0.0/x"] {
        assert!(text.parse::<Cidr>().is_err(), "{text:?}");
    }
}
