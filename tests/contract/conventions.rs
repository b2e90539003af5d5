//! Conventions every endpoint keeps.

use reqwest::Method;
use serde_json::json;

use crate::{
    story,
    support::{Database, World},
};

story! {
    /// Every refusal is a problem with a code and a pointer.
    refusals_are_problems, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        let put = |body: serde_json::Value| world.put("/v1/sources/erp/invoices/FA-1", body);
        let good = json!({"source_version": 1, "number": "FA-1", "customer_external_id": "C1", "issued_on": "2026-09-05", "currency": "EUR", "total": "10.00"});
        let with = |name: &str, value: serde_json::Value| { let mut body = good.clone(); body[name] = value; body };
        let problem = put(with("tenant_id", json!("x"))).await.problem(422, "unknown_field");
        assert_eq!(problem["errors"][0]["pointer"], "/tenant_id");
        let problem = put(with("total", json!(10.0))).await.problem(422, "money_precision");
        assert_eq!(problem["errors"][0]["pointer"], "/total");
        put(with("total", json!("10.005"))).await.problem(422, "money_precision");
        put(with("due_on", json!("2026-02-30"))).await.problem(422, "validation_failed");
        put(with("currency", json!("EURO"))).await.problem(422, "validation_failed");
        world.get("/v1/invoices?colour=red").await.problem(400, "unknown_parameter");
        world.get("/v1/nowhere").await.problem(404, "not_found");
        world.get("/v1/invoices/inv_00000000000000000000000000").await.problem(404, "not_found");
        world.send(Method::DELETE, "/v1/invoices", None, &[]).await.problem(405, "method_not_allowed");
        world.raw("/v1/holds", "application/json", b"{".to_vec()).await.problem(400, "malformed_json");
        world.raw("/v1/holds", "text/plain", b"{}".to_vec()).await.problem(415, "unsupported_media_type");
        let big = format!("{{\"reason\":\"{}\"}}", "x".repeat(3 << 20));
        world.raw("/v1/holds", "application/json", big.into_bytes()).await.problem(413, "too_large");
        let problem = world.get("/v1/nowhere").await;
        assert_eq!(problem.headers["x-request-id"], problem.body["request_id"].as_str().unwrap());
    }
}

story! {
    /// Created, unchanged, changed, stale, conflicting.
    versions_decide, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        let body = |version: i64, total: &str| json!({"source_version": version, "number": "FA-1", "customer_external_id": "C1",
            "issued_on": "2026-09-05", "currency": "EUR", "total": total});
        let put = |version, total| world.put("/v1/sources/erp/invoices/FA-1", body(version, total));
        let made = put(2, "10.00").await.expect(201);
        assert_eq!((&made["due_on"], &made["provenance"]["due_on"]), (&json!("2026-10-05"), &json!("tenant_default")));
        put(2, "10.00").await.expect(200);
        put(2, "11.00").await.problem(409, "version_conflict");
        put(1, "9.00").await.problem(409, "stale_version");
        assert_eq!(put(3, "12.00").await.expect(200)["amount_due"], "12.00");
        let events = world.events().await;
        assert_eq!(events.iter().filter(|event| event["subject"]["type"] == "invoice").map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>(),
            ["invoice.recorded", "invoice.updated"]);
    }
}

story! {
    /// The same key gives the same answer, another body a refusal.
    idempotency_keys_replay, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let body = json!({"scope": "customer", "target_id": customer["id"], "reason": "manual"});
        let post = |body: serde_json::Value, key: &'static str| { let world = world.clone(); async move { world.send(Method::POST, "/v1/holds", Some(body), &[("idempotency-key", key)]).await } };
        let first = post(body.clone(), "k1").await.expect(201);
        let again = post(body.clone(), "\"k1\"").await;
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!(again.expect(201), first);
        let mut other = body.clone();
        other["reason"] = json!("another");
        post(other, "k1").await.problem(422, "idempotency_key_reused");
        assert_eq!(world.list("/v1/holds").await.len(), 1);
    }
}

story! {
    /// A dry run says what would be and changes nothing.
    a_dry_run_changes_nothing, world from "2026-10-01T05:00:00Z", {
        let body = json!({"source_version": 1, "kind": "business", "name": "Dupont"});
        let would = world.put("/v1/sources/erp/customers/C9?dry_run=true", body).await.expect(200);
        assert_eq!((&would["id"], &would["name"]), (&json!(null), &json!("Dupont")));
        world.get("/v1/sources/erp/customers/C9").await.problem(404, "not_found");
        assert!(world.events().await.is_empty());
    }
}

story! {
    /// Pages by cursor see each row once.
    pages_are_complete, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        for n in 0..7 {
            world.invoice(&format!("FA-{n}"), "C1", "2026-12-05", "10.00").await;
        }
        let all = world.list("/v1/invoices?limit=3").await;
        let mut numbers: Vec<_> = all.iter().map(|invoice| invoice["number"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["FA-6", "FA-5", "FA-4", "FA-3", "FA-2", "FA-1", "FA-0"]);
        numbers.dedup();
        assert_eq!(numbers.len(), 7);
        let page = world.get("/v1/invoices?limit=3").await.expect(200);
        let cursor = page["next_cursor"].as_str().unwrap();
        world.get(&format!("/v1/invoices?limit=3&status=open&cursor={cursor}")).await.problem(400, "cursor_mismatch");
    }
}

story! {
    /// A live tenant's policies are drafts; everything is held until somebody activates one and confirms the count.
    a_backlog_is_confirmed, world from "2026-10-01T05:00:00Z", {
        let live = World::live(crate::support::server::shared(world.database).unwrap(), world.database).await;
        live.customer("C1").await;
        live.invoice("FA-1", "C1", "2026-09-01", "10.00").await;
        crate::support::world::until("the hold to be said", async || {
            (live.read_invoice("FA-1").await["dunning"]["holds"] == json!(["policy_not_active"])).then_some(())
        }).await;
        let policies = live.list("/v1/policies").await;
        let business = policies.iter().find(|policy| policy["name"] == "fr_business").unwrap();
        let path = format!("/v1/policies/{}/versions/1/activate", business["id"].as_str().unwrap());
        let problem = live.post(&path, json!({"backlog": "first_step", "spread_days": 5, "confirm_count": 7})).await.problem(409, "backlog_not_confirmed");
        assert_eq!(problem["count"], json!(1));
        live.post(&path, json!({"backlog": "first_step", "spread_days": 5, "confirm_count": 1})).await.expect(200);
        live.post("/v1/test_clock/advance", json!({"to": "2027-01-01T00:00:00Z"})).await.problem(403, "live_mode");
    }
}

/// The page to read the description in needs no network.
#[tokio::test]
async fn the_documentation_page_is_served_whole() {
    let world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let page = world.get("/docs/").await;
    assert!(page.status.is_success());
    let html = page.body.as_str().unwrap();
    assert!(html.contains("swagger") && !html.contains("https://"), "{html}");
}
