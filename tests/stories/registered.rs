//! A formal notice: the letter, its copy by mail, and the day on which it was first presented.

use serde_json::{Value, json};

use crate::{story, support::World};

fn by() -> Value {
    json!({"name": "Marc", "email": "marc@keller.example"})
}

/// A notice on 9 October, then a call ten days after the due date and a mail thirty days after it.
async fn notice(world: &World) -> Value {
    let policy = json!({"name": "Notices", "applies_to": {"segments": ["notices"]}, "given_date_grace_days": 2,
        "pacing": {"min_days_between_messages": 5, "max_per_7_days": 2, "max_per_30_days": 2},
        "steps": [{"key": "notice", "offset_days": 4, "channel": "registered_letter", "template": "formal_notice", "deadline_days": 8,
                   "approval": "required", "also_by": ["email"]},
                  {"key": "call", "offset_days": 10, "channel": "phone_task"},
                  {"key": "last", "offset_days": 11, "channel": "email", "template": "second_reminder", "approval": "required"}]});
    let made = world.post("/v1/policies", policy).await.expect(201);
    let path = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
    world.post(&path, json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
    world.customer_with("C1", json!({"policy_id": made["id"]})).await;
    world.invoice("FA-1", "C1", "2026-10-05", "900.00").await;
    world.advance("2026-10-09T05:00:00Z").await;
    let asked = world.list("/v1/reminders?status=awaiting_approval").await;
    assert_eq!(asked.len(), 1, "the copy asks nobody by itself");
    let path = format!("/v1/reminders/{}", asked[0]["id"].as_str().unwrap());
    world.post(&format!("{path}/approve"), json!({"by": by()})).await.expect(200);
    world.advance("2026-10-09T16:00:00Z").await;
    let letter = world.get(&path).await.expect(200);
    assert_eq!((&letter["status"], &letter["deadline_on"]), (&json!("sent"), &json!("2026-10-26")));
    letter
}

async fn next_action(world: &World) -> String {
    let invoice = world.read_invoice("FA-1").await;
    invoice["dunning"]["next_action_at"].as_str().unwrap_or_else(|| panic!("{invoice}"))[..10].to_owned()
}

story! {
    /// Posted on 9 October, 26 October is printed. Presented only on the 21st, it grants eight days from then: 29 October,
    /// and the call waits for the two days that money needs.
    the_deadline_of_a_letter_counts_from_its_first_presentation, world from "2026-10-01T05:00:00Z", {
        let letter = notice(&world).await;
        let path = format!("/v1/reminders/{}/presented", letter["id"].as_str().unwrap());
        assert_eq!(next_action(&world).await, "2026-10-29");
        world.post(&path, json!({"on": "2026-10-10"})).await.problem(422, "validation_failed");
        world.advance("2026-10-22T09:00:00Z").await;
        world.post(&path, json!({"on": "2026-10-08"})).await.problem(422, "validation_failed");
        // presented early, the printed day stands
        let early = world.post(&path, json!({"on": "2026-10-12"})).await.expect(200);
        assert_eq!((&early["presented_on"], &early["deadline_on"]), (&json!("2026-10-12"), &json!("2026-10-26")));
        world.rest().await;
        assert_eq!(next_action(&world).await, "2026-10-29");
        world.post(&path, json!({"on": "2026-10-21"})).await.expect(200);
        world.rest().await;
        assert_eq!(next_action(&world).await, "2026-11-03");
        world.advance("2026-11-02T20:00:00Z").await;
        assert!(world.list("/v1/tasks?status=open").await.iter().all(|task| task["step_key"] != "call"));
        world.advance("2026-11-03T12:00:00Z").await;
        assert!(world.list("/v1/tasks?status=open").await.iter().any(|task| task["step_key"] == "call"));
    }
}

story! {
    /// The same text goes by mail once the letter has left: one decision, the same dates, nobody asked twice, and in
    /// pacing it is one contact.
    a_notice_goes_by_mail_too_and_counts_once, world from "2026-10-01T05:00:00Z", {
        let letter = notice(&world).await;
        let sent = world.list("/v1/reminders?status=sent").await;
        let copy = sent.iter().find(|reminder| reminder["copy_of"] == letter["id"]).unwrap_or_else(|| panic!("{sent:?}"));
        assert_eq!((sent.len(), &copy["channel"], &letter["copy_of"]), (2, &json!("email"), &json!(null)));
        for same in ["decision_id", "step_key", "template", "deadline_on", "invoices", "totals"] {
            assert_eq!(copy[same], letter[same], "{same}");
        }
        assert!(!copy["contact_id"].is_null() && copy["sent_at"].as_str().unwrap().starts_with("2026-10-09"));
        let mail = world.get(&format!("/v1/reminders/{}/content", copy["id"].as_str().unwrap())).await.expect(200);
        assert!(mail["to"].to_string().contains("compta@c1.example"), "{mail}");
        let notices: Vec<_> = world.list("/v1/events").await.into_iter().filter(|event| event["type"] == "formal_notice.sent").collect();
        assert_eq!(notices.len(), 1, "one notice was given");
        let path = format!("/v1/reminders/{}/presented", copy["id"].as_str().unwrap());
        world.post(&path, json!({"on": "2026-10-09"})).await.problem(409, "wrong_state");
        // two messages in thirty days are allowed: with the copy counted the next would wait until 8 November
        world.advance("2026-11-02T12:00:00Z").await;
        let asked = world.list("/v1/reminders?status=awaiting_approval").await;
        assert_eq!(asked.iter().map(|reminder| &reminder["step_key"]).collect::<Vec<_>>(), [&json!("last")]);
    }
}

story! {
    /// Nobody has a mobile: the letter goes alone, and the decision says so.
    a_notice_whose_copy_would_find_nobody_goes_alone, world from "2026-10-01T05:00:00Z", {
        let policy = json!({"name": "Notices", "applies_to": {"segments": ["notices"]},
            "steps": [{"key": "notice", "offset_days": 4, "channel": "registered_letter", "template": "formal_notice", "deadline_days": 8,
                       "approval": "required", "also_by": ["sms"]}]});
        let made = world.post("/v1/policies", policy).await.expect(201);
        let path = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
        world.post(&path, json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
        let contact = json!([{"external_id": "c1", "name": "Claire", "role": "accounts_payable", "email": "compta@dupont.example"}]);
        world.customer_with("C1", json!({"policy_id": made["id"], "contacts": contact})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "900.00").await;
        world.advance("2026-10-09T05:00:00Z").await;
        let asked = world.list("/v1/reminders?status=awaiting_approval").await;
        let decision = world.get(&format!("/v1/decisions/{}", asked[0]["decision_id"].as_str().unwrap())).await.expect(200);
        let told: Vec<&str> = decision["reasons"].as_array().unwrap().iter().filter_map(|reason| reason["code"].as_str()).collect();
        assert!(told.contains(&"no_contact"), "{told:?}");
        world.post(&format!("/v1/reminders/{}/approve", asked[0]["id"].as_str().unwrap()), json!({"by": by()})).await.expect(200);
        world.advance("2026-10-09T16:00:00Z").await;
        assert_eq!(world.list("/v1/reminders?status=sent").await.len(), 1);
    }
}
