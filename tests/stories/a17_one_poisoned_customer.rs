//! A17: one poisoned customer: all others are served, the run says so, a person is told.

use serde_json::json;

use crate::story;

story! {
    /// An address that nothing can be sent to stands between two good ones.
    the_others_are_served, world from "2026-10-01T05:00:00Z", {
        for name in ["C1", "poisoned", "C3"] {
            if name == "poisoned" {
                world.customer_with(name, json!({"contacts": [{"external_id": "c1", "role": "accounts_payable", "email": "compta@dupont..example"}]})).await;
            } else {
                world.customer(name).await;
            }
            world.invoice(name, name, "2026-10-05", "200.00").await;
        }
        world.advance("2026-10-09T12:00:00Z").await;
        let asked = |status: &str| {
            let path = format!("/v1/reminders?status={status}");
            let world = world.clone();
            async move {
                let mut numbers: Vec<String> = world.list(&path).await.iter().map(|r| r["invoices"][0]["number"].as_str().unwrap().to_owned()).collect();
                numbers.sort();
                numbers
            }
        };
        assert_eq!(asked("sent").await, ["C1", "C3"]);
        assert_eq!(asked("failed").await, ["poisoned"]);
        let failed: Vec<_> = world.events().await.into_iter().filter(|event| event["type"] == "reminder.failed").collect();
        assert_eq!(failed.len(), 1);
        let tasks = world.list("/v1/tasks?status=open").await;
        assert!(tasks.iter().any(|task| task["kind"] == "contact_unreachable"), "{tasks:?}");
        // it is not tried again and again, and the others go on
        world.advance("2026-11-05T12:00:00Z").await;
        assert_eq!(asked("failed").await, ["poisoned"]);
        assert_eq!(asked("sent").await, ["C1", "C1", "C3", "C3"]);
    }
}
