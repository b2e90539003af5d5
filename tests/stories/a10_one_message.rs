//! A10: five overdue invoices of different ages: one message, the right intensity, five histories.

use crate::story;

story! {
    /// All first seen late: all begin at the first overdue step, in one mail.
    five_invoices_one_message, world from "2026-11-23T05:00:00Z", {
        world.customer("C1").await;
        for (number, due) in [("FA-1", "2026-08-03"), ("FA-2", "2026-09-15"), ("FA-3", "2026-10-12"), ("FA-4", "2026-11-02"), ("FA-5", "2026-11-18")] {
            world.invoice(number, "C1", due, "100.00").await;
        }
        world.advance("2026-11-24T12:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-11-23 first sent"]);
        let reminder = &world.reminders().await[0];
        let rows = reminder["invoices"].as_array().unwrap();
        assert_eq!(rows.len(), 5);
        assert!(rows.iter().all(|row| row["step_key"] == "first"));
        for number in ["FA-1", "FA-2", "FA-3", "FA-4", "FA-5"] {
            assert_eq!(world.read_invoice(number).await["dunning"]["last_step"], "first");
        }
    }
}

story! {
    /// An older and a younger invoice meet: the message speaks at the older one's step, each row at its own.
    each_row_has_its_own_step, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "100.00").await;
        world.invoice("FA-2", "C1", "2026-10-24", "100.00").await;
        world.advance("2026-10-28T20:00:00Z").await;
        let last = world.reminders().await.pop().unwrap();
        assert_eq!(last["step_key"], "second");
        let steps: Vec<&str> = last["invoices"].as_array().unwrap().iter().map(|row| row["step_key"].as_str().unwrap()).collect();
        assert_eq!(steps, ["second", "first"]);
        assert_eq!(last["totals"][0]["amount"], "200.00");
    }
}
