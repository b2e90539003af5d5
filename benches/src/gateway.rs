//! A mock HTTP provider: answers at once, after a time, or not before its gate is opened; counts what it gets.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    gate: watch::Sender<bool>,
    delay: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: u64,
    /// When each came first.
    bodies: HashMap<Vec<u8>, Instant>,
}

impl Gateway {
    pub async fn start() -> Result<Self> {
        let socket = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/sms", socket.local_addr()?);
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let (gate, watch) = watch::channel(true);
        let delay: Arc<AtomicU64> = Arc::default();
        let (kept, after) = (seen.clone(), delay.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let _ = stream.set_nodelay(true);
                tokio::spawn(serve(stream, kept.clone(), watch.clone(), after.clone()));
            }
        });
        Ok(Self { url, seen, gate, delay })
    }

    /// Answers so long after the request from now on.
    pub fn answer_after(&self, delay: Duration) {
        self.delay.store(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), Relaxed);
    }

    /// Closed, it takes requests and keeps them waiting.
    pub fn open(&self, open: bool) {
        let _ = self.gate.send(open);
    }

    /// Requests so far, and how many bodies among them differ.
    pub fn counts(&self) -> (u64, u64) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.requests, seen.bodies.len() as u64)
    }

    /// Bodies, and when each came first.
    pub fn arrivals(&self) -> Vec<(Vec<u8>, Instant)> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.bodies.iter().map(|(body, at)| (body.clone(), *at)).collect()
    }

    pub fn forget(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen::default();
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Seen>>, mut gate: watch::Receiver<bool>, delay: Arc<AtomicU64>) {
    let mut bytes = Vec::with_capacity(4096);
    loop {
        while let Some((head, size)) = whole(&bytes) {
            {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.requests += 1;
                seen.bodies.entry(bytes[head..size].to_vec()).or_insert_with(Instant::now);
            }
            bytes.drain(..size);
            if gate.wait_for(|open| *open).await.is_err() {
                return;
            }
            match delay.load(Relaxed) {
                0 => {}
                millis => tokio::time::sleep(Duration::from_millis(millis)).await,
            }
            let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{\"id\":\"taken\"}";
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Where the body of the first request begins and ends, once it is here.
fn whole(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(bytes).ok()? else { return None };
    let length = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok()).unwrap_or(0);
    (bytes.len() >= head + length).then_some((head, head + length))
}
