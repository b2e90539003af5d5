//! Who may deliver: every kind with its own signature, and nobody else.

use serde_json::json;

use super::{SECRET, Source, now, settled, signed, timed};
use crate::{
    story,
    support::{Database, World},
};

const KINDS: [&str; 11] =
    ["stripe", "lago", "chargebee", "shopify", "xero", "quickbooks", "gocardless", "qonto", "standard_webhooks", "hmac", "plain"];

story! {
    /// Good signatures are answered 200 (204 for GoCardless); anything else is the same 401 as a source that is not there.
    every_kind_knows_its_own_signature, world from "2026-10-01T05:00:00Z", {
        for kind in KINDS {
            let source = Source::make(&world, kind).await;
            let body = json!({"id": "evt_1", "type": "nothing.of_interest", "created": 1, "events": []}).to_string().into_bytes();
            let answer = source.deliver_bytes(&world, &body).await;
            assert_eq!(answer.status.as_u16(), if kind == "gocardless" { 204 } else { 200 }, "{kind}: {}", answer.body);
            let headers = signed(kind, &source.secret, &body);
            let wrong = signed(kind, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &body);
            let bare = source.url.split('?').next().unwrap();
            let there = if kind == "plain" { format!("{bare}?token=wrong") } else { source.url.clone() };
            let refusal = world.deliver(&there, &body, &wrong).await.problem(401, "unauthorized");
            world.deliver(bare, &body, &[]).await.problem(401, "unauthorized");
            if kind != "chargebee" && kind != "plain" {
                // the same JSON, serialised again
                let again = [b" ", body.as_slice()].concat();
                world.deliver(&source.url, &again, &headers).await.problem(401, "unauthorized");
            }
            let nowhere = source.url.replace(&source.id, "src_01hzy4d6n6e6vb3r3m2q9k7x1a");
            let absent = world.deliver(&nowhere, &body, &headers).await.problem(401, "unauthorized");
            assert_eq!(absent["detail"], refusal["detail"], "an id cannot be probed");
            // a key of the tenant is no signature, nor does the source's name stand for its id
            world.post(bare, json!({})).await.problem(401, "unauthorized");
            world.deliver(&source.url.replace(&source.id, kind), &body, &headers).await.problem(401, "unauthorized");
        }
    }
}

story! {
    /// Five minutes of real time, whatever the tenant's own clock says; one good `v1` of two is enough.
    old_signatures_are_refused, world from "2026-10-01T05:00:00Z", {
        let source = Source::make(&world, "stripe").await;
        let body = br#"{"id": "evt_1"}"#;
        let says = async |text: String| world.deliver(&source.url, body, &[("stripe-signature", text)]).await.status.as_u16();
        assert_eq!(says(timed(SECRET, now() - 1_000, body)).await, 401);
        assert_eq!(says(timed(SECRET, now() + 1_000, body)).await, 401);
        assert_eq!(says(format!("{},v1={}", timed("whsec_another_one", now(), body), "0".repeat(64))).await, 401);
        let good = timed(SECRET, now(), body);
        let (stamp, signature) = good.split_once(',').unwrap();
        assert_eq!(says(format!("{stamp},v1={},{signature}", "0".repeat(64))).await, 200);
    }
}

story! {
    /// Xero sends good and bad signatures when an address is set up, and wants 200 and 401.
    xero_tries_the_address_out, world from "2026-10-01T05:00:00Z", {
        let source = Source::make(&world, "xero").await;
        let body = br#"{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4nd0mt3xt"}"#;
        for (secret, status) in [(SECRET, 200), ("wrong-secret", 401), (SECRET, 200), ("", 401)] {
            let answer = world.deliver(&source.url, body, &signed("xero", secret, body)).await;
            assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        }
    }
}

story! {
    /// What is too large is refused; what is no JSON is kept aside, never refused.
    bodies_have_a_limit_and_no_other_rule, world from "2026-10-01T05:00:00Z", {
        let source = Source::make(&world, "stripe").await;
        let large = format!("{{\"id\":\"{}\"}}", "x".repeat(1024 * 1024));
        source.deliver_bytes(&world, large.as_bytes()).await.problem(413, "too_large");
        for body in [&b"not json"[..], b"", b"\xff\xfe", b"[1]", br#"{"id":"evt_2","type":"invoice.paid","created":1,"data":{"object":{"object":"invoice"}}}"#] {
            source.deliver_bytes(&world, body).await.expect(200);
        }
        let all = settled(&world).await;
        assert_eq!(all.len(), 5);
        assert!(all.iter().all(|row| row["status"] == "quarantined" && row["reason"].is_string()), "{all:#?}");
    }
}

