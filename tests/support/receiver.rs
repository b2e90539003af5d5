//! A webhook receiver and HTTP gateway that keeps what it gets.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// One request as it came in.
#[derive(Debug, Clone)]
pub struct Received {
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Listens on loopback; answers every request with `answer`.
#[derive(Debug, Clone)]
pub struct Receiver {
    pub url: String,
    got: Arc<Mutex<Vec<Received>>>,
    answering: Arc<watch::Sender<bool>>,
    status: Arc<Mutex<&'static str>>,
}

impl Receiver {
    pub async fn start(answer: &'static str) -> Self {
        let receiver = Self::silent(answer).await;
        receiver.answer();
        receiver
    }

    /// Takes requests and answers each with this status line.
    pub async fn refusing(status: &'static str) -> Self {
        let receiver = Self::with(status, "{}").await;
        receiver.answer();
        receiver
    }

    /// Takes requests and answers none before [`Self::answer`].
    pub async fn silent(answer: &'static str) -> Self {
        Self::with("200 OK", answer).await
    }

    async fn with(status: &'static str, answer: &'static str) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", socket.local_addr().unwrap());
        let got: Arc<Mutex<Vec<Received>>> = Arc::default();
        let (kept, answering) = (got.clone(), Arc::new(watch::Sender::new(false)));
        let answers = answering.subscribe();
        let said = Arc::new(Mutex::new(status));
        let status = said.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                tokio::spawn(serve(stream, kept.clone(), answers.clone(), said.clone(), answer));
            }
        });
        Self { url, got, answering, status }
    }

    /// Answers with this status line from now on, and the headers behind it; with none it hangs up on what it took.
    pub fn says(&self, status: &'static str) {
        *self.status.lock().unwrap() = status;
    }

    /// Answers, what waits first.
    pub fn answer(&self) {
        self.answering.send_replace(true);
    }

    /// Everything that came in; every event among it fits its schema.
    #[track_caller]
    pub fn all(&self) -> Vec<Received> {
        let all = self.got.lock().unwrap().clone();
        all.iter()
            .filter(|received| received.body.contains("\"api_version\""))
            .for_each(|received| super::schema::check_event(&received.json()));
        all
    }

    /// Waits until `enough` says so of what came in.
    pub async fn until(&self, what: &str, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        super::world::until(what, async || {
            let all = self.all();
            enough(&all).then_some(all)
        })
        .await
    }
}

async fn serve(
    mut stream: TcpStream,
    kept: Arc<Mutex<Vec<Received>>>,
    mut answers: watch::Receiver<bool>,
    status: Arc<Mutex<&'static str>>,
    answer: &'static str,
) {
    let mut bytes = Vec::new();
    loop {
        while let Some((received, used)) = parse(&bytes) {
            bytes.drain(..used);
            kept.lock().unwrap().push(received);
            if answers.wait_for(|answering| *answering).await.is_err() {
                return; // the story is over
            }
            let status = *status.lock().unwrap();
            if status.is_empty() {
                return;
            }
            let text = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
            if stream.write_all(text.as_bytes()).await.is_err() {
                return;
            }
        }
        let mut chunk = [0_u8; 8192];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

fn parse(bytes: &[u8]) -> Option<(Received, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]);
    let headers: BTreeMap<String, String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let body = bytes.get(end + 4..end + 4 + length)?;
    Some((Received { headers, body: String::from_utf8_lossy(body).into_owned() }, end + 4 + length))
}
