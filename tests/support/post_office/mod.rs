//! Those who post letters, played on the loopback: drafts, orders, states and proofs, counted by our reference, and whatever
//! goes wrong on the way.

mod ar24;
mod maileva;
mod merci_facteur;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::form_urlencoded;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    LimitInSeconds,
    LimitByDate,
    /// 500, and nothing was taken.
    ServerError,
    /// 500, and it was taken all the same.
    ServerErrorAfter,
    ResetBefore,
    ResetAfter,
    /// Taken, and never answered.
    Hang,
    /// Taken; the answer breaks off in its middle.
    Truncated,
    /// Taken; answered with a page.
    Page,
}

pub const FAULTS: [Fault; 9] = [
    Fault::LimitInSeconds,
    Fault::LimitByDate,
    Fault::ServerError,
    Fault::ServerErrorAfter,
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Hang,
    Fault::Truncated,
    Fault::Page,
];

impl Fault {
    fn takes(self) -> bool {
        !matches!(self, Self::LimitInSeconds | Self::LimitByDate | Self::ServerError | Self::ResetBefore)
    }
}

/// The calls of a letter's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Token,
    Draft,
    Sheet,
    Addressee,
    Order,
    /// Asked how it fares.
    State,
    Proof,
    /// Asked for our reference.
    List,
    Withdraw,
}

/// What came back.
type Said = (&'static str, &'static str, Vec<u8>);

fn said(value: &Value) -> Said {
    ("200 OK", "application/json", value.to_string().into_bytes())
}

fn refusing(value: &Value) -> Said {
    ("400 Bad Request", "application/json", value.to_string().into_bytes())
}

/// A letter that was ordered, or drafted.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    pub id: String,
    pub reference: String,
    pub sheets: usize,
    addressees: usize,
}

/// What one account saw and says.
#[derive(Debug, Default)]
pub struct Account {
    /// Befalls the next so many calls of a kind.
    pub faults: Vec<(Call, Fault, usize)>,
    /// Ordered.
    pub letters: Vec<Letter>,
    drafts: Vec<Letter>,
    sheets: Vec<Vec<u8>>,
    /// Every call with its path and query.
    pub calls: Vec<(Call, String)>,
    /// States in the vendor's words, with their instants.
    pub states: Vec<(String, String)>,
    /// Files that prove, by the vendor's word.
    pub proofs: BTreeMap<&'static str, Vec<u8>>,
    /// What orders say.
    pub orders: Vec<Value>,
    /// Refuses every order with this code.
    pub refuses: Option<&'static str>,
    /// Tokens of an earlier era are refused.
    pub era: usize,
    made: usize,
}

impl Account {
    fn next_id(&mut self) -> usize {
        self.made += 1;
        4_710 + self.made
    }

    fn token(&self) -> String {
        format!("granted-{}", self.era)
    }

    /// How often it was called for.
    pub fn count(&self, kind: Call) -> usize {
        self.calls.iter().filter(|(call, _)| *call == kind).count()
    }
}

type Accounts = Arc<Mutex<BTreeMap<String, Account>>>;

/// Listens on the loopback; the first segment of a path names the account.
#[derive(Clone)]
pub struct PostOffice {
    port: u16,
    accounts: Accounts,
}

/// One request.
struct Asked {
    method: String,
    /// Behind the account's name.
    path: String,
    query: BTreeMap<String, String>,
    head: String,
    body: Vec<u8>,
    base: String,
}

impl Asked {
    fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> String {
        let start = format!("{name}: ");
        self.head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().starts_with(&start).then(|| line[start.len()..].to_owned()))
            .unwrap_or_default()
    }
}

impl PostOffice {
    pub async fn open() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let office = Self { port: socket.local_addr().unwrap().port(), accounts: Accounts::default() };
        let accounts = office.accounts.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                tokio::spawn(serve(stream, accounts.clone()));
            }
        });
        office
    }

    /// Settings of `vendor` for the account of this name.
    pub fn settings(&self, vendor: &str, name: &str) -> Value {
        self.accounts.lock().unwrap().entry(name.to_owned()).or_default();
        let base = format!("http://127.0.0.1:{}/{name}", self.port);
        match vendor {
            "merci_facteur" => {
                json!({"service_id": "service-1", "secret_key": "s3cret-of-post", "user_id": "37", "webhook_secret": "hook-1", "base_url": base})
            }
            "maileva" => json!({"client_id": "c", "client_secret": "s3cret", "username": "u", "password": "p",
                "notification_email": "post@keller.example", "webhook_password": "hook-1", "base_url": base}),
            _ => json!({"token": "t", "private_key": ar24::PRIVATE_KEY, "user_id": "42", "base_url": base}),
        }
    }

    /// Looks at an account, or tells it what to do.
    pub fn at<T>(&self, name: &str, what: impl FnOnce(&mut Account) -> T) -> T {
        what(self.accounts.lock().unwrap().get_mut(name).unwrap())
    }
}

