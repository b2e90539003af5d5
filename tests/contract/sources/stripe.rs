//! Stripe: out of order, repeated, of both shapes; the books end right.

use serde_json::{Value, json};

use super::{Source, fate, settled};
use crate::{story, support::World};

/// 2026-09-01T10:00:00Z.
const SEPTEMBER: i64 = 1_788_256_800;
const DAY: i64 = 86_400;

fn event(id: &str, kind: &str, created: i64, object: Value) -> Value {
    json!({"id": id, "object": "event", "api_version": "2026-02-25.clover", "created": created, "type": kind, "livemode": false,
        "data": {"object": object}})
}

/// An invoice of 120.00 EUR, due in thirty days, of the shape since `2025-03-31.basil`.
fn invoice(status: &str, more: Value) -> Value {
    let mut invoice = json!({"id": "in_1", "object": "invoice", "status": status, "number": "ST-0001", "customer": "cus_1",
        "customer_name": "Boulangerie Dupont", "customer_email": "compta@dupont.example", "currency": "eur", "total": 12_000,
        "amount_due": 12_000, "amount_paid": 0, "amount_remaining": 12_000, "created": SEPTEMBER, "due_date": SEPTEMBER + 30 * DAY,
        "collection_method": "send_invoice", "attempt_count": 0, "next_payment_attempt": null,
        "hosted_invoice_url": "https://invoice.stripe.com/i/acct_1/test_1", "invoice_pdf": null, "description": "Abonnement",
        "pre_payment_credit_notes_amount": 0, "status_transitions": {"finalized_at": SEPTEMBER, "paid_at": null}});
    crate::support::world::merge(&mut invoice, more);
    invoice
}

fn paid() -> Value {
    invoice(
        "paid",
        json!({"amount_paid": 12_000, "amount_remaining": 0, "status_transitions": {"finalized_at": SEPTEMBER, "paid_at": SEPTEMBER + 5 * DAY}}),
    )
}

fn customer() -> Value {
    json!({"id": "cus_1", "object": "customer", "name": "Boulangerie Dupont SARL", "email": "compta@dupont.example", "phone": "+33472000000",
        "preferred_locales": ["fr"], "address": {"line1": "3 place du Marché", "postal_code": "69003", "city": "Lyon", "country": "FR"}})
}

async fn books(world: &World) -> Value {
    world.get("/v1/sources/stripe/invoices/in_1").await.expect(200)
}

/// A world whose inbox and links between ids have rows.
pub async fn paid_by_card(world: &World) {
    let stripe = Source::make(world, "stripe").await;
    let charge = json!({"id": "ch_1", "object": "charge", "status": "succeeded", "amount": 12_000, "amount_refunded": 0, "currency": "eur",
        "customer": "cus_1", "invoice": "in_1", "payment_intent": "pi_1", "created": SEPTEMBER + 5 * DAY, "payment_method_details": {"type": "card"}});
    let part = json!({"id": "inpay_1", "object": "invoice_payment", "status": "paid", "invoice": "in_1", "currency": "eur", "is_default": true,
        "amount_paid": 12_000, "amount_requested": 12_000, "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
        "status_transitions": {"paid_at": SEPTEMBER + 5 * DAY}});
    stripe.deliver(world, &event("evt_charge", "charge.succeeded", SEPTEMBER + 5 * DAY, charge)).await.expect(200);
    stripe.deliver(world, &event("evt_part", "invoice_payment.paid", SEPTEMBER + 5 * DAY, part)).await.expect(200);
    settled(world).await;
}

story! {
    /// From the first event to the last payment.
    an_invoice_is_followed, world from "2026-10-20T05:00:00Z", {
        let stripe = Source::make(&world, "stripe").await;
        assert_eq!(fate(&stripe.told(&world, &event("evt_1", "customer.created", SEPTEMBER, customer())).await), "applied");
        let told = stripe.told(&world, &event("evt_2", "invoice.finalized", SEPTEMBER, invoice("open", json!({})))).await;
        assert_eq!(fate(&told), "applied");
        assert_eq!((told["kind"].as_str(), told["event_key"].as_str()), (Some("stripe"), Some("evt_2")));
        let open = books(&world).await;
        assert_eq!((open["number"].as_str(), open["amount_due"].as_str(), open["due_on"].as_str()), (Some("ST-0001"), Some("120.00"), Some("2026-10-01")));
        assert_eq!(open["provenance"]["due_on"], "stated");
        let debtor = world.get("/v1/sources/stripe/customers/cus_1").await.expect(200);
        assert_eq!((debtor["name"].as_str(), debtor["kind"].as_str()), (Some("Boulangerie Dupont SARL"), Some("business")));
        // a part is paid, then all of it
        let part = invoice("open", json!({"amount_paid": 5_000, "amount_remaining": 7_000}));
        stripe.told(&world, &event("evt_3", "invoice.updated", SEPTEMBER + 2 * DAY, part)).await;
        assert_eq!(books(&world).await["amount_due"], "70.00");
        stripe.told(&world, &event("evt_4", "invoice.paid", SEPTEMBER + 5 * DAY, paid())).await;
        let books = books(&world).await;
        assert_eq!((books["status"].as_str(), books["paid"].as_str()), (Some("paid"), Some("120.00")));
    }
}

