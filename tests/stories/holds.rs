//! Whatever rests the chase stands in one list: who or what, since when, until when, and what lifts it.

use serde_json::{Value, json};

use crate::{story, support::World};

/// A CloudEvent of the ERP, taken.
async fn told(world: &World, id: &str, kind: &str, data: Value) {
    let event = json!({"specversion": "1.0", "id": id, "source": "erp", "type": kind, "data": data});
    let answer = world.raw("/v1/ingest/events", "application/cloudevents+json", event.to_string().into_bytes()).await;
    assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
    world.rest().await;
}

/// The holds of a customer in force, as `code by lifted_by until`.
async fn resting(world: &World, customer: &Value) -> Vec<String> {
    let path = format!("/v1/holds?customer_id={}&active=true", customer["id"].as_str().unwrap());
    let list = world.list(&path).await;
    let text = |hold: &Value, name: &str| hold[name].as_str().unwrap_or("-").to_owned();
    list.iter()
        .map(|hold| {
            assert_eq!(hold["automatic"] == json!(true), hold["id"].is_null(), "{hold}");
            assert_eq!(hold["release_scope"].is_null(), hold["id"].is_null(), "{hold}");
            assert!(hold["placed_by"].as_str().is_some_and(|by| !by.is_empty()), "{hold}");
            format!("{} {} {} {}", text(hold, "scope"), text(hold, "code"), text(hold, "lifted_by"), text(hold, "until_on"))
        })
        .collect()
}

async fn codes(world: &World, number: &str) -> Value {
    world.read_invoice(number).await["dunning"]["holds"].clone()
}

story! {
    /// A8: one customer, one invoice or one contact, now, until a day, with a reason; it lifts itself.
    a_person_holds_a_customer_an_invoice_or_a_contact, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let invoice = world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.invoice("FA-2", "C1", "2026-10-05", "300.00").await;
        world.advance("2026-10-09T05:00:00Z").await; // planned for 08:30
        let hold = world.post("/v1/holds", json!({"scope": "invoice", "target_id": invoice["id"], "reason": "negotiation", "until_on": "2026-10-13"})).await.expect(201);
        assert_eq!((&hold["code"], &hold["release_scope"]), (&json!("negotiation"), &json!("reminders:write")));
        world.rest().await;
        // effective at once: what was planned is withdrawn, the other invoice goes alone
        world.advance("2026-10-09T12:00:00Z").await;
        let sent: Vec<Value> = world.reminders().await.into_iter().filter(|reminder| reminder["status"] == "sent" && reminder["step_key"] == "first").collect();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0]["invoices"].as_array().unwrap().iter().map(|row| row["number"].as_str().unwrap()).collect::<Vec<_>>(), ["FA-2"]);
        assert_eq!(sent[0]["left_out"][0]["reason"], "negotiation");
        world.advance("2026-10-20T12:00:00Z").await;
        assert_eq!(world.read_invoice("FA-1").await["dunning"]["last_step"], "first", "the hold lifted itself");
        let contact = customer["contacts"][0]["id"].clone();
        world.post("/v1/holds", json!({"scope": "contact", "target_id": contact, "reason": "manual"})).await.expect(201);
        assert_eq!(resting(&world, &customer).await, ["contact contact_suppressed release_hold -"]);
        world.post("/v1/holds", json!({"scope": "customer", "target_id": customer["id"], "reason": "They are moving house."})).await.expect(201);
        assert_eq!(resting(&world, &customer).await[0], "customer held release_hold -");
    }
}

story! {
    /// A reason is a word of the list or a sentence; the usual end of a reason is its own.
    a_reason_is_known_and_has_its_usual_end, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let place = async |reason: &str| world.post("/v1/holds", json!({"scope": "customer", "target_id": customer["id"], "reason": reason})).await;
        let problem = place("negociation").await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/reason");
        for (reason, code, until) in [
            ("payment_announced", "payment_announced", json!("2026-10-08")),
            ("customer_approval", "held", json!("2026-10-15")),
            ("unread_reply", "unread_reply", Value::Null),
            ("They pay when the crane is back.", "held", Value::Null),
        ] {
            let hold = place(reason).await.expect(201);
            assert_eq!((&hold["code"], &hold["until_on"]), (&json!(code), &until), "{hold}");
        }
    }
}

