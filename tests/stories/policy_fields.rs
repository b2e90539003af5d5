//! Fields of a policy that change decisions, as the API tells them.

use serde_json::{Value, json};

use super::ladder::approve_all;
use crate::{story, support::World};

async fn active(world: &World, policy: Value) -> String {
    let made = world.post("/v1/policies", policy).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"confirm_count": 0})).await.expect(200);
    id
}

story! {
    /// 100 EUR are too little for a formal notice; when one of 500 EUR is due, they are in it.
    what_is_too_small_for_a_notice_joins_the_next_one, world from "2026-10-01T05:00:00Z", {
        let id = active(&world, json!({"name": "Two steps", "applies_to": {"customer_kinds": ["business"]},
            "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder", "pay_within_days": 5},
                      {"key": "notice", "offset_days": 20, "channel": "registered_letter", "template": "formal_notice", "min_amount_due": "150.00",
                       "deadline_days": 8, "approval": "required"}]})).await;
        world.customer_with("C1", json!({"policy_id": id})).await;
        world.invoice("FA-small", "C1", "2026-10-05", "100.00").await;
        world.invoice("FA-big", "C1", "2026-10-12", "500.00").await;
        world.advance("2026-10-27T12:00:00Z").await;
        assert!(world.list("/v1/reminders?status=awaiting_approval").await.is_empty());
        assert_eq!(world.read_invoice("FA-small").await["dunning"]["state"], "completed");
        world.advance("2026-11-05T12:00:00Z").await;
        approve_all(&world).await;
        world.advance("2026-11-09T12:00:00Z").await;
        let notice = world.reminders().await.pop().unwrap();
        let rows: Vec<(&str, &str)> = notice["invoices"].as_array().unwrap().iter()
            .map(|row| (row["number"].as_str().unwrap(), row["step_key"].as_str().unwrap())).collect();
        assert_eq!((notice["status"].as_str(), rows), (Some("sent"), vec![("FA-small", "notice"), ("FA-big", "notice")]));
        assert_eq!(world.read_invoice("FA-small").await["dunning"]["last_step"], "notice");
    }
}

story! {
    /// The salesman hears of it two business days before; told once, the step goes on its day.
    the_sales_owner_is_told_before_a_hard_step, world from "2026-10-01T05:00:00Z", {
        let id = active(&world, json!({"name": "One step", "applies_to": {"customer_kinds": ["business"]}, "payment_run_wait_days": 10,
            "steps": [{"key": "last", "offset_days": 8, "channel": "email", "template": "final_reminder", "notify_owner_days": 2, "credit_hold": "propose"}]})).await;
        world.customer_with("C1", json!({"policy_id": id, "payment_days": ["10"], "sales_owner": {"name": "A. Keller", "email": "keller@atelier.example"}})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "500.00").await;
        world.advance("2026-10-11T20:00:00Z").await;
        assert!(world.list("/v1/tasks").await.is_empty());
        // the run of Saturday 10 has its money by Tuesday 13: the step may go on Wednesday 14, so he is told on Monday 12
        world.advance("2026-10-12T20:00:00Z").await;
        let told = world.list("/v1/tasks?status=open").await;
        assert_eq!((told.len(), &told[0]["kind"], &told[0]["due_on"]), (1, &json!("owner_notice"), &json!("2026-10-14")));
        let by = json!({"name": "A. Keller", "email": "keller@atelier.example"});
        world.post(&format!("/v1/tasks/{}/complete", told[0]["id"].as_str().unwrap()), json!({"outcome": "done", "by": by})).await.expect(200);
        world.advance("2026-10-20T20:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-14 last sent"]);
        let kinds: Vec<Value> = world.list("/v1/tasks?status=open").await.iter().map(|task| task["kind"].clone()).collect();
        assert_eq!(kinds, [json!("credit_hold")], "he is not told twice, and nothing is placed");
        assert!(world.list("/v1/holds").await.is_empty());
    }
}

story! {
    /// Twelve euros: no message, and one look a month by a person.
    a_small_balance_is_looked_at_once_a_month, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "12.00").await;
        world.advance("2027-01-02T12:00:00Z").await;
        assert!(world.list("/v1/tasks").await.is_empty() && world.reminders().await.is_empty());
        world.advance("2027-01-15T12:00:00Z").await;
        let tasks = world.list("/v1/tasks?status=open").await;
        assert_eq!((tasks.len(), &tasks[0]["kind"]), (1, &json!("review")));
        let by = json!({"name": "Marc", "email": "marc@keller.example"});
        world.post(&format!("/v1/tasks/{}/complete", tasks[0]["id"].as_str().unwrap()), json!({"outcome": "done", "by": by})).await.expect(200);
        world.advance("2027-01-31T12:00:00Z").await;
        assert!(world.list("/v1/tasks?status=open").await.is_empty());
        world.advance("2027-02-02T12:00:00Z").await;
        assert_eq!(world.list("/v1/tasks?status=open").await.len(), 1);
    }
}
