//! The other senders, each with what it really sends.

use serde_json::{Value, json};

use super::{Source, fate, settled};
use crate::{story, support::shared};

story! {
    /// The samples of the wild: each is taken; a second delivery is the same one.
    samples_are_taken_once, world from "2026-10-01T05:00:00Z", {
        let Some(folder) = shared::folder("samples/webhooks") else { return };
        let mut delivered = 0;
        for (kind, files) in [
            ("stripe", &["stripe_event_invoice.paid.json", "stripe_event_invoice.created.json", "stripe_event_charge.dispute.created.json"][..]),
            ("lago", &["lago_invoice.json", "lago_payment.json"]),
            ("shopify", &["shopify_order.json"]),
            ("gocardless", &["gocardless_webhook_body.json"]),
            ("xero", &["xero_webhook_credit_note.json"]),
        ] {
            let source = Source::make(&world, kind).await;
            for file in files {
                let mut body = std::fs::read(folder.join(file)).unwrap();
                if kind == "stripe" {
                    // the files carry one and the same event id
                    let text = String::from_utf8(body).unwrap();
                    body = text.replacen("evt_000000000000000000000000", &format!("evt_{delivered}"), 1).into_bytes();
                }
                for _ in 0..2 {
                    assert!(source.deliver_bytes(&world, &body).await.status.is_success());
                }
                delivered += 1;
            }
        }
        let rows = settled(&world).await;
        let mut fates: Vec<String> = rows.iter().map(|row| format!("{} {}", row["kind"].as_str().unwrap(), row["status"].as_str().unwrap())).collect();
        fates.sort();
        assert_eq!(fates, ["gocardless ignored", "lago applied", "lago waiting_fetch", "shopify ignored", "stripe applied", "stripe applied", "stripe ignored",
            "xero waiting_fetch"]);
        let invoice = world.get("/v1/sources/lago/invoices/5eb02857-a71e-4ea2-bcf9-57d3a41bc6ba").await.expect(200);
        assert_eq!((invoice["number"].as_str(), invoice["amount_due"].as_str(), invoice["due_on"].as_str()), (Some("LAG-1234-001-002"), Some("1.20"), Some("2022-06-02")));
    }
}

fn lago_invoice(status: &str, due: i64) -> Value {
    json!({"webhook_type": "invoice.payment_status_updated", "object_type": "invoice", "nonce": format!("{status}{due}"),
        "invoice": {"lago_id": "li_1", "number": "LAG-1", "issuing_date": "2026-09-01", "payment_due_date": "2026-10-01", "status": "finalized",
            "payment_status": status, "currency": "EUR", "total_amount_cents": 12_000, "total_due_amount_cents": due,
            "customer": {"external_id": "C1", "name": "Dupont", "email": "a@dupont.example, b@dupont.example", "country": "FR", "city": "Lyon"}}})
}

fn lago_payment(id: &str, amount: i64) -> Value {
    json!({"webhook_type": "payment_receipt.created", "object_type": "payment_receipt", "payment_receipt": {"payment": {"lago_id": id,
        "invoice_ids": ["li_1"], "amount_cents": amount, "amount_currency": "EUR", "payment_status": "succeeded", "type": "manual",
        "created_at": "2026-09-10T10:00:00Z"}}})
}

story! {
    /// Payments by themselves and by the state of their invoice: in any order each cent counts once.
    lago_counts_each_payment_once, world from "2026-10-20T05:00:00Z", {
        let (half, rest, all) = (lago_payment("lp_1", 7_000), lago_payment("lp_2", 5_000), lago_invoice("succeeded", 0));
        let begin = lago_invoice("pending", 12_000);
        for order in [[&half, &begin, &rest, &all], [&begin, &half, &all, &rest], [&begin, &all, &half, &rest], [&rest, &half, &all, &begin]] {
            let world = crate::support::World::begin(world.database, "2026-10-20T05:00:00Z").await.unwrap();
            let lago = Source::make(&world, "lago").await;
            for body in order {
                lago.deliver(&world, body).await.expect(200);
                settled(&world).await;
            }
            let invoice = world.get("/v1/sources/lago/invoices/li_1").await.expect(200);
            assert_eq!((invoice["status"].as_str(), invoice["paid"].as_str()), (Some("paid"), Some("120.00")), "{:#?}", settled(&world).await);
            let customer = world.get("/v1/sources/lago/customers/C1").await.expect(200);
            let balance = world.get(&format!("/v1/customers/{}/balance", customer["id"].as_str().unwrap())).await.expect(200);
            assert!(!balance.to_string().contains("\"unapplied\":[{"), "nothing is left over: {balance}");
        }
    }
}

