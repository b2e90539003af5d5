//! The limitation clock through HTTP: what begins a new period, what does not, and who is told.

use serde_json::{Value, json};

use super::claims::by;
use crate::{story, support::World};

async fn act(world: &World, invoice: &str, kind: &str, on: &str) -> crate::support::world::Answer {
    let body = json!({"invoice_external_ids": [invoice], "source": "erp", "kind": kind, "on": on,
        "proof": "Letter of the debtor, archive 2026/118", "by": by()});
    world.post("/v1/interruptions", body).await
}

/// Titles of open limitation tasks, without what to do about them.
async fn alerts(world: &World) -> Vec<String> {
    let open = world.list("/v1/tasks?status=open").await;
    let told = open.iter().filter(|task| task["kind"] == "limitation").map(|task| task["title"].as_str().unwrap());
    told.map(|title| title.split(':').next().unwrap().to_owned()).collect()
}

async fn is_time_barred(world: &World, number: &str) -> bool {
    let invoice = world.read_invoice(number).await;
    invoice["dunning"]["holds"].as_array().unwrap().contains(&json!("time_barred"))
}

/// Work done on 10 November 2021, invoiced on the 20th.
async fn old_invoice(world: &World, number: &str, customer: &str, done_on: &str) -> Value {
    let due: chrono::NaiveDate = done_on.parse().unwrap();
    let due = (due + chrono::Duration::days(40)).to_string();
    world.invoice_with(number, customer, &due, "1000.00", json!({"service_done_on": done_on})).await
}

story! {
    /// Between professionals five years, from the day the work was done. The alert names the day; a written acknowledgment
    /// begins five new years, its alert is done, and a wrong record is withdrawn.
    an_acknowledgment_with_its_proof_begins_a_new_period_and_the_alerts_move, world from "2026-08-03T05:00:00Z", {
        world.customer("C1").await;
        old_invoice(&world, "FA-1", "C1", "2021-11-10").await;
        world.advance("2026-08-03T12:00:00Z").await;
        assert_eq!(alerts(&world).await, ["Invoice FA-1 can be claimed until 2026-11-10 only (C. com. L110-4; C. civ. 2224)"]);
        act(&world, "FA-1", "formal_notice", "2026-08-01").await.problem(422, "validation_failed");
        act(&world, "FA-1", "acknowledgment", "2026-08-04").await.problem(422, "validation_failed");
        act(&world, "FA-1", "acknowledgment", "2021-11-09").await.problem(422, "validation_failed");
        let made = act(&world, "FA-1", "acknowledgment", "2026-07-30").await.expect(201);
        assert_eq!((&made["citation"], &made["withdrawn_at"]), (&json!("C. civ. 2240, 2231"), &Value::Null));
        world.rest().await;
        assert!(alerts(&world).await.is_empty(), "until 30 July 2031 there is time");
        let done = world.list("/v1/tasks?status=completed").await.into_iter().find(|task| task["kind"] == "limitation").unwrap();
        assert_eq!((&done["outcome"], &done["completed_by"]["name"]), (&json!("interrupted"), &json!("Marc")));
        world.advance("2026-11-20T12:00:00Z").await;
        assert!(alerts(&world).await.is_empty(), "the old end means nothing any more");
        // it was another firm's letter
        let path = format!("/v1/interruptions/{}", made["id"].as_str().unwrap());
        let gone = world.send(reqwest::Method::DELETE, &path, None, &[]).await.expect(200);
        assert!(gone["withdrawn_at"].is_string());
        world.rest().await;
        assert_eq!(alerts(&world).await, ["Invoice FA-1 is time-barred since 2026-11-11 (C. com. L110-4; C. civ. 2224)"]);
    }
}

story! {
    /// A consumer owes for two years. Each part payment within the running period begins a new one, and so does an accepted
    /// plan; one that comes after the end revives nothing. Past it the ladder stops.
    a_consumers_debt_lives_on_by_part_payments_and_an_accepted_plan, world from "2026-08-03T05:00:00Z", {
        for name in ["NONE", "PAID", "LATE", "PLAN"] {
            world.customer_with(name, json!({"kind": "consumer"})).await;
            old_invoice(&world, &format!("FA-{name}"), name, "2022-03-01").await;
        }
        let pays = async |payment: &str, name: &str, on: &str| {
            let share = json!({"allocations": [{"invoice_external_id": format!("FA-{name}"), "amount": "100.00"}]});
            world.pays(payment, name, "100.00", on, share).await;
        };
        // the second falls after the first period, and within the one that the first began
        pays("P1", "PAID", "2023-12-01").await;
        pays("P2", "PAID", "2025-10-15").await;
        pays("P3", "LATE", "2024-03-02").await; // a day after the end
        act(&world, "FA-PLAN", "accepted_plan", "2024-02-20").await.expect(201);
        world.advance("2026-08-03T12:00:00Z").await;
        assert!(is_time_barred(&world, "FA-NONE").await);
        assert!(!is_time_barred(&world, "FA-PAID").await, "until 15 October 2027");
        assert!(is_time_barred(&world, "FA-LATE").await);
        assert!(is_time_barred(&world, "FA-PLAN").await, "the plan of 2024 carried it to 20 February 2026 only");
        act(&world, "FA-PLAN", "request_for_time", "2026-02-20").await.expect(201);
        world.rest().await;
        assert!(!is_time_barred(&world, "FA-PLAN").await);
        act(&world, "FA-NONE", "acknowledgment", "2026-08-01").await.expect(201);
        world.rest().await;
        assert!(is_time_barred(&world, "FA-NONE").await, "an acknowledgment after the end comes too late");
    }
}

story! {
    /// A public body owes for four years from the next 1 January, and any written claim begins four more (loi 68-1250): our
    /// reminders do. A firm's debt is not saved by them.
    a_written_claim_interrupts_against_a_public_body_only, world from "2026-12-07T05:00:00Z", {
        world.customer_with("MAIRIE", json!({"kind": "public_body"})).await;
        world.customer("FIRM").await;
        old_invoice(&world, "FA-MAIRIE", "MAIRIE", "2022-06-01").await;
        old_invoice(&world, "FA-FIRM", "FIRM", "2022-01-20").await;
        world.advance("2026-12-07T05:30:00Z").await;
        assert_eq!(alerts(&world).await.iter().map(String::as_str).filter(|title| title.contains("MAIRIE")).collect::<Vec<_>>(), [
            "Invoice FA-MAIRIE can be claimed until 2026-12-31 only (loi 68-1250 art. 1, 2)",
        ]);
        assert_eq!(alerts(&world).await.len(), 2, "the firm's until 20 January 2027");
        world.advance("2027-01-28T12:00:00Z").await;
        let sent = world.list("/v1/reminders?status=sent").await;
        assert!(sent.len() >= 2, "both were written to: {sent:?}");
        let told = alerts(&world).await;
        assert!(told.iter().any(|title| title.starts_with("Invoice FA-FIRM is time-barred since 2027-01-21")), "{told:?}");
        assert!(!told.iter().any(|title| title.starts_with("Invoice FA-MAIRIE is time-barred")), "{told:?}");
    }
}
