//! What providers tell of messages afterwards, over HTTP.

use serde_json::{Value, json};

use crate::{
    story,
    support::{World, receiver::Receiver},
};

/// A mail that came back: the list of addresses that nothing is sent to has one more.
pub async fn bounced(world: &World, customer: &str) {
    let (brevo, path) = mailed(world, customer).await;
    let reference = brevo.all()[0].json()["tags"][0].clone();
    world.deliver(&path, &told("hard_bounce", &reference, 1), &password("hunter2")).await.expect(200);
}

/// One mail on the first day overdue, by a Brevo that takes everything.
async fn mailed(world: &World, customer: &str) -> (Receiver, String) {
    let brevo = Receiver::start(r#"{"messageId":"<2026.1@smtp-relay.mailin.fr>"}"#).await;
    let base = brevo.url.trim_end_matches("/hook").to_owned();
    let channel = json!({"provider": "brevo", "from": "compta@keller.example", "allow_list": ["compta@c1.example", "direction@c1.example"], "max_per_second": 100,
        "brevo": {"api_key": "xkeysib", "webhook_password": "hunter2", "base_url": base}});
    let channel = world.put("/v1/channels/email", channel).await.expect(200);
    assert!(channel["brevo"].get("api_key").is_none() && channel["brevo"].get("webhook_password").is_none(), "{channel}");
    let made = world
        .post(
            "/v1/policies",
            json!({"name": "One mail", "applies_to": {"segments": ["mailed"]}, "steps": [{"key": "only", "offset_days": 1, "channel": "email", "template": "first_reminder"}]}),
        )
        .await;
    let id = made.expect(201)["id"].as_str().unwrap().to_owned();
    world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
    let contact = |id: &str, role: &str| json!({"external_id": id, "name": id, "role": role, "email": format!("{id}@c1.example")});
    let contacts = json!([contact("compta", "accounts_payable"), contact("direction", "director")]);
    world.customer_with(customer, json!({"policy_id": id, "contacts": contacts})).await;
    world.invoice(&format!("FA-{customer}"), customer, "2026-11-02", "1200.00").await;
    world.advance("2026-11-04T18:00:00Z").await;
    (brevo, channel["receipts_path"].as_str().unwrap().to_owned())
}

fn told(event: &str, reference: &Value, at: i64) -> Vec<u8> {
    json!({"event": event, "email": "compta@c1.example", "message-id": "<2026.1@smtp-relay.mailin.fr>", "ts_epoch": at, "tags": [reference]}).to_string().into_bytes()
}

fn password(word: &str) -> [(&'static str, String); 2] {
    [("authorization", format!("Bearer {word}")), ("content-type", "application/json".to_owned())]
}

story! {
    /// The desk's address is gone: the director gets the mail, and one task says so.
    a_bounce_moves_to_the_next_contact, world from "2026-11-01T08:00:00Z", {
        let (brevo, path) = mailed(&world, "C1").await;
        let [first] = world.reminders().await.try_into().unwrap();
        assert_eq!(first["status"], "sent", "{first}");
        let sent = brevo.all();
        assert_eq!(sent.len(), 1);
        let body = sent[0].json();
        assert_eq!((body["to"][0]["email"].as_str(), sent[0].headers["api-key"].as_str()), (Some("compta@c1.example"), "xkeysib"));
        let reference = &body["tags"][0];

        world.deliver(&path, &told("delivered", reference, 1), &password("hunter3")).await.problem(401, "unauthorized");
        world.deliver("/v1/receipts/0000", &told("delivered", reference, 1), &password("hunter2")).await.problem(401, "unauthorized");
        let read = world.get(&format!("/v1/reminders/{}", first["id"].as_str().unwrap())).await;
        assert_eq!(read.expect(200)["status"], "sent", "forged receipts change nothing");

        for (event, at) in [("hard_bounce", 3), ("hard_bounce", 3), ("request", 1), ("delivered", 2)] {
            world.deliver(&path, &told(event, reference, at), &password("hunter2")).await.expect(200);
        }
        let read = world.get(&format!("/v1/reminders/{}", first["id"].as_str().unwrap())).await;
        assert_eq!(read.expect(200)["status"], "bounced", "a hard bounce stands, whatever comes after");
        let tasks = world.list("/v1/tasks").await;
        assert!(tasks.iter().any(|task| task["kind"] == "contact_unreachable"), "{tasks:?}");
        let bounced = world.events().await.into_iter().filter(|event| event["type"] == "reminder.bounced").count();
        assert_eq!(bounced, 1, "told once");

        world.advance("2026-11-20T18:00:00Z").await;
        let sent = brevo.all();
        let to: Vec<_> = sent.iter().map(|mail| mail.json()["to"][0]["email"].as_str().unwrap().to_owned()).collect();
        assert_eq!(to, ["compta@c1.example", "direction@c1.example"]);
    }
}

story! {
    /// What arrived is said to have arrived, and a channel is tried out before anybody is chased over it.
    a_delivery_is_told_and_a_channel_tried, world from "2026-11-01T08:00:00Z", {
        let (brevo, path) = mailed(&world, "C1").await;
        let reference = brevo.all()[0].json()["tags"][0].clone();
        world.deliver(&path, &told("delivered", &reference, 2), &password("hunter2")).await.expect(200);
        let [only] = world.reminders().await.try_into().unwrap();
        assert_eq!(only["status"], "delivered");
        world.deliver(&path, b"<html>", &password("hunter2")).await.problem(400, "malformed_json");

        let listed = world.post("/v1/channels/email/test", json!({"to": "direction@c1.example"})).await.expect(200);
        assert_eq!((&listed["outcome"], &listed["provider"]), (&json!("accepted"), &json!("brevo")), "{listed}");
        let foreign = world.post("/v1/channels/email/test", json!({"to": "somebody@else.example"})).await.expect(200);
        assert_eq!(foreign["outcome"], "not_called", "a test tenant writes to listed addresses only");
        let credentials = listed["checks"].as_array().unwrap().iter().find(|check| check["code"] == "credentials").unwrap().clone();
        assert_eq!((&credentials["ok"], &credentials["detail"]), (&json!(true), &json!("The account is known.")));
        // asked for the account and the domain each time, which sends nothing
        let asked = |received: &&crate::support::receiver::Received| received.body.is_empty();
        assert_eq!((brevo.all().iter().filter(asked).count(), brevo.all().iter().filter(|one| !asked(one)).count()), (4, 2));
        world.post("/v1/channels/email/test", json!({"to": "nobody"})).await.expect(422);
        world.post("/v1/channels/sms/test", json!({"to": "0612345678"})).await.expect(404);
        world.post("/v1/channels/letter/test", json!({"to": "x"})).await.expect(404);
    }
}

story! {
    /// Every provider's settings are checked as a whole, and its secrets never come out.
    settings_of_every_provider, world from "2026-11-01T08:00:00Z", {
        for (channel, provider, own, secrets) in [
            ("email", "mailjet", json!({"api_key": "a", "secret_key": "s"}), vec!["secret_key"]),
            ("email", "postmark", json!({"server_token": "t", "message_stream": "outbound"}), vec!["server_token"]),
            ("email", "scaleway", json!({"secret_key": "s", "project_id": "p"}), vec!["secret_key"]),
            ("email", "ses", json!({"access_key_id": "a", "secret_access_key": "s", "region": "eu-west-3"}), vec!["secret_access_key"]),
            ("email", "sendgrid", json!({"api_key": "k"}), vec!["api_key"]),
            ("sms", "ovh", json!({"service_name": "sms-1", "application_key": "a", "application_secret": "s", "consumer_key": "c"}), vec!["application_secret", "consumer_key"]),
            ("sms", "twilio", json!({"account_sid": "AC1", "auth_token": "t"}), vec!["auth_token"]),
            ("sms", "smsmode", json!({"api_key": "k"}), vec!["api_key"]),
            ("sms", "brevo", json!({"api_key": "k"}), vec!["api_key"]),
        ] {
            let path = format!("/v1/channels/{channel}");
            let from = if channel == "email" { "compta@keller.example" } else { "KELLER" };
            let mut body = json!({"provider": provider, "from": from, "max_per_second": 10});
            body[provider] = own.clone();
            let shown = world.put(&path, body.clone()).await.expect(200);
            for secret in secrets {
                assert!(shown[provider].get(secret).is_none(), "{provider} shows {secret}");
            }
            let address = shown["receipts_path"].as_str().unwrap().to_owned();
            assert_eq!(world.put(&path, body.clone()).await.expect(200)["receipts_path"], address.as_str(), "it stands in the provider's settings");
            let first = own.as_object().unwrap().keys().next().unwrap().clone();
            body[provider].as_object_mut().unwrap().remove(&first);
            assert!(!world.put(&path, body.clone()).await.status.is_success(), "{provider} without {first}");
            body[provider] = own.clone();
            body[provider]["base_url"] = json!("http://169.254.169.254/");
            world.put(&path, body.clone()).await.expect(422);
            body[provider]["base_url"] = Value::Null;
            body["max_per_second"] = json!(0);
            body[provider].as_object_mut().unwrap().remove("base_url");
            world.put(&path, body).await.expect(422);
        }
    }
}