story! {
    /// Any order of the same events, each twice, leaves the same books.
    order_and_repetition_change_nothing, world from "2026-10-20T05:00:00Z", {
        let stripe = Source::make(&world, "stripe").await;
        let charge = json!({"id": "ch_1", "object": "charge", "status": "succeeded", "amount": 12_000, "amount_refunded": 0, "currency": "eur",
            "customer": "cus_1", "invoice": "in_1", "payment_intent": "pi_1", "created": SEPTEMBER + 5 * DAY, "payment_method_details": {"type": "card"}});
        let part = json!({"id": "inpay_1", "object": "invoice_payment", "status": "paid", "invoice": "in_1", "currency": "eur", "is_default": true,
            "amount_paid": 12_000, "amount_requested": 12_000, "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
            "status_transitions": {"paid_at": SEPTEMBER + 5 * DAY}});
        let history = [
            event("evt_paid", "invoice.paid", SEPTEMBER + 5 * DAY, paid()),
            event("evt_part", "invoice_payment.paid", SEPTEMBER + 5 * DAY, part),
            event("evt_final", "invoice.finalized", SEPTEMBER, invoice("open", json!({}))),
            event("evt_charge", "charge.succeeded", SEPTEMBER + 5 * DAY, charge),
            event("evt_updated", "invoice.updated", SEPTEMBER, invoice("open", json!({}))),
            event("evt_customer", "customer.updated", SEPTEMBER + DAY, customer()),
        ];
        for order in [[0, 1, 2, 3, 4, 5], [3, 1, 5, 2, 0, 4], [1, 3, 4, 0, 2, 5]] {
            let other = World::begin(world.database, "2026-10-20T05:00:00Z").await.unwrap();
            let stripe = Source::make(&other, "stripe").await;
            for at in order.iter().chain(&order) {
                stripe.deliver(&other, &history[*at]).await.expect(200);
                settled(&other).await;
            }
            let rows = settled(&other).await;
            assert_eq!(rows.len(), 6, "the same event is written once");
            assert!(rows.iter().all(|row| row["status"] == "applied"), "{order:?}: {rows:#?}");
            let books = books(&other).await;
            assert_eq!((books["status"].as_str(), books["paid"].as_str(), books["amount_due"].as_str()), (Some("paid"), Some("120.00"), Some("0.00")), "{order:?}");
            assert_eq!(other.list("/v1/payments").await.len(), 1, "{order:?}: counted once");
            let debtor = other.get("/v1/sources/stripe/customers/cus_1").await.expect(200);
            assert_eq!(debtor["name"], "Boulangerie Dupont SARL", "{order:?}");
            assert!(other.list("/v1/ingest/parked").await.is_empty());
        }
        stripe.deliver(&world, &history[0]).await.expect(200);
    }
}

story! {
    /// A charge that comes before its invoice waits in the books, not in the inbox.
    a_payment_comes_before_its_invoice, world from "2026-10-20T05:00:00Z", {
        let stripe = Source::make(&world, "stripe").await;
        let charge = json!({"id": "ch_1", "object": "charge", "status": "succeeded", "amount": 12_000, "currency": "eur", "customer": "cus_1",
            "invoice": "in_1", "payment_intent": "pi_1", "created": SEPTEMBER + DAY});
        let told = stripe.told(&world, &event("evt_1", "charge.succeeded", SEPTEMBER + DAY, charge)).await;
        assert_eq!((told["status"].as_str(), told["facts"][0]["result"].as_str()), (Some("applied"), Some("parked")));
        stripe.told(&world, &event("evt_2", "invoice.finalized", SEPTEMBER, invoice("open", json!({})))).await;
        assert_eq!(books(&world).await["status"], "paid");
        assert!(world.list("/v1/ingest/parked").await.is_empty());
        assert!(world.reminders().await.is_empty());
    }
}

