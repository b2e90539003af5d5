//! Text messages through an HTTP gateway, one outcome each.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use relance_domain::records::MessageContent;
use relance_workers::sending::providers::{Account, Handed, Outgoing, RefusalScope, vendor};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::client;

/// Answers every request with `reply` (none: hangs up) and keeps what it was sent.
async fn gateway(reply: Option<&'static str>) -> (Account, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(String::new()));
    let shared = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 8192];
            let mut text = String::new();
            while !text.contains("\"tenant\"") {
                let Ok(read @ 1..) = stream.read(&mut buffer).await else { break };
                text.push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
            *shared.lock().unwrap() = text;
            if let Some(reply) = reply {
                let _ = stream.write_all(reply.as_bytes()).await;
            }
        }
    });
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let config = json!({ "http": { "url": format!("http://127.0.0.1:{port}/sms"), "secret": secret } });
    (Account::read(vendor("sms", "http").unwrap(), &config).unwrap(), heard)
}

async fn hand(reply: Option<&'static str>) -> (Handed, String) {
    let (gateway, heard) = gateway(reply).await;
    let content = MessageContent {
        from: Some("DUMAS".into()),
        to: Some("+33612345678".into()),
        text: "Ateliers Dumas : merci de nous rappeler.".into(),
        headers: BTreeMap::from([("encoding".to_owned(), "gsm7".to_owned()), ("parts".to_owned(), "1".to_owned())]),
        ..MessageContent::default()
    };
    let now = "2026-10-09T08:30:00Z".parse().unwrap();
    let message = Outgoing { reference: "rl_1", tenant: "ten_1", key: uuid::Uuid::nil(), content: &content, callback: None, now };
    let handed = vendor("sms", "http").unwrap().send(&client(), &gateway, &message).await;
    let heard = heard.lock().unwrap().clone();
    (handed, heard)
}

#[tokio::test]
async fn each_answer_is_what_it_is() {
    for (reply, expected) in [
        (Some("HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"id\":\"s1\"}"), "accepted s1"),
        (Some("HTTP/1.1 202 Accepted\r\ncontent-length: 3\r\n\r\n<p>"), "accepted"),
        (Some("HTTP/1.1 422 No\r\ncontent-length: 33\r\n\r\n{\"error\":{\"scope\":\"recipient\"}}   "), "recipient"),
        (Some("HTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n"), "message"),
        (Some("HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n"), "account"),
        (Some("HTTP/1.1 302 No\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n"), "account"),
        (Some("HTTP/1.1 429 Slow\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n"), "throttled 120"),
        (Some("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"), "unknown"),
        (None, "unknown"),
    ] {
        let (handed, _) = hand(reply).await;
        let word = match &handed {
            Handed::Accepted { provider_id } => format!("accepted {}", provider_id.clone().unwrap_or_default()),
            Handed::Refused { scope: RefusalScope::Recipient, .. } => "recipient".into(),
            Handed::Refused { scope: RefusalScope::Message, .. } => "message".into(),
            Handed::Refused { scope: RefusalScope::Account, .. } => "account".into(),
            Handed::Throttled { retry_after, .. } => format!("throttled {}", retry_after.unwrap().num_seconds()),
            Handed::Transient { .. } => "transient".into(),
            Handed::Unknown { .. } => "unknown".into(),
        };
        assert_eq!(word.trim(), expected, "{reply:?}: {handed:?}");
    }
}

#[tokio::test]
async fn the_gateway_gets_reference_signature_and_text() {
    let (_, heard) = hand(Some("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")).await;
    for expected in [
        "webhook-id: rl_1",
        "webhook-signature: v1,",
        "idempotency-key: rl_1",
        "\"to\":\"+33612345678\"",
        "\"parts\":1",
        "\"encoding\":\"gsm7\"",
    ] {
        assert!(heard.contains(expected), "{expected} in {heard}");
    }
}
