//! A14: interest across a rate change and two part payments: exact cents, on the statement and in the ERP's ledger.

use serde_json::{Value, json};

use super::claims::{activated, charges, claiming, confirmed, statement};
use crate::{story, support::World};

/// Due on 31 May 2026, 10 000 EUR. The ECB's rate was 2.15 % on 1 January and 2.40 % on 1 July: 12.15 % until 30 June,
/// 12.40 % from then on. 4 000 come on 20 June, 2 500 on 15 July.
async fn told_twice(world: &World, allocation: &str) -> (Value, Value) {
    confirmed(world).await;
    let mut policy = claiming(&json!({"kind": "fr_b2b_default"}));
    policy["late_charges"]["allocation"] = json!(allocation);
    let policy = activated(world, policy).await;
    let customer = world.customer_with("C1", json!({"policy_id": policy})).await;
    world.invoice("FA-1", "C1", "2026-05-31", "10000.00").await;
    for (payment, amount, on) in [("P1", "4000.00", "2026-06-20"), ("P2", "2500.00", "2026-07-15")] {
        world.advance(&format!("{on}T04:00:00Z")).await;
        world.pays(payment, "C1", amount, on, json!({"allocations": [{"invoice_external_id": "FA-1", "amount": amount}]})).await;
    }
    world.advance("2026-08-31T12:00:00Z").await;
    let said = statement(world, &customer, "2026-08-31").await;
    let asked = json!({"regime": {"kind": "fr_b2b_default"}, "as_of": "2026-08-31", "day_count": "act_365f", "allocation": allocation,
        "invoices": [{"number": "FA-1", "total": "10000.00", "due_on": "2026-05-31",
            "payments": [{"on": "2026-06-20", "amount": "4000.00"}, {"on": "2026-07-15", "amount": "2500.00"}]}]});
    let quoted = world.post("/v1/late_charges/quote", asked).await.expect(200);
    (said, quoted)
}

/// `2026-06-01 2026-06-20 20 10000.00 12.15 66.58` for every line.
fn lines(of: &Value) -> Vec<String> {
    let word = |line: &Value, name: &str| line[name].as_str().map_or_else(|| line[name].to_string(), str::to_owned);
    let names = ["from", "to", "days", "principal", "rate", "interest"];
    of["lines"].as_array().unwrap().iter().map(|line| names.map(|name| word(line, name)).join(" ")).collect()
}

story! {
    /// The payments lower the principal (the policy favours the debtor). Four lines, each rounded once; the sum is theirs.
    two_part_payments_and_a_new_rate_come_out_to_the_cent, world from "2026-06-01T05:00:00Z", {
        let (said, quoted) = told_twice(&world, "principal_first").await;
        let by_hand = [
            "2026-06-01 2026-06-20 20 10000.00 12.15 66.58", // 66.5753…
            "2026-06-21 2026-06-30 10 6000.00 12.15 19.97",  // 19.9726…
            "2026-07-01 2026-07-15 15 6000.00 12.40 30.58",  // 30.5753…
            "2026-07-16 2026-08-31 47 3500.00 12.40 55.88",  // 55.8849…
        ];
        assert_eq!(lines(&said["invoices"][0]["charges"]), by_hand);
        assert_eq!(lines(&quoted["invoices"][0]), by_hand);
        assert_eq!(said["totals"][0], json!({"currency": "EUR", "amount_due": "3500.00", "interest_due": "173.01",
            "fixed_compensation_due": "40.00", "unapplied": "0.00", "total_due": "3713.01"}));
        assert_eq!((&quoted["totals"]["interest"], &quoted["totals"]["total_due"]), (&json!("173.01"), &json!("3713.01")));
        // what the first message claimed on 2 June, two days late, is what the ERP books; it does not grow
        let interest = charges(&world).await.into_iter().find(|charge| charge["rule"] == "interest").unwrap();
        assert_eq!((&interest["until_on"], &interest["amount"]), (&json!("2026-06-02"), &json!("6.66")));
        // and the principal is the principal
        assert_eq!(world.read_invoice("FA-1").await["amount_due"], "3500.00");
    }
}

story! {
    /// The payments discharge interest first (C. civ. 1343-1): more principal is left, and it bears more.
    paid_to_interest_first_the_principal_bears_longer, world from "2026-06-01T05:00:00Z", {
        let (said, quoted) = told_twice(&world, "interest_first").await;
        let by_hand = [
            "2026-06-01 2026-06-20 20 10000.00 12.15 66.58",
            "2026-06-21 2026-06-30 10 6066.58 12.15 20.19",  // 4 000.00 - 66.58 = 3 933.42 to principal
            "2026-07-01 2026-07-15 15 6066.58 12.40 30.91",
            "2026-07-16 2026-08-31 47 3617.68 12.40 57.76",  // 2 500.00 - 51.10 = 2 448.90 to principal
        ];
        assert_eq!(lines(&quoted["invoices"][0]), by_hand);
        assert_eq!(lines(&said["invoices"][0]["charges"]), by_hand);
        let shares = quoted["invoices"][0]["allocations"].as_array().unwrap();
        assert_eq!((&shares[0]["to_interest"], &shares[0]["to_principal"]), (&json!("66.58"), &json!("3933.42")));
        assert_eq!((&shares[1]["to_interest"], &shares[1]["to_principal"]), (&json!("51.10"), &json!("2448.90")));
        // both ways of saying it come to the same sum: 3 617.68 and 57.76, or 3 500.00 and 175.44
        assert_eq!((&quoted["totals"]["principal_due"], &quoted["totals"]["interest_due"]), (&json!("3617.68"), &json!("57.76")));
        assert_eq!((&said["totals"][0]["amount_due"], &said["totals"][0]["interest_due"]), (&json!("3500.00"), &json!("175.44")));
        assert_eq!((&quoted["totals"]["total_due"], &said["totals"][0]["total_due"]), (&json!("3715.44"), &json!("3715.44")));
    }
}
