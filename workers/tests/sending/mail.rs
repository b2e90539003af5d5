//! Mail servers, one outcome each.

use std::collections::BTreeMap;

use relance_domain::{egress::EgressPolicy, records::MessageContent};
use relance_workers::{
    catcher::{Catcher, Mischief},
    http::GuardedClient,
    sending::providers::{Handed, RefusalScope, Session, SmtpServer},
};
use serde_json::json;

use super::client;

fn server(catcher: &Catcher, password: Option<&str>) -> SmtpServer {
    let smtp = json!({
        "host": "127.0.0.1", "port": catcher.address().port(), "security": "none",
        "username": password.map(|_| "dumas"), "password": password,
    });
    SmtpServer::read(&json!({ "smtp": smtp })).unwrap()
}

fn content(text: &str) -> MessageContent {
    MessageContent {
        from: Some("\"Ateliers Dumas\" <compta@dumas.example>".into()),
        to: Some("\"Claire\" <claire@dupont.example>".into()),
        subject: Some("Votre facture FA-1".into()),
        text: text.into(),
        headers: BTreeMap::from([("Message-ID".to_owned(), "<rl_1@dumas.example>".to_owned())]),
        ..MessageContent::default()
    }
}

async fn hand(catcher: &Catcher, password: Option<&str>, content: &MessageContent) -> Handed {
    let mut session = match Session::open(&client(), &server(catcher, password)).await {
        Ok(session) => session,
        Err(handed) => return handed,
    };
    session.send(content, "2026-10-09T08:30:00Z".parse().unwrap()).await
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let catcher = Catcher::start().await.unwrap();
    let handed = hand(&catcher, None, &content(".a dot first\r\n..two\r\nend")).await;
    assert_eq!(handed, Handed::Accepted { provider_id: Some("<rl_1@dumas.example>".into()) });
    let [mail] = catcher.messages().try_into().unwrap();
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("compta@dumas.example", &["claire@dupont.example".to_owned()][..]));
    assert_eq!(mail.header("Message-ID").as_deref(), Some("<rl_1@dumas.example>"));
    assert!(mail.text().contains("\r\n.a dot first\r\n..two\r\nend"), "{}", mail.text());
}

#[tokio::test]
async fn several_mails_use_one_connection_also_after_a_refusal() {
    let catcher = Catcher::start().await.unwrap();
    let mut session = Session::open(&client(), &server(&catcher, None)).await.unwrap();
    let now = "2026-10-09T08:30:00Z".parse().unwrap();
    assert!(matches!(session.send(&content("one"), now).await, Handed::Accepted { .. }));
    catcher.set(Mischief::Recipient("550 5.1.1 <claire@dupont.example> unknown".into()));
    assert!(matches!(session.send(&content("two"), now).await, Handed::Refused { scope: RefusalScope::Recipient, .. }));
    catcher.set(Mischief::None);
    assert!(!session.is_spent());
    assert!(matches!(session.send(&content("three"), now).await, Handed::Accepted { .. }));
    session.quit().await;
    assert_eq!(catcher.messages().len(), 2);
}

#[tokio::test]
async fn each_failure_is_what_it_is() {
    let long = "x".repeat(70) + "\r\n";
    let big = content(&long.repeat(200_000)); // more than the sockets hold: the cut is seen before the end
    for (mischief, content, expected) in [
        (Mischief::Recipient("550 5.1.1 <claire@dupont.example> unknown".into()), content("a"), "recipient"),
        (Mischief::Recipient("451 4.7.1 later".into()), content("a"), "transient"),
        (Mischief::End("554 5.6.0 not this".into()), content("a"), "message"),
        (Mischief::End("451 4.3.0 later".into()), content("a"), "transient"),
        (Mischief::CutInside, big, "transient"),
        (Mischief::CutAfter, content("a"), "unknown"),
    ] {
        let catcher = Catcher::start().await.unwrap();
        catcher.set(mischief.clone());
        let handed = hand(&catcher, None, &content).await;
        let word = match &handed {
            Handed::Refused { scope: RefusalScope::Recipient, detail } => {
                assert!(!detail.contains("dupont"), "{detail}");
                "recipient"
            }
            Handed::Refused { scope: RefusalScope::Message, .. } => "message",
            Handed::Refused { scope: RefusalScope::Account, .. } => "account",
            Handed::Transient { .. } => "transient",
            Handed::Unknown { .. } => "unknown",
            Handed::Accepted { .. } | Handed::Throttled { .. } => "other",
        };
        assert_eq!(word, expected, "{mischief:?}: {handed:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_our_own_fault_and_the_right_one_opens() {
    let catcher = Catcher::with_login(Some(("dumas".into(), "secret".into()))).await.unwrap();
    assert!(matches!(hand(&catcher, Some("wrong"), &content("a")).await, Handed::Refused { scope: RefusalScope::Account, .. }));
    assert!(matches!(hand(&catcher, None, &content("a")).await, Handed::Refused { scope: RefusalScope::Account, .. }));
    assert!(matches!(hand(&catcher, Some("secret"), &content("a")).await, Handed::Accepted { .. }));
}

#[tokio::test]
async fn nobody_there_is_transient_and_a_private_address_is_refused() {
    let catcher = Catcher::start().await.unwrap();
    let gone = server(&catcher, None);
    drop(catcher);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(matches!(Session::open(&client(), &gone).await.err(), Some(Handed::Transient { .. })));
    let strict = GuardedClient::new(EgressPolicy::default());
    assert!(matches!(Session::open(&strict, &gone).await.err(), Some(Handed::Refused { scope: RefusalScope::Account, .. })));
}
