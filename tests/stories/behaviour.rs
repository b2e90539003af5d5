//! How a customer pays: what was seen of it, and what a person should look at.

use serde_json::json;

use crate::story;

story! {
    /// One invoice in time, one half paid twenty days late and half still owed, a promise that was broken, calls that
    /// nobody answered.
    what_was_seen_of_a_customer_is_told, world from "2026-09-01T08:00:00Z", {
        let customer = world.customer_with("C1", json!({})).await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/customers/{customer}/behaviour");
        let blank = world.get(&path).await.expect(200);
        assert_eq!((&blank["paying"], &blank["signs"], &blank["promises"]["broken"]), (&json!([]), &json!([]), &json!(0)));

        world.invoice("FA-1", "C1", "2026-09-10", "1000.00").await;
        world.invoice("FA-2", "C1", "2026-09-20", "1000.00").await;
        world.pays("P1", "C1", "1000.00", "2026-09-10", json!({"reference": "FA-1"})).await;
        world.pays("P2", "C1", "500.00", "2026-10-10", json!({"reference": "FA-2"})).await;
        world.advance("2026-10-12T08:00:00Z").await;
        world.post("/v1/promises", json!({"customer_id": customer, "amount": "500.00", "currency": "EUR", "promised_on": "2026-10-14"})).await.expect(201);
        world.advance("2026-10-30T08:00:00Z").await;
        let by = json!({"name": "Marc", "email": "marc@keller.example"});
        for day in ["27", "28", "29"] {
            let call = json!({"channel": "phone", "at": format!("2026-10-{day}T09:00:00Z"), "by": by, "outcome": "no_answer"});
            world.post(&format!("/v1/customers/{customer}/interactions"), call).await.expect(201);
        }

        let seen = world.get(&path).await.expect(200);
        // 1000 in time, 500 twenty days late, 500 owed for forty days: (500 × 20 + 500 × 40) / 2000 = 15.0
        let paying = json!([{"currency": "EUR", "invoices": 2, "late_invoices": 1, "amount": "2000.00", "late_amount": "1000.00",
            "late_share_percent": 50, "average_days_late": "15.0", "recent_average_days_late": "15.0", "earlier_average_days_late": null}]);
        assert_eq!((&seen["on"], &seen["paying"]), (&json!("2026-10-30"), &paying));
        assert_eq!(seen["promises"], json!({"kept": 0, "broken": 1, "open": 0}));
        assert_eq!((&seen["reach"]["unanswered_calls"], &seen["reach"]["last_reached_on"]), (&json!(3), &json!(null)));
        assert_eq!(seen["signs"], json!(["calls_unanswered", "promises_broken"]));
    }
}
