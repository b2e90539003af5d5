//! A20: a pending direct debit is not chased; the ladder ends; who gets the message, and why, is explained.

use serde_json::json;

use crate::story;

story! {
    /// Silence while the bank collects; after ten days without an answer a person asks, and still nobody is chased.
    a_pending_debit_is_not_chased, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice_with("FA-1", "C1", "2026-10-05", "200.00", json!({"direct_debit": true})).await;
        world.advance("2026-10-15T12:00:00Z").await;
        assert_eq!(world.read_invoice("FA-1").await["dunning"]["holds"], json!(["direct_debit_pending"]));
        assert!(world.list("/v1/tasks?status=open").await.is_empty());
        world.advance("2026-12-31T12:00:00Z").await;
        assert!(world.reminders().await.is_empty());
        let tasks = world.list("/v1/tasks?status=open").await;
        assert_eq!((tasks.len(), &tasks[0]["kind"]), (1, &json!("direct_debit")));
        // the debit was returned: the source says so, and the ladder begins at its first step
        world.put("/v1/sources/erp/invoices/FA-1", json!({"source_version": 2, "number": "FA-1", "customer_external_id": "C1",
            "issued_on": "2026-09-05", "due_on": "2026-10-05", "currency": "EUR", "total": "200.00", "direct_debit": false})).await.expect(200);
        world.advance("2027-01-05T12:00:00Z").await;
        assert_eq!(world.reminders().await[0]["step_key"], "first");
    }
}

story! {
    /// After its last step an invoice is `completed`: nothing more leaves, however far the clock goes.
    the_ladder_ends, world from "2026-10-01T05:00:00Z", {
        let made = world.post("/v1/policies", json!({"name": "Two mails", "applies_to": {"customer_kinds": ["business"]},
            "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder", "pay_within_days": 7},
                      {"key": "second", "offset_days": 14, "channel": "email", "template": "second_reminder"}]})).await.expect(201);
        let id = made["id"].as_str().unwrap();
        world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
        world.customer_with("C1", json!({"policy_id": id})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2027-06-30T12:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-09 first sent", "2026-10-21 second sent"]);
        let dunning = world.read_invoice("FA-1").await["dunning"].clone();
        assert_eq!((&dunning["state"], &dunning["next_action_at"], &dunning["last_step"]), (&json!("completed"), &json!(null), &json!("second")));
    }
}

story! {
    /// The step asks for accounts payable; without one, the usual contact; each time the decision says why.
    who_gets_it_and_why, world from "2026-10-01T05:00:00Z", {
        for (name, role, code) in [("C1", "accounts_payable", "contact_by_role"), ("C2", "buyer", "contact_usual")] {
            world.customer_with(name, json!({"contacts": [{"external_id": "c1", "role": role, "email": format!("x@{}.example", name.to_lowercase())}]})).await;
            world.invoice(name, name, "2026-10-05", "200.00").await;
            world.advance(if name == "C1" { "2026-10-09T12:00:00Z" } else { "2026-10-12T12:00:00Z" }).await;
            let reminder = world.reminders().await.into_iter().find(|r| r["invoices"][0]["number"] == name).unwrap();
            let decision = world.get(&format!("/v1/decisions/{}", reminder["decision_id"].as_str().unwrap())).await.expect(200);
            let why = decision["reasons"].as_array().unwrap().iter().find(|reason| reason["code"].as_str().unwrap().starts_with("contact_")).unwrap();
            assert_eq!(why["code"], code);
            assert!(why["message"].as_str().unwrap().ends_with('.'));
        }
    }
}
