//! Requests as vendors describe them: `.ci/vendors` has Prism play each description, and what does not fit is refused.

use relance_domain::records::{Attachment, Logo, MessageContent, Picture};
use relance_workers::sending::providers::{Account, Found, Handed, Outgoing, Post, Tokens, vendor};
use serde_json::{Value, json};

use super::{client, vendors};

/// What is said by mail: a copy, a file, an answer's address, accents and the narrow space of French sums.
fn message(channel: &str) -> MessageContent {
    let text = "Bonjour, la facture FA-1 de 1\u{202f}234,56\u{a0}€ est échue. Merci de la régler.".to_owned();
    let file = Attachment {
        name: "echeances.ics".into(),
        media_type: "text/calendar; method=PUBLISH; charset=UTF-8".into(),
        sha256: String::new(),
        data: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_vec(),
    };
    let sheet = Attachment {
        name: "letter.pdf".into(),
        media_type: "application/pdf".into(),
        sha256: String::new(),
        data: b"%PDF-1.7 letter".to_vec(),
    };
    let headers = |list: &[(&str, &str)]| list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let party = json!({ "name": "Ateliers Dumas", "lines": ["12 rue de la République"], "postcode": "69002", "city": "Lyon", "country": "FR", "kind": "business" });
    match channel {
        "email" => MessageContent {
            from: Some("\"Ateliers Dumas\" <compta@dumas.example>".into()),
            to: Some("\"Claire Dupont\" <claire@dupont.example>".into()),
            cc: vec!["\"A. Keller\" <keller@dumas.example>".into()],
            subject: Some("Facture échue".into()),
            html: Some(format!("<p><img src=\"cid:logo\" alt=\"Dumas\"></p><p>{text}</p>")),
            text,
            headers: headers(&[
                ("Message-ID", "<rl_abcdefgh12345678@dumas.example>"),
                ("Auto-Submitted", "auto-generated"),
                ("References", "<cas_1@dumas.example> <rl_before@dumas.example>"),
                ("In-Reply-To", "<rl_before@dumas.example>"),
                ("Reply-To", "compta@dumas.example"),
            ]),
            attachments: vec![file],
            logo: Some(Picture {
                logo: Logo { media_type: "image/png".into(), width: 200, height: 64, sha256: String::new() },
                data: b"\x89PNG".as_slice().into(),
            }),
        },
        "sms" => MessageContent {
            from: Some("DUMAS".into()),
            to: Some("+33612345678".into()),
            text: "Ateliers Dumas : facture FA-1 de 1 234,56 EUR echue.".into(),
            headers: headers(&[("encoding", "gsm7"), ("parts", "1")]),
            ..MessageContent::default()
        },
        _ => MessageContent {
            to: Some("Ateliers Dumas\n12 rue de la République\n69002 Lyon".into()),
            text,
            headers: headers(&[
                ("sender", &party.to_string()),
                ("recipient", &party.to_string()),
                ("email", "claire@dupont.example"),
                ("contact", "Claire Dupont"),
                ("pages", "1"),
            ]),
            attachments: vec![sheet],
            ..MessageContent::default()
        },
    }
}

/// The settings of an adapter, with ids in the vendor's form.
fn account(provider: &str, base: &str) -> Value {
    let (_, _, mut own) = vendors::all(base).into_iter().find(|(_, named, _)| *named == provider).expect("an adapter");
    if provider == "twilio" {
        own["account_sid"] = "AC0123456789abcdef0123456789abcdef".into();
    }
    if provider == "scaleway" {
        own["project_id"] = "6170692e-7363-616c-6577-61792e636f6d".into();
    }
    json!({ provider: own })
}

#[tokio::test]
async fn a_request_is_what_the_vendor_describes() {
    // `.ci/vendors` names both; by itself there is nobody to ask
    let (Ok(adapter), Ok(base)) = (std::env::var("RELANCE_VENDOR"), std::env::var("RELANCE_VENDOR_AT")) else { return };
    let (channel, provider) = adapter.rsplit_once('-').expect("channel-provider");
    let (content, own) = (message(channel), account(provider, &base));
    let now = "2026-10-09T08:30:00Z".parse().unwrap();
    let key = uuid::Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef);
    let callback = Some("https://relance.example/v1/receipts/token");
    let message = Outgoing { reference: "rl_abcdefgh12345678", tenant: "ten_1", key, content: &content, callback, now };
    let (handed, found) = match Post::named(provider) {
        Some(post) => {
            let (account, tokens) = (Account::named(post.name(), &own).unwrap(), Tokens::default());
            let handed = post.send(&client(), &tokens, &account, channel, &message).await;
            (handed, post.look_up(&client(), &tokens, &account, channel, &message).await)
        }
        None => {
            let vendor = vendor(channel, provider).unwrap();
            let account = Account::read(vendor, &own).unwrap();
            (vendor.send(&client(), &account, &message).await, vendor.look_up(&client(), &account, &message).await)
        }
    };
    assert!(matches!(handed, Handed::Accepted { .. }), "{adapter}: {handed:?}");
    let asks = ["brevo", "mailjet", "postmark", "ovh", "maileva", "ar24", "http"].contains(&provider);
    assert!(!asks || found != Found::Unclear, "{adapter} was not understood when it asked: {found:?}");
}
