//! Signed webhooks as a receiver sees them.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    story,
    support::{
        World,
        receiver::{Received, Receiver},
        world,
    },
};

/// The signature as the Standard Webhooks text says: HMAC-SHA256 over `id.timestamp.body`.
pub fn verifies(received: &Received, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.{}", received.headers["webhook-id"], received.headers["webhook-timestamp"], received.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    received.headers["webhook-signature"].split(' ').any(|signature| signature == expected)
}

story! {
    /// Every event arrives once, signed, its sequence per subject without holes.
    every_event_is_signed_and_in_sequence, world from "2026-10-01T05:00:00Z", {
        let receiver = Receiver::start("{}").await;
        let endpoint = world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["*"]})).await.expect(201);
        let secret = endpoint["secret"].as_str().unwrap().to_owned();
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-12T12:00:00Z").await;
        world.pays("P1", "C1", "200.00", "2026-10-12", json!({})).await;
        world.rest().await;
        let feed = world.events().await;
        let got = receiver.until("all events", |got| got.len() >= feed.len()).await;
        assert_eq!(got.len(), feed.len());
        let mut last: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for received in &got {
            assert!(verifies(received, &secret), "{received:?}");
            let body = received.json();
            assert_eq!(body["id"], received.headers["webhook-id"].as_str());
            assert_eq!((&body["api_version"], &body["livemode"]), (&json!("2026-12-01"), &json!(false)));
            assert!(feed.contains(&body), "the feed and the delivery are the same");
            last.entry(body["subject"]["id"].as_str().unwrap().to_owned()).or_default().push(body["sequence"].as_i64().unwrap());
        }
        for (subject, mut sequences) in last {
            sequences.sort_unstable();
            assert!(sequences.iter().zip(1..).all(|(have, want)| *have == want), "{subject}: {sequences:?}");
        }
        let body = got[0].body.clone();
        let mut forged = got[0].clone();
        forged.body = body.replacen("customer", "custOmer", 1);
        assert!(!verifies(&forged, &secret));
        let deliveries = world.list(&format!("/v1/webhook_endpoints/{}/deliveries", endpoint["id"].as_str().unwrap())).await;
        assert_eq!(deliveries.len(), feed.len());
    }
}

story! {
    /// During rotation both secrets verify.
    rotation_signs_with_both, world from "2026-10-01T05:00:00Z", {
        let receiver = Receiver::start("{}").await;
        let endpoint = world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["customer.created"]})).await.expect(201);
        let old = endpoint["secret"].as_str().unwrap().to_owned();
        let rotated = world.post(&format!("/v1/webhook_endpoints/{}/rotate_secret", endpoint["id"].as_str().unwrap()), json!({})).await.expect(200);
        let new = rotated["secret"].as_str().unwrap().to_owned();
        world.customer("C1").await;
        let got = receiver.until("the event", |got| !got.is_empty()).await;
        assert!(old != new && verifies(&got[0], &old) && verifies(&got[0], &new));
    }
}

/// Every range that is nobody's public address, as it can be spelt; and what else a URL may hide.
const HOSTILE: &[&str] = &[
    "https://0.0.0.0/",
    "https://0/",
    "https://10.0.0.1/",
    "https://0x0a000001/",
    "https://0x0a.1/",
    "https://012.0.0.1/",
    "https://167772161/",
    "https://100.64.0.1/",
    "https://100.127.255.254/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://0251.0376.0251.0376/",
    "https://169.254.43518/",
    "https://169.16689662/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.0.0.1/",
    "https://192.0.2.7/",
    "https://192.88.99.1/",
    "https://192.168.1.1/",
    "https://0300.0250.1/",
    "https://198.18.0.1/",
    "https://198.19.255.255/",
    "https://198.51.100.4/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://10.0.0.1./",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]:8443/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:a00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[5f00::1]/",
    "https://[100::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456:789a::1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "https://example.com:22/",
    "https://example.com:80/",
    "https://8.8.8.8:25/",
    "https://user:pw@example.com/",
    "https://8.8.8.8@10.0.0.1/",
    "https://example.com/#top",
    "https://example.com\\@10.0.0.1/",
    "https://exa mple.com/",
    "https://10.0.0.%31/",
    "https://１０.0.0.1/",
    "https://[fe80::1%25eth0]/",
];

