//! A second provider beside the first: it carries what the first certainly did not take, and nothing else.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    story,
    support::{World, receiver::Receiver},
};

const PHONE: &str = "+33612345678";

/// A gateway for text messages.
async fn gateway() -> Receiver {
    Receiver::start(r#"{"id":"4711"}"#).await
}

fn texting(from: &str, url: &str) -> Value {
    json!({"provider": "http", "from": from, "allow_list": [PHONE], "http": {"url": url}})
}

/// A policy of one step on the first day overdue.
async fn policy(world: &World, channel: &str) -> Value {
    let template = if channel == "sms" { "sms_reminder" } else { "first_reminder" };
    let policy = json!({"name": "One message", "applies_to": {"segments": ["one"]},
        "steps": [{"key": "only", "offset_days": 1, "channel": channel, "template": template}]});
    let made = world.post("/v1/policies", policy).await.expect(201);
    let activate = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
    world.post(&activate, json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
    made["id"].clone()
}

/// Two gateways, the first of which answers `says`, and a policy of one text message.
async fn two(world: &World, says: &'static str) -> (Receiver, Receiver, Value) {
    let (first, second) = (gateway().await, gateway().await);
    first.says(says);
    world.put("/v1/channels/sms", texting("KELLER", &first.url)).await.expect(200);
    world.put("/v1/channels/sms_fallback", texting("SECOURS", &second.url)).await.expect(200);
    (first, second, policy(world, "sms").await)
}

async fn debtor(world: &World, policy: &Value, customer: &str) {
    world.customer_with(customer, json!({"policy_id": policy})).await;
    world.invoice(&format!("FA-{customer}"), customer, "2026-10-05", "900.00").await;
}

fn references(gateway: &Receiver) -> Vec<String> {
    let mut all: Vec<String> = gateway.all().iter().map(|text| text.json()["reference"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

async fn broken(world: &World) -> Vec<String> {
    let tasks = world.list("/v1/tasks?status=open").await;
    let broken = tasks.iter().filter(|task| task["kind"] == "channel_broken");
    broken.map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

/// Who got each attempt of a message, and what came of it.
async fn attempts(world: &World, reminder: &Value) -> Vec<(String, String)> {
    let read = world.get(&format!("/v1/reminders/{}", reminder["id"].as_str().unwrap())).await.expect(200);
    let said = |attempt: &Value, member: &str| attempt[member].as_str().unwrap().to_owned();
    read["attempts"].as_array().unwrap().iter().map(|attempt| (said(attempt, "channel"), said(attempt, "outcome"))).collect()
}

fn told(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(channel, outcome)| ((*channel).to_owned(), (*outcome).to_owned())).collect()
}

async fn count(world: &World, status: &str) -> usize {
    world.list(&format!("/v1/reminders?status={status}")).await.len()
}

story! {
    /// The first provider refuses the key: each message leaves once by the fallback, in its sender's name, one task says so, and
    /// while the circuit is open nobody troubles the first. A probe brings it back.
    a_revoked_key_moves_the_messages_to_the_fallback_until_it_is_mended, world from "2026-10-05T05:00:00Z", {
        let (first, second, policy) = two(&world, "401 Unauthorized").await;
        for customer in ["C1", "C2", "C3", "C4", "C5", "C6"] {
            debtor(&world, &policy, customer).await;
        }
        world.advance("2026-10-06T06:32:00Z").await;
        assert_eq!((count(&world, "sent").await, second.all().len()), (6, 6));
        assert_eq!(references(&first), references(&second), "the same messages");
        assert!(second.all().iter().all(|text| text.json()["from"] == "SECOURS"));
        let [task] = broken(&world).await.try_into().unwrap();
        assert!(task.starts_with("Mend the channel sms: its messages leave by the fallback meanwhile ("), "{task}");
        for reminder in world.reminders().await {
            assert_eq!(attempts(&world, &reminder).await, told(&[("sms", "refused"), ("sms_fallback", "accepted")]));
            let said = world.get(&format!("/v1/reminders/{}/content", reminder["id"].as_str().unwrap())).await.expect(200);
            assert_eq!(said["from"], "SECOURS", "what was said is what left");
        }

        debtor(&world, &policy, "C7").await;
        world.advance("2026-10-06T06:34:00Z").await;
        assert_eq!((first.all().len(), second.all().len()), (6, 7), "the circuit is open");
        first.says("200 OK");
        world.advance("2026-10-06T06:40:00Z").await;
        for customer in ["C8", "C9"] {
            debtor(&world, &policy, customer).await;
        }
        world.advance("2026-10-06T07:00:00Z").await;
        assert_eq!(count(&world, "sent").await, 9);
        assert!(first.all().len() > 6, "the probe");
        debtor(&world, &policy, "C10").await;
        world.advance("2026-10-06T07:10:00Z").await;
        let all: std::collections::BTreeSet<String> = references(&first).into_iter().chain(references(&second)).collect();
        assert_eq!((all.len(), count(&world, "sent").await), (10, 10));
        assert_eq!(first.all().len() + second.all().len(), 10 + 6, "nothing left twice");
        let last = world.list("/v1/reminders").await;
        assert_eq!(attempts(&world, &last[0]).await, told(&[("sms", "accepted")]), "by the first again");
        assert_eq!(broken(&world).await.len(), 1, "told once");
    }
}

story! {
    /// What may have left is never handed to anybody else, whatever the first says later.
    a_text_message_of_unknown_fate_never_leaves_by_the_fallback, world from "2026-10-05T05:00:00Z", {
        let (first, second, policy) = two(&world, "").await;
        debtor(&world, &policy, "C1").await;
        world.advance("2026-10-06T12:00:00Z").await;
        first.says("401 Unauthorized");
        world.advance("2026-10-09T18:00:00Z").await;
        let [only] = world.reminders().await.try_into().unwrap();
        let handed = first.all().iter().filter(|call| !call.body.is_empty()).count();
        assert_eq!((only["status"].as_str(), handed, second.all().len()), (Some("unknown"), 1, 0), "{only}");
        assert!(world.list("/v1/tasks").await.iter().any(|task| task["kind"] == "message_unknown"));
    }
}

/// An e-mail by Brevo, with Mailjet behind it.
async fn mailed(world: &World, says: &'static str) -> (Receiver, Receiver, Value, [Value; 2]) {
    let brevo = Receiver::start(r#"{"messageId":"<2026.1@smtp-relay.mailin.fr>"}"#).await;
    brevo.says(says);
    let mailjet = Receiver::start(
        r#"{"Messages":[{"Status":"success","To":[{"MessageID":1152921529072349585}]}],"Count":1,"Data":[{"ID":1152921529072349585}]}"#,
    )
    .await;
    let base = |receiver: &Receiver| receiver.url.trim_end_matches("/hook").to_owned();
    let first = json!({"provider": "brevo", "from": "compta@keller.example", "allow_list": ["compta@c1.example"],
        "brevo": {"api_key": "k", "base_url": base(&brevo)}});
    let second = json!({"provider": "mailjet", "from": "secours@keller.example", "from_name": "Keller", "reply_to": "secours@keller.example",
        "allow_list": ["compta@c1.example"], "mailjet": {"api_key": "k", "secret_key": "s", "base_url": base(&mailjet)}});
    world.put("/v1/channels/email", first.clone()).await.expect(200);
    let put = world.put("/v1/channels/email_fallback", second.clone()).await.expect(200);
    assert!(put["mailjet"].get("secret_key").is_none(), "{put}");
    let policy = policy(world, "email").await;
    debtor(world, &policy, "C1").await;
    (brevo, mailjet, put, [first, second])
}

story! {
    /// A mail of unknown fate is repeated at the provider that may have it, never at the other.
    an_e_mail_of_unknown_fate_never_leaves_by_the_fallback, world from "2026-10-05T05:00:00Z", {
        let (brevo, mailjet, ..) = mailed(&world, "").await;
        world.advance("2026-10-09T18:00:00Z").await;
        let [only] = world.reminders().await.try_into().unwrap();
        assert_eq!(only["status"], "unknown");
        assert!(!brevo.all().is_empty() && mailjet.all().is_empty());
    }
}

story! {
    /// A mail that Brevo would not take leaves by Mailjet: same text, reference and Message-ID, the fallback's sender. Nobody knows
    /// whether Mailjet has it, so Mailjet is asked, also after the two have changed places; its receipts count, Brevo's word on a
    /// message that it does not have does not.
    the_fallback_is_asked_for_what_it_may_have_and_its_receipts_count, world from "2026-10-05T05:00:00Z", {
        let (brevo, mailjet, put, [first, second]) = mailed(&world, "401 Unauthorized").await;
        mailjet.says("");
        world.advance("2026-10-06T06:30:30Z").await;
        let [only] = world.reminders().await.try_into().unwrap();
        assert_eq!(only["status"], "unknown", "{only}");
        assert_eq!(attempts(&world, &only).await, told(&[("email", "refused"), ("email_fallback", "unknown")]));
        let [sent] = mailjet.all().try_into().unwrap();
        let sent = sent.json()["Messages"][0].clone();
        let reference = brevo.all()[0].json()["tags"][0].clone();
        assert_eq!((&sent["CustomID"], &sent["From"]["Email"]), (&reference, &json!("secours@keller.example")), "{sent}");
        let said = world.get(&format!("/v1/reminders/{}/content", only["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(said["headers"]["Message-ID"], format!("<{}@keller.example>", reference.as_str().unwrap()));
        assert_eq!(said["headers"]["Reply-To"], "secours@keller.example");

        mailjet.says("200 OK");
        world.put("/v1/channels/email", second).await.expect(200);
        let brevo_now = world.put("/v1/channels/email_fallback", first).await.expect(200);
        world.advance("2026-10-06T12:00:00Z").await;
        assert_eq!(world.reminders().await[0]["status"], "sent");
        assert_eq!((brevo.all().len(), mailjet.all().len()), (1, 2), "Mailjet was asked, nobody was sent anything");

        let failed = json!({"event": "blocked", "email": "compta@c1.example", "message-id": "<x@y>", "ts_epoch": 1, "tags": [reference]});
        let json_body = [("content-type", "application/json".to_owned())];
        let path = brevo_now["receipts_path"].as_str().unwrap();
        world.deliver(path, failed.to_string().as_bytes(), &json_body).await.expect(200);
        assert_eq!(world.reminders().await[0]["status"], "sent", "Brevo has nothing to say of it");
        world.deliver(put["receipts_path"].as_str().unwrap(), b"[]", &json_body).await.problem(401, "unauthorized");
    }
}

story! {
    /// A receipt that comes to the fallback's address is a receipt of the message that left by it.
    receipts_of_the_fallback_count, world from "2026-10-05T05:00:00Z", {
        let (_first, second, policy) = two(&world, "401 Unauthorized").await;
        debtor(&world, &policy, "C1").await;
        world.advance("2026-10-06T07:00:00Z").await;
        let channels = world.get("/v1/channels").await.expect(200);
        let path = |name: &str| {
            let list = channels["data"].as_array().unwrap();
            list.iter().find(|channel| channel["channel"] == name).unwrap()["receipts_path"].as_str().unwrap().to_owned()
        };
        let said = |status: &str| json!({"reference": second.all()[0].json()["reference"], "status": status}).to_string().into_bytes();
        let status = async || world.reminders().await[0]["status"].as_str().unwrap().to_owned();
        world.deliver(&path("sms"), &said("failed"), &[]).await.expect(200);
        assert_eq!(status().await, "sent", "the first has nothing to say of what it did not take");
        world.deliver(&path("sms_fallback"), &said("delivered"), &[]).await.expect(200);
        assert_eq!(status().await, "delivered");
    }
}

story! {
    /// Nobody answers at the first: it is tried again as long as the message leaves in time, and then goes by the fallback on the
    /// same day.
    spent_retries_move_a_message_to_the_fallback, world from "2026-10-05T05:00:00Z", {
        let second = gateway().await;
        world.put("/v1/channels/sms", texting("KELLER", "http://127.0.0.1:9/sms")).await.expect(200);
        world.put("/v1/channels/sms_fallback", texting("SECOURS", &second.url)).await.expect(200);
        let policy = policy(&world, "sms").await;
        debtor(&world, &policy, "C1").await;
        world.advance("2026-10-06T08:00:00Z").await;
        assert_eq!((count(&world, "planned").await, second.all().len()), (1, 0), "it still may");
        world.advance("2026-10-06T22:00:00Z").await;
        let [only] = world.reminders().await.try_into().unwrap();
        assert_eq!((only["status"].as_str(), second.all().len()), (Some("sent"), 1), "{only}");
        let mut tried = attempts(&world, &only).await;
        assert_eq!(tried.pop(), told(&[("sms_fallback", "accepted")]).pop());
        assert!(tried.len() > 5 && tried.iter().all(|attempt| *attempt == ("sms".to_owned(), "transient".to_owned())), "{tried:?}");
    }
}

story! {
    /// A short pause is waited for; one that lasts beyond the day is not.
    a_pause_is_waited_for_only_as_long_as_the_message_leaves_in_time, world from "2026-10-05T05:00:00Z", {
        let (first, second, policy) = two(&world, "429 Slow\r\nretry-after: 600").await;
        debtor(&world, &policy, "C1").await;
        world.advance("2026-10-06T06:35:00Z").await;
        assert_eq!((first.all().len(), second.all().len(), count(&world, "planned").await), (1, 0, 1));
        first.says("200 OK");
        world.advance("2026-10-06T07:00:00Z").await;
        assert_eq!((first.all().len(), second.all().len(), count(&world, "sent").await), (2, 0, 1), "by the first, as it wished");

        first.says("429 Slow\r\nretry-after: 86400");
        debtor(&world, &policy, "C2").await;
        debtor(&world, &policy, "C3").await;
        world.advance("2026-10-06T07:05:00Z").await;
        assert_eq!((second.all().len(), count(&world, "sent").await), (2, 3), "tomorrow is too late");
        let asked = first.all().len();
        debtor(&world, &policy, "C4").await;
        world.advance("2026-10-06T07:10:00Z").await;
        assert_eq!((first.all().len(), second.all().len()), (asked, 3), "and it is not asked meanwhile");
        assert_eq!(broken(&world).await.len(), 1);
    }
}

story! {
    /// A number that takes nothing takes nothing from anybody, and a message that is refused as such is nobody's.
    what_is_refused_for_the_number_or_the_message_does_not_go_on, world from "2026-10-05T05:00:00Z", {
        let (_, second, policy) = two(&world, "200 OK").await;
        let first = Receiver::start(r#"{"error":{"scope":"recipient"}}"#).await;
        first.says("422 No");
        world.put("/v1/channels/sms", texting("KELLER", &first.url)).await.expect(200);
        debtor(&world, &policy, "C1").await;
        world.advance("2026-10-06T18:00:00Z").await;
        assert_eq!((first.all().len(), second.all().len(), count(&world, "failed").await), (1, 0, 1));
        assert!(broken(&world).await.is_empty());
    }
}

story! {
    /// Neither takes anything: the messages wait, one task says so, and nothing is lost when one of them is mended.
    with_both_broken_the_messages_wait, world from "2026-10-05T05:00:00Z", {
        let (first, second, policy) = two(&world, "401 Unauthorized").await;
        second.says("403 Forbidden");
        debtor(&world, &policy, "C1").await;
        debtor(&world, &policy, "C2").await;
        world.advance("2026-10-06T12:00:00Z").await;
        assert_eq!(count(&world, "planned").await, 2);
        let [task] = broken(&world).await.try_into().unwrap();
        assert!(task.starts_with("Mend the channel sms: nothing leaves over it (") && task.contains("by the fallback:"), "{task}");
        let before = second.all().len();
        second.says("200 OK");
        world.advance("2026-10-06T14:00:00Z").await;
        assert_eq!((count(&world, "sent").await, second.all().len() - before), (2, 2));
        assert!(first.all().len() > 2);
    }
}

story! {
    /// The fallback is a channel of its own: settings, secrets, version and test; letters have none. A test tenant writes by it to its
    /// own list only.
    the_fallback_is_set_up_like_its_channel, world from "2026-10-05T05:00:00Z", {
        let (first, second, policy) = two(&world, "401 Unauthorized").await;
        let tried = world.post("/v1/channels/sms_fallback/test", json!({"to": PHONE})).await.expect(200);
        assert_eq!((&tried["outcome"], second.all().len(), first.all().len()), (&json!("accepted"), 1, 0), "{tried}");
        world.put("/v1/channels/sms_fallback", json!({"provider": "brevo", "from": "a@b.example", "smtp": {}})).await.expect(422);
        world.put("/v1/channels/letter_fallback", json!({"provider": "print"})).await.problem(404, "not_found");
        world.put("/v1/channels/email_fallback", json!({"provider": "twilio", "from": "a@b.example", "twilio": {"account_sid": "A", "auth_token": "t"}})).await.expect(422);
        let mut narrow = texting("SECOURS", &second.url);
        narrow["allow_list"] = json!([]);
        assert_eq!(world.put("/v1/channels/sms_fallback", narrow).await.expect(200)["version"], 2);
        debtor(&world, &policy, "C1").await;
        world.advance("2026-10-06T12:00:00Z").await;
        let [only] = world.reminders().await.try_into().unwrap();
        let read = world.get(&format!("/v1/reminders/{}", only["id"].as_str().unwrap())).await.expect(200);
        let providers: Vec<&str> = read["attempts"].as_array().unwrap().iter().map(|attempt| attempt["provider"].as_str().unwrap()).collect();
        assert_eq!((providers, second.all().len()), (vec!["http", "test"], 1), "counted as sent, and nobody was called");
    }
}

story! {
    /// Taken away, it carries nothing more: what the first refuses waits until the first is well.
    a_fallback_that_is_taken_away_carries_nothing, world from "2026-10-05T05:00:00Z", {
        let (first, second, policy) = two(&world, "401 Unauthorized").await;
        world.send(Method::DELETE, "/v1/channels/sms_fallback", None, &[]).await.expect(204);
        world.send(Method::DELETE, "/v1/channels/sms_fallback", None, &[]).await.problem(404, "not_found");
        debtor(&world, &policy, "C1").await;
        world.advance("2026-10-06T12:00:00Z").await;
        assert_eq!((count(&world, "planned").await, second.all().len(), broken(&world).await.len()), (1, 0, 1));
        first.says("200 OK");
        world.put("/v1/channels/sms", texting("KELLER", &first.url)).await.expect(200);
        world.advance("2026-10-06T16:00:00Z").await;
        assert_eq!(count(&world, "sent").await, 1);
    }
}