story! {
    /// What the law stopped is lifted by whoever decides on policies, not by any key.
    what_the_law_stopped_a_decider_starts_again, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-01T06:00:00Z").await;
        let key = world.post("/v1/api_keys", json!({"scopes": ["read", "reminders:write"]})).await.expect(201);
        let collector = world.with_key(key["api_key"].as_str().unwrap());
        for (reason, article) in [
            ("over_indebtedness", "C. conso. L722-2, L722-5"),
            ("death_or_guardianship", "C. civ. 467, 475, 877"),
            ("insolvency", "C. com. L622-7, L622-21"),
        ] {
            let hold = world.post("/v1/holds", json!({"scope": "customer", "target_id": customer["id"], "reason": reason})).await.expect(201);
            assert_eq!(hold["release_scope"], "policies:write");
            world.rest().await;
            assert_eq!(codes(&world, "FA-1").await, json!([reason]));
            let path = format!("/v1/decisions?customer_id={}&limit=1", customer["id"].as_str().unwrap());
            let decision = world.get(&path).await.expect(200)["data"][0].clone();
            let why = decision["reasons"].as_array().unwrap().iter().find(|why| why["code"] == reason).cloned().unwrap();
            assert_eq!((&why["citation"], &why["hold_id"]), (&json!(article), &hold["id"]));
            let path = format!("/v1/holds/{}", hold["id"].as_str().unwrap());
            collector.send(reqwest::Method::DELETE, &path, None, &[]).await.problem(403, "forbidden_scope");
            world.send(reqwest::Method::DELETE, &path, None, &[]).await.expect(200);
            world.rest().await;
            assert_eq!(codes(&world, "FA-1").await, json!([]));
        }
        // each left a dated task for a person, once
        let tasks = world.list("/v1/tasks?status=open").await;
        assert_eq!(tasks.iter().filter(|task| task["kind"] == "review").count(), 3, "{tasks:?}");
    }
}

story! {
    /// Earlier debts rest, later ones are paid at term; the claim is declared within two months of the publication.
    insolvency_stops_earlier_debts_only, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.invoice_with("FA-2", "C1", "2026-10-06", "300.00", json!({"issued_on": "2026-09-21"})).await;
        told(&world, "e1", "insolvency.opened", json!({"customer_external_id": "C1", "procedure": "liquidation", "judgment_on": "2026-09-20", "published_on": "2026-09-25"})).await;
        world.advance("2026-10-12T12:00:00Z").await;
        let earlier = world.read_invoice("FA-1").await["dunning"].clone();
        assert_eq!((&earlier["state"], &earlier["holds"]), (&json!("stopped"), &json!(["insolvency"])));
        assert_eq!(world.reminders().await[0]["invoices"][0]["number"], "FA-2");
        assert_eq!(resting(&world, &customer).await, ["customer insolvency proceedings_end -"]);
        let task = world.list("/v1/tasks?status=open").await.into_iter().find(|task| task["kind"] == "review").unwrap();
        assert_eq!(task["due_on"], "2026-11-25");
    }
}

story! {
    /// Each status of an e-invoice has its effect, and a later one lifts it.
    statuses_of_the_e_invoice_rest_or_release, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        let mut hour = 0;
        for (status, code, lifted_by) in [
            ("210", "einvoice_refused", "buyer_agrees"),
            ("207", "einvoice_disputed", "buyer_agrees"),
            ("208", "einvoice_disputed", "buyer_agrees"),
            ("213", "einvoice_rejected", "reissue_invoice"),
            ("220", "einvoice_cancelled", "reissue_invoice"),
            ("501", "einvoice_rejected", "reissue_invoice"),
        ] {
            for status in [status, "204"] {
                hour += 1;
                let at = format!("2026-09-30T{hour:02}:00:00Z");
                told(&world, &format!("e{hour}"), "einvoice.status_changed", json!({"invoice_external_id": "FA-1", "status_code": status, "at": at, "reason_code": "ART_ERR"})).await;
                let expected = if status == "204" { json!([]) } else { json!([code]) };
                assert_eq!(codes(&world, "FA-1").await, expected, "{status}");
                if status != "204" {
                    assert_eq!(resting(&world, &customer).await, [format!("invoice {code} {lifted_by} -")]);
                }
            }
        }
        // a disputed part rests alone
        told(&world, "e20", "einvoice.status_changed", json!({"invoice_external_id": "FA-1", "status_code": "207", "at": "2026-09-30T20:00:00Z", "reason_code": "QTE_ERR", "amount": "80.00"})).await;
        world.advance("2026-10-09T12:00:00Z").await;
        assert_eq!(world.reminders().await[0]["totals"][0]["amount"], "120.00");
    }
}

