//! A13: a case closes only when every item, and every claim that was really sent, is settled or waived on
//! purpose; charges that were never claimed lapse.

use serde_json::{Value, json};

use super::{
    claims,
    ladder::{approve_all, dial_in_vain},
};
use crate::{story, support::World};

async fn closed(world: &World) -> Vec<Value> {
    world.events().await.into_iter().filter(|event| event["type"] == "case.closed").collect()
}

async fn charges_left(world: &World) -> Vec<Value> {
    world.list("/v1/tasks?status=open").await.into_iter().filter(|task| task["kind"] == "charges_left").collect()
}

story! {
    /// The formal notice claimed 40 EUR and left: the principal is paid, and a person settles the rest.
    a_claim_that_left_is_settled_by_a_person, world from "2026-11-05T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-09-21", "1200.00").await;
        for day in 6..=80_i64 {
            let to = chrono::NaiveDate::from_ymd_opt(2026, 11, 1).unwrap() + chrono::Duration::days(day - 1);
            world.advance(&format!("{to}T12:00:00Z")).await;
            dial_in_vain(&world).await;
            approve_all(&world).await;
            world.rest().await;
            if world.list("/v1/reminders?status=sent").await.iter().any(|reminder| reminder["step_key"] == "notice") {
                break;
            }
        }
        let notice = world.reminders().await.into_iter().find(|reminder| reminder["step_key"] == "notice").unwrap();
        assert_eq!(notice["charges"][0]["amount"], "40.00");
        world.pays("P1", "C1", "1200.00", "2027-01-04", json!({"reference": "FA-1"})).await;
        world.rest().await;
        assert_eq!(world.read_invoice("FA-1").await["status"], "paid", "charges never reopen an invoice");
        assert!(closed(&world).await.is_empty());
        let left = charges_left(&world).await;
        assert_eq!(left.len(), 1);
        let by = json!({"name": "Marc", "email": "marc@keller.example"});
        let done = json!({"outcome": "waived", "comment": "good customer", "by": by});
        world.post(&format!("/v1/tasks/{}/complete", left[0]["id"].as_str().unwrap()), done).await.expect(200);
        world.rest().await;
        assert_eq!(closed(&world).await.len(), 1);
        assert!(charges_left(&world).await.is_empty(), "it is not asked twice");
        let posted = world.list("/v1/late_charges").await;
        assert_eq!((&posted[0]["status"], &posted[0]["waiver"]["reason"]), (&json!("waived"), &json!("good customer")));
    }
}

story! {
    /// Charges were mentioned and never claimed: the case closes with the principal, whatever was said.
    charges_that_were_only_mentioned_lapse, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.invoice("FA-2", "C1", "2026-10-05", "300.00").await;
        world.advance("2026-11-05T12:00:00Z").await;
        let second = world.reminders().await.pop().unwrap();
        assert_eq!((&second["step_key"], &second["charges"][0]["mode"]), (&json!("second"), &json!("mention")));
        world.pays("P1", "C1", "200.00", "2026-11-05", json!({"reference": "FA-1"})).await;
        world.rest().await;
        assert!(closed(&world).await.is_empty(), "one of two is still owed");
        world.pays("P2", "C1", "300.00", "2026-11-05", json!({"reference": "FA-2"})).await;
        world.rest().await;
        assert_eq!(closed(&world).await.len(), 1);
        assert!(charges_left(&world).await.is_empty());
    }
}

story! {
    /// The principal is paid and a person waives what is left, charge by charge, without a look at the list of tasks: the
    /// task is done by itself, and the case closes.
    the_task_about_charges_is_done_once_nothing_of_them_is_left, world from "2026-10-01T05:00:00Z", {
        let terms = json!({"penalty_terms": "Taux de la BCE majoré de 10 points ; indemnité forfaitaire de 40 EUR."});
        world.patch("/v1/settings", terms).await.expect(200);
        let mut policy = claims::claiming(&json!({"kind": "fr_b2b_default"}));
        policy["late_charges"]["after_principal_paid"] = json!("task");
        let policy = claims::activated(&world, policy).await;
        world.customer_with("C1", json!({"policy_id": policy})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "10000.00").await;
        world.advance("2026-10-08T12:00:00Z").await;
        world.pays("P1", "C1", "10000.00", "2026-10-08", json!({"reference": "FA-1"})).await;
        world.rest().await;
        let left = charges_left(&world).await;
        assert_eq!(left[0]["title"], "The principal is paid; 46.79 EUR of charges were claimed: settle or waive them.");
        let posted = claims::charges(&world).await;
        for (n, charge) in posted.iter().enumerate() {
            assert_eq!((charges_left(&world).await.len(), closed(&world).await.len()), (1, 0), "{n}");
            let waiver = json!({"by": claims::by(), "reason": "They paid within the week."});
            world.post(&format!("/v1/late_charges/{}/waive", charge["id"].as_str().unwrap()), waiver).await.expect(200);
            world.rest().await;
        }
        assert!(charges_left(&world).await.is_empty());
        assert_eq!(closed(&world).await.len(), 1);
    }
}
