//! The claims ledger: what a message really claimed is posted once, can be waived, and never touches the invoice.

use serde_json::{Value, json};

use crate::{story, support::World};

/// A policy that claims by e-mail two days after the due date, and once more a week later.
pub(super) fn claiming(regime: &Value) -> Value {
    json!({"name": "Claims", "applies_to": {"customer_kinds": ["business", "public_body"], "segments": ["claims"]},
        "steps": [{"key": "claim", "offset_days": 2, "channel": "email", "template": "final_reminder", "late_charges": "claim"},
                  {"key": "again", "offset_days": 9, "channel": "email", "template": "final_reminder", "late_charges": "claim"}],
        "late_charges": {"regime": regime, "rate_from": "invoice_terms", "fixed_compensation": true, "allocation": "principal_first", "after_principal_paid": "waive"}})
}

pub(super) async fn activated(world: &World, policy: Value) -> String {
    let id = world.post("/v1/policies", policy).await.expect(201)["id"].as_str().unwrap().to_owned();
    let go = json!({"backlog": "skip", "confirm_count": 0});
    world.post(&format!("/v1/policies/{id}/versions/1/activate"), go).await.expect(200);
    id
}

pub(super) async fn confirmed(world: &World) {
    let terms = json!({"penalty_terms": "Pénalités de retard : taux de la BCE majoré de 10 points ; indemnité forfaitaire de 40 EUR."});
    world.patch("/v1/settings", terms).await.expect(200);
}

pub(super) async fn charges(world: &World) -> Vec<Value> {
    let mut all = world.list("/v1/late_charges").await;
    all.sort_by_key(|charge| (charge["number"].to_string(), charge["rule"].to_string()));
    all
}

pub(super) fn told(charge: &Value) -> String {
    ["number", "rule", "amount", "currency", "status", "until_on"].map(|name| charge[name].as_str().unwrap()).join(" ")
}

pub(super) async fn statement(world: &World, customer: &Value, on: &str) -> Value {
    world.get(&format!("/v1/customers/{}/statement?on={on}", customer["id"].as_str().unwrap())).await.expect(200)
}

pub(super) fn by() -> Value {
    json!({"name": "Marc", "email": "marc@keller.example"})
}

