//! Promises to pay: kept, broken, too late.

use serde_json::json;

use crate::story;

story! {
    /// Nothing is written until the promise is broken; then the ladder resumes at its step.
    a_broken_promise_resumes_the_ladder, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-12T12:00:00Z").await;
        let promise = world.post("/v1/promises", json!({"customer_id": customer["id"], "amount": "200.00", "currency": "EUR",
            "promised_on": "2026-10-28", "made_by": "Claire Dupont"})).await.expect(201);
        world.advance("2026-10-31T21:59:00Z").await;
        assert_eq!(world.reminders().await.len(), 1);
        assert_eq!(world.read_invoice("FA-1").await["dunning"]["holds"], json!(["promise_open"]));
        // 28 October + 3 days of grace: broken at midnight in Paris
        world.advance("2026-10-31T23:00:00Z").await;
        let broken = world.get(&format!("/v1/promises/{}", promise["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(broken["status"], "broken");
        world.advance("2026-11-06T12:00:00Z").await;
        let story = world.story_of_reminders().await;
        assert_eq!(story, ["2026-10-09 first sent", "2026-11-02 second sent"]);
        assert!(world.events().await.iter().any(|event| event["type"] == "promise.broken" && event["timestamp"] == "2026-10-31T23:00:00.000Z"));
    }
}

story! {
    /// The money comes: kept, and silence.
    a_kept_promise_ends_in_silence, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        let promise = world.post("/v1/promises", json!({"customer_id": customer["id"], "amount": "200.00", "currency": "EUR", "promised_on": "2026-10-15"})).await.expect(201);
        world.advance("2026-10-14T12:00:00Z").await;
        world.pays("P1", "C1", "200.00", "2026-10-14", json!({"reference": "FA-1"})).await;
        world.advance("2026-12-20T12:00:00Z").await;
        assert_eq!(world.get(&format!("/v1/promises/{}", promise["id"].as_str().unwrap())).await.expect(200)["status"], "kept");
        assert!(world.reminders().await.is_empty());
    }
}

story! {
    /// Twenty days at most, says the preset.
    a_promise_too_far_away_is_refused, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.post("/v1/promises", json!({"customer_id": customer["id"], "amount": "200.00", "currency": "EUR", "promised_on": "2026-12-24"}))
            .await.problem(422, "promise_too_late");
    }
}

story! {
    /// One renewal, says the preset: the third promise about the same debt is one too many.
    a_promise_is_renewed_once, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-07T12:00:00Z").await;
        let promise = |on: &str| json!({"customer_id": customer["id"], "amount": "200.00", "currency": "EUR", "promised_on": on});
        let first = world.post("/v1/promises", promise("2026-10-12")).await.expect(201);
        world.post(&format!("/v1/promises/{}/cancel", first["id"].as_str().unwrap()), json!({})).await;
        world.post("/v1/promises", promise("2026-10-20")).await.expect(201);
        world.advance("2026-10-26T12:00:00Z").await;
        world.post("/v1/promises", promise("2026-11-05")).await.problem(409, "not_eligible");
        // told by the ERP all the same, it is kept in mind and rests nothing
        let event = json!({"specversion": "1.0", "id": "e1", "source": "erp", "type": "promise.made", "time": "2026-10-26T12:00:00Z",
            "data": {"external_id": "PR1", "customer_external_id": "C1", "amount": "200.00", "currency": "EUR", "promised_on": "2026-11-05"}});
        world.raw("/v1/ingest/events", "application/cloudevents+json", event.to_string().into_bytes()).await.expect(202);
        world.rest().await;
        let invoice = world.read_invoice("FA-1").await;
        assert_eq!(invoice["dunning"]["holds"], json!([]), "{invoice}");
        let decisions = world.list(&format!("/v1/decisions?customer_id={}", customer["id"].as_str().unwrap())).await;
        let told = |decision: &serde_json::Value| decision["reasons"].as_array().unwrap().iter().any(|reason| reason["code"] == "promise_once_too_often");
        assert!(decisions.iter().any(told), "{decisions:?}");
    }
}

story! {
    /// A business may pay by draft within thirty days; of a consumer none is taken.
    a_draft_has_its_own_limit, world from "2026-10-01T05:00:00Z", {
        for (name, kind, on, status) in [("C1", "business", "2026-10-29", 201), ("C2", "business", "2026-11-02", 422), ("C3", "consumer", "2026-10-05", 409)] {
            let customer = world.customer_with(name, json!({"kind": kind})).await;
            world.invoice(name, name, "2026-10-05", "200.00").await;
            let draft = json!({"customer_id": customer["id"], "amount": "200.00", "currency": "EUR", "promised_on": on, "method": "bill_of_exchange"});
            world.post("/v1/promises", draft).await.expect(status);
        }
    }
}
