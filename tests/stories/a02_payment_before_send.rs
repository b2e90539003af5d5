//! A2: a payment between planning and sending; payment data that are too old.

use serde_json::json;

use crate::story;

story! {
    /// Planned at midnight for half past eight; the money comes in at half past midnight.
    the_send_is_cancelled, world from "2026-10-01T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
        world.advance("2026-10-08T22:30:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-09 first planned"]);
        world.pays("P1", "C1", "400.00", "2026-10-08", json!({"reference": "FA-1"})).await;
        world.rest().await;
        let reminder = &world.reminders().await[0];
        assert_eq!((&reminder["status"], &reminder["cancel_reason"]), (&json!("cancelled"), &json!("balance_changed")));
        world.advance("2026-12-31T12:00:00Z").await;
        assert_eq!(world.reminders().await.len(), 1);
        assert_eq!(world.read_invoice("FA-1").await["status"], "paid");
        let cancelled = world.events().await.into_iter().find(|event| event["type"] == "reminder.cancelled").unwrap();
        assert_eq!(cancelled["data"]["object"]["cancel_reason"], "balance_changed");
    }
}

story! {
    /// From the first heartbeat on, payments must be known within 96 hours.
    stale_payment_data_hold_everything_and_say_so, world from "2026-10-01T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
        world.post("/v1/sources/erp/heartbeat", json!({"payments_complete_until": "2026-10-01T07:00:00Z"})).await;
        world.advance("2026-10-20T12:00:00Z").await;
        assert!(world.reminders().await.is_empty());
        let dunning = world.read_invoice("FA-1").await["dunning"].clone();
        assert_eq!((&dunning["state"], &dunning["holds"]), (&json!("held"), &json!(["payment_data_stale"])));
        let stale = world.events().await.iter().filter(|event| event["type"] == "data.stale").count();
        assert_eq!(stale, 1);
        let decisions = world.list("/v1/decisions").await;
        assert!(decisions.iter().any(|decision| decision["outcome"] == "hold"
            && decision["reasons"].as_array().unwrap().iter().any(|reason| reason["code"] == "payment_data_stale")));
        world.post("/v1/sources/erp/heartbeat", json!({"payments_complete_until": "2026-10-20T12:00:00Z"})).await;
        world.advance("2026-10-21T12:00:00Z").await;
        assert_eq!(world.reminders().await.len(), 1);
    }
}
