//! How a customer pays: what was seen of it, and what a person should look at.

use serde_json::json;

use crate::story;

story! {
    /// One invoice in time, one half paid twenty days late and half still owed, a promise that was broken, calls that
    /// nobody answered.
    what_was_seen_of_a_customer_is_told, world from "2026-09-01T08:00:00Z", {
        let customer = world.customer_with("C1", json!({})).await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/customers/{customer}/behaviour");
        let blank = world.get(&path).await.expect(200);
        assert_eq!((&blank["paying"], &blank["signs"], &blank["promises"]["broken"]), (&json!([]), &json!([]), &json!(0)));

        world.invoice("FA-1", "C1", "2026-09-10", "1000.00").await;
        world.invoice("FA-2", "C1", "2026-09-20", "1000.00").await;
        world.pays("P1", "C1", "1000.00", "2026-09-10", json!({"reference": "FA-1"})).await;
        world.pays("P2", "C1", "500.00", "2026-10-10", json!({"reference": "FA-2"})).await;
        world.advance("2026-10-12T08:00:00Z").await;
        world.post("/v1/promises", json!({"customer_id": customer, "amount": "500.00", "currency": "EUR", "promised_on": "2026-10-14"})).await.expect(201);
        world.advance("2026-10-30T08:00:00Z").await;
        let by = json!({"name": "Marc", "email": "marc@keller.example"});
        for day in ["27", "28", "29"] {
            let call = json!({"channel": "phone", "at": format!("2026-10-{day}T09:00:00Z"), "by": by, "outcome": "no_answer"});
            world.post(&format!("/v1/customers/{customer}/interactions"), call).await.expect(201);
        }

        let seen = world.get(&path).await.expect(200);
        // 1000 in time, 500 twenty days late, 500 owed for forty days: (500 × 20 + 500 × 40) / 2000 = 15.0
        let paying = json!([{"currency": "EUR", "invoices": 2, "late_invoices": 1, "amount": "2000.00", "late_amount": "1000.00",
            "late_share_percent": 50, "average_days_late": "15.0", "recent_average_days_late": "15.0", "earlier_average_days_late": null}]);
        assert_eq!((&seen["on"], &seen["paying"]), (&json!("2026-10-30"), &paying));
        assert_eq!(seen["promises"], json!({"kept": 0, "broken": 1, "open": 0}));
        assert_eq!((&seen["reach"]["unanswered_calls"], &seen["reach"]["last_reached_on"]), (&json!(3), &json!(null)));
        assert_eq!(seen["signs"], json!(["calls_unanswered", "promises_broken"]));
    }
}

/// The same first reminder in two tones: which one is meant for a customer, its habits say.
fn two_tones() -> serde_json::Value {
    json!({"name": "By habit", "applies_to": {"customer_kinds": ["business"]}, "steps": [
        {"key": "kindly", "offset_days": 5, "channel": "email", "template": "first_reminder", "tone": "courteous", "payer": {"max_average_days_late": 10}},
        {"key": "firmly", "offset_days": 5, "channel": "email", "template": "first_reminder", "tone": "firm", "payer": {"min_average_days_late": 11}},
        {"key": "sign", "offset_days": 8, "channel": "phone_task", "payer": {"any_sign_of": ["promises_broken"]}}]})
}

story! {
    /// Who paid the last invoice forty days late gets the firm wording, who paid in time the kind one; the invoice says
    /// which step was left out and why.
    a_step_can_be_meant_for_those_who_pay_late, world from "2026-08-01T08:00:00Z", {
        let made = world.post("/v1/policies", two_tones()).await.expect(201);
        let activate = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
        world.post(&activate, json!({"backlog": "skip", "confirm_count": 0})).await.expect(200);
        let late = world.customer_with("C1", json!({})).await;
        world.customer_with("C2", json!({})).await;
        for customer in ["C1", "C2"] {
            world.invoice(&format!("OLD-{customer}"), customer, "2026-08-10", "1000.00").await;
            world.invoice(&format!("NEW-{customer}"), customer, "2026-10-05", "1000.00").await;
        }
        world.pays("P-C2", "C2", "1000.00", "2026-08-01", json!({"reference": "OLD-C2"})).await;
        let promise = json!({"customer_id": late["id"], "amount": "1000.00", "currency": "EUR", "promised_on": "2026-08-20"});
        world.post("/v1/promises", promise).await.expect(201);
        world.advance("2026-09-19T08:00:00Z").await;
        world.pays("P-C1", "C1", "1000.00", "2026-09-19", json!({"reference": "OLD-C1"})).await;
        world.advance("2026-10-30T18:00:00Z").await;

        let mut told: Vec<(String, String)> = world.reminders().await.iter().filter(|reminder| reminder["status"] == "sent")
            .filter(|reminder| reminder["invoices"][0]["number"].as_str().is_some_and(|number| number.starts_with("NEW")))
            .map(|reminder| (reminder["invoices"][0]["number"].as_str().unwrap().to_owned(), reminder["step_key"].as_str().unwrap().to_owned()))
            .collect();
        told.sort();
        let pair = |number: &str, step: &str| (number.to_owned(), step.to_owned());
        assert_eq!(told, [pair("NEW-C1", "firmly"), pair("NEW-C2", "kindly")]);
        let calls: Vec<_> = world.list("/v1/tasks").await.into_iter().filter(|task| task["step_key"] == "sign").collect();
        assert!(!calls.is_empty() && calls.iter().all(|task| task["customer_id"] == late["id"]), "only who broke a promise is called");
        assert!(calls.iter().all(|task| task["title"].as_str().unwrap().starts_with("Call the customer: ")), "{calls:?}");
        assert!(calls.iter().all(|task| task["title_fr"].as_str().unwrap().starts_with("Appelez le client : ")), "{calls:?}");

        let decisions = world.list(&format!("/v1/decisions?customer_id={}", late["id"].as_str().unwrap())).await;
        let reasons: Vec<_> = decisions.iter().flat_map(|decision| decision["reasons"].as_array().unwrap().clone()).collect();
        let waived = reasons.iter().find(|reason| reason["code"] == "step_waived" && reason.to_string().contains("kindly")).expect("what was left out is explained");
        let habits: Vec<_> = decisions.iter().filter_map(|decision| decision["facts"]["payer"]["EUR"]["average_days_late"].as_str()).collect();
        assert!(habits.contains(&"23.5"), "the habits it was decided by are kept with the decision: {habits:?}");
        assert!(waived.to_string().contains("the step is meant for payers with other habits"), "{waived}");
    }
}
