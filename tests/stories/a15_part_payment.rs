//! A15: a part payment keeps step and history; an unallocated credit lowers the ask or holds.

use serde_json::json;

use crate::story;

story! {
    /// The second reminder asks for what is left.
    the_step_stays_and_the_amount_falls, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-12T12:00:00Z").await;
        world.pays("P1", "C1", "150.00", "2026-10-12", json!({"reference": "fa 1"})).await;
        world.rest().await;
        let invoice = world.read_invoice("FA-1").await;
        assert_eq!((&invoice["paid"], &invoice["amount_due"], &invoice["dunning"]["last_step"]), (&json!("150.00"), &json!("50.00"), &json!("first")));
        world.advance("2026-10-30T12:00:00Z").await;
        let last = world.reminders().await.pop().unwrap();
        assert_eq!((&last["step_key"], &last["totals"][0]["amount"]), (&json!("second"), &json!("50.00")));
    }
}

story! {
    /// Money that matches nothing rests the chase for five business days and is a task; then it lowers the ask.
    unapplied_cash_holds_then_lowers_the_ask, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-08T12:00:00Z").await;
        let payment = world.pays("P1", "C1", "70.00", "2026-10-02", json!({})).await;
        assert_eq!(payment["unapplied"], "70.00");
        world.advance("2026-10-15T12:00:00Z").await;
        assert!(world.reminders().await.is_empty());
        let dunning = world.read_invoice("FA-1").await["dunning"].clone();
        assert_eq!((&dunning["holds"], &dunning["next_action_at"]), (&json!(["unapplied_cash"]), &json!("2026-10-15T22:00:00.000Z")));
        let tasks = world.list("/v1/tasks?status=open").await;
        assert_eq!(tasks.iter().filter(|task| task["kind"] == "unapplied_cash").count(), 1);
        world.advance("2026-10-16T12:00:00Z").await;
        let reminder = world.reminders().await.pop().unwrap();
        assert_eq!((&reminder["step_key"], &reminder["totals"][0]["amount"]), (&json!("first"), &json!("130.00")));
        assert_eq!(world.list("/v1/tasks?status=open").await.len(), 1);
    }
}