story! {
    /// Nothing special-purpose is reachable unless the operator allows it.
    special_addresses_are_refused, world from "2026-10-01T05:00:00Z", {
        let receiver = Receiver::start("{}").await;
        let good = world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["*"]})).await.expect(201);
        let path = format!("/v1/webhook_endpoints/{}", good["id"].as_str().unwrap());
        assert!(HOSTILE.len() >= 60);
        for url in HOSTILE {
            world.post("/v1/webhook_endpoints", json!({"url": url, "event_types": ["*"]})).await.problem(422, "blocked_address");
        }
        for url in ["https://10.0.0.1/", "https://example.com:22/"] {
            world.send(Method::PATCH, &path, Some(json!({"url": url})), &[("if-match", "\"1\"")]).await.problem(422, "blocked_address");
        }
        for url in ["", "example.com/hook", "/hook"] {
            world.post("/v1/webhook_endpoints", json!({"url": url, "event_types": ["*"]})).await.problem(422, "validation_failed");
        }
        assert_eq!(world.list("/v1/webhook_endpoints").await.len(), 1);
    }
}

fn hook(receiver: &Receiver, more: Value) -> Value {
    let mut body = json!({"url": receiver.url, "event_types": ["*"]});
    world::merge(&mut body, more);
    body
}

