//! A18: the oldest invoice is paid: the schedule of the others stays their own, never harsher, never inside a
//! date that was given.

use serde_json::json;

use crate::story;

story! {
    /// One message spoke at the older invoice's step; when that one is paid, the younger goes on at its own.
    the_younger_one_goes_on_at_its_own_step, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-old", "C1", "2026-10-05", "200.00").await;
        world.invoice("FA-young", "C1", "2026-10-24", "200.00").await;
        world.advance("2026-10-29T12:00:00Z").await;
        let both = world.reminders().await.pop().unwrap();
        let rows: Vec<_> = both["invoices"].as_array().unwrap().iter().map(|row| row["step_key"].as_str().unwrap().to_owned()).collect();
        assert_eq!((both["step_key"].as_str(), rows), (Some("second"), vec!["second".to_owned(), "first".to_owned()]));
        let before = world.read_invoice("FA-young").await["dunning"].clone();
        world.pays("P1", "C1", "200.00", "2026-10-29", json!({"reference": "FA-old"})).await;
        world.rest().await;
        let after = world.read_invoice("FA-young").await["dunning"].clone();
        assert_eq!((&after["next_step"], &after["last_step"]), (&before["next_step"], &before["last_step"]));
        assert!(after["next_action_at"].as_str() >= before["next_action_at"].as_str(), "{before} {after}");
        // the date given by the message that carried both, and two business days for the money
        let given: chrono::NaiveDate = both["pay_before_on"].as_str().unwrap().parse().unwrap();
        world.advance("2026-11-30T12:00:00Z").await;
        let next = world.reminders().await.pop().unwrap();
        assert_eq!((&next["step_key"], next["invoices"].as_array().unwrap().len()), (&json!("second"), 1));
        let left: chrono::NaiveDate = next["sent_at"].as_str().unwrap()[..10].parse().unwrap();
        assert!(left > given + chrono::Duration::days(2), "{left} {given}");
        // nineteen days after its own first reminder, as if the older one had never been
        assert_eq!(left.to_string(), "2026-11-16");
    }
}