story! {
    /// Two messages claim, one charge each is posted: interest to the day of the claim and 40 EUR. A waiver has a name and a
    /// reason, and the invoice never moves.
    a_claim_is_posted_once_waived_with_a_reason_and_never_touches_the_invoice, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let policy = activated(&world, claiming(&json!({"kind": "fr_b2b_default"}))).await;
        let customer = world.customer_with("C1", json!({"policy_id": policy})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "10000.00").await;
        world.advance("2026-10-06T12:00:00Z").await;
        assert!(charges(&world).await.is_empty(), "late, and nothing claimed yet");
        world.advance("2026-10-20T12:00:00Z").await;
        assert_eq!(world.list("/v1/reminders?status=sent").await.len(), 2);
        let posted = charges(&world).await;
        // 10 000 x 12.40 % x 2 / 365
        assert_eq!(posted.iter().map(told).collect::<Vec<_>>(), [
            "FA-1 fixed_compensation 40.00 EUR accrued 2026-10-07",
            "FA-1 interest 6.79 EUR accrued 2026-10-07",
        ]);
        assert_eq!(posted[1]["lines"][0]["rate"], "12.40");
        assert_eq!(posted[1]["citations"][0], "C. com. L441-10 II");
        let accrued: Vec<Value> = world.events().await.into_iter().filter(|event| event["type"] == "late_charge.accrued").collect();
        assert_eq!(accrued.len(), 2);
        assert_eq!(accrued[0]["data"]["object"]["customer_id"], customer["id"]);
        let invoice = world.read_invoice("FA-1").await;
        assert_eq!((&invoice["amount_due"], &invoice["payable"]), (&json!("10000.00"), &json!("10000.00")));

        // the statement goes on to its own day
        let said = statement(&world, &customer, "2026-10-20").await;
        assert_eq!(said["invoices"][0]["charges"]["lines"][0]["days"], 15);
        assert_eq!(said["totals"][0], json!({"currency": "EUR", "amount_due": "10000.00", "interest_due": "50.96",
            "fixed_compensation_due": "40.00", "unapplied": "0.00", "total_due": "10090.96"}));
        assert_eq!(said["late_charges"]["allocation"], "principal_first");

        let path = format!("/v1/late_charges/{}", posted[0]["id"].as_str().unwrap());
        assert_eq!(world.get(&path).await.expect(200)["amount"], "40.00");
        world.post(&format!("{path}/waive"), json!({"by": by(), "reason": ""})).await.problem(422, "validation_failed");
        let waived = world.post(&format!("{path}/waive"), json!({"by": by(), "reason": "A long-standing customer."})).await.expect(200);
        assert_eq!((&waived["status"], &waived["waiver"]["reason"]), (&json!("waived"), &json!("A long-standing customer.")));
        world.post(&format!("{path}/waive"), json!({"by": by(), "reason": "again"})).await.problem(409, "wrong_state");
        let said = statement(&world, &customer, "2026-10-20").await;
        assert_eq!((&said["invoices"][0]["waived"], &said["totals"][0]["total_due"]), (&json!(["fixed_compensation"]), &json!("10050.96")));

        // paid: the policy waives the rest, the case closes, and both are told
        world.pays("P1", "C1", "10000.00", "2026-10-20", json!({"reference": "FA-1"})).await;
        world.rest().await;
        assert_eq!(world.read_invoice("FA-1").await["status"], "paid");
        assert!(charges(&world).await.iter().all(|charge| charge["status"] == "waived"));
        let told: Vec<Value> = world.events().await.into_iter().filter(|event| event["type"] == "late_charge.waived").collect();
        assert_eq!(told.len(), 2);
        assert_eq!(told[1]["data"]["object"]["waiver"]["by"], Value::Null);
        assert_eq!(statement(&world, &customer, "2026-10-20").await["totals"][0]["total_due"], "0.00");
    }
}

story! {
    /// Terms that nobody confirmed as printed have no figure: 40 EUR by law, and no interest, claimed or stated.
    unconfirmed_terms_have_no_figure, world from "2026-10-01T05:00:00Z", {
        let policy = activated(&world, claiming(&json!({"kind": "fr_b2b_fixed", "contract_rate": "15"}))).await;
        let customer = world.customer_with("C1", json!({"policy_id": policy})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "10000.00").await;
        world.advance("2026-10-10T12:00:00Z").await;
        assert_eq!(charges(&world).await.iter().map(told).collect::<Vec<_>>(), ["FA-1 fixed_compensation 40.00 EUR accrued 2026-10-07"]);
        let said = statement(&world, &customer, "2026-10-20").await;
        let charge = &said["invoices"][0]["charges"];
        assert_eq!((&charge["interest"], &charge["fixed_compensation"], &said["late_charges"]["confirmed"]), (&Value::Null, &json!("40.00"), &json!(false)));
    }
}

