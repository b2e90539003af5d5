//! A gateway that misbehaves to order and counts, by our reference, what it took.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::post;

/// What goes wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    LimitInSeconds,
    LimitByDate,
    /// 500, and it took nothing.
    ServerError,
    /// 500, and it took it all the same.
    ServerErrorAfter,
    ResetBefore,
    ResetAfter,
    /// Takes it and never answers.
    Hang,
    /// Takes it and breaks off in the middle of the answer.
    Truncated,
    /// Takes it and answers with a page.
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

/// What one account saw.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Calls that handed a message over, whatever came of them.
    pub posts: usize,
    /// Our reference → copies taken.
    pub copies: BTreeMap<String, usize>,
    /// Calls before those that order.
    pub early: usize,
    /// Drafts that were made and not deleted, by our reference.
    pub drafts: BTreeSet<String>,
    /// Bodies of the calls.
    pub bodies: Vec<String>,
    /// Heads of the calls.
    pub heads: Vec<String>,
    /// Keys against repeats.
    keys: BTreeSet<String>,
}

type Accounts = Arc<Mutex<BTreeMap<String, (Option<Fault>, bool, Seen)>>>;

/// Listens on the loopback; the first segment of a path names the account.
pub struct Gateway {
    port: u16,
    accounts: Accounts,
}

impl Gateway {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accounts = Accounts::default();
        let shared = accounts.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { port, accounts }
    }

    /// The address of an account, at which `fault` befalls the first call of a message, or every call.
    pub fn account(&self, name: &str, fault: Option<Fault>, always: bool) -> String {
        self.accounts.lock().unwrap().insert(name.to_owned(), (fault, always, Seen::default()));
        format!("http://127.0.0.1:{}/{name}", self.port)
    }

    pub fn seen(&self, name: &str) -> Seen {
        self.accounts.lock().unwrap()[name].2.clone()
    }
}

async fn serve(mut stream: TcpStream, accounts: Accounts) {
    let Some((head, body)) = request(&mut stream).await else { return };
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let name = path.split('/').nth(1).unwrap_or_default().to_owned();
    if method == "DELETE" {
        accounts.lock().unwrap().get_mut(&name).unwrap().2.drafts.remove(&reference(&path.replace("rl-", "rl_")));
        return answer(&mut stream, "200 OK", "{}").await;
    }
    let seen = accounts.lock().unwrap()[&name].2.clone();
    if let Some(said) = post::before(method, path, &body, &seen) {
        if method == "POST" && path.ends_with("/sendings") {
            accounts.lock().unwrap().get_mut(&name).unwrap().2.drafts.insert(reference(&body));
        }
        return match early(&accounts, &name, method) {
            Some(fault) => befall(&mut stream, fault).await,
            None => answer(&mut stream, "201 Created", &said).await,
        };
    }
    let reference = reference(&format!("{path} {body}").replace("rl-", "rl_"));
    if method == "GET" {
        let there = accounts.lock().unwrap()[&name].2.copies.contains_key(&reference);
        return answer(&mut stream, "200 OK", &looked_up(path, there)).await;
    }
    let (fault, duplicate) = take(&accounts, &name, &head, &body, reference);
    if duplicate {
        let known = match path.ends_with("/sendCourrier") {
            true => r#"{"success":false,"error":{"code":"ANTIDOUBLON","text":"known"}}"#,
            false => r#"{"code":"duplicate_parameter","message":"known"}"#,
        };
        return answer(&mut stream, "400 Bad Request", known).await;
    }
    match fault {
        None => answer(&mut stream, "201 Created", &taken(path)).await,
        Some(fault) => befall(&mut stream, fault).await,
    }
}

/// The fault of an account whose name says so befalls the first call before the one that orders.
fn early(accounts: &Accounts, name: &str, method: &str) -> Option<Fault> {
    let mut accounts = accounts.lock().unwrap();
    let (fault, _, seen) = accounts.get_mut(name).unwrap();
    if method != "POST" || !name.contains("-early-") {
        return None;
    }
    seen.early += 1;
    fault.filter(|_| seen.early == 1)
}