story! {
    /// A new secret; the old one verifies until its overlap ends.
    secrets_are_changed_without_a_gap, world from "2026-10-01T05:00:00Z", {
        let mut source = Source::make(&world, "stripe").await;
        let path = format!("/v1/sources/{}", source.id);
        let rotated = world.post(&format!("{path}/rotate_secret"), json!({"secret": "whsec_the_next_one"})).await.expect(200);
        assert!(rotated.get("secret").is_none(), "what was given is not shown: {rotated}");
        source.deliver(&world, &json!({"id": "evt_1"})).await.expect(200);
        source.secret = "whsec_the_next_one".to_owned();
        source.deliver(&world, &json!({"id": "evt_2"})).await.expect(200);
        world.post(&format!("{path}/rotate_secret"), json!({"secret": "whsec_the_last_one", "overlap_hours": 0})).await.expect(200);
        source.deliver(&world, &json!({"id": "evt_3"})).await.problem(401, "unauthorized");
        source.secret = "whsec_the_last_one".to_owned();
        source.deliver(&world, &json!({"id": "evt_4"})).await.expect(200);
        world.post(&format!("{path}/rotate_secret"), json!({})).await.problem(422, "validation_failed");
        world.post(&format!("{path}/rotate_secret"), json!({"secret": "whsec_again", "overlap_hours": 169})).await.problem(422, "validation_failed");
        // switched off, it is as if it were not there; facts keep the source
        world.patch(&path, json!({"webhook": "disabled"})).await.expect(200);
        source.deliver(&world, &json!({"id": "evt_5"})).await.problem(401, "unauthorized");
        world.patch(&path, json!({"webhook": "enabled"})).await.expect(200);
        source.deliver(&world, &json!({"id": "evt_5"})).await.expect(200);
    }
}

story! {
    /// Making, reading, changing, removing; secrets are shown once, and only ours.
    connectors_are_kept_in_order, world from "2026-10-01T05:00:00Z", {
        let made = world.post("/v1/sources", json!({"name": "till", "kind": "plain"})).await.expect(201);
        assert!(made["secret"].as_str().unwrap().len() >= 40);
        let path = format!("/v1/sources/{}", made["id"].as_str().unwrap());
        assert_eq!(made["webhook_url"], format!("{path}/webhooks"));
        let read = world.get(&path).await;
        assert!(read.headers.contains_key("etag"));
        let read = read.expect(200);
        assert!(read.get("secret").is_none() && read["customer_kind"] == "unknown");
        let rotated = world.post(&format!("{path}/rotate_secret"), json!({})).await.expect(200);
        assert_ne!(rotated["secret"], made["secret"]);
        world.send(reqwest::Method::PATCH, &path, Some(json!({"customer_kind": "business"})), &[("if-match", "\"1\"")]).await.problem(412, "precondition_failed");
        assert_eq!(world.patch(&path, json!({"customer_kind": "business"})).await.expect(200)["customer_kind"], "business");
        world.post("/v1/sources", json!({"name": "till", "kind": "plain"})).await.problem(409, "wrong_state");
        // what is wrong is said at once
        for (body, pointer) in [
            (json!({"name": "a b", "kind": "plain"}), "/name"),
            (json!({"name": "x", "kind": "paypal"}), "/kind"),
            (json!({"name": "x", "kind": "stripe"}), "/secret"),
            (json!({"name": "x", "kind": "stripe", "secret": "short"}), "/secret"),
            (json!({"name": "x", "kind": "hmac", "secret": SECRET}), "/hmac"),
            (json!({"name": "x", "kind": "hmac", "secret": SECRET, "hmac": {"header": "a b", "encoding": "hex"}}), "/hmac/header"),
            (json!({"name": "x", "kind": "hmac", "secret": SECRET, "hmac": {"header": "a", "encoding": "octal"}}), "/hmac/encoding"),
            (json!({"name": "x", "kind": "stripe", "basic": {"username": "a", "password": "b"}}), "/basic"),
            (json!({"name": "x", "kind": "standard_webhooks", "secret": "not base64!"}), "/secret"),
            (json!({"name": "x", "kind": "plain", "customer_kind": "martian"}), "/customer_kind"),
        ] {
            let problem = world.post("/v1/sources", body.clone()).await.problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
        }
        // a dry run leaves nothing
        let would = world.post("/v1/sources?dry_run=true", json!({"name": "x", "kind": "plain"})).await.expect(200);
        assert!(would["id"].is_null() && would.get("secret").is_none(), "{would}");
        assert_eq!(world.list("/v1/sources").await.len(), 1);
        // a source that facts made known gets its connector, and cannot be removed
        world.customer("C1").await;
        let erp = world.post("/v1/sources", json!({"name": "erp", "kind": "plain"})).await.expect(201);
        let erp = format!("/v1/sources/{}", erp["id"].as_str().unwrap());
        world.send(reqwest::Method::DELETE, &erp, None, &[]).await.problem(409, "wrong_state");
        assert_eq!(world.get(&erp).await.expect(200)["kind"], "plain");
        world.send(reqwest::Method::DELETE, &path, None, &[]).await.expect(204);
        world.get(&path).await.problem(404, "not_found");
    }
}

/// Managing needs `settings:write`, seeing `read`, working again `facts:write`.
#[tokio::test]
async fn scopes_are_asked_for() {
    let mut world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let key = world.post("/v1/api_keys", json!({"scopes": ["read"]})).await.expect(201);
    world.key = key["api_key"].as_str().or(key["key"].as_str()).unwrap().to_owned();
    world.post("/v1/sources", json!({"name": "x", "kind": "plain"})).await.problem(403, "forbidden_scope");
    world.get("/v1/sources").await.expect(200);
    world.get("/v1/ingest/inbox").await.expect(200);
    world.post("/v1/ingest/inbox/inb_01hzy4d6n6e6vb3r3m2q9k7x1a/replay", json!({})).await.problem(403, "forbidden_scope");
}
