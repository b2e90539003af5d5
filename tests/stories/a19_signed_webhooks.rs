//! A19: every webhook is signed, old and new secret are valid during rotation, replays are refused and
//! duplicates harmless: told in `tests/contract/webhooks.rs` and `tests/webhook_kills.rs`. Here only what
//! the story of a payment looks like to a receiver.

use serde_json::json;

use crate::{
    contract::webhooks::verifies,
    story,
    support::{receiver::Receiver, world::until},
};

story! {
    /// What is heard of an invoice that is paid, each message with a signature that verifies.
    a_paid_invoice_is_heard_signed, world from "2026-10-01T05:00:00Z", {
        let receiver = Receiver::start("ok").await;
        let hook = world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["invoice.paid", "reminder.sent"]})).await.expect(201);
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-09T12:00:00Z").await;
        world.pays("P1", "C1", "200.00", "2026-10-09", json!({"reference": "FA-1"})).await;
        until("both to be heard", async || (receiver.all().len() >= 2).then_some(())).await;
        let heard = receiver.all();
        assert!(heard.iter().all(|message| verifies(message, hook["secret"].as_str().unwrap())));
        let mut kinds: Vec<_> = heard.iter().map(|message| message.json()["type"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        assert_eq!(kinds, ["invoice.paid", "reminder.sent"]);
    }
}
