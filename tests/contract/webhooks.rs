//! Signed webhooks as a receiver sees them.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::{
    story,
    support::receiver::{Received, Receiver},
};

/// The signature as the Standard Webhooks text says: HMAC-SHA256 over `id.timestamp.body`.
pub(super) fn verifies(received: &Received, secret: &str) -> bool {
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

story! {
    /// Nothing special-purpose is reachable unless the operator allows it.
    special_addresses_are_refused, world from "2026-10-01T05:00:00Z", {
        for url in ["https://10.0.0.1/x", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "https://0x0a000001/", "http://example.com/", "https://user:pw@example.com/", "ftp://example.com/"] {
            world.post("/v1/webhook_endpoints", json!({"url": url, "event_types": ["*"]})).await.problem(422, "blocked_address");
        }
    }
}
