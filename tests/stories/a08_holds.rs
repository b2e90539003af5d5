//! A8: one customer, one invoice or one contact is held, now, until a day, with a reason; it lifts itself.

use serde_json::{Value, json};

use crate::{story, support::World};

async fn hold(world: &World, scope: &str, target: &Value, until_on: Option<&str>) -> Value {
    let body = json!({"scope": scope, "target_id": target, "reason": "they are moving house", "until_on": until_on});
    world.post("/v1/holds", body).await.expect(201)
}

async fn numbers_asked_for(world: &World) -> Vec<String> {
    let sent = world.list("/v1/reminders?status=sent").await;
    let rows = sent.iter().flat_map(|reminder| reminder["invoices"].as_array().unwrap().clone());
    let mut numbers: Vec<String> = rows.map(|row| row["number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    numbers
}

story! {
    /// Planned at midnight, held at one: nothing leaves at half past eight; the last day over, it goes by itself.
    a_customer_is_held_at_once_and_let_go_by_itself, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.customer("C2").await;
        world.invoice("FA-2", "C2", "2026-10-05", "200.00").await;
        world.advance("2026-10-08T23:00:00Z").await;
        assert_eq!(world.list("/v1/reminders?status=planned").await.len(), 2);
        let placed = hold(&world, "customer", &customer["id"], Some("2026-10-14")).await;
        world.rest().await;
        let cancelled = world.list("/v1/reminders?status=cancelled").await;
        assert_eq!((cancelled.len(), &cancelled[0]["cancel_reason"]), (1, &json!("held")));
        world.advance("2026-10-14T21:59:00Z").await;
        assert_eq!(numbers_asked_for(&world).await, ["FA-2"]);
        let dunning = world.read_invoice("FA-1").await["dunning"].clone();
        assert_eq!((&dunning["state"], &dunning["next_action_at"]), (&json!("held"), &json!("2026-10-14T22:00:00.000Z")));
        world.advance("2026-10-15T12:00:00Z").await;
        assert_eq!(numbers_asked_for(&world).await, ["FA-1", "FA-2"]);
        let released = world.events().await.into_iter().find(|event| event["type"] == "hold.released").unwrap();
        assert_eq!((&released["subject"]["id"], &released["timestamp"]), (&placed["id"], &json!("2026-10-14T22:00:00.000Z")));
    }
}

story! {
    /// The other invoices of the customer are chased, and the message says what it does not ask for.
    an_invoice_is_held_and_the_others_are_not, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        let held = world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.invoice("FA-2", "C1", "2026-10-05", "300.00").await;
        let placed = hold(&world, "invoice", &held["id"], None).await;
        world.advance("2026-10-09T12:00:00Z").await;
        assert_eq!(numbers_asked_for(&world).await, ["FA-2"]);
        let left_out = &world.reminders().await[0]["left_out"][0];
        assert_eq!((&left_out["number"], &left_out["reason"]), (&json!("FA-1"), &json!("held")));
        // without an end it stands until a person lifts it
        world.advance("2026-10-20T12:00:00Z").await;
        assert_eq!(numbers_asked_for(&world).await, ["FA-2"]);
        world.send(reqwest::Method::DELETE, &format!("/v1/holds/{}", placed["id"].as_str().unwrap()), None, &[]).await;
        world.advance("2026-10-22T12:00:00Z").await;
        assert_eq!(numbers_asked_for(&world).await, ["FA-1", "FA-2"]);
    }
}

story! {
    /// One person is left in peace: the other gets the message, and the reader learns why him.
    a_contact_is_held_and_the_message_goes_to_another, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer_with("C1", json!({"contacts": [
            {"external_id": "c1", "name": "Claire", "role": "accounts_payable", "email": "claire@dupont.example"},
            {"external_id": "c2", "name": "Denis", "role": "director", "email": "denis@dupont.example"}]})).await;
        let contacts = customer["contacts"].as_array().unwrap();
        let id = |name: &str| contacts.iter().find(|contact| contact["external_id"] == name).unwrap()["id"].clone();
        hold(&world, "contact", &id("c1"), Some("2026-10-20")).await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-09T12:00:00Z").await;
        assert_eq!(world.reminders().await[0]["contact_id"], id("c2"));
        world.advance("2026-11-05T12:00:00Z").await;
        let second = world.reminders().await.pop().unwrap();
        assert_eq!((&second["step_key"], &second["contact_id"]), (&json!("second"), &id("c1")));
    }
}
