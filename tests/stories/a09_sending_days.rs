//! A9: Saturdays and holidays move a step; spacing follows the real send; printed dates are business days.

use serde_json::json;

use crate::story;

fn policy() -> serde_json::Value {
    json!({"name": "Two mails", "applies_to": {"customer_kinds": ["business"]},
        "window": {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00", "skip_public_holidays": true},
        "pacing": {"min_days_between_messages": 2, "max_per_7_days": 2, "max_per_30_days": 8},
        "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder", "pay_within_days": 4},
                  {"key": "second", "offset_days": 14, "channel": "email", "template": "second_reminder", "pay_within_days": 8}]})
}

story! {
    /// Saturday 7 November → Monday 9; "pay before" lands on Armistice Day's eve of business days.
    steps_move_to_sending_days, world from "2026-11-01T08:00:00Z", {
        let made = world.post("/v1/policies", policy()).await.expect(201);
        let id = made["id"].as_str().unwrap();
        world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
        world.customer_with("C1", json!({"policy_id": id})).await;
        world.invoice("FA-1", "C1", "2026-11-03", "1200.00").await;
        // Moselle keeps 26 December, the rest of France does not
        world.customer_with("C2", json!({"policy_id": id, "region": "FR-AM"})).await;
        world.invoice("FA-2", "C2", "2026-12-22", "1200.00").await;
        world.customer_with("C3", json!({"policy_id": id})).await;
        world.invoice("FA-3", "C3", "2026-12-21", "1200.00").await;
        world.advance("2027-01-20T12:00:00Z").await;
        let all = world.reminders().await;
        let of = |number: &str| all.iter().filter(|r| r["invoices"][0]["number"] == number)
            .map(|r| format!("{} {} {}", &r["sent_at"].as_str().unwrap()[..10], r["step_key"].as_str().unwrap(), r["pay_before_on"].as_str().unwrap()))
            .collect::<Vec<_>>();
        // 9 + 4 = Friday 13; second = real send + 10 days = Thursday 19
        assert_eq!(of("FA-1"), ["2026-11-09 first 2026-11-13", "2026-11-19 second 2026-11-27"]);
        // 26 December is a Saturday in 2026: Monday 28; pay before 1 January → Monday 4
        assert_eq!(of("FA-2")[0], "2026-12-28 first 2027-01-04");
        // Christmas → Monday 28
        assert_eq!(of("FA-3")[0], "2026-12-28 first 2027-01-04");
    }
}
