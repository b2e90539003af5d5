//! Gateways that are described instead of programmed: the examples of `docs/gateways.md` against a local gateway that checks
//! what each vendor does, and what any of them may answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use chrono::TimeDelta;
use relance_domain::records::MessageContent;
use relance_workers::sending::providers::{Account, Found, Handed, Outgoing, RefusalScope as Scope, vendor};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use super::{client, gateway::request};

const REFERENCE: &str = "rl_abcdefgh12345678";
const TEXT: &str = "Ateliers Dumas : \"FA-{1}\" & 1 234,56 EUR échue.\nMerci.";

/// A call as the vendor sees it.
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    pub body: String,
}

impl Seen {
    fn read(head: &str, body: String) -> Self {
        let mut lines = head.lines();
        let mut words = lines.next().unwrap().split(' ');
        let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Self { method, path: path.to_owned(), query: form(query), headers: headers.collect(), body }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

fn form(text: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

pub type Answer = fn(&Seen) -> (&'static str, String);

/// A vendor on the loopback; its address.
pub async fn vendor_at(answer: Answer) -> (String, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(Mutex::new(0));
    let counted = calls.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some((head, body)) = request(&mut stream).await else { continue };
            *counted.lock().unwrap() += 1;
            let (status, said) = answer(&Seen::read(&head, body));
            let text = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{said}", said.len());
            let _ = stream.write_all(text.as_bytes()).await;
        }
    });
    (base, calls)
}

/// The settings that `docs/gateways.md` shows under a heading, its vendor moved to `base`.
fn example(heading: &str, base: &str) -> Value {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/gateways.md")).unwrap();
    let section = text.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let block = section.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let mut settings: Value = serde_json::from_str(block).unwrap();
    for place in ["/gateway/url", "/gateway/look_up/url"] {
        if let Some(url) = settings.pointer_mut(place) {
            let path = url.as_str().unwrap().splitn(4, '/').nth(3).unwrap().to_owned();
            *url = format!("{base}/{path}").into();
        }
    }
    settings
}

async fn hand_over(settings: &Value, to: &str, text: &str) -> Handed {
    let (gateway, content) = (vendor("sms", "gateway").unwrap(), content(settings, to, text));
    gateway.send(&client(), &Account::read(gateway, settings).unwrap(), &outgoing(&content)).await
}

async fn look_up(settings: &Value) -> Found {
    let (gateway, content) = (vendor("sms", "gateway").unwrap(), content(settings, "+33612345678", TEXT));
    gateway.look_up(&client(), &Account::read(gateway, settings).unwrap(), &outgoing(&content)).await
}

fn content(settings: &Value, to: &str, text: &str) -> MessageContent {
    MessageContent {
        from: settings["from"].as_str().map(str::to_owned),
        to: Some(to.to_owned()),
        text: text.to_owned(),
        headers: [("encoding", "ucs2"), ("parts", "2")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..MessageContent::default()
    }
}

fn outgoing(content: &MessageContent) -> Outgoing<'_> {
    let now = "2026-10-09T08:30:00Z".parse().unwrap();
    Outgoing {
        reference: REFERENCE,
        tenant: "ten_1",
        key: uuid::Uuid::nil(),
        content,
        callback: Some("https://relance.example/v1/receipts/t0"),
        now,
    }
}

fn taken(id: &str) -> Handed {
    Handed::Accepted { provider_id: Some(id.to_owned()) }
}

fn refused(scope: Scope, detail: &str) -> Handed {
    Handed::Refused { scope, detail: detail.to_owned() }
}

fn sinch(seen: &Seen) -> (&'static str, String) {
    assert_eq!(seen.path, "/xms/v1/jd63jf88477ll123/batches");
    if seen.header("authorization") != "Bearer sinch-token-9f3b" {
        return ("401 Unauthorized", String::new());
    }
    if seen.method == "GET" {
        let there = seen.query["client_reference"] == REFERENCE;
        let batches = if there { json!([{ "id": "01FC", "client_reference": REFERENCE }]) } else { json!([]) };
        return ("200 OK", json!({ "count": 1, "page": 0, "batches": batches }).to_string());
    }
    assert_eq!((seen.method.as_str(), seen.header("content-type")), ("POST", "application/json"));
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    if body["to"] == json!(["+33700000000"]) {
        return ("400 Bad Request", json!({"code": "syntax_invalid_parameter_format", "text": "Invalid MSISDN +33700000000"}).to_string());
    }
    let expected = json!({"from": "DUMAS", "to": ["+33612345678"], "body": TEXT, "client_reference": REFERENCE, "delivery_report": "per_recipient",
        "callback_url": "https://relance.example/v1/receipts/t0"});
    assert_eq!(body, expected);
    ("201 Created", json!({ "id": "01FC", "to": ["33612345678"], "type": "mt_text" }).to_string())
}

#[tokio::test]
async fn sinch_takes_refuses_and_is_asked() {
    let (base, _) = vendor_at(sinch).await;
    let mut settings = example("Sinch", &base);
    assert_eq!(hand_over(&settings, "+33612345678", TEXT).await, taken("01FC"));
    assert_eq!(hand_over(&settings, "+33700000000", TEXT).await, refused(Scope::Message, "status 400: Invalid MSISDN …"));
    assert_eq!(look_up(&settings).await, Found::Taken { provider_id: Some("01FC".into()) });
    settings["gateway"]["look_up"]["url"] = format!("{base}/xms/v1/jd63jf88477ll123/batches?client_reference=rl_another").into();
    assert_eq!(look_up(&settings).await, Found::NotSeen);
    settings["gateway"]["secrets"]["token"] = "revoked".into();
    assert_eq!(look_up(&settings).await, Found::Unclear, "who is not let in learns nothing");
    assert!(matches!(hand_over(&settings, "+33612345678", TEXT).await, Handed::Refused { scope: Scope::Account, .. }));
}

fn vonage(seen: &Seen) -> (&'static str, String) {
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/sms/json"));
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    let fields = form(&seen.body);
    let get = |name: &str| fields.get(name).map_or("", String::as_str);
    assert_eq!((get("from"), get("type"), get("client-ref")), ("DUMAS", "unicode", REFERENCE));
    assert_eq!(get("callback"), "https://relance.example/v1/receipts/t0");
    let (status, error) = match (get("api_secret"), get("to"), get("text")) {
        ("vonage-secret-77", "33612345678", TEXT) => ("0", ""),
        ("vonage-secret-77", "33700000007", _) => ("7", "Number barred"),
        ("vonage-secret-77", _, "too fast") => ("1", "Throughput Rate Exceeded"),
        ("vonage-secret-77", _, "odd") => ("29", "Non White-listed Destination"),
        (secret, ..) => {
            return ("200 OK", json!({"messages": [{"status": "4", "error-text": format!("Bad Credentials {secret}")}]}).to_string());
        }
    };
    (
        "200 OK",
        json!({"message-count": "1", "messages": [{"to": get("to"), "message-id": "0C00", "status": status, "error-text": error}]})
            .to_string(),
    )
}

#[tokio::test]
async fn vonage_refuses_with_a_200() {
    let (base, _) = vendor_at(vonage).await;
    let mut settings = example("Vonage", &base);
    assert_eq!(hand_over(&settings, "+33612345678", TEXT).await, taken("0C00"));
    assert_eq!(hand_over(&settings, "+33700000007", TEXT).await, refused(Scope::Recipient, "status 200: Number barred"));
    assert_eq!(hand_over(&settings, "+33612345678", "odd").await, refused(Scope::Message, "status 200: Non White-listed Destination"));
    let throttled = Handed::Throttled { retry_after: None, detail: "status 200: Throughput Rate Exceeded".into() };
    assert_eq!(hand_over(&settings, "+33612345678", "too fast").await, throttled);
    assert_eq!(look_up(&settings).await, Found::Unsupported);
    settings["gateway"]["secrets"]["secret"] = "wrong-secret".into();
    let told = hand_over(&settings, "+33612345678", TEXT).await;
    assert_eq!(told, refused(Scope::Account, "status 200: Bad Credentials …"), "and the secret that it repeats is not kept");
}

fn messagebird(seen: &Seen) -> (&'static str, String) {
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/messages"));
    if seen.header("authorization") != "AccessKey live-5c21d0" {
        let said = json!({"errors": [{"code": 2, "description": "Request not allowed (incorrect access_key)", "parameter": "access_key"}]});
        return ("401 Unauthorized", said.to_string());
    }
    let fields = form(&seen.body);
    if fields["body"] == "dear" {
        return (
            "402 Payment Required",
            json!({"errors": [{"code": 25, "description": "Not enough balance", "parameter": null}]}).to_string(),
        );
    }
    if fields["recipients"] != "33612345678" {
        return (
            "422 Unprocessable Entity",
            json!({"errors": [{"code": 10, "description": "no (correct) recipients found", "parameter": "recipients"}]}).to_string(),
        );
    }
    assert_eq!(
        (fields["originator"].as_str(), fields["datacoding"].as_str(), fields["reference"].as_str()),
        ("DUMAS", "unicode", REFERENCE)
    );
    assert_eq!((fields["body"].as_str(), fields["reportUrl"].as_str()), (TEXT, "https://relance.example/v1/receipts/t0"));
    ("201 Created", json!({"id": "e8077d80", "direction": "mt"}).to_string())
}

#[tokio::test]
async fn messagebird_refuses_with_a_list_of_errors() {
    let (base, _) = vendor_at(messagebird).await;
    let mut settings = example("MessageBird", &base);
    assert_eq!(hand_over(&settings, "+33612345678", TEXT).await, taken("e8077d80"));
    assert_eq!(hand_over(&settings, "+33700000000", TEXT).await, refused(Scope::Message, "status 422: no (correct) recipients found"));
    assert_eq!(hand_over(&settings, "+33612345678", "dear").await, refused(Scope::Account, "status 402: Not enough balance"));
    settings["gateway"]["secrets"]["access_key"] = "revoked".into();
    assert!(matches!(hand_over(&settings, "+33612345678", TEXT).await, Handed::Refused { scope: Scope::Account, .. }));
}

/// Answers as the text of the message says.
fn anything(seen: &Seen) -> (&'static str, String) {
    assert_eq!(seen.method, "GET");
    assert_eq!(seen.header("authorization"), "Basic cmVsYW5jZTpzM2NyM3Q=");
    let (status, body) = seen.query["m"].split_once('|').unwrap();
    let status = ["200 OK", "202 Accepted", "302 Found", "400 Bad", "408 Late", "429 Slow\r\nx-reset: 90", "500 Oops", "503 Busy"]
        .into_iter()
        .find(|line| line.starts_with(status));
    (status.unwrap(), body.to_owned())
}

#[tokio::test]
async fn whatever_a_described_gateway_answers_there_is_one_call_and_a_typed_outcome() {
    let (base, calls) = vendor_at(anything).await;
    let settings = json!({"from": "DUMAS", "gateway": {"url": format!("{base}/send?v=2"), "media_type": "query", "secrets": {"pass": "s3cr3t"},
        "auth": {"scheme": "basic", "username": "relance", "secret": "pass"},
        "fields": [{"name": "to", "value": "{{ to_national }}"}, {"name": "m", "value": "{{ text }}"}],
        "answer": {"id": "/id", "retry_after_header": "x-reset", "retry_after": "/wait",
            "status": {"pointer": "/ok", "account": ["no-credit"], "throttled": ["later"]},
            "error": {"pointer": "/e", "taken": ["duplicate"], "recipient": ["stop"]}}}});
    let throttled = |seconds: i64| Handed::Throttled { retry_after: Some(TimeDelta::seconds(seconds)), detail: "status 429".into() };
    let unknown = |detail: &str| Handed::Unknown { detail: detail.to_owned() };
    for (said, expected) in [
        ("200|{\"ok\":\"yes\",\"id\":7}", taken("7")),
        ("202|<html>", Handed::Accepted { provider_id: None }),
        ("200|{\"ok\":\"no-credit\"}", refused(Scope::Account, "status 200: no-credit")),
        (
            "200|{\"ok\":\"later\",\"wait\":\"30\"}",
            Handed::Throttled { retry_after: Some(TimeDelta::seconds(30)), detail: "status 200: later".into() },
        ),
        ("400|{\"e\":\"duplicate\",\"id\":\"9\"}", taken("9")),
        ("400|{\"e\":\"stop\"}", refused(Scope::Recipient, "status 400: stop")),
        ("400|<html>", refused(Scope::Message, "status 400: no reason given")),
        ("408|{}", unknown("status 408: no reason given")),
        ("429|{}", throttled(90)),
        ("429|{\"wait\":12}", throttled(12)),
        ("500|{\"message\":\"s3cr3t fell\"}", unknown("status 500: … fell")),
        ("503|", unknown("status 503: no reason given")),
        ("302|", refused(Scope::Account, "status 302: the provider answers elsewhere")),
    ] {
        let before = *calls.lock().unwrap();
        assert_eq!(hand_over(&settings, "+33612345678", said).await, expected, "{said}");
        assert_eq!(*calls.lock().unwrap(), before + 1, "{said}");
    }
    let before = *calls.lock().unwrap();
    let abroad = hand_over(&settings, "+4915112345678", "200|{}").await;
    assert_eq!(abroad, refused(Scope::Message, "/fields/0/value: a name that no message has"), "nothing leaves without its recipient");
    assert_eq!(*calls.lock().unwrap(), before);
}