story! {
    /// Chargebee's invoice is followed; objects have versions of their own.
    chargebee_is_followed, world from "2026-10-20T05:00:00Z", {
        let source = Source::make(&world, "chargebee").await;
        let event = |id: &str, kind: &str, version: i64, status: &str, paid: i64| json!({"id": id, "event_type": kind, "occurred_at": 1_788_256_800,
            "content": {"customer": {"id": "cb_1", "company": "Dupont SARL", "email": "compta@dupont.example", "resource_version": version},
                "invoice": {"id": "CB-42", "customer_id": "cb_1", "status": status, "date": 1_788_256_800, "due_date": 1_790_848_800, "total": 12_000,
                    "amount_paid": paid, "amount_due": 12_000 - paid, "currency_code": "EUR", "resource_version": version}}});
        assert_eq!(fate(&source.told(&world, &event("ev_2", "payment_succeeded", 2_000, "paid", 12_000)).await), "applied");
        let late = source.told(&world, &event("ev_1", "invoice_generated", 1_000, "payment_due", 0)).await;
        assert_eq!((late["status"].as_str(), late["facts"][1]["result"].as_str()), (Some("applied"), Some("stale")));
        let invoice = world.get("/v1/sources/chargebee/invoices/CB-42").await.expect(200);
        assert_eq!((invoice["status"].as_str(), invoice["due_on"].as_str(), invoice["number"].as_str()), (Some("paid"), Some("2026-10-01"), Some("CB-42")));
        assert_eq!(fate(&source.told(&world, &json!({"id": "ev_3", "event_type": "subscription_created", "content": {"subscription": {}}})).await),
            "ignored: subscription_created: nothing here is about what is owed");
    }
}

story! {
    /// Only an order on terms is owed.
    shopify_orders_on_terms_are_owed, world from "2026-10-20T05:00:00Z", {
        let source = Source::make(&world, "shopify").await;
        let order = |id: i64, updated: &str, status: &str, outstanding: &str, terms: Value| json!({"id": id, "name": format!("#{id}"), "created_at": "2026-09-01T10:00:00+02:00",
            "updated_at": updated, "currency": "EUR", "total_price": "120.00", "current_total_price": "120.00", "total_outstanding": outstanding,
            "financial_status": status, "customer": {"id": 77, "first_name": "Claire", "last_name": "Dupont", "email": "claire@dupont.example"},
            "billing_address": {"company": "Dupont SARL", "country_code": "FR", "city": "Lyon"}, "payment_terms": terms});
        let net = json!({"payment_terms_type": "net", "payment_schedules": [{"due_at": "2026-10-01T10:00:00+02:00", "completed_at": null}]});
        assert!(fate(&source.told(&world, &order(1, "2026-09-01T10:00:00Z", "paid", "0.00", Value::Null)).await).starts_with("ignored: the order has no payment terms"));
        source.told(&world, &order(2, "2026-09-01T10:00:00Z", "pending", "120.00", net.clone())).await;
        let read = async || world.get("/v1/sources/shopify/invoices/2").await.expect(200);
        assert_eq!((read().await["amount_due"].as_str(), read().await["due_on"].as_str()), (Some("120.00"), Some("2026-10-01")));
        source.told(&world, &order(2, "2026-09-09T10:00:00Z", "partially_paid", "20.00", net.clone())).await;
        assert_eq!(read().await["amount_due"], "20.00");
        source.told(&world, &order(2, "2026-09-10T10:00:00Z", "paid", "0.00", net)).await;
        assert_eq!(read().await["status"], "paid");
    }
}

