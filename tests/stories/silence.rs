//! When nothing may be said.

use serde_json::json;

use crate::story;

story! {
    /// After everything is paid nothing leaves, however far the clock goes.
    nothing_leaves_after_everything_is_paid, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-12T12:00:00Z").await;
        world.pays("P1", "C1", "200.00", "2026-10-12", json!({})).await;
        world.advance("2027-06-30T12:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-09 first sent"]);
        let types: Vec<_> = world.events().await.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(types.iter().filter(|kind| *kind == "invoice.paid").count(), 1);
        assert_eq!(types.iter().filter(|kind| *kind == "case.closed").count(), 1);
    }
}

story! {
    /// A bounced debit opens the invoice again.
    a_reversed_payment_reopens_the_invoice, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.pays("P1", "C1", "200.00", "2026-10-05", json!({})).await;
        world.advance("2026-10-12T12:00:00Z").await;
        assert_eq!(world.read_invoice("FA-1").await["status"], "paid");
        world.post("/v1/sources/erp/payments/P1/reverse", json!({"on": "2026-10-12", "reason_code": "AM04"})).await.expect(200);
        world.rest().await;
        assert_eq!(world.read_invoice("FA-1").await["amount_due"], "200.00");
        world.advance("2026-10-14T12:00:00Z").await;
        assert_eq!(world.reminders().await.len(), 1);
    }
}

story! {
    /// A hold with an end lifts itself.
    a_hold_rests_until_its_last_day, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.post("/v1/holds", json!({"scope": "customer", "target_id": customer["id"], "reason": "they are moving house", "until_on": "2026-10-14"})).await.expect(201);
        world.advance("2026-10-14T21:00:00Z").await;
        let dunning = world.read_invoice("FA-1").await["dunning"].clone();
        assert_eq!((&dunning["state"], &dunning["next_action_at"]), (&json!("held"), &json!("2026-10-14T22:00:00.000Z")));
        world.advance("2026-10-15T12:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-15 first sent"]);
    }
}

story! {
    /// Without a way to pay nobody is asked to; one task says what to mend.
    our_own_error_is_mended_first, world from "2026-10-01T05:00:00Z", {
        world.patch("/v1/settings", json!({"iban": null})).await.expect(200);
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-12T12:00:00Z").await;
        assert!(world.reminders().await.is_empty());
        assert_eq!(world.read_invoice("FA-1").await["dunning"]["holds"], json!(["own_error_suspected"]));
        assert_eq!(world.list("/v1/tasks?status=open").await.iter().filter(|task| task["kind"] == "own_error").count(), 1);
        world.patch("/v1/settings", json!({"iban": "FR7630006000011234567890189"})).await.expect(200);
        world.advance("2026-10-13T12:00:00Z").await;
        assert_eq!(world.reminders().await.len(), 1);
    }
}

story! {
    /// An account on the invoice that is not the creditor's own holds until a person confirms it.
    another_account_waits_for_a_person, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice_with("FA-1", "C1", "2026-10-05", "200.00", json!({"payee_iban": "DE89370400440532013000"})).await;
        world.advance("2026-10-12T12:00:00Z").await;
        assert!(world.reminders().await.is_empty());
        let tasks = world.list("/v1/tasks?status=open").await;
        let by = json!({"name": "Ana", "email": "ana@keller.example"});
        world.post(&format!("/v1/tasks/{}/complete", tasks[0]["id"].as_str().unwrap()), json!({"outcome": "confirmed", "by": by})).await.expect(200);
        world.advance("2026-10-13T12:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-12 first sent"]);
    }
}