async fn serve(mut stream: TcpStream, accounts: Accounts) {
    let Some((name, asked)) = read(&mut stream).await else { return };
    let (fault, answer) = {
        let mut accounts = accounts.lock().unwrap();
        let account = accounts.get_mut(&name).unwrap();
        let call = which(&asked);
        account.calls.push((call, format!("{}?{:?}", asked.path, asked.query)));
        let fault = account.faults.iter_mut().find(|(kind, _, left)| *kind == call && *left > 0).map(|(_, fault, left)| {
            *left -= 1;
            *fault
        });
        // what is not taken is not worked
        let answer = fault.is_none_or(Fault::takes).then(|| work(account, &asked));
        (fault, answer)
    };
    match (fault, answer) {
        (None, Some((status, media_type, body))) => write(&mut stream, status, media_type, &body, body.len()).await,
        (Some(fault), answer) => befall(&mut stream, fault, answer.map(|(_, _, body)| body).unwrap_or_default()).await,
        (None, None) => {}
    }
}

fn which(asked: &Asked) -> Call {
    let path = asked.path.as_str();
    match asked.method.as_str() {
        "DELETE" => Call::Withdraw,
        "POST" if path.ends_with("/token") => Call::Token,
        "GET" if path == "/getToken" => Call::Token,
        "POST" if path.ends_with("/sendings") => Call::Draft,
        "POST" if path.ends_with("/documents") || path == "/attachment" => Call::Sheet,
        "POST" if path.ends_with("/recipients") => Call::Addressee,
        "POST" if path.ends_with("/submit") || path == "/mail" || path == "/sendCourrier" => Call::Order,
        "GET" if path.ends_with("/sendings") || path == "/user/mail" => Call::List,
        "GET" if path == "/getProof" || path.contains("/download_") || path.starts_with("/proof/") => Call::Proof,
        _ => Call::State,
    }
}

fn work(account: &mut Account, asked: &Asked) -> Said {
    match asked.path.as_str() {
        path if path.contains("/sendings") || path.contains("/auth/") => maileva::work(account, asked),
        "/attachment" | "/mail" | "/user/mail" => ar24::work(account, asked),
        path if path.starts_with("/proof/") => ar24::work(account, asked),
        _ => merci_facteur::work(account, asked),
    }
}

async fn befall(stream: &mut TcpStream, fault: Fault, body: Vec<u8>) {
    match fault {
        Fault::LimitInSeconds => limited(stream, "60".to_owned()).await,
        Fault::LimitByDate => {
            #[expect(clippy::disallowed_methods, reason = "a date lies ahead of the clock that the service reads")]
            let now = std::time::SystemTime::now();
            let at = chrono::DateTime::<chrono::Utc>::from(now) + chrono::TimeDelta::seconds(60);
            limited(stream, at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).await;
        }
        Fault::ServerError | Fault::ServerErrorAfter => {
            let oops = br#"{"code":"internal"}"#;
            write(stream, "500 Oops", "application/json", oops, oops.len()).await;
        }
        Fault::ResetBefore | Fault::ResetAfter => {}
        Fault::Hang => tokio::time::sleep(Duration::from_secs(60)).await,
        Fault::Truncated => write(stream, "200 OK", "application/json", &body[..body.len() / 2], body.len().max(2)).await,
        Fault::Page => {
            let page = b"<html><body>Welcome to the hotel's network</body></html>";
            write(stream, "200 OK", "text/html", page, page.len()).await;
        }
    }
}

async fn write(stream: &mut TcpStream, status: &str, media_type: &str, body: &[u8], length: usize) {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body).await;
}

async fn limited(stream: &mut TcpStream, after: String) {
    let head = format!("HTTP/1.1 429 Slow\r\nretry-after: {after}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<(String, Asked)> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let (head, body) = (String::from_utf8_lossy(&bytes[..end]).into_owned(), &bytes[end + 4..]);
        let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
        if body.len() < length.unwrap_or_default() {
            continue;
        }
        let mut words = head.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (name, path) = path.trim_start_matches('/').split_once('/')?;
        let host = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("host: ").map(str::to_owned))?;
        let asked = Asked {
            method,
            path: format!("/{path}"),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            base: format!("http://{host}/{name}"),
            body: body.to_vec(),
            head: head.clone(),
        };
        return Some((name.to_owned(), asked));
    }
}
