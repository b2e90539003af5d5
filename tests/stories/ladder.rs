//! The whole ladder of the business preset, nobody answering: the dated example of the presets.

use serde_json::json;

use crate::{story, support::World};

/// Works the open call tasks of the customer: dialled in vain.
pub(super) async fn dial_in_vain(world: &World) {
    for task in world.list("/v1/tasks?status=open").await {
        if task["kind"] == "phone_call" {
            let done = json!({"outcome": "no_answer", "by": {"name": "Ana", "email": "ana@keller.example"}});
            world.post(&format!("/v1/tasks/{}/complete", task["id"].as_str().unwrap()), done).await.expect(200);
        }
    }
}

pub(super) async fn approve_all(world: &World) {
    for reminder in world.list("/v1/reminders?status=awaiting_approval").await {
        let verdict = json!({"by": {"name": "Marc", "email": "marc@keller.example"}});
        world.post(&format!("/v1/reminders/{}/approve", reminder["id"].as_str().unwrap()), verdict).await.expect(200);
    }
}

story! {
    /// Due Monday 5 October 2026, 1,200 EUR: every step on its dated day, then a handover for a person.
    a_business_that_never_answers, world from "2026-09-25T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "1200.00").await;
        for day in 26..=99_i64 {
            let to = chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap() + chrono::Duration::days(day - 1);
            world.advance(&format!("{to}T12:00:00Z")).await;
            dial_in_vain(&world).await;
            approve_all(&world).await;
            world.rest().await;
        }
        let expected = [
            "2026-09-30 courtesy sent", "2026-10-09 first sent", "2026-10-22 sms sent",
            "2026-10-30 second sent", "2026-11-17 notice sent", "2026-11-17 notice sent", // the letter, and its copy by mail
        ];
        assert_eq!(world.story_of_reminders().await, expected);
        let dates: Vec<String> = world.reminders().await.iter()
            .map(|r| r["pay_before_on"].as_str().or(r["deadline_on"].as_str()).unwrap_or("-").to_owned()).collect();
        assert_eq!(dates, ["-", "2026-10-16", "-", "2026-11-09", "2026-12-02", "2026-12-02"]);
        let mut tasks: Vec<String> = world.list("/v1/tasks").await.iter()
            .filter_map(|task| Some(format!("{} {}", &task["created_at"].as_str()?[..10], task["step_key"].as_str()?))).collect();
        tasks.sort();
        assert_eq!(tasks, ["2026-10-21 call", "2026-11-13 last_call"]);
        world.advance("2026-12-09T12:00:00Z").await;
        let handover = world.list("/v1/tasks?status=open").await;
        assert!(handover.iter().any(|task| task["kind"] == "handover") || !world.list("/v1/reminders?status=awaiting_approval").await.is_empty());

        let notice = &world.reminders().await[4];
        let content = world.get(&format!("/v1/reminders/{}/content", notice["id"].as_str().unwrap())).await.expect(200);
        let text = content["text"].as_str().unwrap().replace('\u{a0}', " ");
        assert!(text.contains("MISE EN DEMEURE") && text.contains("FA-1") && text.contains("2 décembre 2026"), "{text}");
        let letter = content["attachments"].as_array().unwrap().iter().find(|a| a["media_type"] == "application/pdf").unwrap();
        assert!(letter["size"].as_u64().unwrap() > 5_000);
        let types: Vec<String> = world.events().await.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
        for kind in ["customer.created", "invoice.recorded", "reminder.planned", "reminder.sent", "invoice.overdue", "case.opened",
                     "task.created", "task.completed", "reminder.approval_requested", "formal_notice.sent"] {
            assert!(types.iter().any(|have| have == kind), "{kind} is missing from {types:?}");
        }
    }
}
