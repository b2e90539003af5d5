//! The French legal rate: nothing before a formal notice was presented, then the creditor's column, and no fee.

use serde_json::{Value, json};

use super::claims::{activated, by, charges, confirmed, statement, told};
use crate::{story, support::World};

/// What waits is approved; its path.
async fn approved(world: &World) -> String {
    let asked = world.list("/v1/reminders?status=awaiting_approval").await;
    let path = format!("/v1/reminders/{}", asked[0]["id"].as_str().unwrap());
    world.post(&format!("{path}/approve"), json!({"by": by()})).await.expect(200);
    path
}

/// A notice four days after the due date, presented on 12 October, and a claim by mail on 9 November.
async fn claimed_at(world: &World, column: &str) -> Value {
    confirmed(world).await;
    let policy = json!({"name": "Legal rate", "applies_to": {"customer_kinds": ["business"], "segments": ["legal"]},
        "steps": [{"key": "notice", "offset_days": 4, "channel": "registered_letter", "template": "formal_notice", "deadline_days": 8,
                   "late_charges": "claim", "approval": "required"},
                  {"key": "claim", "offset_days": 35, "channel": "email", "template": "final_reminder", "late_charges": "claim",
                   "approval": "required"}],
        "late_charges": {"regime": {"kind": "fr_legal", "column": column}, "rate_from": "invoice_terms", "fixed_compensation": true}});
    let policy = activated(world, policy).await;
    let customer = world.customer_with("C1", json!({"policy_id": policy})).await;
    world.invoice("FA-1", "C1", "2026-10-05", "10000.00").await;
    world.advance("2026-10-09T05:00:00Z").await;
    let path = approved(world).await;
    world.advance("2026-10-14T12:00:00Z").await;
    assert!(charges(world).await.is_empty(), "the notice itself bears nothing yet, and there is no fee");
    assert_eq!(statement(world, &customer, "2026-10-14").await["totals"][0]["total_due"], "10000.00");
    world.post(&format!("{path}/presented"), json!({"on": "2026-10-12"})).await.expect(200);
    world.advance("2026-11-09T05:00:00Z").await;
    approved(world).await;
    world.advance("2026-11-09T16:00:00Z").await;
    customer
}

story! {
    /// A firm that claims: the column of all other creditors, 2.75 % in the second half of 2026, from the day after.
    a_firm_claims_the_legal_rate_from_the_day_after_its_notice, world from "2026-10-01T05:00:00Z", {
        let customer = claimed_at(&world, "autres").await;
        // 10 000 x 2.75 % x 28 / 365
        assert_eq!(charges(&world).await.iter().map(told).collect::<Vec<_>>(), ["FA-1 interest 21.10 EUR accrued 2026-11-09"]);
        let posted = charges(&world).await;
        assert_eq!((&posted[0]["lines"][0]["from"], &posted[0]["lines"][0]["days"]), (&json!("2026-10-13"), &json!(28)));
        assert_eq!(posted[0]["citations"][0], "C. civ. 1231-6");
        let said = statement(&world, &customer, "2026-11-09").await;
        assert_eq!((&said["totals"][0]["interest_due"], &said["totals"][0]["fixed_compensation_due"]), (&json!("21.10"), &json!("0.00")));
        let claim = world.reminders().await.into_iter().find(|reminder| reminder["step_key"] == "claim").unwrap();
        let content = world.get(&format!("/v1/reminders/{}/content", claim["id"].as_str().unwrap())).await.expect(200);
        assert!(content["text"].as_str().unwrap().contains("articles 1231-6 et 1344-1 du code civil"), "{}", content["text"]);
    }
}

story! {
    /// A creditor who is a natural person acting off business: the other column, 6.84 %.
    a_private_creditor_claims_the_other_column, world from "2026-10-01T05:00:00Z", {
        claimed_at(&world, "particuliers").await;
        assert_eq!(charges(&world).await.iter().map(told).collect::<Vec<_>>(), ["FA-1 interest 52.47 EUR accrued 2026-11-09"]);
    }
}