story! {
    /// Status 211: the payment is on its way; five business days, then the ladder goes on.
    an_announced_payment_rests_the_chase_for_some_days, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-08T12:00:00Z").await;
        told(&world, "e1", "einvoice.status_changed", json!({"invoice_external_id": "FA-1", "status_code": "211", "at": "2026-10-08T10:00:00Z"})).await;
        assert_eq!(resting(&world, &customer).await, ["invoice payment_announced payment_arrives 2026-10-15"]);
        world.advance("2026-10-15T20:00:00Z").await;
        assert!(world.reminders().await.is_empty());
        world.advance("2026-10-16T12:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-16 first sent"]);
    }
}

story! {
    /// What the service holds by itself stands in the same list, and nobody lifts it by hand.
    disputes_promises_and_debits_are_in_the_list, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let disputed = world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.invoice_with("FA-2", "C1", "2026-10-05", "300.00", json!({"direct_debit": true})).await;
        let promised = world.invoice("FA-3", "C1", "2026-10-05", "400.00").await;
        world.invoice_with("FA-4", "C1", "2026-10-05", "500.00", json!({"factored": true})).await;
        world.post("/v1/disputes", json!({"invoice_id": disputed["id"], "reason_code": "wrong_price"})).await.expect(201);
        world.post("/v1/promises", json!({"customer_id": customer["id"], "invoice_ids": [promised["id"]], "amount": "400.00",
            "currency": "EUR", "promised_on": "2026-10-12", "made_by": "Claire Dupont"})).await.expect(201);
        world.advance("2026-10-09T12:00:00Z").await;
        let mut list = resting(&world, &customer).await;
        list.sort();
        assert_eq!(list, [
            "invoice direct_debit_pending debit_settled -",
            "invoice disputed resolve_dispute -",
            "invoice factored factor_details -",
            "invoice promise_open promise_settled 2026-10-15",
        ]);
        assert!(world.reminders().await.is_empty());
        let path = format!("/v1/holds?customer_id={}", customer["id"].as_str().unwrap());
        let promise = world.list(&path).await.into_iter().find(|hold| hold["code"] == "promise_open").unwrap();
        assert_eq!((&promise["placed_by"], &promise["target_id"]), (&json!("Claire Dupont"), &promised["id"]));
    }
}

story! {
    /// A consumer's debt of more than two years is no longer asked for; a part payment began a new period.
    a_time_barred_debt_is_not_asked_for, world from "2026-10-01T05:00:00Z", {
        world.customer_with("C1", json!({"kind": "consumer"})).await;
        world.invoice_with("FA-1", "C1", "2024-10-01", "200.00", json!({"issued_on": "2024-09-01", "service_done_on": "2024-08-30"})).await;
        world.invoice_with("FA-2", "C1", "2024-10-01", "300.00", json!({"issued_on": "2024-09-01"})).await;
        world.pays("P1", "C1", "50.00", "2025-03-01", json!({"allocations": [{"invoice_external_id": "FA-2", "amount": "50.00"}]})).await;
        world.customer("C2").await;
        world.invoice_with("FA-3", "C2", "2024-10-01", "400.00", json!({"issued_on": "2024-09-01"})).await;
        world.advance("2026-10-08T12:00:00Z").await;
        let dunning = world.read_invoice("FA-1").await["dunning"].clone();
        assert_eq!((&dunning["state"], &dunning["holds"]), (&json!("stopped"), &json!(["time_barred"])));
        assert_eq!((codes(&world, "FA-2").await, codes(&world, "FA-3").await), (json!([]), json!([])));
        let asked: Vec<Value> = world.reminders().await.iter().flat_map(|reminder| reminder["invoices"].as_array().unwrap().clone()).collect();
        assert!(asked.iter().all(|row| row["number"] != "FA-1"), "{asked:?}");
    }
}

story! {
    /// Somebody opted out: he is left in peace, the decision says so, and another contact is written to.
    an_opt_out_is_told, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer_with("C1", json!({"contacts": [
            {"external_id": "c1", "role": "accounts_payable", "email": "a@c1.example"},
            {"external_id": "c2", "role": "director", "email": "b@c1.example"}]})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        told(&world, "e1", "contact.opted_out", json!({"customer_external_id": "C1", "channel": "email", "address": "a@c1.example"})).await;
        assert_eq!(resting(&world, &customer).await, ["contact contact_suppressed reachable_contact -"]);
        world.advance("2026-10-09T12:00:00Z").await;
        let reminder = world.reminders().await.remove(0);
        assert_eq!(reminder["contact_id"], customer["contacts"][1]["id"]);
        let decision = world.get(&format!("/v1/decisions/{}", reminder["decision_id"].as_str().unwrap())).await.expect(200);
        let codes: Vec<&str> = decision["reasons"].as_array().unwrap().iter().map(|why| why["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"contact_usual") && codes.contains(&"contact_suppressed"), "{codes:?}");
    }
}
