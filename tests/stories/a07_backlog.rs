//! A7: a policy is switched on with a backlog of 5,000 overdue invoices: a plan, a confirmed count, no flood.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{story, support::World};

const CUSTOMERS: usize = 500;
const INVOICES_EACH: usize = 10;

fn event(n: usize, kind: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": format!("{kind}-{n}"), "source": "erp", "type": kind, "data": data})
}

async fn push(world: &World, events: &[Value]) {
    for part in events.chunks(1_000) {
        let batch = Value::Array(part.to_vec()).to_string().into_bytes();
        let answer = world.raw("/v1/ingest/events", "application/cloudevents-batch+json", batch).await.expect(207);
        assert_eq!(answer["summary"]["accepted"], json!(part.len()));
    }
}

/// A draft policy, and 5,000 overdue invoices of 500 customers that are to have it.
async fn backlog(world: &World) -> String {
    let made = world.post("/v1/policies", json!({"name": "Old debts", "applies_to": {"customer_kinds": ["business"]},
        "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder", "pay_within_days": 7},
                  {"key": "second", "offset_days": 23, "channel": "email", "template": "second_reminder", "pay_within_days": 8},
                  {"key": "notice", "offset_days": 38, "channel": "registered_letter", "template": "formal_notice", "deadline_days": 8, "approval": "required"}]}))
        .await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let customers: Vec<Value> = (0..CUSTOMERS)
        .map(|n| event(n, "customer.upserted", json!({"external_id": format!("C{n}"), "source_version": 1, "kind": "business",
            "name": format!("Client {n}"), "policy_id": id, "contacts": [{"external_id": "c", "role": "accounts_payable", "email": format!("c{n}@client.example")}]})))
        .collect();
    push(world, &customers).await;
    let first: chrono::NaiveDate = "2026-03-01".parse().unwrap();
    let invoices: Vec<Value> = (0..CUSTOMERS * INVOICES_EACH)
        .map(|n| {
            let due = first + chrono::Duration::days(i64::try_from(n % 250).unwrap());
            event(n, "invoice.issued", json!({"external_id": format!("F{n}"), "source_version": 1, "number": format!("F{n}"),
                "customer_external_id": format!("C{}", n % CUSTOMERS), "issued_on": "2026-01-15", "due_on": due.to_string(), "currency": "EUR", "total": "100.00"}))
        })
        .collect();
    push(world, &invoices).await;
    id
}

/// How many messages left on each day.
async fn per_day(world: &World) -> BTreeMap<String, usize> {
    let mut days = BTreeMap::new();
    for reminder in world.list("/v1/reminders?limit=200").await {
        *days.entry(reminder["sent_at"].as_str().unwrap()[..10].to_owned()).or_default() += 1;
    }
    days
}

story! {
    /// Five thousand invoices, spread over five days: a hundred customers a day, one message each, all invoices in it.
    nobody_is_flooded, world from "2026-11-16T05:00:00Z", {
        let id = backlog(&world).await;
        let activate = format!("/v1/policies/{id}/versions/1/activate");
        let refused = world.post(&activate, json!({"backlog": "first_step", "spread_days": 5, "confirm_count": 4999})).await.problem(409, "backlog_not_confirmed");
        assert_eq!(refused["count"], json!(CUSTOMERS * INVOICES_EACH));
        world.rest().await;
        assert!(world.reminders().await.is_empty());
        world.post(&activate, json!({"backlog": "first_step", "spread_days": 5, "confirm_count": 5000})).await.expect(200);
        world.advance("2026-11-20T20:00:00Z").await;
        let days = per_day(&world).await;
        assert_eq!(days.keys().map(String::as_str).collect::<Vec<_>>(), ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]);
        assert!(days.values().all(|count| *count == CUSTOMERS / 5), "{days:?}");
        let reminders = world.list("/v1/reminders?limit=200").await;
        assert!(reminders.iter().all(|r| r["step_key"] == "first" && r["invoices"].as_array().unwrap().len() == INVOICES_EACH));
    }
}

story! {
    /// What is skipped is never chased; what begins by its age never begins at a formal notice.
    a_backlog_is_skipped_or_begins_by_age, world from "2026-11-16T05:00:00Z", {
        for (plan, expected) in [("skip", &[][..]), ("by_age", &["2026-11-16 second sent"])] {
            let made = world.post("/v1/policies", json!({"name": plan, "applies_to": {"customer_kinds": ["business"]},
                "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder", "pay_within_days": 7},
                          {"key": "second", "offset_days": 23, "channel": "email", "template": "second_reminder"},
                          {"key": "notice", "offset_days": 38, "channel": "registered_letter", "template": "formal_notice", "deadline_days": 8, "approval": "required"}]}))
                .await.expect(201);
            let id = made["id"].as_str().unwrap();
            world.customer_with(plan, json!({"policy_id": id})).await;
            world.invoice(plan, plan, "2026-04-01", "200.00").await;
            world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": plan, "spread_days": 1, "confirm_count": 1})).await.expect(200);
            world.advance(if plan == "skip" { "2026-11-16T20:00:00Z" } else { "2026-11-17T20:00:00Z" }).await;
            let mut story = world.story_of_reminders().await;
            story.iter_mut().for_each(|line| *line = line.replace("2026-11-17", "2026-11-16"));
            assert_eq!(story, expected, "{plan}");
        }
    }
}
