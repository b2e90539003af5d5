use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use relance_domain::egress::{Blocked, EgressPolicy};
use reqwest::header::HeaderMap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::Instant,
};

use super::{GuardedClient, HttpError, Limits, Lookup};

/// A resolver that says what it is told, one answer after the other, and counts.
#[derive(Default)]
struct Told {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    asked: AtomicUsize,
}

impl Told {
    fn new(answers: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let read = |list: &&[&str]| list.iter().map(|ip| ip.parse().unwrap()).collect();
        let answers = answers.iter().map(|(name, lists)| ((*name).to_owned(), lists.iter().map(read).collect())).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }
}

impl Lookup for Told {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = answers.get_mut(&name).map(|list| if list.len() > 1 { list.remove(0) } else { list[0].clone() });
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such name")) })
    }
}

fn client(allow: &str, lookup: Arc<Told>) -> GuardedClient {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits = Limits { connect: Duration::from_millis(500), whole: Duration::from_millis(1_500), read: 16 * 1024 };
    GuardedClient::with(EgressPolicy::parse(allow).unwrap(), lookup, limits)
}

/// A receiver on the loopback that treats every connection alike and counts them.
async fn receiver<F, R>(treat: F) -> (u16, Arc<AtomicUsize>)
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(treat(socket));
        }
    });
    (port, count)
}

async fn read_request(socket: &mut TcpStream) -> String {
    let (mut text, mut buffer) = (String::new(), [0_u8; 4096]);
    while !text.contains("\r\n\r\n") {
        let read = socket.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            break;
        }
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    text
}

#[tokio::test]
async fn a_plain_answer_comes_back_whole() {
    let (port, _) = receiver(|mut socket| async move {
        let request = read_request(&mut socket).await;
        assert!(!request.to_ascii_lowercase().contains("accept-encoding"), "{request}");
        let _ = socket.write_all(b"HTTP/1.1 202 Accepted\r\nretry-after: 7\r\ncontent-length: 5\r\n\r\nhello").await;
    })
    .await;
    let answer = client("127.0.0.0/8", Told::new(&[])).post(&format!("http://127.0.0.1:{port}/"), HeaderMap::new(), "x").await.unwrap();
    assert_eq!((answer.status, answer.header("retry-after"), answer.excerpt().as_str()), (202, Some("7"), "hello"));
}