async fn befall(stream: &mut TcpStream, fault: Fault) {
    match fault {
        Fault::LimitInSeconds => limited(stream, "60".to_owned()).await,
        Fault::LimitByDate => {
            #[expect(clippy::disallowed_methods, reason = "a date lies ahead of the clock that the service reads")]
            let now = std::time::SystemTime::now();
            let at = chrono::DateTime::<chrono::Utc>::from(now) + chrono::TimeDelta::seconds(60);
            limited(stream, at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).await;
        }
        Fault::ServerError | Fault::ServerErrorAfter => answer(stream, "500 Oops", r#"{"code":"internal"}"#).await,
        Fault::ResetBefore | Fault::ResetAfter => {}
        Fault::Hang => tokio::time::sleep(std::time::Duration::from_secs(60)).await,
        Fault::Truncated => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"messageId\":\"ab")
                .await;
        }
        Fault::Page => {
            let page = "<html><body>Welcome to the hotel's network</body></html>";
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}", page.len());
            let _ = stream.write_all(head.as_bytes()).await;
        }
    }
}

/// Notes the call; says what befalls it, and whether the vendor knows its key.
fn take(accounts: &Accounts, name: &str, head: &str, body: &str, reference: String) -> (Option<Fault>, bool) {
    let mut accounts = accounts.lock().unwrap();
    let (fault, always, seen) = accounts.get_mut(name).unwrap();
    seen.posts += 1;
    seen.bodies.push(body.to_owned());
    seen.heads.push(head.to_owned());
    let early = name.contains("-early-");
    let fault = fault.filter(|_| !early && (*always || seen.posts == 1));
    let antidoublon = head.contains("/sendCourrier").then(|| reference.clone());
    let key = serde_json::from_str::<serde_json::Value>(body).ok();
    let key = key.and_then(|body| Some(body.pointer("/headers/idempotencyKey")?.as_str()?.to_owned())).or(antidoublon);
    if key.as_ref().is_some_and(|key| seen.keys.contains(key)) {
        return (None, true);
    }
    if fault.is_none_or(Fault::takes) {
        seen.keys.extend(key);
        *seen.copies.entry(reference).or_default() += 1;
    }
    (fault, false)
}

pub async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let (head, body) = (String::from_utf8_lossy(&bytes[..end]).into_owned(), &bytes[end + 4..]);
        let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
        if body.len() >= length.unwrap_or_default() {
            return Some((head, String::from_utf8_lossy(body).into_owned()));
        }
    }
}

fn reference(text: &str) -> String {
    let at = text.find("rl_").unwrap_or_else(|| panic!("no reference in {text}"));
    text[at..].chars().take(19).collect()
}

fn looked_up(path: &str, there: bool) -> String {
    let list = |one: serde_json::Value| if there { json!([one]) } else { json!([]) };
    match path {
        path if path.contains("/outgoing") => list(json!(4711)),
        path if path.contains("/v3/REST/message") => json!({ "Count": 1, "Data": list(json!({ "ID": 4711 })) }),
        path if path.contains("/messages/outbound") => json!({ "Messages": list(json!({ "MessageID": "4711" })) }),
        path if path.contains("/statistics/events") && there => json!({ "events": list(json!({ "messageId": "4711" })) }),
        path if path.contains("/statistics/events") => json!({}),
        path if path.contains("/described") => json!({ "found": list(json!({ "id": "4711" })) }),
        path if path.contains("/sms?reference=") => json!({ "messages": list(json!({ "reference": reference(path), "id": "4711" })) }),
        other => panic!("nobody asks for {other}"),
    }
    .to_string()
}

fn taken(path: &str) -> String {
    if let Some(ordered) = post::ordered(path) {
        return ordered.to_string();
    }
    match path {
        path if path.contains("/v3.1/send") => {
            json!({ "Messages": [{ "Status": "success", "To": [{ "MessageID": 1_152_921_529_072_349_585_u64 }] }] })
        }
        path if path.ends_with("/email") && !path.contains("smtp") => json!({ "ErrorCode": 0, "MessageID": "4711" }),
        path if path.contains("/emails") => json!({ "emails": [{ "id": "4711", "status": "new" }] }),
        path if path.contains("outbound-emails") => json!({ "MessageId": "4711" }),
        path if path.contains("/jobs") => json!({ "ids": [4711], "invalidReceivers": [], "validReceivers": ["+33612345678"] }),
        path if path.contains("Messages.json") => json!({ "sid": "SM4711", "status": "queued" }),
        _ => json!({ "messageId": "4711", "id": "4711" }),
    }
    .to_string()
}

async fn answer(stream: &mut TcpStream, status: &str, body: &str) {
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(head.as_bytes()).await;
}

async fn limited(stream: &mut TcpStream, after: String) {
    let head = format!("HTTP/1.1 429 Slow\r\nretry-after: {after}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
}
