//! Those who post letters, as the gateway plays them: what comes before the call that orders, and what that answers.

use base64::{Engine, engine::general_purpose::STANDARD};
use relance_domain::{
    records::{Attachment, MessageContent},
    sending::{Doubt, Followed, ReceiptKind, Rung, capabilities, first, look_up_said},
};
use relance_workers::sending::providers::{Account, Handed, Outgoing, Post, Posted, Tokens};
use serde_json::{Value, json};

use super::{
    client,
    gateway::{FAULTS, Fault, Gateway, Seen},
    vendors,
};

/// Whether a call orders a letter, and the answer to one that does not.
pub fn before(method: &str, path: &str, body: &str, seen: &Seen) -> Option<String> {
    let tail = path.split('?').next().unwrap_or_default();
    let ordered = seen.copies.keys().next().cloned();
    let answer = match (method, tail) {
        ("GET", tail) if tail.ends_with("/getToken") => json!({ "success": true, "token": "granted", "expire": 4_102_444_800_i64 }),
        ("POST", tail) if tail.ends_with("/openid-connect/token") => json!({ "access_token": "granted", "expires_in": 300 }),
        // a draft bears our reference, and its id here is made of it
        ("POST", tail) if tail.ends_with("/sendings") => json!({ "id": draft(body), "status": "DRAFT" }),
        ("POST", tail) if tail.ends_with("/documents") || tail.ends_with("/recipients") => json!({ "id": "110e" }),
        ("POST", tail) if tail.ends_with("/attachment") => json!({ "status": "SUCCESS", "result": { "file_id": "4711" } }),
        ("GET", tail) if tail.ends_with("/sendings") => {
            let status = |reference: &String| if seen.copies.contains_key(reference) { "PENDING" } else { "DRAFT" };
            let one =
                |reference: &String| json!({ "id": reference.replace('_', "-"), "custom_id": reference, "status": status(reference) });
            json!({ "sendings": seen.drafts.iter().map(one).collect::<Vec<_>>(), "paging": {} })
        }
        ("GET", tail) if tail.contains("/download_") => return Some("%PDF-1.7 proof".to_owned()),
        ("GET", tail) if tail.ends_with("/delivery_statuses") => json!({ "delivery_statuses": [
            { "status": "A01", "date": "2026-10-10T08:00:00.000Z" },
            { "status": "A02", "date": "2026-10-12T09:00:00.000Z" },
            { "status": "D01", "date": "2026-10-14T10:00:00.000Z" },
        ] }),
        ("GET", tail) if tail.ends_with("/recipients") => json!({ "recipients": [{ "id": "r1" }] }),
        ("GET", tail) if tail.ends_with("/rl-abcdefgh12345678") => json!({ "status": "PROCESSED" }),
        ("GET", tail) if tail.ends_with("/getSuiviEnvoi") => {
            json!({ "success": true, "suiviCourrier": [{ "refTracking": "2C1", "lastState": "distribue", "pnd": "0" }] })
        }
        ("GET", tail) if tail.ends_with("/getProof") => {
            json!({ "success": true, "format_return": "pdf", "document": STANDARD.encode("%PDF-1.7 proof") })
        }
        ("GET", tail) if tail.ends_with("/user/mail") => {
            let one = |reference: String| json!({ "id": 4711, "ref_dossier": reference });
            json!({ "status": "SUCCESS", "result": ordered.map(one).into_iter().collect::<Vec<_>>() })
        }
        ("GET", tail) if tail.ends_with("/mail") && path.contains("id=4711") => json!({ "status": "SUCCESS", "result": {
            "id": 4711, "date": "2026-10-09 10:30:00", "ts_ev_date": "2026-10-09 10:31:00", "refused_date": "2026-10-11 12:00:00",
            "proof_ev_url": "", "proof_rf_url": "",
        } }),
        _ => return None,
    };
    Some(answer.to_string())
}

fn draft(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    body["custom_id"].as_str().unwrap().replace('_', "-")
}

/// What the call that orders answers.
pub fn ordered(path: &str) -> Option<Value> {
    match path {
        path if path.ends_with("/sendCourrier") => Some(json!({ "success": true, "envoi_id": [4711] })),
        path if path.ends_with("/submit") => Some(json!({})),
        path if path.ends_with("/mail") => Some(json!({ "status": "SUCCESS", "result": { "id": 4711 } })),
        _ => None,
    }
}