#[tokio::test]
async fn an_answer_that_drips_ends_at_the_deadline() {
    let (port, _) = receiver(|mut socket| async move {
        read_request(&mut socket).await;
        let _ = socket.write_all(b"HTTP/1.1 500 No\r\ncontent-length: 100000\r\n\r\n").await;
        while socket.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let began = Instant::now();
    let answer = client("127.0.0.0/8", Told::new(&[])).post(&format!("http://127.0.0.1:{port}/"), HeaderMap::new(), "x").await.unwrap();
    assert_eq!(answer.status, 500);
    assert!(began.elapsed() >= Duration::from_millis(1_400) && began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_endless_answer_is_read_in_small_measure() {
    let (port, _) = receiver(|mut socket| async move {
        read_request(&mut socket).await;
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n").await;
        while socket.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let answer = client("127.0.0.0/8", Told::new(&[])).post(&format!("http://127.0.0.1:{port}/"), HeaderMap::new(), "x").await.unwrap();
    assert_eq!((answer.body.len(), answer.excerpt().len()), (16 * 1024, 2 * 1024));
}

#[tokio::test]
async fn silence_is_a_time_out_after_sending_and_a_refusal_is_before() {
    let (port, _) = receiver(|mut socket| async move {
        read_request(&mut socket).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
    })
    .await;
    let client = client("127.0.0.0/8", Told::new(&[]));
    let silent = client.post(&format!("http://127.0.0.1:{port}/"), HeaderMap::new(), "x").await.unwrap_err();
    assert_eq!((silent.code(), silent.may_have_arrived()), ("timeout", true));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let refused = client.post(&format!("http://127.0.0.1:{free}/"), HeaderMap::new(), "x").await.unwrap_err();
    assert_eq!((refused.code(), refused.may_have_arrived()), ("connection_failed", false));
    let (port, _) = receiver(|mut socket| async move {
        read_request(&mut socket).await;
        let _ = socket.write_all(b"SSH-2.0-OpenSSH\r\n").await;
    })
    .await;
    let strange = client.post(&format!("http://127.0.0.1:{port}/"), HeaderMap::new(), "x").await.unwrap_err();
    assert_eq!((strange.code(), strange.may_have_arrived()), ("protocol_error", true));
    let (port, _) = receiver(|mut socket| async move {
        let _ = socket.write_all(b"SSH-2.0-OpenSSH\r\n").await;
        read_request(&mut socket).await;
    })
    .await;
    let tls = client.post(&format!("https://127.0.0.1:{port}/"), HeaderMap::new(), "x").await.unwrap_err();
    assert_eq!((tls.code(), tls.may_have_arrived()), ("tls_failed", false));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (inner, reached) = receiver(|_| async {}).await;
    let (port, _) = receiver(move |mut socket| async move {
        read_request(&mut socket).await;
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{inner}/\r\ncontent-length: 0\r\n\r\n");
        let _ = socket.write_all(answer.as_bytes()).await;
    })
    .await;
    let answer = client("127.0.0.0/8", Told::new(&[])).post(&format!("http://127.0.0.1:{port}/"), HeaderMap::new(), "x").await.unwrap();
    assert_eq!((answer.status, reached.load(Ordering::SeqCst)), (302, 0));
}

#[tokio::test]
async fn a_name_with_one_private_address_opens_no_socket() {
    let (port, reached) = receiver(|_| async {}).await;
    let lookup = Told::new(&[
        ("inside.example.com", &[&["127.0.0.1"]]),
        ("mixed.example.com", &[&["93.184.215.14", "127.0.0.1"]]),
        ("mapped.example.com", &[&["::ffff:127.0.0.1"]]),
        ("127.0.0.1.nip.io", &[&["127.0.0.1"]]),
        ("rebind.example.com", &[&["8.8.8.8"], &["127.0.0.1"]]),
    ]);
    let client = client("", lookup.clone());
    assert_eq!(client.check(&format!("https://rebind.example.com:{port}/")).await, Ok(()));
    for name in
        ["inside.example.com", "mixed.example.com", "mapped.example.com", "127.0.0.1.nip.io", "rebind.example.com", "mixed.example.com."]
    {
        let url = format!("https://{name}:{port}/");
        assert_eq!(client.post(&url, HeaderMap::new(), "x").await.unwrap_err(), HttpError::Blocked(Blocked::Address), "{name}");
        assert_eq!(client.check(&url).await, Err(Blocked::Address), "{name}");
    }
    assert_eq!(client.post("https://gone.example.com/", HeaderMap::new(), "x").await.unwrap_err(), HttpError::Resolve);
    assert_eq!(client.check("https://gone.example.com/").await, Ok(()));
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_literal_is_refused_before_anything_is_asked() {
    let (port, reached) = receiver(|_| async {}).await;
    let lookup = Told::new(&[]);
    let client = client("10.0.0.0/8", lookup.clone());
    for host in
        ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "localhost"]
    {
        for scheme in ["https", "http"] {
            let answer = client.post(&format!("{scheme}://{host}:{port}/"), HeaderMap::new(), "x").await;
            assert!(matches!(answer, Err(HttpError::Blocked(_))), "{scheme} {host}");
        }
    }
    assert_eq!((lookup.asked.load(Ordering::SeqCst), reached.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn plain_http_to_a_name_goes_only_into_the_operators_ranges() {
    let (port, _) = receiver(|mut socket| async move {
        read_request(&mut socket).await;
        let _ = socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
    })
    .await;
    let lookup = Told::new(&[("receiver", &[&["127.0.0.1"]]), ("elsewhere.local", &[&["8.8.8.8"]])]);
    let client = client("127.0.0.0/8", lookup);
    assert_eq!(client.post(&format!("http://receiver:{port}/"), HeaderMap::new(), "x").await.unwrap().status, 204);
    let outside = client.post(&format!("http://elsewhere.local:{port}/"), HeaderMap::new(), "x").await.unwrap_err();
    assert_eq!(outside, HttpError::Blocked(Blocked::Address));
    assert!(client.is_inside("receiver").await && !client.is_inside("elsewhere.local").await && client.is_inside("127.0.0.9").await);
}