story! {
    /// A rate that is not published: the statement stops at the last known day and says which rate is missing. What was
    /// paid, credited and left over stands in it.
    a_statement_stops_at_the_last_known_day_and_says_so, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-11-30", "5000.00").await;
        world.invoice_with("FA-2", "C1", "2026-11-30", "300.00", json!({"currency": "USD"})).await;
        world.pays("P1", "C1", "1000.00", "2026-12-10", json!({"allocations": [{"invoice_external_id": "FA-1", "amount": "1000.00"}]})).await;
        world.pays("P2", "C1", "77.00", "2026-12-11", json!({"reference": "who knows"})).await;
        let note = json!({"source_version": 1, "number": "AV-1", "customer_external_id": "C1", "issued_on": "2026-12-01",
            "currency": "EUR", "total": "500.00", "mode": "ab_initio", "invoice_external_id": "FA-1"});
        world.put("/v1/sources/erp/credit_notes/AV-1", note).await.expect(201);
        let said = statement(&world, &customer, "2027-02-01").await;
        assert_eq!((&said["interest_until_on"], &said["missing_rate"]), (&json!("2026-12-31"), &json!("ecb_mro 2027S1")));
        let eur = said["invoices"].as_array().unwrap().iter().find(|row| row["number"] == "FA-1").unwrap();
        // 4 500 for 10 days, 3 500 for 21, at 12.40 %
        let lines: Vec<(&str, &str)> = eur["charges"]["lines"].as_array().unwrap().iter()
            .map(|line| (line["principal"].as_str().unwrap(), line["interest"].as_str().unwrap())).collect();
        assert_eq!(lines, [("4500.00", "15.29"), ("3500.00", "24.97")]);
        assert_eq!((&eur["amount_due"], &eur["days_overdue"]), (&json!("3500.00"), &json!(63)));
        assert_eq!(said["totals"][0], json!({"currency": "EUR", "amount_due": "3500.00", "interest_due": "40.26",
            "fixed_compensation_due": "80.00", "unapplied": "77.00", "total_due": "3620.26"}));
        assert_eq!(said["totals"][1]["fixed_compensation_due"], "0.00", "40 EUR are euros, whatever the invoice is in");
        assert_eq!((said["payments"].as_array().unwrap().len(), said["allocations"].as_array().unwrap().len()), (2, 2));
        assert_eq!((&said["credit_notes"][0]["number"], &said["unapplied_cash"][0]["amount"]), (&json!("AV-1"), &json!("77.00")));
        // before the money came it looked otherwise
        assert_eq!(statement(&world, &customer, "2026-12-05").await["totals"][0]["amount_due"], "4500.00");
        world.get("/v1/customers/cus_00000000000000000000000000/statement").await.problem(404, "not_found");
    }
}

/// Every regime a policy can have.
fn regimes() -> Vec<Value> {
    vec![
        json!({"kind": "fr_b2b_default"}),
        json!({"kind": "fr_b2b_fixed", "contract_rate": "12"}),
        json!({"kind": "fr_b2b_3x_legal"}),
        json!({"kind": "fr_b2b_ecb_plus", "points": "12"}),
        json!({"kind": "fr_b2g"}),
        json!({"kind": "fr_legal", "column": "particuliers"}),
        json!({"kind": "de_b2b"}),
        json!({"kind": "be_b2b"}),
        json!({"kind": "eu_ecb_plus_8"}),
    ]
}

story! {
    /// Every kind of debtor that owes no fee, under every regime, by every path: the policy is refused, the customer's own
    /// policy is not enough, a confirmed clause is not enough, and a change of kind takes what was asked away.
    no_path_puts_a_fee_on_a_consumer_or_an_unknown_debtor, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let mut owing = Vec::new();
        for (n, regime) in regimes().into_iter().enumerate() {
            for kinds in [json!(["consumer"]), json!(["unknown"]), json!(["business", "consumer"]), json!([])] {
                let mut policy = claiming(&regime);
                policy["applies_to"]["customer_kinds"] = kinds;
                world.post("/v1/policies", policy).await.problem(422, "policy_invalid");
            }
            let policy = activated(&world, claiming(&regime)).await;
            for kind in ["consumer", "unknown", "business"] {
                let name = format!("{kind}-{n}");
                owing.push((kind, world.customer_with(&name, json!({"kind": kind, "policy_id": policy, "segment": "claims"})).await));
                world.invoice(&format!("FA-{name}"), &name, "2026-10-05", "10000.00").await;
            }
        }
        world.advance("2026-10-25T12:00:00Z").await;
        for reminder in world.list("/v1/reminders").await {
            let (kind, _) = owing.iter().find(|(_, customer)| customer["id"] == reminder["customer_id"]).unwrap();
            assert!(*kind == "business" || reminder["charges"] == json!([]), "{reminder}");
        }
        let posted = charges(&world).await;
        assert!(posted.len() > 9, "businesses are claimed from: {}", posted.len());
        assert!(posted.iter().all(|charge| charge["number"].as_str().unwrap().starts_with("FA-business-")));
        for (kind, customer) in &owing {
            let said = statement(&world, customer, "2026-10-25").await;
            if *kind != "business" {
                assert_eq!((&said["late_charges"], &said["invoices"][0]["charges"]), (&Value::Null, &Value::Null), "{kind}: {said}");
                assert_eq!(said["totals"][0]["total_due"], "10000.00");
            }
        }
        // a firm that turns out to be a private person owes nothing of what was posted
        let (_, firm) = owing.iter().find(|(kind, _)| *kind == "business").unwrap();
        let before = statement(&world, firm, "2026-10-25").await;
        assert_eq!(before["totals"][0]["fixed_compensation_due"], "40.00");
        world.customer_with("business-0", json!({"kind": "consumer", "source_version": 2})).await;
        let after = statement(&world, firm, "2026-10-25").await;
        assert_eq!((&after["late_charges"], &after["totals"][0]["total_due"]), (&Value::Null, &json!("10000.00")));
    }
}