/// What became of one letter: calls that order, copies taken, and how the ladder ended.
async fn ladder(provider: &'static str, fault: Fault, always: bool, early: bool) -> (Seen, &'static str) {
    let gateway = Gateway::start().await;
    let name = format!("{provider}-{}{fault:?}", if early { "early-" } else { "" });
    let base = gateway.account(&format!("x-{name}"), Some(fault), always);
    let (channel, _, own) = vendors::all(&base).into_iter().find(|(_, named, _)| *named == provider).unwrap();
    let post = Post::named(provider).unwrap();
    let account = Account::named(post.name(), &json!({ provider: own })).unwrap();
    let (client, tokens, content) = (client().within(std::time::Duration::from_millis(300)), Tokens::default(), letter());
    let now = "2026-10-09T08:30:00Z".parse().unwrap();
    let message =
        Outgoing { reference: "rl_abcdefgh12345678", tenant: "ten_1", key: uuid::Uuid::nil(), content: &content, callback: None, now };
    let (can, mut unknown, mut end) = (capabilities(provider, channel), 0, "given up");
    let mut again = false;
    for _ in 0..5 {
        let handed = match again {
            false => post.send(&client, &tokens, &account, channel, &message).await,
            true => post.send_again(&client, &tokens, &account, channel, &message).await,
        };
        match handed {
            Handed::Accepted { .. } => end = "sent",
            Handed::Throttled { .. } | Handed::Transient { .. } => continue,
            Handed::Refused { .. } => end = "refused",
            Handed::Unknown { .. } => {
                let doubt = Doubt { since: now, before: unknown, receipts: false };
                unknown += 1;
                let mut rung = first(can, doubt);
                while let Rung::LookUp { at } = rung {
                    let found = post.look_up(&client, &tokens, &account, channel, &message).await;
                    match look_up_said(can, doubt, &found, at) {
                        Some(next) => rung = next,
                        None => {
                            end = "sent";
                            break;
                        }
                    }
                }
                if matches!(rung, Rung::Repeat { .. }) {
                    again = true;
                    continue;
                }
            }
        }
        break;
    }
    (gateway.seen(&format!("x-{name}")), end)
}

fn letter() -> MessageContent {
    let party = |name: &str| json!({ "name": name, "lines": ["12 rue de la République"], "postcode": "69002", "city": "Lyon", "country": "FR", "kind": "business" });
    let data = b"%PDF-1.7 letter".to_vec();
    MessageContent {
        to: Some("Boulangerie\n12 rue de la République\n69002 Lyon".into()),
        text: "Merci de régler 1\u{202f}234,56 €.".into(),
        headers: [("sender", party("Ateliers Dumas")), ("recipient", party("Boulangerie")), ("email", json!("claire@listed.example"))]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect(),
        attachments: vec![Attachment { name: "letter.pdf".into(), media_type: "application/pdf".into(), sha256: String::new(), data }],
        ..MessageContent::default()
    }
}