story! {
    /// Drafts, voids, refunds, failures and what Stripe collects itself.
    what_is_not_owed_is_not_chased, world from "2026-10-20T05:00:00Z", {
        let stripe = Source::make(&world, "stripe").await;
        let draft = invoice("draft", json!({"number": null}));
        assert!(fate(&stripe.told(&world, &event("evt_1", "invoice.created", SEPTEMBER, draft)).await).starts_with("ignored: invoice.created"));
        let own = json!({"collection_method": "charge_automatically", "due_date": null, "next_payment_attempt": SEPTEMBER + 3 * DAY, "attempt_count": 1});
        stripe.told(&world, &event("evt_2", "invoice.payment_failed", SEPTEMBER + 1, invoice("open", own))).await;
        let books_now = books(&world).await;
        assert_eq!((books_now["direct_debit"].as_bool(), books_now["due_on"].as_str()), (Some(true), Some("2026-09-01")), "{books_now}");
        let given_up = json!({"collection_method": "charge_automatically", "due_date": null, "attempt_count": 4});
        stripe.told(&world, &event("evt_3", "invoice.payment_failed", SEPTEMBER + 9 * DAY, invoice("open", given_up))).await;
        assert_eq!(books(&world).await["direct_debit"], json!(false), "Stripe tries no more: now it is ours");
        for (id, kind) in [("evt_4", "charge.refunded"), ("evt_5", "charge.failed"), ("evt_6", "price.created")] {
            let told = fate(&stripe.told(&world, &event(id, kind, SEPTEMBER, json!({"id": "x", "object": "x"}))).await);
            assert!(told.starts_with(&format!("ignored: {kind}")), "{told}");
        }
        stripe.told(&world, &event("evt_7", "invoice.voided", SEPTEMBER + 10 * DAY, invoice("void", json!({})))).await;
        assert_eq!(books(&world).await["status"], "void");
        // an older event changes nothing any more
        let late = stripe.told(&world, &event("evt_8", "invoice.updated", SEPTEMBER + 8 * DAY, invoice("open", json!({})))).await;
        assert_eq!((late["status"].as_str(), late["facts"][1]["result"].as_str()), (Some("applied"), Some("stale")));
        assert_eq!(books(&world).await["status"], "void");
    }
}

story! {
    /// A credit note lowers what is due, once.
    a_credit_note_counts_once, world from "2026-10-20T05:00:00Z", {
        let stripe = Source::make(&world, "stripe").await;
        stripe.told(&world, &event("evt_1", "invoice.finalized", SEPTEMBER, invoice("open", json!({})))).await;
        let note = json!({"id": "cn_1", "object": "credit_note", "number": "ST-0001-CN-01", "status": "issued", "customer": "cus_1", "invoice": "in_1",
            "currency": "eur", "total": 2_000, "type": "pre_payment", "created": SEPTEMBER + DAY});
        stripe.told(&world, &event("evt_2", "credit_note.created", SEPTEMBER + DAY, note.clone())).await;
        let after = json!({"amount_due": 10_000, "amount_remaining": 10_000, "pre_payment_credit_notes_amount": 2_000});
        stripe.told(&world, &event("evt_3", "invoice.updated", SEPTEMBER + DAY, invoice("open", after))).await;
        let books = books(&world).await;
        assert_eq!((books["amount_due"].as_str(), books["credited"].as_str(), books["payable"].as_str()), (Some("100.00"), Some("20.00"), Some("120.00")));
        // what was given back after payment lowers nothing
        let mut back = note;
        (back["id"], back["type"]) = ("cn_2".into(), "post_payment".into());
        assert!(fate(&stripe.told(&world, &event("evt_4", "credit_note.created", SEPTEMBER + DAY, back)).await).starts_with("ignored"));
    }
}

story! {
    /// A dispute finds the invoice by its payment, even when that is heard of later; money lost is due again.
    a_dispute_finds_its_invoice, world from "2026-10-20T05:00:00Z", {
        let stripe = Source::make(&world, "stripe").await;
        let dispute = |status: &str| json!({"id": "dp_1", "object": "dispute", "status": status, "amount": 12_000, "currency": "eur",
            "reason": "product_not_received", "charge": "ch_1", "payment_intent": "pi_1"});
        stripe.told(&world, &event("evt_1", "invoice.paid", SEPTEMBER + 5 * DAY, paid())).await;
        let told = stripe.told(&world, &event("evt_2", "charge.dispute.created", SEPTEMBER + 9 * DAY, dispute("needs_response"))).await;
        assert_eq!((told["status"].as_str(), told["waiting_for"].as_str()), (Some("waiting_fetch"), Some("pi_1")), "{told}");
        let link = json!({"id": "inpay_1", "object": "invoice_payment", "status": "paid", "invoice": "in_1", "currency": "eur", "is_default": true,
            "amount_paid": 12_000, "amount_requested": 12_000, "payment": {"type": "payment_intent", "payment_intent": "pi_1"}});
        stripe.told(&world, &event("evt_3", "invoice_payment.paid", SEPTEMBER + 5 * DAY, link)).await;
        assert!(settled(&world).await.iter().all(|row| row["status"] == "applied"), "what waited was worked again");
        let disputes = world.list("/v1/disputes").await;
        assert_eq!((disputes.len(), disputes[0]["reason_code"].as_str()), (1, Some("product_not_received")));
        stripe.told(&world, &event("evt_4", "charge.dispute.closed", SEPTEMBER + 20 * DAY, dispute("lost"))).await;
        let books = books(&world).await;
        assert_eq!((books["status"].as_str(), books["amount_due"].as_str()), (Some("open"), Some("120.00")));
        assert_eq!(world.list("/v1/disputes").await[0]["status"], "open", "a person looks before anybody is chased");
    }
}