story! {
    /// A debit that comes back takes the payment back that the ledger's owner stated under GoCardless' id.
    gocardless_takes_payments_back, world from "2026-10-20T05:00:00Z", {
        let source = Source::make(&world, "gocardless").await;
        let failed = |payment: &str, event: &str| json!({"meta": {"webhook_id": event}, "events": [
            {"id": "EV1", "created_at": "2026-10-10T09:00:00Z", "resource_type": "payments", "action": "failed", "links": {"payment": payment},
             "details": {"origin": "bank", "cause": "insufficient_funds", "scheme": "sepa_core", "reason_code": "AM04"}},
            {"id": "EV2", "created_at": "2026-10-10T09:00:00Z", "resource_type": "mandates", "action": "created", "links": {}}]});
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "100.00").await;
        world.pays("PM0001", "C1", "100.00", "2026-10-05", json!({"reference": "FA-1"})).await;
        assert_eq!(world.read_invoice("FA-1").await["status"], "paid");
        let told = source.told(&world, &failed("PM0001", "WB1")).await;
        assert_eq!((told["status"].as_str(), told["event_key"].as_str(), told["facts"][0]["result"].as_str()), (Some("applied"), Some("WB1"), Some("changed")));
        assert_eq!(world.read_invoice("FA-1").await["amount_due"], "100.00");
        let payment = world.get("/v1/sources/erp/payments/PM0001").await.expect(200);
        assert!(payment.to_string().contains("AM04"), "{payment}");
        // of a payment that nobody has stated it waits, and is worked again when asked
        let waits = source.told(&world, &failed("PM0002", "WB2")).await;
        assert_eq!((waits["status"].as_str(), waits["waiting_for"].as_str()), (Some("waiting_fetch"), Some("PM0002")));
        world.invoice("FA-2", "C1", "2026-10-05", "50.00").await;
        world.pays("PM0002", "C1", "50.00", "2026-10-05", json!({"reference": "FA-2"})).await;
        world.post(&format!("/v1/ingest/inbox/{}/replay", waits["id"].as_str().unwrap()), json!({})).await.expect(202);
        assert_eq!(settled(&world).await[0]["status"], "applied");
        assert_eq!(world.read_invoice("FA-2").await["amount_due"], "50.00");
    }
}

story! {
    /// Senders that carry ids alone are kept, visibly.
    thin_events_wait, world from "2026-10-20T05:00:00Z", {
        let quickbooks = Source::make(&world, "quickbooks").await;
        let told = quickbooks.told(&world, &json!([{"specversion": "1.0", "id": "e1", "type": "qbo.invoice.created.v1", "intuitentityid": "145", "intuitaccountid": "9"}])).await;
        assert_eq!((told["status"].as_str(), told["waiting_for"].as_str()), (Some("waiting_fetch"), Some("invoice:145")));
        let qonto = Source::make(&world, "qonto").await;
        let movement = |id: &str, side: &str| json!({"id": id, "type": "v1/transactions", "data": {"event": "created", "id": id, "transaction_id": format!("t-{id}"),
            "amount": 50.01, "currency": "EUR", "side": side, "status": "completed", "reference": "FA-1"}});
        assert_eq!(fate(&qonto.told(&world, &movement("q1", "credit")).await), "waiting_fetch: transaction t-q1, reference FA-1: which customer paid the bank does not say");
        assert!(fate(&qonto.told(&world, &movement("q2", "debit")).await).starts_with("ignored"));
        let waiting = world.list("/v1/ingest/inbox?status=waiting_fetch&source=qonto").await;
        assert_eq!(waiting.len(), 1);
    }
}

story! {
    /// The kinds of our own carry CloudEvents, as `POST /v1/ingest/events` does.
    our_own_events_come_too, world from "2026-10-20T05:00:00Z", {
        let customer = |id: &str, source: Option<&str>| {
            let mut event = json!({"specversion": "1.0", "id": format!("e-{id}"), "type": "customer.upserted",
                "data": {"external_id": id, "source_version": 1, "kind": "business", "name": "Dupont"}});
            if let Some(source) = source {
                event["source"] = source.into();
            }
            event
        };
        for kind in ["standard_webhooks", "hmac", "plain"] {
            let source = Source::make(&world, kind).await;
            assert_eq!(fate(&source.told(&world, &customer("C1", None)).await), "applied");
            world.get(&format!("/v1/sources/{kind}/customers/C1")).await.expect(200);
            // a source speaks for itself alone, and a bad event spoils only itself
            let told = source.told(&world, &json!([customer("C2", Some("erp")), customer("C3", Some(kind)), {"id": "e9", "type": "x", "data": {}}])).await;
            assert_eq!(told["status"], "quarantined", "{told}");
            let mut results: Vec<&str> = told["facts"].as_array().unwrap().iter().map(|fact| fact["result"].as_str().unwrap()).collect();
            results.sort_unstable();
            assert_eq!(results, ["created", "rejected", "rejected"]);
            world.get("/v1/sources/erp/customers/C2").await.problem(404, "not_found");
            world.get(&format!("/v1/sources/{kind}/customers/C3")).await.expect(200);
        }
    }
}