/// Whatever befalls the call that orders, one letter is posted at most, and what nobody knows ends with a person.
#[tokio::test]
async fn no_fault_makes_a_second_letter() {
    for provider in ["merci_facteur", "maileva", "ar24"] {
        for fault in FAULTS {
            for always in [false, true] {
                let (seen, end) = ladder(provider, fault, always, false).await;
                let copies = seen.copies.values().copied().max().unwrap_or_default();
                let told = format!("{provider} {fault:?} {always}: {end}, {} orders, {copies} copies", seen.posts);
                assert!(copies <= 1 && seen.copies.len() <= 1, "{told}");
                assert!(end != "sent" || copies == 1, "said to be sent: {told}");
                assert_ne!(end, "refused", "{told}");
                match fault {
                    Fault::LimitInSeconds | Fault::LimitByDate if !always => assert_eq!((end, copies), ("sent", 1), "{told}"),
                    // Merci Facteur is asked again and refuses it; the others are asked for it
                    Fault::ServerErrorAfter | Fault::ResetAfter | Fault::Hang if !always || provider != "merci_facteur" => {
                        assert_eq!((end, copies), ("sent", 1), "{told}");
                        assert!(seen.posts <= if provider == "merci_facteur" { 2 } else { 1 }, "{told}");
                    }
                    Fault::Truncated | Fault::Page => assert_eq!((end, seen.posts), ("sent", 1), "a 2xx is never tried again: {told}"),
                    // it was not taken, and AR24 says so: a person orders it anew, no machine
                    Fault::ServerError | Fault::ResetBefore if provider == "ar24" => {
                        assert_eq!((end, copies, seen.posts), ("given up", 0, 1), "{told}");
                    }
                    // the draft that was not taken is deleted, so that it never can be: another one is ordered
                    Fault::ServerError | Fault::ResetBefore if provider == "maileva" => {
                        let expected = if always { ("given up", 0, 2) } else { ("sent", 1, 2) };
                        assert_eq!((end, copies, seen.posts), expected, "{told}");
                        assert_eq!(seen.drafts.len(), 1, "{told}");
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Before that call nothing is ordered: whatever befalls it, the letter is ordered again, once.
#[tokio::test]
async fn a_fault_before_the_order_is_harmless() {
    for provider in ["maileva", "ar24"] {
        for fault in FAULTS {
            let (seen, end) = ladder(provider, fault, false, true).await;
            let copies = seen.copies.values().copied().max().unwrap_or_default();
            assert_eq!((end, copies, seen.posts), ("sent", 1, 1), "{provider} {fault:?}");
        }
    }
}

async fn followed(provider: &'static str, id: &str, known: &[String]) -> Followed {
    let gateway = Gateway::start().await;
    let base = gateway.account("x", None, false);
    let (_, _, own) = vendors::all(&base).into_iter().find(|(_, named, _)| *named == provider).unwrap();
    let post = Post::named(provider).unwrap();
    let account = Account::named(post.name(), &json!({ provider: own })).unwrap();
    let now = "2026-10-15T08:30:00Z".parse().unwrap();
    let letter = Posted { reference: "rl_abcdefgh12345678", provider_id: Some(id), channel: "registered_letter", proofs: known, now };
    post.follow(&client(), &Tokens::default(), &account, &letter).await.expect("it said how the letter fares")
}

fn told(followed: &Followed) -> Vec<(ReceiptKind, Option<String>)> {
    followed.receipts.iter().map(|receipt| (receipt.kind, receipt.at.map(|at| at.to_rfc3339()))).collect()
}

/// Asked how a letter fares, each says it in its own way; proofs are fetched once.
#[tokio::test]
async fn a_letter_is_asked_after_and_its_proofs_are_fetched() {
    use ReceiptKind::{Accepted, Declined, Delivered, Posted, Presented, Printed};
    let at = |text: &str| Some(text.to_owned());
    let maileva = followed("maileva", "rl-abcdefgh12345678", &[]).await;
    assert_eq!(
        told(&maileva),
        [
            (Printed, None),
            (Posted, at("2026-10-10T08:00:00+00:00")),
            (Presented, at("2026-10-12T09:00:00+00:00")),
            (Delivered, at("2026-10-14T10:00:00+00:00")),
        ]
    );
    let kinds = |followed: &Followed| followed.proofs.iter().map(|proof| (proof.kind, proof.data.clone())).collect::<Vec<_>>();
    let proof = || b"%PDF-1.7 proof".to_vec();
    assert_eq!(kinds(&maileva), [("deposit", proof()), ("acknowledgement", proof())]);
    assert!(maileva.done);
    let known = ["deposit".to_owned()];
    assert_eq!(kinds(&followed("maileva", "rl-abcdefgh12345678", &known).await), [("acknowledgement", proof())], "one is kept already");

    let merci_facteur = followed("merci_facteur", "4711", &[]).await;
    assert_eq!((told(&merci_facteur), kinds(&merci_facteur).len(), merci_facteur.done), (vec![(Delivered, None)], 2, true));

    let ar24 = followed("ar24", "4711", &[]).await;
    // local times of Paris
    let expected = [
        (Accepted, at("2026-10-09T08:30:00+00:00")),
        (Presented, at("2026-10-09T08:31:00+00:00")),
        (Declined, at("2026-10-11T10:00:00+00:00")),
    ];
    assert_eq!(told(&ar24), expected);
    assert!(ar24.proofs.is_empty() && !ar24.done, "its proof has yet to come");
}