/// Charges of every message, whatever became of it, of this customer.
async fn named(world: &World, customer: &Value) -> Vec<Value> {
    let of = format!("/v1/reminders?customer_id={}", customer["id"].as_str().unwrap());
    world.list(&of).await.into_iter().filter(|reminder| reminder["charges"] != json!([])).collect()
}

story! {
    /// The kind of a customer is mended at the worst moments: between the plan and the approval, between the approval and the
    /// send, and once charges are posted. Nothing of a fee leaves, nothing stands in the account, and what was posted can only
    /// be waived.
    a_firm_that_turns_out_to_be_a_person_is_asked_for_nothing_at_any_moment, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let mut asked = claiming(&json!({"kind": "fr_b2b_default"}));
        asked["steps"][0]["approval"] = json!("required");
        let policy = activated(&world, asked).await;
        let person = |kind: &str, version: u64| json!({"kind": kind, "policy_id": policy, "source_version": version});
        let mut all = Vec::new();
        for name in ["PLANNED", "APPROVED", "POSTED"] {
            all.push(world.customer_with(name, person("business", 1)).await);
            world.invoice(&format!("FA-{name}"), name, "2026-10-02", "10000.00").await; // the claim is Sunday's: Monday morning
        }
        let [planned, approved, posted] = [&all[0], &all[1], &all[2]];
        world.advance("2026-10-05T05:00:00Z").await;
        let approve = async |customer: &Value| {
            let waiting = world.list(&format!("/v1/reminders?status=awaiting_approval&customer_id={}", customer["id"].as_str().unwrap())).await;
            world.post(&format!("/v1/reminders/{}/approve", waiting[0]["id"].as_str().unwrap()), json!({"by": by()})).await.expect(200);
        };
        approve(approved).await;
        approve(posted).await;
        world.customer_with("PLANNED", person("unknown", 2)).await;
        world.customer_with("APPROVED", person("consumer", 2)).await;
        world.advance("2026-10-09T12:00:00Z").await;
        let sent = world.list("/v1/reminders?status=sent").await;
        for customer in [planned, approved] {
            assert!(named(&world, customer).await.iter().all(|reminder| reminder["status"] == "cancelled"), "{sent:?}");
        }
        assert!(charges(&world).await.iter().all(|charge| charge["number"] == "FA-POSTED"));
        assert_eq!(charges(&world).await.len(), 2);

        world.customer_with("POSTED", person("consumer", 2)).await;
        world.advance("2026-11-20T12:00:00Z").await;
        assert_eq!(named(&world, posted).await.len(), 1, "only the message that left before it was known");
        assert_eq!(charges(&world).await.len(), 2, "nothing more is posted");
        for customer in &all {
            let said = statement(&world, customer, "2026-11-20").await;
            assert_eq!((&said["late_charges"], &said["totals"][0]["total_due"]), (&Value::Null, &json!("10000.00")));
        }
        for charge in charges(&world).await {
            let path = format!("/v1/late_charges/{}/waive", charge["id"].as_str().unwrap());
            world.post(&path, json!({"by": by(), "reason": "A private person."})).await.expect(200);
        }
    }
}
