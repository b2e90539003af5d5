//! Stored endpoints whose address may not be reached, or may no more: no socket opens, nothing is tried again.

use std::{
    io,
    net::IpAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use futures::future::BoxFuture;

use super::*;
use crate::http::Lookup;

/// Every special range as a literal that reaches this machine or would reach another network; `PORT` is that of
/// a listener on the loopback.
const LITERALS: &[&str] = &[
    "https://127.0.0.1:PORT/",
    "https://127.0.0.1.:PORT/",
    "https://127.1:PORT/",
    "https://2130706433:PORT/",
    "https://0x7f000001:PORT/",
    "https://0x7f.0.0.1:PORT/",
    "https://0177.0.0.1:PORT/",
    "https://017700000001:PORT/",
    "https://0:PORT/",
    "https://0.0.0.0:PORT/",
    "https://[::]:PORT/",
    "https://[::1]:PORT/",
    "https://[0:0:0:0:0:0:0:1]:PORT/",
    "https://[::ffff:127.0.0.1]:PORT/",
    "https://[::ffff:7f00:1]:PORT/",
    "https://[::127.0.0.1]:PORT/",
    "https://[64:ff9b::7f00:1]:PORT/",
    "https://[2002:7f00:1::]:PORT/",
    "https://localhost:PORT/",
    "https://LOCALHOST.:PORT/",
    "https://api.localhost:PORT/",
    "http://127.0.0.1:PORT/",
    "http://[::1]:PORT/",
    "http://localhost:PORT/",
    "https://10.0.0.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/",
    "https://2852039166/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://0251.0376.0251.0376/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/",
    "https://172.16.0.1/",
    "https://192.0.0.1/",
    "https://192.0.2.7/",
    "https://192.88.99.1/",
    "https://192.168.1.1/",
    "https://198.18.0.1/",
    "https://198.51.100.4/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[5f00::1]/",
    "https://[100::1]/",
    "https://[fc00::1]/",
    "https://[fe80::1]/",
    "https://[ff02::1]/",
    "https://user:pw@127.0.0.1:PORT/",
    "https://example.com:PORT@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/#top",
    "https://example.com:22/",
    "https://example.com:80/",
    "http://example.com/",
    "ftp://127.0.0.1:PORT/",
    "https://127.0.0.%31:PORT/",
    "https://127。0。0。1:PORT/",
];

/// Names, and what the resolver says of each.
const NAMES: &[(&str, &[&str])] = &[
    ("127.0.0.1.nip.io", &["127.0.0.1"]),
    ("inside.example.com", &["10.0.0.7"]),
    ("metadata.example.com", &["169.254.169.254"]),
    ("one-of-two.example.com", &["8.8.8.8", "127.0.0.1"]),
    ("mapped.example.com", &["::ffff:127.0.0.1"]),
    ("nat64.example.com", &["64:ff9b::7f00:1"]),
    ("trailing.example.com.", &["127.0.0.1"]),
    ("unique-local.example.com", &["fd00::1"]),
];

/// The name that was public when it was looked at, and is this machine when it is called.
const REBOUND: &str = "rebound.example.com";

#[derive(Default)]
struct Resolver {
    rebound: AtomicUsize,
    asked: AtomicUsize,
}

impl Lookup for Resolver {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let known = NAMES.iter().find(|(known, _)| known.trim_end_matches('.') == name.trim_end_matches('.'));
        let list: Vec<IpAddr> = match known {
            Some((_, list)) => list.iter().map(|ip| ip.parse().unwrap()).collect(),
            None if name == REBOUND && self.rebound.fetch_add(1, Ordering::SeqCst) == 0 => vec!["8.8.8.8".parse().unwrap()],
            None => vec!["127.0.0.1".parse().unwrap()],
        };
        Box::pin(async move { Ok(list) })
    }
}

#[tokio::test]
async fn no_stored_address_that_is_forbidden_opens_a_socket_or_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let opened = Arc::new(AtomicUsize::new(0));
    let count = opened.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let resolver = Arc::new(Resolver::default());
    let client = GuardedClient::with_lookup(EgressPolicy::default(), resolver.clone());
    let rebound = format!("https://{REBOUND}:{port}/");
    assert_eq!(client.check(&rebound).await, Ok(()), "public when the endpoint was made");
    let mut house = house().await;
    house.ctx = WebhookContext::new(house.store.clone(), client);
    let mut endpoints = Vec::new();
    let literals = LITERALS.iter().map(|url| url.replace("PORT", &port.to_string()));
    let names = NAMES.iter().map(|(name, _)| format!("https://{name}:{port}/"));
    for url in literals.chain(names).chain([rebound]) {
        endpoints.push((house.endpoint(&url, "full").await.0, url));
    }
    assert!(endpoints.len() >= 60);
    house.tell().await;
    while house.deliver().await > 0 {}
    for (endpoint, url) in &endpoints {
        let (delivery, attempts) = house.log(*endpoint).await;
        let (only, error) = (attempts.len(), attempts[0].error.as_deref());
        assert_eq!(
            (delivery.status.as_str(), delivery.next_attempt_at, only, error),
            ("failed", None, 1, Some("blocked_address")),
            "{url}"
        );
        assert_eq!((attempts[0].status_code, attempts[0].response.as_deref()), (None, None), "{url}");
    }
    assert_eq!(resolver.asked.load(Ordering::SeqCst), NAMES.len() + 2, "no literal is looked up, no name twice");
    house.clock.0.fetch_add(90_000_000, Ordering::SeqCst);
    assert_eq!(house.deliver().await, 0, "not even a day later");
    assert_eq!(opened.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_into_the_house_is_a_failure_and_opens_nothing() {
    let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = inside.local_addr().unwrap();
    let (url, got) = receiver(Box::leak(format!("302 Found\r\nlocation: http://{target}/").into_boxed_str())).await;
    let house = house().await;
    let (endpoint, _) = house.endpoint(&url, "full").await;
    house.tell().await;
    house.deliver().await;
    let (delivery, attempts) = house.log(endpoint).await;
    assert_eq!((delivery.status.as_str(), attempts[0].status_code, got.lock().unwrap().len()), ("pending", Some(302), 1));
    let accepted = tokio::time::timeout(std::time::Duration::ZERO, inside.accept()).await;
    assert!(accepted.is_err(), "nobody came");
}
