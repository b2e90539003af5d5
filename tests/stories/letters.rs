//! Letters that a provider posts: what it tells afterwards moves deadlines, and its proofs are kept.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    story,
    support::{World, receiver::Receiver},
};

/// A Merci Facteur that grants a token and takes everything: one answer serves both.
async fn merci_facteur() -> Receiver {
    Receiver::start(r#"{"success":true,"token":"granted","expire":4102444800,"envoi_id":[123]}"#).await
}

async fn channel(world: &World, gateway: &Receiver) -> String {
    let base = gateway.url.trim_end_matches("/hook");
    let body = json!({"provider": "merci_facteur", "allow_list": ["compta@c1.example", "compta@c5.example"],
        "merci_facteur": {"service_id": "service-1", "secret_key": "s3cret-of-post", "user_id": "37", "webhook_secret": "hook-1", "base_url": base}});
    let shown = world.put("/v1/channels/letter", body).await.expect(200);
    assert!(shown["merci_facteur"].get("secret_key").is_none() && shown["merci_facteur"].get("webhook_secret").is_none(), "{shown}");
    shown["receipts_path"].as_str().unwrap().to_owned()
}

/// What Merci Facteur posts of one letter.
async fn told(world: &World, path: &str, reference: &str, state: &str, at: &str, key: &str, file: Value) -> crate::support::world::Answer {
    let at = chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp();
    let event = json!({"name_event": "new-state", "id_user": 37, "date_event": at}).to_string();
    let mut one = json!({"ref_courrier": "123-1", "id_envoi": "123", "statut_courrier": state, "ref_interne": reference, "tracking_number": "2C123456789"});
    one.as_object_mut().unwrap().extend(file.as_object().unwrap().clone());
    let detail = json!([one]).to_string();
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs([("event", &event), ("detail", &detail)]).finish();
    let headers = [("x-mf-webhook-secret-key", key.to_owned()), ("content-type", "application/x-www-form-urlencoded".to_owned())];
    world.deliver(path, form.as_bytes(), &headers).await
}

/// A letter that left, and its deposit proof.
pub async fn posted(world: &World, customer: &str, due_on: &str, until: &str) {
    let gateway = merci_facteur().await;
    let path = channel(world, &gateway).await;
    let policy = json!({"name": "One letter", "applies_to": {"segments": ["by post"]},
        "steps": [{"key": "only", "offset_days": 1, "channel": "letter", "template": "second_reminder"}]});
    let made = world.post("/v1/policies", policy).await.expect(201);
    let activate = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
    world.post(&activate, json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
    let customer = world.customer_with(customer, json!({"policy_id": made["id"]})).await;
    world
        .invoice(&format!("FA-{}", customer["external_id"].as_str().unwrap()), customer["external_id"].as_str().unwrap(), due_on, "1200.00")
        .await;
    world.advance(until).await;
    let list = world.list(&format!("/v1/reminders?customer_id={}", customer["id"].as_str().unwrap())).await;
    let letter = list.iter().find(|reminder| reminder["status"] == "sent").unwrap_or_else(|| panic!("{list:?}"));
    let reference = letter["reference"].as_str().unwrap();
    let proof = json!({"pdd_base64_pdf": STANDARD.encode("%PDF-1.4 deposit")});
    told(world, &path, reference, "scan_pdd", "2026-11-06T10:00:00Z", "hook-1", proof).await.expect(200);
}

story! {
    /// Posted on 9 October, the notice prints 26 October. The post left its notice of passage on the 21st, so it grants until
    /// the 29th, and the next step waits for that. What is told early, twice, backwards or by a stranger changes nothing.
    a_presentation_told_by_the_post_moves_the_deadline, world from "2026-10-01T05:00:00Z", {
        let gateway = merci_facteur().await;
        let path = channel(&world, &gateway).await;
        let policy = json!({"name": "Notices", "applies_to": {"segments": ["notices"]}, "given_date_grace_days": 2,
            "steps": [{"key": "notice", "offset_days": 4, "channel": "registered_letter", "template": "formal_notice", "deadline_days": 8, "approval": "required"},
                      {"key": "call", "offset_days": 10, "channel": "phone_task"}]});
        let made = world.post("/v1/policies", policy).await.expect(201);
        let activate = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
        world.post(&activate, json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
        world.customer_with("C1", json!({"policy_id": made["id"]})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "900.00").await;
        world.advance("2026-10-09T05:00:00Z").await;
        let asked = world.list("/v1/reminders?status=awaiting_approval").await;
        let (id, reference) = (asked[0]["id"].as_str().unwrap(), asked[0]["reference"].as_str().unwrap().to_owned());
        let read = async || world.get(&format!("/v1/reminders/{id}")).await.expect(200).clone();
        let tell = async |state: &str, at: &str| {
            told(&world, &path, &reference, state, at, "hook-1", json!({})).await.expect(200);
            world.rest().await;
        };
        // it says so before we know that it left
        tell("wait", "2026-10-09T08:00:00Z").await;
        assert_eq!(read().await["status"], "awaiting_approval");
        let by = json!({"by": {"name": "Marc", "email": "marc@keller.example"}});
        world.post(&format!("/v1/reminders/{id}/approve"), by).await.expect(200);
        world.advance("2026-10-09T16:00:00Z").await;
        let left = read().await;
        assert_eq!((&left["status"], &left["deadline_on"], &left["postal_state"]), (&json!("sent"), &json!("2026-10-26"), &json!("ordered")), "{left}");
        let orders = gateway.all();
        let order = orders.iter().find(|call| call.body.contains("modeEnvoi")).expect("it was ordered");
        let fields: std::collections::BTreeMap<_, _> = url::form_urlencoded::parse(order.body.as_bytes()).into_owned().collect();
        assert_eq!((fields["modeEnvoi"].as_str(), fields["antidoublon"].as_str(), fields["idUser"].as_str()), ("lrare", reference.as_str(), "37"));
        let parties: Value = serde_json::from_str(&fields["adress"]).unwrap();
        assert_eq!((&parties["dest"][0]["societe"], &parties["dest"][0]["cp"], &parties["dest"][0]["pays"]), (&json!("Boulangerie C1"), &json!("69003"), &json!("FRANCE")));

        world.advance("2026-10-23T09:00:00Z").await;
        told(&world, &path, &reference, "attente_au_guichet", "2026-10-12T10:00:00Z", "hook-2", json!({})).await.problem(401, "unauthorized");
        assert_eq!(read().await["presented_on"], Value::Null, "a stranger moves no deadline");
        told(&world, &path, "rl_ofsomebodyelse1", "distribue", "2026-10-12T10:00:00Z", "hook-1", json!({})).await.expect(200);
        // backwards and twice
        for (state, at) in [
            ("distribue", "2026-10-22T10:00:00Z"),
            ("attente_au_guichet", "2026-10-21T10:00:00Z"),
            ("distribue", "2026-10-22T10:00:00Z"),
            ("attente_au_guichet", "2026-10-21T10:00:00Z"),
            ("imprime", "2026-10-09T15:00:00Z"),
        ] {
            tell(state, at).await;
        }
        let arrived = read().await;
        assert_eq!((&arrived["status"], &arrived["postal_state"], &arrived["presented_on"]), (&json!("delivered"), &json!("delivered"), &json!("2026-10-21")), "{arrived}");
        let invoice = world.read_invoice("FA-1").await;
        assert_eq!(&invoice["dunning"]["next_action_at"].as_str().unwrap()[..10], "2026-11-03", "eight days from the 21st, and two for the money");
        let delivered = world.events().await.into_iter().filter(|event| event["type"] == "reminder.delivered").count();
        assert_eq!(delivered, 1, "told once");

        // its proofs are kept as they came, once
        for data in ["%PDF-1.4 deposit", "%PDF-1.4 another"] {
            let file = json!({"pdd_base64_pdf": STANDARD.encode(data)});
            told(&world, &path, &reference, "scan_pdd", "2026-10-10T10:00:00Z", "hook-1", file).await.expect(200);
        }
        let scan = [&[0xff, 0xd8, 0xff][..], b" acknowledgement"].concat();
        let file = json!({"are_base64_jpeg": STANDARD.encode(&scan)});
        told(&world, &path, &reference, "retour_are", "2026-10-23T08:00:00Z", "hook-1", file).await.expect(200);
        let content = world.get(&format!("/v1/reminders/{id}/content")).await.expect(200).clone();
        let proofs: Vec<_> = content["proofs"].as_array().unwrap().iter().map(|proof| (&proof["kind"], &proof["name"])).collect();
        assert_eq!(proofs, [(&json!("acknowledgement"), &json!("acknowledgement-proof.jpeg")), (&json!("deposit"), &json!("deposit-proof.pdf"))]);
        let (media_type, bytes) = world.file(&format!("/v1/reminders/{id}/attachments/acknowledgement-proof.jpeg")).await;
        assert_eq!((media_type.as_str(), &bytes), ("image/jpeg", &scan));
        let digest: String = Sha256::digest(&scan).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(content["proofs"][0]["sha256"], digest.as_str());
        let (_, deposit) = world.file(&format!("/v1/reminders/{id}/attachments/deposit-proof.pdf")).await;
        assert_eq!(deposit, b"%PDF-1.4 deposit", "the first stays");
        world.get(&format!("/v1/reminders/{id}/attachments/refusal-proof.pdf")).await.problem(404, "not_found");
    }
}

story! {
    /// A letter that came back gives a person the address to mend; nothing is said against the next one.
    a_letter_that_came_back_is_a_task, world from "2026-10-01T05:00:00Z", {
        posted(&world, "C5", "2026-10-05", "2026-10-07T18:00:00Z").await;
        let channel = world.get("/v1/channels/letter").await.expect(200).clone();
        let [letter] = world.reminders().await.try_into().unwrap();
        let reference = letter["reference"].as_str().unwrap();
        told(&world, channel["receipts_path"].as_str().unwrap(), reference, "distribue_expediteur", "2026-10-07T10:00:00Z", "hook-1", json!({})).await.expect(200);
        let read = world.get(&format!("/v1/reminders/{}", letter["id"].as_str().unwrap())).await.expect(200).clone();
        assert_eq!((&read["status"], &read["postal_state"]), (&json!("bounced"), &json!("returned")), "{read}");
        let tasks = world.list("/v1/tasks").await;
        assert!(tasks.iter().any(|task| task["kind"] == "contact_unreachable"), "{tasks:?}");
    }
}

story! {
    /// Settings of those who post letters are checked as a whole; secrets never come out.
    settings_of_those_who_post, world from "2026-10-01T05:00:00Z", {
        let maileva = json!({"client_id": "c", "client_secret": "s", "username": "u", "password": "p", "notification_email": "post@keller.example"});
        let ar24 = json!({"token": "t", "private_key": "k", "user_id": "42"});
        let post = json!({"service_id": "s", "secret_key": "k", "user_id": "37", "registered_mode": "lrare"});
        for (provider, own, secrets) in
            [("maileva", maileva, vec!["client_secret", "password"]), ("ar24", ar24, vec!["private_key"]), ("merci_facteur", post, vec!["secret_key"])]
        {
            let mut body = json!({"provider": provider});
            body[provider] = own.clone();
            let shown = world.put("/v1/channels/letter", body.clone()).await.expect(200).clone();
            assert!(secrets.iter().all(|secret| shown[provider].get(secret).is_none()), "{shown}");
            let mut without = body.clone();
            without[provider].as_object_mut().unwrap().remove(secrets[0]);
            assert!(!world.put("/v1/channels/letter", without).await.status.is_success(), "{provider} without {}", secrets[0]);
            body[provider]["base_url"] = json!("http://169.254.169.254/");
            world.put("/v1/channels/letter", body.clone()).await.expect(422);
            body["from"] = json!("x@y.example");
            world.put("/v1/channels/letter", body).await.expect(422);
        }
        let wrong = json!({"provider": "merci_facteur", "merci_facteur": {"service_id": "s", "secret_key": "k", "user_id": "me", "registered_mode": "pigeon"}});
        let refused = world.put("/v1/channels/letter", wrong).await;
        let refused = refused.expect(422);
        let at: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(at, ["/merci_facteur/registered_mode", "/merci_facteur/user_id"]);
    }
}