fn kinds(got: &[Received]) -> Vec<String> {
    let mut kinds: Vec<String> = got.iter().map(|received| received.json()["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

story! {
    /// An old secret verifies for as long as it was told to, and not a moment longer.
    a_rotation_without_overlap_ends_the_old_secret, world from "2026-10-01T05:00:00Z", {
        let receiver = Receiver::start("{}").await;
        let endpoint = world.post("/v1/webhook_endpoints", hook(&receiver, json!({}))).await.expect(201);
        let path = format!("/v1/webhook_endpoints/{}", endpoint["id"].as_str().unwrap());
        for hours in [-1, 169] {
            world.post(&format!("{path}/rotate_secret"), json!({"overlap_hours": hours})).await.problem(422, "validation_failed");
        }
        let second = world.post(&format!("{path}/rotate_secret"), json!({"overlap_hours": 168})).await.expect(200);
        let third = world.post(&format!("{path}/rotate_secret"), json!({"overlap_hours": 0})).await.expect(200);
        assert!(world.get(&path).await.expect(200)["secret"].is_null(), "shown once");
        world.customer("C1").await;
        let got = receiver.until("the event", |got| !got.is_empty()).await;
        let passes = |secret: &Value| verifies(&got[0], secret["secret"].as_str().unwrap());
        assert_eq!((passes(&endpoint), passes(&second), passes(&third)), (false, false, true));
    }
}

story! {
    /// An endpoint gets the types, groups and segments it asked for, whole or by id only.
    filters_and_forms, world from "2026-10-01T05:00:00Z", {
        let (groups, gold, thin) = (Receiver::start("{}").await, Receiver::start("{}").await, Receiver::start("{}").await);
        world.post("/v1/webhook_endpoints", hook(&groups, json!({"event_types": ["invoice.*", "customer.credit_hold.*"]}))).await.expect(201);
        let by_segment = hook(&gold, json!({"segments": ["gold"], "event_types": ["customer.*", "invoice.recorded", "policy.activated"]}));
        let made = world.post("/v1/webhook_endpoints", by_segment).await.expect(201);
        assert_eq!((&made["segments"], &made["ordering"], &made["breaker"], &made["api_version"]), (&json!(["gold"]), &json!("none"), &json!("closed"), &json!("2026-12-01")));
        world.post("/v1/webhook_endpoints", hook(&thin, json!({"payload": "thin", "ordering": "subject"}))).await.expect(201);
        for wrong in [json!({"event_types": ["invoices.*"]}), json!({"event_types": ["inv*"]}), json!({"event_types": []}), json!({"ordering": "strict"}), json!({"payload": "fat"}), json!({"segments": [""]})] {
            world.post("/v1/webhook_endpoints", hook(&thin, wrong)).await.problem(422, "validation_failed");
        }
        world.customer_with("C1", json!({"segment": "gold", "sales_owner": {"name": "A. Keller", "email": "sales@keller.example"}})).await;
        world.customer("C2").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.invoice("FA-2", "C2", "2026-10-05", "200.00").await;
        let all = thin.until("four events", |got| got.len() >= 4).await;
        assert!(all.iter().all(|received| received.json()["data"].get("object").is_none()), "{all:?}");
        assert_eq!(kinds(&groups.until("two invoices", |got| got.len() >= 2).await), ["invoice.recorded", "invoice.recorded"]);
        let of_gold = gold.until("what is about C1", |got| got.len() >= 2).await;
        assert_eq!(kinds(&of_gold), ["customer.created", "invoice.recorded"]);
        for received in of_gold.iter().chain(&groups.all()) {
            assert!(!received.body.contains("@") && !received.body.contains("+336"), "no address goes along: {}", received.body);
        }
        assert!(of_gold.iter().any(|received| received.body.contains("Claire Dupont")));
    }
}

story! {
    /// Samples, the log of attempts, one event again, all that failed again.
    tests_logs_and_replays, world from "2026-10-01T05:00:00Z", {
        let receiver = Receiver::start("{}").await;
        let endpoint = world.post("/v1/webhook_endpoints", hook(&receiver, json!({"event_types": ["invoice.paid"]}))).await.expect(201);
        let path = format!("/v1/webhook_endpoints/{}", endpoint["id"].as_str().unwrap());
        world.post(&format!("{path}/test"), json!({"type": "invoice.melted"})).await.problem(422, "validation_failed");
        let sample = world.post(&format!("{path}/test"), json!({"type": "promise.broken"})).await.expect(202);
        let got = receiver.until("the sample", |got| !got.is_empty()).await;
        assert!(verifies(&got[0], endpoint["secret"].as_str().unwrap()));
        assert_eq!((&got[0].json()["test"], &got[0].json()["type"]), (&json!(true), &json!("promise.broken")));
        assert!(world.events().await.iter().all(|event| event["type"] != "promise.broken"), "nothing happened");
        let id = sample["id"].as_str().unwrap();
        let settled = async || {
            let row = world.list(&format!("{path}/deliveries?status=delivered")).await;
            (!row.is_empty()).then_some(row)
        };
        world::until("the outcome", settled).await;
        let attempts = world.list(&format!("/v1/deliveries/{id}/attempts")).await;
        let (attempt, digest) = (&attempts[0], Sha256::digest(got[0].body.as_bytes()));
        assert_eq!((&attempt["status_code"], &attempt["response"]), (&json!(200), &json!("{}")));
        assert_eq!(attempt["request"]["webhook_signature"], got[0].headers["webhook-signature"].as_str());
        assert_eq!(attempt["request"]["webhook_timestamp"].to_string(), got[0].headers["webhook-timestamp"]);
        assert_eq!(attempt["request"]["body_sha256"], digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        assert_eq!(attempt["request"]["body_bytes"], got[0].body.len());

        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.pays("P1", "C1", "200.00", "2026-10-01", json!({})).await;
        let got = receiver.until("the event", |got| got.len() >= 2).await;
        let count = async |query: &str| world.list(&format!("{path}/deliveries?{query}")).await.len();
        assert_eq!((count("event_type=invoice.paid").await, count("event_type=promise.broken,invoice.paid").await), (1, 2));
        assert_eq!((count("at_gte=2099-01-01T00:00:00Z").await, count("at_lt=2099-01-01T00:00:00Z").await), (0, 2));
        world.get(&format!("{path}/deliveries?event_type=invoice.melted")).await.problem(422, "validation_failed");
        let paid = world.list(&format!("{path}/deliveries?event_type=invoice.paid")).await;
        let delivered = async || (world.list(&format!("{path}/deliveries?status=delivered")).await.len() == 2).then_some(());
        world::until("both delivered", delivered).await;
        world.post(&format!("/v1/deliveries/{}/resend", paid[0]["id"].as_str().unwrap()), json!({})).await.expect(202);
        let again = receiver.until("the same event again", |got| got.len() >= 3).await;
        assert_eq!((&again[2].headers["webhook-id"], &again[2].body), (&got[1].headers["webhook-id"], &got[1].body));

        for wrong in [json!({"since": "2020-01-01T00:00:00Z"}), json!({"until": "2020-01-01T00:00:00Z"}), json!({"since": "soon"})] {
            world.post(&format!("{path}/recover"), wrong).await.problem(422, "validation_failed");
        }
        let none = json!({"count": 0, "remaining": 0});
        assert_eq!(world.post(&format!("{path}/recover?dry_run=true"), json!({})).await.expect(200), none);
        assert_eq!(world.post(&format!("{path}/recover"), json!({})).await.expect(202), none);
    }
}

story! {
    /// A receiver that hangs, with a long queue: another tenant's event arrives all the same.
    who_hangs_holds_up_nobody_else, world from "2026-10-01T05:00:00Z", {
        let hanging = Receiver::silent("{}").await;
        world.post("/v1/webhook_endpoints", hook(&hanging, json!({}))).await.expect(201);
        let customers = (0..300).map(|n| json!({"specversion": "1.0", "id": format!("c{n}"), "source": "erp", "type": "customer.upserted",
            "data": {"external_id": format!("C{n}"), "source_version": 1, "kind": "business", "name": "Dupont"}}));
        let body = Value::from_iter(customers).to_string().into_bytes();
        world.raw("/v1/ingest/events", "application/cloudevents-batch+json", body).await.expect(207);
        hanging.until("the first posts", |got| got.len() >= 4).await;
        let other = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        let quick = Receiver::start("{}").await;
        other.post("/v1/webhook_endpoints", hook(&quick, json!({}))).await.expect(201);
        other.customer("C1").await;
        quick.until("the other tenant's event", |got| !got.is_empty()).await;
        assert!(hanging.all().len() <= 8, "four at a time, and none was answered yet: {}", hanging.all().len());
        hanging.answer();
    }
}

story! {
    /// Two receivers hear of a third that is gone; it hears nothing, and can be let in again.
    a_disabled_endpoint_is_told_to_the_others, world from "2026-10-01T05:00:00Z", {
        let (gone, other) = (Receiver::refusing("410 Gone").await, Receiver::start("{}").await);
        let endpoint = world.post("/v1/webhook_endpoints", hook(&gone, json!({}))).await.expect(201);
        world.post("/v1/webhook_endpoints", hook(&other, json!({"event_types": ["webhook_endpoint.*"]}))).await.expect(201);
        let path = format!("/v1/webhook_endpoints/{}", endpoint["id"].as_str().unwrap());
        world.customer("C1").await;
        let told = other.until("the news", |got| !got.is_empty()).await;
        assert_eq!((&told[0].json()["type"], &told[0].json()["subject"]["id"]), (&json!("webhook_endpoint.disabled"), &endpoint["id"]));
        let found = world.get(&path).await.expect(200);
        assert_eq!((&found["status"], &found["disabled_reason"]), (&json!("disabled"), &json!("gone")));
        assert!(world.events().await.iter().any(|event| event["type"] == "webhook_endpoint.disabled"), "the feed has it too");
        world.customer("C2").await;
        world.post(&format!("{path}/test"), json!({})).await.problem(409, "wrong_state");
        world.post(&format!("{path}/recover"), json!({})).await.problem(409, "wrong_state");
        let again = world.post(&format!("{path}/enable"), json!({})).await.expect(200);
        assert_eq!((&again["status"], &again["disabled_reason"]), (&json!("enabled"), &Value::Null));
        assert_eq!(world.post(&format!("{path}/recover?dry_run=true"), json!({})).await.expect(200)["count"], 1);
        world.post(&format!("{path}/recover"), json!({})).await.expect(202);
        let twice = async || (world.get(&path).await.expect(200)["status"] == "disabled").then_some(());
        world::until("it is gone again", twice).await;
        let refused = world.post(&format!("{path}/enable"), json!({})).await.problem(409, "wrong_state");
        assert!(refused["detail"].as_str().unwrap().contains("seconds"), "{refused}");
    }
}

story! {
    /// A receiver that fails: after ten in a row it is left alone, and everybody can see it.
    a_failing_endpoint_says_so, world from "2026-10-01T05:00:00Z", {
        let (bad, other) = (Receiver::refusing("500 No").await, Receiver::start("{}").await);
        let endpoint = world.post("/v1/webhook_endpoints", hook(&bad, json!({}))).await.expect(201);
        world.post("/v1/webhook_endpoints", hook(&other, json!({"event_types": ["webhook_endpoint.*"]}))).await.expect(201);
        for n in 0..14 {
            world.customer(&format!("C{n}")).await;
        }
        let told = other.until("the news", |got| !got.is_empty()).await;
        assert_eq!((&told[0].json()["type"], &told[0].json()["data"]["object"]["breaker"]), (&json!("webhook_endpoint.failing"), &json!("open")));
        let found = world.get(&format!("/v1/webhook_endpoints/{}", endpoint["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&found["status"], &found["breaker"]), (&json!("enabled"), &json!("open")));
        assert!(found["next_probe_at"].is_string() && found["failing_since"].is_string() && found["consecutive_failures"].as_u64().unwrap() >= 10, "{found}");
    }
}

story! {
    /// The feed by pull: from the start, after an event, the newest, by type, and with patience.
    the_feed_is_read_in_every_way, world from "2026-10-01T05:00:00Z", {
        let empty = world.get("/v1/events?wait=1").await.expect(200);
        assert_eq!((&empty["data"], &empty["has_more"], &empty["next_cursor"]), (&json!([]), &json!(false), &Value::Null));
        world.customer("C1").await;
        world.customer("C2").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        let all = world.events().await;
        let ids: Vec<&str> = all.iter().map(|event| event["id"].as_str().unwrap()).collect();
        let read = async |query: &str| world.get(&format!("/v1/events?{query}")).await.expect(200)["data"].as_array().unwrap().clone();
        assert_eq!(read(&format!("after={}&limit=1", ids[0])).await, all[1..2]);
        assert_eq!(read(&format!("cursor={}", ids[1])).await, all[2..]);
        assert_eq!(read("types=invoice.recorded").await.len(), 1);
        assert_eq!(read("type=invoice.recorded,customer.created").await.len(), 3);
        assert_eq!(read("tail=1").await, all[all.len() - 1..]);
        assert_eq!(world.get(&format!("/v1/events/{}", ids[0])).await.expect(200), all[0]);
        for wrong in ["wait=31", "tail=0", "limit=0", "types=invoice.melted"] {
            world.get(&format!("/v1/events?{wrong}")).await.problem(422, "validation_failed");
        }
        world.get("/v1/events?after=evt_00000000000000000000000000").await.problem(400, "cursor_mismatch");
        let waiting = world.clone();
        let last = ids[ids.len() - 1].to_owned();
        let patient = tokio::spawn(async move { waiting.get(&format!("/v1/events?after={last}&wait=30")).await.expect(200) });
        world.customer("C3").await;
        assert_eq!(patient.await.unwrap()["data"][0]["type"], "customer.created");
    }
}

story! {
    /// A change that is only tried out tells nobody.
    what_did_not_happen_is_not_told, world from "2026-10-01T05:00:00Z", {
        let receiver = Receiver::start("{}").await;
        world.post("/v1/webhook_endpoints", hook(&receiver, json!({}))).await.expect(201);
        world.customer("C1").await;
        receiver.until("the customer", |got| !got.is_empty()).await;
        let before = world.events().await;
        let tried = json!({"source_version": 2, "kind": "business", "name": "Other"});
        world.put("/v1/sources/erp/customers/C1?dry_run=true", tried.clone()).await.expect(200);
        world.put("/v1/sources/erp/customers/C1", json!({"source_version": 0, "kind": "business", "name": "Other"})).await.problem(422, "validation_failed");
        assert_eq!(world.events().await, before);
        world.put("/v1/sources/erp/customers/C1", tried).await.expect(200);
        let got = receiver.until("what happened", |got| got.len() >= 2).await;
        assert_eq!((got.len(), &got[1].json()["sequence"]), (2, &json!(2)), "no number was lost either");
    }
}
