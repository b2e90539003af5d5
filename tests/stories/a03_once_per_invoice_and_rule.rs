//! A3: fixed compensation and interest are claimed once per invoice and rule; retries add nothing; zero stays zero.

use serde_json::{Value, json};

use super::claims::{activated, by, charges, claiming, confirmed, told};
use crate::{story, support::World};

async fn accrued(world: &World) -> usize {
    world.events().await.iter().filter(|event| event["type"] == "late_charge.accrued").count()
}

/// Everything that sends a claim a second time or touches its invoice again.
async fn everything_happens_twice(world: &World, customer: &Value) {
    let sent = world.list("/v1/reminders?status=sent").await;
    let first = format!("/v1/reminders/{}", sent.last().unwrap()["id"].as_str().unwrap());
    let again = json!({"by": by(), "reason": "The first one was lost."});
    world.post(&format!("{first}/resend"), again).await.expect(200);
    world.advance("2026-10-13T12:00:00Z").await; // five days after the first: pacing holds for it too
    world.invoice_with("FA-1", "C1", "2026-10-05", "10000.00", json!({"source_version": 2, "origin": "Commande 118"})).await;
    world.customer_with("C1", json!({"source_version": 2, "policy_id": customer["policy_id"], "name": "Boulangerie Dupont et fils"})).await;
    world.pays("P1", "C1", "3000.00", "2026-10-12", json!({"allocations": [{"invoice_external_id": "FA-1", "amount": "3000.00"}]})).await;
    world.rest().await;
    let back = json!({"on": "2026-10-13", "reason_code": "AC04"});
    world.post("/v1/sources/erp/payments/P1/reverse", back).await.expect(200);
    world.rest().await;
}

story! {
    /// Two claim steps, a message sent once more, a new version of the invoice and of the customer, a payment that bounced:
    /// one 40 EUR and one interest are posted, at the figure of the day on which they were first asked.
    whatever_is_sent_again_each_charge_is_posted_once, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let policy = activated(&world, claiming(&json!({"kind": "fr_b2b_default"}))).await;
        let customer = world.customer_with("C1", json!({"policy_id": policy})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "10000.00").await;
        world.advance("2026-10-08T12:00:00Z").await;
        // 10 000 x 12.40 % x 2 / 365
        let once = ["FA-1 fixed_compensation 40.00 EUR accrued 2026-10-07", "FA-1 interest 6.79 EUR accrued 2026-10-07"];
        assert_eq!(charges(&world).await.iter().map(told).collect::<Vec<_>>(), once);
        everything_happens_twice(&world, &json!({"policy_id": policy, "id": customer["id"]})).await;
        world.advance("2026-10-30T12:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-07 claim sent", "2026-10-12 claim sent", "2026-10-19 again sent"]);
        assert_eq!(charges(&world).await.iter().map(told).collect::<Vec<_>>(), once);
        assert_eq!(accrued(&world).await, 2, "the ERP is told once of each");
    }
}

story! {
    /// Three invoices are late: three times 40 EUR in one message (CJEU C-585/20), and not a fourth time in the next.
    each_invoice_owes_its_own_forty_euros, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let policy = activated(&world, claiming(&json!({"kind": "fr_b2b_default"}))).await;
        world.customer_with("C1", json!({"policy_id": policy})).await;
        for n in 1..=3 {
            world.invoice(&format!("FA-{n}"), "C1", "2026-10-05", "1000.00").await;
        }
        world.advance("2026-10-30T12:00:00Z").await;
        let sent = world.list("/v1/reminders?status=sent").await;
        assert_eq!(sent.len(), 2);
        let fees = charges(&world).await.into_iter().filter(|charge| charge["rule"] == "fixed_compensation");
        assert_eq!(fees.map(|fee| told(&fee)).collect::<Vec<_>>(), [
            "FA-1 fixed_compensation 40.00 EUR accrued 2026-10-07",
            "FA-2 fixed_compensation 40.00 EUR accrued 2026-10-07",
            "FA-3 fixed_compensation 40.00 EUR accrued 2026-10-07",
        ]);
        assert_eq!(sent.last().unwrap()["charges"][0]["amount"], "120.00");
    }
}

story! {
    /// Nothing comes of nothing: paid on its due date an invoice owes nothing; a cent or two of interest that rounds to zero
    /// is not posted, and stays unposted; what was waived is asked by no later message.
    zero_stays_zero, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let policy = activated(&world, claiming(&json!({"kind": "fr_b2b_default"}))).await;
        for name in ["ON-TIME", "SMALL", "WAIVED"] {
            world.customer_with(name, json!({"policy_id": policy})).await;
        }
        world.invoice("FA-ON-TIME", "ON-TIME", "2026-10-05", "1000.00").await;
        world.invoice("FA-SMALL", "SMALL", "2026-10-05", "6.00").await;
        world.invoice("FA-WAIVED", "WAIVED", "2026-10-05", "1000.00").await;
        world.pays("P1", "ON-TIME", "1000.00", "2026-10-05", json!({"reference": "FA-ON-TIME"})).await;
        world.advance("2026-10-08T12:00:00Z").await;
        // 6.00 x 12.40 % x 2 / 365 = 0.004
        assert_eq!(charges(&world).await.iter().map(told).collect::<Vec<_>>(), [
            "FA-SMALL fixed_compensation 40.00 EUR accrued 2026-10-07",
            "FA-WAIVED fixed_compensation 40.00 EUR accrued 2026-10-07",
            "FA-WAIVED interest 0.68 EUR accrued 2026-10-07",
        ]);
        for charge in charges(&world).await.iter().filter(|charge| charge["number"] == "FA-WAIVED") {
            let path = format!("/v1/late_charges/{}/waive", charge["id"].as_str().unwrap());
            world.post(&path, json!({"by": by(), "reason": "Our truck came late."})).await.expect(200);
        }
        world.advance("2026-10-30T12:00:00Z").await;
        let after: Vec<String> = charges(&world).await.iter().map(told).collect();
        assert!(after.contains(&"FA-WAIVED fixed_compensation 40.00 EUR waived 2026-10-07".to_owned()), "{after:?}");
        assert!(after.contains(&"FA-WAIVED interest 0.68 EUR waived 2026-10-07".to_owned()), "{after:?}");
        assert!(!after.iter().any(|charge| charge.starts_with("FA-ON-TIME")), "{after:?}");
        let waived = world.get("/v1/sources/erp/customers/WAIVED").await.expect(200);
        let path = format!("/v1/reminders?customer_id={}", waived["id"].as_str().unwrap());
        let again = world.list(&path).await.into_iter().find(|reminder| reminder["step_key"] == "again").unwrap();
        let content = world.get(&format!("/v1/reminders/{}/content", again["id"].as_str().unwrap())).await.expect(200);
        assert!(!content["text"].as_str().unwrap().contains("40,00"), "{}", content["text"]);
    }
}
