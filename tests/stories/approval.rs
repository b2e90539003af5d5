//! Steps that need a person: approved, rejected, expired, asked again.

use serde_json::{Value, json};

use crate::{story, support::World};

fn policy() -> Value {
    json!({"name": "Approved mails", "applies_to": {"customer_kinds": ["business"]}, "approval_expires_days": 5,
        "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder", "approval": "required"}]})
}

async fn asked(world: &World) -> Value {
    let made = world.post("/v1/policies", policy()).await.expect(201);
    let id = made["id"].as_str().unwrap();
    world
        .post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0}))
        .await
        .expect(200);
    world.customer_with("C1", json!({"policy_id": id})).await;
    world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
    world.advance("2026-10-09T05:00:00Z").await;
    let waiting = world.list("/v1/reminders?status=awaiting_approval").await;
    assert_eq!(waiting.len(), 1);
    waiting[0].clone()
}

story! {
    /// Approved at seven, it leaves when the window opens.
    an_approved_step_leaves_in_the_next_window, world from "2026-10-01T05:00:00Z", {
        let id = asked(&world).await["id"].as_str().unwrap().to_owned();
        world.post(&format!("/v1/reminders/{id}/approve"), json!({"by": {"name": "Marc", "email": "marc@keller.example"}, "comment": "fine"})).await.expect(200);
        world.advance("2026-10-09T12:00:00Z").await;
        let sent = world.get(&format!("/v1/reminders/{id}")).await.expect(200);
        assert_eq!((&sent["status"], &sent["sent_at"]), (&json!("sent"), &json!("2026-10-09T06:30:00.000Z")));
        world.post(&format!("/v1/reminders/{id}/approve"), json!({"by": {"name": "Marc", "email": "marc@keller.example"}})).await.problem(409, "wrong_state");
    }
}

story! {
    /// A rejection sends nothing, and the reason is kept.
    a_rejected_step_does_not_leave, world from "2026-10-01T05:00:00Z", {
        let id = asked(&world).await["id"].as_str().unwrap().to_owned();
        world.post(&format!("/v1/reminders/{id}/reject"), json!({"by": {"name": "Marc", "email": "marc@keller.example"}, "comment": "I call them"})).await.expect(200);
        world.advance("2026-10-09T12:00:00Z").await;
        assert_eq!(world.get(&format!("/v1/reminders/{id}")).await.expect(200)["status"], "cancelled");
        assert!(world.list("/v1/reminders?status=sent").await.is_empty());
    }
}

story! {
    /// Part paid after the approval: cancelled, and asked again for what is left.
    what_changed_since_is_asked_again, world from "2026-10-01T05:00:00Z", {
        let id = asked(&world).await["id"].as_str().unwrap().to_owned();
        world.post(&format!("/v1/reminders/{id}/approve"), json!({"by": {"name": "Marc", "email": "marc@keller.example"}})).await.expect(200);
        world.pays("P1", "C1", "50.00", "2026-10-09", json!({"reference": "FA-1"})).await;
        world.advance("2026-10-09T12:00:00Z").await;
        assert_eq!(world.get(&format!("/v1/reminders/{id}")).await.expect(200)["cancel_reason"], "balance_changed");
        let again = world.list("/v1/reminders?status=awaiting_approval").await;
        assert_eq!((again.len(), &again[0]["totals"][0]["amount"]), (1, &json!("150.00")));
    }
}

story! {
    /// Five business days without a word: nothing leaves and somebody is told.
    an_approval_that_nobody_gives_expires, world from "2026-10-01T05:00:00Z", {
        asked(&world).await;
        world.advance("2026-10-30T12:00:00Z").await;
        assert!(world.list("/v1/reminders?status=sent").await.is_empty());
        assert!(world.list("/v1/reminders?status=awaiting_approval").await.is_empty());
        assert!(world.list("/v1/tasks?status=open").await.iter().any(|task| task["kind"] == "approval_expired"));
    }
}

story! {
    /// Two persons say yes, and one of them cannot be two; what is ordered again waits for the other.
    four_eyes_are_two_persons, world from "2026-10-01T05:00:00Z", {
        world.patch("/v1/settings", json!({"four_eyes": true})).await.expect(200);
        let id = asked(&world).await["id"].as_str().unwrap().to_owned();
        let says = async |id: &str, name: &str| {
            let by = json!({"by": {"name": name, "email": format!("{name}@keller.example")}, "comment": "fine"});
            world.post(&format!("/v1/reminders/{id}/approve"), by).await
        };
        let first = says(&id, "marc").await.expect(200);
        assert_eq!((&first["status"], &first["approved"], first["verdicts"].as_array().unwrap().len()), (&json!("awaiting_approval"), &json!(false), 1));
        says(&id, "marc").await.problem(409, "wrong_state");
        says(&id, "MARC+2").await.problem(409, "wrong_state");
        world.advance("2026-10-09T12:00:00Z").await;
        assert!(world.list("/v1/reminders?status=sent").await.is_empty(), "one person is not two");
        assert_eq!(says(&id, "anne").await.expect(200)["status"], "planned");
        world.advance("2026-10-12T12:00:00Z").await;
        assert_eq!(world.get(&format!("/v1/reminders/{id}")).await.expect(200)["status"], "sent");

        let order = json!({"by": {"name": "Marc", "email": "marc@keller.example"}, "reason": "They lost it."});
        let again = world.post(&format!("/v1/reminders/{id}/resend"), order).await.expect(200);
        assert_eq!((&again["status"], again["verdicts"].as_array().unwrap().len()), (&json!("awaiting_approval"), 1), "{again}");
        let again = again["id"].as_str().unwrap();
        says(again, "marc").await.problem(409, "wrong_state");
        says(again, "anne").await.expect(200);
        world.advance("2026-10-19T12:00:00Z").await;
        assert_eq!(world.get(&format!("/v1/reminders/{again}")).await.expect(200)["status"], "sent");
    }
}
