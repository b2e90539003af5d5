//! SMS gateways that are described by settings: the examples of `docs/gateways.md` send, are told of, and keep their secrets.

use serde_json::{Value, json};

use super::mails::doctor;
use crate::{
    on_both, story,
    support::{Database, World, receiver::Receiver, server},
};

/// A vendor's section of the guide: its settings and its receipt.
struct Example {
    name: &'static str,
    /// What the vendor answers when it takes a message.
    taken: &'static str,
    /// A secret of its settings.
    secret: &'static str,
}

const EXAMPLES: [Example; 3] = [
    Example { name: "Sinch", taken: r#"{"id":"01FC66621XXXXX119Z8PMV1QPQ"}"#, secret: "sinch-token-9f3b" },
    Example { name: "Vonage", taken: r#"{"messages":[{"message-id":"0C000000217B7F02","status":"0"}]}"#, secret: "vonage-secret-77" },
    Example { name: "MessageBird", taken: r#"{"id":"e8077d803532c0b5937c639b60216938"}"#, secret: "live-5c21d0" },
];

impl Example {
    fn block(&self, language: &str) -> String {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/gateways.md")).unwrap();
        let section = text.split("\n## ").find(|section| section.starts_with(self.name)).unwrap();
        section.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap().to_owned()
    }

    fn settings(&self) -> Value {
        serde_json::from_str(&self.block("json")).unwrap()
    }

    /// Hands in the receipt of the guide.
    async fn tell(&self, world: &World, path: &str, reference: &str) {
        let text = self.block("http").replace("{receipts_path}", path).replace("{reference}", reference);
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let line = head.lines().next().unwrap();
        match line.split_once(' ').unwrap() {
            ("GET", target) => world.get(target.trim()).await.expect(200),
            (_, target) => world.deliver(target, body.as_bytes(), &[("content-type", "application/json".to_owned())]).await.expect(200),
        };
    }
}

/// A policy of one text message on the first day overdue.
async fn texted(world: &World) -> Value {
    let policy = json!({"name": "One text", "applies_to": {"segments": ["texts"]},
        "steps": [{"key": "only", "offset_days": 1, "channel": "sms", "template": "sms_reminder"}]});
    let made = world.post("/v1/policies", policy).await.expect(201);
    let activate = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
    world.post(&activate, json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
    made["id"].clone()
}

/// A customer who can be reached at `phone`, due on the fourth.
async fn owing(world: &World, policy: &Value, name: &str, phone: &str) {
    let contact = json!({"external_id": "desk", "name": "Desk", "role": "accounts_payable", "phone": phone});
    world.customer_with(name, json!({"policy_id": policy, "contacts": [contact]})).await;
    world.invoice(&format!("FA-{name}"), name, "2026-11-02", "1200.00").await;
}

story! {
    /// Each gateway of the guide takes a reminder as its vendor wants it, tells that it arrived, and nothing shows its secret.
    the_gateways_of_the_guide_send_and_are_heard, world from "2026-11-01T08:00:00Z", {
        let policy = texted(&world).await;
        for (at, example) in EXAMPLES.iter().enumerate() {
            let mut settings = example.settings();
            let shown = world.put("/v1/channels/sms?dry_run=true", settings.clone()).await.expect(200);
            assert!(shown["gateway"].get("secrets").is_none() && shown["gateway"]["answer"].is_object(), "{shown}");

            let vendor = Receiver::start(example.taken).await;
            settings["gateway"]["url"] = json!(vendor.url);
            if settings["gateway"].get("look_up").is_some() {
                settings["gateway"]["look_up"]["url"] = json!(format!("{}?ref={{{{ reference }}}}", vendor.url));
            }
            let phone = format!("+3361234567{at}");
            settings["allow_list"] = json!([phone]);
            let channel = world.put("/v1/channels/sms", settings).await.expect(200);
            let path = channel["receipts_path"].as_str().unwrap().to_owned();

            let preview = world.post("/v1/channels/sms/test?dry_run=true", json!({"to": phone})).await.expect(200);
            let request = preview["request"].to_string();
            assert!(request.contains("***") && request.contains("rl_") && request.contains(&vendor.url), "{preview}");
            assert_eq!(vendor.all().len(), 0, "a dry run calls nobody");

            owing(&world, &policy, &format!("C{at}"), &phone).await;
            world.advance(&format!("2026-11-0{}T18:00:00Z", at + 4)).await;
            let calls = vendor.all();
            assert_eq!(calls.len(), 1, "{}", example.name);
            let call = format!("{:?}{}", calls[0].headers, calls[0].body);
            assert!(call.contains(example.secret), "{call}");
            let start = call.find("rl_").expect("our reference");
            let reference: String = call[start..].chars().take(19).collect();

            assert_eq!(world.list("/v1/reminders?status=sent").await.len(), 1, "{}", example.name);
            example.tell(&world, &path, &reference).await;
            example.tell(&world, &path, &reference).await;
            assert_eq!(world.list("/v1/reminders?status=delivered").await.len(), at + 1, "{}", example.name);

            for place in ["/v1/channels/sms", "/v1/channels", "/v1/audit_events?limit=200", "/v1/tasks", "/v1/events?limit=200"] {
                let read = world.get(place).await.expect(200).to_string();
                assert!(!read.contains(example.secret), "{place} shows the secret of {}", example.name);
            }
        }
    }
}

/// A description without a fault.
fn sound() -> Value {
    json!({"provider": "gateway", "from": "KELLER", "gateway": {"url": "https://sms.example/send", "media_type": "json",
        "headers": [{"name": "X-Api-Key", "value": "{{ secrets.key }}"}], "secrets": {"key": "s3cret-key-of-a-gateway"},
        "body": {"to": ["{{ to }}"], "text": "{{ text }}", "ref": "{{ reference }}", "hook": "{{ callback_url }}", "parts": "{{ parts }}", "flash": false},
        "answer": {"id": "/id", "status": {"pointer": "/status", "taken": ["0"], "recipient": ["6"]}},
        "look_up": {"url": "https://sms.example/list?ref={{ reference }}", "list": "/messages", "id": "/id"},
        "receipts": {"media_type": "json", "reference": "/ref", "status": "/state", "delivered": ["ok"],
            "verify": {"scheme": "hmac_sha256", "header": "X-Signature", "secret": "key", "encoding": "hex"}}}})
}

story! {
    /// A description is judged as a whole before it is used: each fault is named at its place.
    what_is_wrong_with_a_description_is_named_at_its_place, world from "2026-11-01T08:00:00Z", {
        world.put("/v1/channels/sms", sound()).await.expect(200);
        let form = json!([{"name": "to", "value": "{{ to }}"}, {"name": "text", "value": "{{ text }} {{ reference }}"}]);
        for (place, value, pointer) in [
            ("/gateway/url", json!("https://sms.example/{{ to }}"), "/gateway/url"),
            ("/gateway/url", json!("http://169.254.169.254/latest"), "/gateway/url"),
            ("/gateway/look_up/url", json!("https://10.0.0.1/{{ reference }}"), "/gateway/look_up/url"),
            ("/gateway/look_up/url", json!("https://{{ reference }}.example/x"), "/gateway/look_up/url"),
            ("/gateway/look_up/url", json!("https://sms.example/{{ secrets.key }}"), "/gateway/look_up/url"),
            ("/gateway/look_up/url", json!("https://sms.example/list"), "/gateway/look_up/url"),
            ("/gateway/look_up/item", json!("/message"), "/gateway/look_up"),
            ("/gateway/look_up/list", json!("messages"), "/gateway/look_up/list"),
            ("/gateway/method", json!("GET"), "/gateway/method"),
            ("/gateway/fields", form.clone(), "/gateway/fields"),
            ("/gateway/body", Value::Null, "/gateway/body"),
            ("/gateway/body/text", json!("{{ txt }}"), "/gateway/body/text"),
            ("/gateway/body/text", json!("{{ text "), "/gateway/body/text"),
            ("/gateway/body/text", json!("{{ text * 9 }}"), "/gateway/body/text"),
            ("/gateway/body/text", json!("hello"), "/gateway/body"),
            ("/gateway/body/to", json!("0612345678"), "/gateway/body"),
            ("/gateway/body/ref", json!("1"), "/gateway/body"),
            ("/gateway/body/hook", json!("{{ callback_url }}?x=1"), "/gateway/body/hook"),
            ("/gateway/body/password", json!("hunter2"), "/gateway/body/password"),
            ("/gateway/body/text", json!("x".repeat(2_001)), "/gateway/body/text"),
            ("/gateway/headers/0/value", json!("hunter2"), "/gateway/headers/0/value"),
            ("/gateway/headers/0/name", json!("Host"), "/gateway/headers/0/name"),
            ("/gateway/headers/0/name", json!("X Key"), "/gateway/headers/0/name"),
            ("/gateway/auth", json!({"scheme": "bearer", "secret": "other"}), "/gateway/auth/secret"),
            ("/gateway/auth", json!({"scheme": "basic", "secret": "key"}), "/gateway/auth/username"),
            ("/gateway/secrets", json!({"Key!": "x", "key": "y"}), "/gateway/secrets/Key!"),
            ("/gateway/secrets", json!({}), "/gateway/receipts/verify/secret"),
            ("/gateway/answer/id", json!("id"), "/gateway/answer/id"),
            ("/gateway/answer/status/recipient", json!(["6", "0"]), "/gateway/answer/status/recipient/1"),
            ("/gateway/answer/error", json!({"pointer": "/code"}), "/gateway/answer/error"),
            ("/gateway/receipts/failed", json!(["ok"]), "/gateway/receipts/failed/0"),
            ("/gateway/receipts/status", json!("state"), "/gateway/receipts/status"),
            ("/gateway/receipts/reference", Value::Null, "/gateway/receipts"),
            ("/gateway/receipts/media_type", json!("query"), "/gateway/receipts/verify/scheme"),
            ("/gateway/receipts/verify/header", Value::Null, "/gateway/receipts/verify/header"),
            ("/gateway/receipts/verify/scheme", json!("basic"), "/gateway/receipts/verify/header"),
        ] {
            let mut body = sound();
            let (parent, name) = place.rsplit_once('/').unwrap();
            let parent = body.pointer_mut(parent).unwrap();
            match parent {
                Value::Array(list) => list[name.parse::<usize>().unwrap()] = value.clone(),
                Value::Object(members) => drop(members.insert(name.to_owned(), value.clone())),
                other => panic!("{place}: {other}"),
            }
            let answer = world.put("/v1/channels/sms", body).await.expect(422);
            let errors = answer["errors"].as_array().unwrap();
            assert!(errors.iter().any(|error| error["pointer"] == pointer), "{place} {value}: {answer}");
            assert!(!answer.to_string().contains("s3cret-key"), "{answer}");
        }
        let mut other = sound();
        other["gateway"]["unheard_of"] = json!(1);
        world.put("/v1/channels/sms", other).await.problem(422, "unknown_field");
        let mut mail = sound();
        mail["from"] = json!("a@keller.example");
        world.put("/v1/channels/email", mail).await.expect(422);
    }
}

story! {
    /// A receipt that does not bear the signature that the description asks for changes nothing; nor does one to another
    /// tenant's address.
    a_forged_receipt_of_a_described_gateway_changes_nothing, world from "2026-11-01T08:00:00Z", {
        let vendor = Receiver::start(r#"{"id":"a-1","status":"0"}"#).await;
        let mut settings = sound();
        settings["gateway"]["url"] = json!(vendor.url);
        settings["allow_list"] = json!(["+33612345678"]);
        let path = world.put("/v1/channels/sms", settings).await.expect(200)["receipts_path"].as_str().unwrap().to_owned();
        let policy = texted(&world).await;
        owing(&world, &policy, "C1", "+33612345678").await;
        world.advance("2026-11-04T18:00:00Z").await;
        let sent = vendor.all();
        let reference = sent[0].json()["ref"].as_str().unwrap().to_owned();
        assert_eq!((sent[0].json()["parts"].is_u64(), sent[0].json().get("hook").is_none()), (true, true), "{:?}", sent[0]);
        let told = json!({"ref": reference, "state": "ok"}).to_string().into_bytes();
        for (path, signature) in [(path.as_str(), "00".repeat(32)), (path.as_str(), String::new()), ("/v1/receipts/0a1b", "00".repeat(32))] {
            world.deliver(path, &told, &[("x-signature", signature)]).await.problem(401, "unauthorized");
        }
        let other = World::begin(world.database, "2026-11-01T08:00:00Z").await.unwrap();
        let mut open = sound();
        open["gateway"]["receipts"].as_object_mut().unwrap().remove("verify");
        let foreign = other.put("/v1/channels/sms", open).await.expect(200)["receipts_path"].as_str().unwrap().to_owned();
        other.deliver(&foreign, &told, &[]).await.expect(200);
        assert_eq!(world.list("/v1/reminders?status=sent").await.len(), 1, "who has another tenant's address cannot tell of ours");
    }
}

/// `relance doctor` asks the vendor of each channel whether it knows the account, sends nothing, and shows no key.
async fn the_doctor_asks_the_vendor(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let mut server = server::start(&url, &[]);
    let world = World::test(&server, database, "2026-11-01T08:00:00Z").await;
    let knows = Receiver::start(
        r#"{"plan":[{"type":"payAsYouGo","credits":120}],"domains":[{"domain_name":"keller.example","authenticated":true}]}"#,
    )
    .await;
    let refuses = Receiver::refusing("401 Unauthorized").await;
    for (vendor, line) in [
        (&knows, "ok   Atelier Keller: email by brevo: credentials: The account is known; credits left: payAsYouGo 120."),
        (
            &refuses,
            "FAIL Atelier Keller: email by brevo: credentials: The provider does not let these credentials in (status 401: no reason given)",
        ),
    ] {
        let base = vendor.url.trim_end_matches("/hook");
        let channel =
            json!({"provider": "brevo", "from": "compta@keller.example", "brevo": {"api_key": "xkeysib-hidden", "base_url": base}});
        world.put("/v1/channels/email", channel).await.expect(200);
        let said = doctor(&url).await;
        assert!(said.lines().any(|one| one.starts_with(line)), "{said}");
        assert!(!said.contains("xkeysib"), "{said}");
        assert!(vendor.all().iter().all(|call| call.body.is_empty()), "nothing is sent");
    }
    server.kill();
}

on_both! {
    the_doctor_asks_the_vendor;
}
