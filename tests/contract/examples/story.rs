//! The story: a workshop, two customers, and every operation once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::book::Book;
use crate::support::{PIXEL, World, receiver::Receiver, server};

fn by() -> Value {
    json!({"name": "Anne Keller", "email": "anne@keller.example"})
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// Tells it; the recordings by operation.
pub async fn tell(world: World) -> BTreeMap<String, Value> {
    let mut book = Book::new(world);
    house(&mut book).await;
    let endpoint = webhooks(&mut book).await;
    connectors(&mut book).await;
    facts(&mut book).await;
    chasing(&mut book).await;
    debtors_words(&mut book).await;
    reading(&mut book).await;
    deliveries(&mut book, &endpoint).await;
    leaving(&mut book, &endpoint).await;
    tenants(&mut book).await;
    book.said
}

/// Settings, channels, policies, keys.
async fn house(book: &mut Book) {
    book.get("/v1/me").await;
    book.get("/v1/settings").await;
    book.send("PATCH", "/v1/settings", json!({"signature": "Anne Keller\nAtelier Keller", "payment_methods": ["transfer"]}), 200).await;
    book.send("PUT", "/v1/settings/logo", json!({"data": PIXEL}), 200).await;
    book.get("/v1/settings/logo").await;
    book.call("DELETE", "/v1/settings/logo", 204).await;
    let channel = json!({"provider": "smtp", "from": "compta@keller.example", "from_name": "Atelier Keller",
        "smtp": {"host": "127.0.0.1", "port": 2525, "security": "none"}});
    book.send("PUT", "/v1/channels/email", channel, 200).await;
    book.get("/v1/channels/email").await;
    book.send("POST", "/v1/channels/email/test", json!({"to": "claire@dupont.example"}), 200).await;
    let brevo = json!({"provider": "brevo", "from": "KELLER", "brevo": {"api_key": "xkeysib-1"}});
    let path = text(&book.send("PUT", "/v1/channels/sms", brevo, 200).await, "receipts_path");
    let receipt =
        json!({"to": "33612345678", "messageId": 1_511_882_900_176_220_i64, "msg_status": "delivered", "ts_event": 1_790_000_000});
    book.send("POST", &path, receipt, 200).await;
    let ovh = json!({"provider": "ovh", "from": "KELLER", "ovh": {"service_name": "sms-ak1-1", "application_key": "a",
        "application_secret": "s", "consumer_key": "c"}});
    let path = text(&book.send("PUT", "/v1/channels/sms", ovh, 200).await, "receipts_path");
    book.get(&format!("{path}?id=4711&ptt=4&date=20261105")).await;
    book.get("/v1/channels").await;
    book.get("/v1/letters/cover_list?on=2026-11-05").await;
    book.call("DELETE", "/v1/channels/sms", 204).await;
    templates(book).await;
    book.get("/v1/policy_presets").await;
    book.get("/v1/rates").await;
    let policy = json!({"name": "Approved by a person", "applies_to": {"customer_kinds": ["business"], "segments": ["key"]}, "approval_expires_days": 5,
        "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder", "approval": "required"},
                  {"key": "call", "offset_days": 9, "channel": "phone_task"}]});
    let made = book.send("POST", "/v1/policies", policy.clone(), 201).await;
    let path = format!("/v1/policies/{}", text(&made, "id"));
    book.get(&path).await;
    book.send_with("PUT", &path, policy, 200, &[("if-match", "\"1\"")]).await;
    book.send("POST", &format!("{path}/versions/2/activate"), json!({"backlog": "skip", "spread_days": 1, "confirm_count": 0}), 200).await;
    book.get("/v1/policies?limit=2").await;
    simulated(book, text(&made, "id")).await;
    book.send("POST", "/v1/api_keys", json!({"scopes": ["facts:write", "read"]}), 201).await;
    let key = book.first("/v1/api_keys?limit=2").await;
    book.send("POST", &format!("/v1/api_keys/{key}/rotate"), json!({"overlap_hours": 24}), 201).await;
    book.get("/v1/audit_events?limit=2").await;
    book.get("/v1/audit_events/export").await;
    book.call("DELETE", &format!("/v1/api_keys/{key}"), 204).await;
}

/// A text of one's own.
async fn templates(book: &mut Book) {
    let path = "/v1/templates/thank_you.fr";
    book.get(path).await;
    let body = "Subject: Votre compte chez {{ creditor.legal_name }}\nPreview: Merci\nObject: votre règlement\n\n{% include \"hello\" %}\n\n\
        {% if event.payment %}Votre règlement de {{ event.payment.amount }} nous est parvenu le {{ event.payment.on }}.{% endif %} Merci, et à bientôt.\n\n\
        {% include \"close\" %}\n";
    let text = json!({"body": body, "active": true});
    book.send_with("PUT", path, text, 200, &[("if-match", "\"0\"")]).await;
    book.get("/v1/templates").await;
    book.send("POST", &format!("{path}/render"), json!({"body": body, "formality": "tu", "variant": 1}), 200).await;
    book.call("DELETE", path, 204).await;
}

/// What a policy would do to somebody.
async fn simulated(book: &mut Book, policy: String) {
    let customer = json!({"external_id": "C42", "source_version": 1, "kind": "business", "name": "Boulangerie Dupont", "segment": "key",
        "address": {"lines": ["3 place du Marché"], "postcode": "69003", "city": "Lyon", "country": "FR"},
        "contacts": [{"external_id": "c1", "role": "accounts_payable", "email": "compta@dupont.example", "phone": "+33612345678"}]});
    let invoice = json!({"external_id": "FA-2026-0042", "source_version": 1, "number": "FA-2026-0042", "customer_external_id": "C42",
        "issued_on": "2026-09-05", "due_on": "2026-10-05", "currency": "EUR", "total": "700.00"});
    let ledger = json!({"customers": [customer], "invoices": [invoice], "payments": [], "credit_notes": [], "events": []});
    let ask =
        json!({"policy_id": policy, "from": "2026-09-25", "until": "2026-10-20", "ledger": ledger, "approvals": "given", "calls": "made"});
    book.send("POST", "/v1/simulations", ask, 200).await;
}

/// Another program tells us by itself.
async fn connectors(book: &mut Book) {
    let made = book.send("POST", "/v1/sources", json!({"name": "billing", "kind": "plain"}), 201).await;
    let (id, token) = (text(&made, "id"), text(&made, "secret"));
    let path = format!("/v1/sources/{id}");
    book.get(&path).await;
    book.get("/v1/sources").await;
    let event = json!({"specversion": "1.0", "id": "e-77", "source": "billing", "type": "customer.upserted",
        "data": {"external_id": "B7", "source_version": 1, "kind": "business", "name": "Menuiserie Blanc"}});
    book.raw(&format!("{path}/webhooks?token={token}"), "application/cloudevents+json", &event.to_string(), 200).await;
    // listed when it is worked: the example is always the same
    crate::support::world::until("the delivery to be worked", async || {
        (book.world.list("/v1/ingest/inbox").await.first()?["status"] == "applied").then_some(())
    })
    .await;
    let inbox = book.first("/v1/ingest/inbox").await;
    book.get(&format!("/v1/ingest/inbox/{inbox}")).await;
    book.call("POST", &format!("/v1/ingest/inbox/{inbox}/replay"), 202).await;
    book.send("PATCH", &path, json!({"webhook": "disabled"}), 200).await;
    book.send("POST", &format!("{path}/rotate_secret"), json!({"overlap_hours": 24}), 200).await;
    let unused = book.send("POST", "/v1/sources", json!({"name": "unused", "kind": "plain"}), 201).await;
    book.call("DELETE", &format!("/v1/sources/{}", text(&unused, "id")), 204).await;
}

/// An endpoint that takes everything.
async fn webhooks(book: &mut Book) -> (String, Receiver) {
    let receiver = Receiver::start("{}").await;
    let made =
        book.send("POST", "/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["*"], "description": "The ERP"}), 201).await;
    let path = format!("/v1/webhook_endpoints/{}", text(&made, "id"));
    book.get(&path).await;
    book.get("/v1/webhook_endpoints").await;
    book.send_with("PATCH", &path, json!({"description": "The ERP in Lyon"}), 200, &[("if-match", "\"1\"")]).await;
    book.send("POST", &format!("{path}/rotate_secret"), json!({"overlap_hours": 24}), 200).await;
    (path, receiver)
}

/// Customers, invoices, payments and credit notes come in.
async fn facts(book: &mut Book) {
    let customer = |name: &str, segment: &str| {
        json!({"source_version": 1, "kind": "business", "name": name, "language": "fr", "time_zone": "Europe/Paris", "siren": "732829320", "segment": segment,
            "address": {"lines": ["3 place du Marché"], "postcode": "69003", "city": "Lyon", "country": "FR"},
            "sales_owner": {"name": "A. Keller", "email": "keller@atelier.example"},
            "contacts": [{"external_id": "c1", "name": "Claire Dupont", "role": "accounts_payable", "email": "compta@dupont.example", "phone": "+33612345678"}]})
    };
    book.send("PUT", "/v1/sources/erp/customers/C42", customer("Boulangerie Dupont", "standard"), 201).await;
    book.send("PUT", "/v1/sources/erp/customers/C43", customer("Garage Martin", "key"), 201).await;
    book.send("PUT", "/v1/sources/erp/customers/C42", merged(customer("Boulangerie Dupont & fils", "standard"), 2), 200).await;
    book.get("/v1/sources/erp/customers/C42").await;
    let invoice = |number: &str, customer: &str, total: &str| {
        json!({"source_version": 1, "number": number, "customer_external_id": customer, "issued_on": "2026-09-05", "due_on": "2026-10-05",
            "currency": "EUR", "total": total, "origin": "Travaux de menuiserie, commande 118"})
    };
    for (number, customer, total) in
        [("FA-2026-0042", "C42", "700.00"), ("FA-2026-0043", "C43", "800.00"), ("FA-2026-0044", "C43", "300.00")]
    {
        book.send("PUT", &format!("/v1/sources/erp/invoices/{number}"), invoice(number, customer, total), 201).await;
    }
    book.send("PUT", "/v1/sources/erp/invoices/FA-2026-0045", invoice("FA-2026-0045", "C99", "10.00"), 202).await;
    book.get("/v1/ingest/parked").await;
    book.get("/v1/sources/erp/invoices/FA-2026-0042").await;
    let payment = |amount: &str, reference: &str| json!({"customer_external_id": "C42", "amount": amount, "currency": "EUR", "paid_on": "2026-10-01", "reference": reference, "method": "transfer"});
    book.send("PUT", "/v1/sources/bank/payments/B1", payment("200.00", "FA-2026-0042"), 202).await;
    book.send("PUT", "/v1/sources/erp/payments/P1", payment("200.00", "FA-2026-0042"), 201).await;
    book.send("PUT", "/v1/sources/erp/payments/P2", payment("50.00", "FA-2026-0042"), 201).await;
    book.get("/v1/sources/erp/payments/P1").await;
    book.send("POST", "/v1/sources/erp/payments/P2/reverse", json!({"on": "2026-10-01", "reason_code": "AM04"}), 200).await;
    let note = json!({"source_version": 1, "number": "AV-2026-0007", "customer_external_id": "C42", "issued_on": "2026-10-01", "currency": "EUR", "total": "100.00", "invoice_external_id": "FA-2026-0042"});
    book.send("PUT", "/v1/sources/erp/credit_notes/AV-2026-0007", note, 201).await;
    book.get("/v1/sources/erp/credit_notes/AV-2026-0007").await;
    book.send(
        "POST",
        "/v1/sources/erp/heartbeat",
        json!({"payments_complete_until": "2026-10-31T04:00:00Z", "open_items": {"EUR": {"count": 3, "total": "1500.00"}}}),
        200,
    )
    .await;
    let event = json!({"specversion": "1.0", "id": "e-1001", "source": "erp", "type": "invoice.delivered", "data": {"external_id": "FA-2026-0042", "delivered_on": "2026-09-06"}});
    book.raw("/v1/ingest/events", "application/cloudevents+json", &event.to_string(), 202).await;
    book.raw("/v1/ingest/events", "application/cloudevents-batch+json", &json!([event]).to_string(), 207).await;
    book.get("/v1/ingest/events/e-1001").await;
    let mail = include_str!("../../../ingest/src/mail/samples/postfix.eml");
    book.raw("/v1/ingest/mails?dry_run=true", "message/rfc822", mail, 200).await;
    let document = include_str!("../../fixtures/invoice-ubl.xml");
    book.raw("/v1/ingest/documents?source=documents&dry_run=true", "application/xml", document, 207).await;
}

fn merged(mut body: Value, version: i64) -> Value {
    body["source_version"] = json!(version);
    body
}

/// The clock goes on: reminders are planned, approved, rejected, sent, withdrawn.
async fn chasing(book: &mut Book) {
    book.world.rest().await;
    book.world.claimed_from("C45", "2026-10-05").await;
    book.get("/v1/test_clock").await;
    book.send("POST", "/v1/test_clock/advance", json!({"to": "2026-10-09T05:00:00Z"}), 202).await;
    book.world.rest().await;
    let waiting = book.first("/v1/reminders?status=awaiting_approval").await;
    let path = format!("/v1/reminders/{waiting}");
    book.send("POST", &format!("{path}/approve"), json!({"by": by(), "comment": "They know about it."}), 200).await;
    book.get(&path).await;
    let planned = book.world.list("/v1/reminders?status=planned").await;
    let of_dupont = planned.iter().find(|reminder| reminder["id"] != waiting.as_str()).unwrap_or_else(|| panic!("{planned:?}"));
    let path = format!("/v1/reminders/{}", text(of_dupont, "id"));
    book.get(&format!("{path}/content")).await;
    book.send("POST", &format!("{path}/send_now"), json!({"by": by(), "reason": "They asked for it on the phone."}), 200).await;
    book.world.rest().await;
    book.world.advance("2026-10-09T12:00:00Z").await;
    let sent = book.get("/v1/reminders?status=sent").await;
    let path = format!("/v1/reminders/{}", sent["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{sent}")));
    let again = book.send("POST", &format!("{path}/resend"), json!({"by": by(), "reason": "They lost it."}), 200).await;
    book.send("POST", &format!("/v1/reminders/{}/cancel", text(&again, "id")), json!({"by": by(), "reason": "They found it."}), 200).await;
    book.world.advance("2026-10-14T12:00:00Z").await;
    letter(book).await;
    registered(book).await;
    let task = book.first("/v1/tasks?status=open").await;
    book.get(&format!("/v1/tasks/{task}")).await;
    book.get(&format!("/v1/tasks/{task}/sheet")).await;
    book.send(
        "POST",
        &format!("/v1/tasks/{task}/complete"),
        json!({"outcome": "reached", "reason_code": "cash_shortage", "comment": "They will pay half.", "by": by()}),
        200,
    )
    .await;
}

/// A customer who is written to by letter, and whose next one a person rejects.
async fn letter(book: &mut Book) {
    let policy = json!({"name": "By letter", "applies_to": {"segments": ["letters"]}, "steps": [{"key": "letter", "offset_days": 4, "channel": "letter", "template": "first_reminder"},
        {"key": "second", "offset_days": 9, "channel": "letter", "template": "second_reminder", "approval": "required"}]});
    let made = book.send("POST", "/v1/policies", policy.clone(), 201).await;
    let path = format!("/v1/policies/{}/versions/1/activate", text(&made, "id"));
    book.send("POST", &path, json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0}), 200).await;
    book.world.customer_with("C44", json!({"policy_id": made["id"]})).await;
    book.world.invoice("FA-2026-0046", "C44", "2026-10-10", "90.00").await;
    book.world.advance("2026-10-14T16:00:00Z").await;
    let sent = book.world.list("/v1/reminders?status=sent").await;
    let letter = sent.iter().find(|reminder| reminder["channel"] == "letter").unwrap_or_else(|| panic!("{sent:?}"));
    let content = book.get(&format!("/v1/reminders/{}/content", text(letter, "id"))).await;
    let name = text(&content["attachments"][0], "name");
    book.get(&format!("/v1/reminders/{}/attachments/{name}", text(letter, "id"))).await;
    // the next version is in force for new cases; the one that runs moves on purpose
    let path = format!("/v1/policies/{}", text(&made, "id"));
    book.world.send(reqwest::Method::PUT, &path, Some(policy), &[("if-match", "\"1\"")]).await.expect(200);
    book.world.post(&format!("{path}/versions/2/activate"), json!({"confirm_count": 0})).await.expect(200);
    book.send("POST", &format!("{path}/versions/2/migrate"), json!({"confirm_count": 1}), 200).await;
    book.world.advance("2026-10-27T12:00:00Z").await;
    let waiting = book.first("/v1/reminders?status=awaiting_approval").await;
    book.send("POST", &format!("/v1/reminders/{waiting}/reject"), json!({"by": by(), "comment": "I call them."}), 200).await;
}

/// A formal notice, approved and posted, and the day on which it was first presented.
async fn registered(book: &mut Book) {
    let policy = json!({"name": "Notices", "applies_to": {"segments": ["notices"]}, "steps": [{"key": "notice", "offset_days": 4, "channel": "registered_letter",
        "template": "formal_notice", "deadline_days": 8, "approval": "required"}]});
    let made = book.world.post("/v1/policies", policy).await.expect(201);
    let path = format!("/v1/policies/{}/versions/1/activate", text(&made, "id"));
    book.world.post(&path, json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
    book.world.customer_with("C47", json!({"policy_id": made["id"]})).await;
    book.world.invoice("FA-2026-0047", "C47", "2026-10-23", "240.00").await;
    book.world.advance("2026-10-28T05:00:00Z").await;
    let waiting = book.world.list("/v1/reminders?status=awaiting_approval").await;
    let notice = waiting.iter().find(|reminder| reminder["step_key"] == "notice").unwrap_or_else(|| panic!("{waiting:?}"));
    let path = format!("/v1/reminders/{}", text(notice, "id"));
    book.world.post(&format!("{path}/approve"), json!({"by": by()})).await.expect(200);
    book.world.advance("2026-10-30T12:00:00Z").await;
    book.send("POST", &format!("{path}/presented"), json!({"on": "2026-10-30"}), 200).await;
}

/// Promises, disputes, holds, and what was said elsewhere.
async fn debtors_words(book: &mut Book) {
    let invoice = text(&book.world.read_invoice("FA-2026-0043").await, "id");
    let customer = text(&book.get("/v1/sources/erp/customers/C43").await, "id");
    let promise = json!({"customer_id": customer, "invoice_ids": [invoice], "amount": "400.00", "currency": "EUR", "promised_on": "2026-11-03", "method": "transfer", "made_by": "Claire Dupont"});
    let made = text(&book.send("POST", "/v1/promises", promise, 201).await, "id");
    book.get(&format!("/v1/promises/{made}")).await;
    book.get("/v1/promises").await;
    book.call("POST", &format!("/v1/promises/{made}/cancel"), 200).await;
    let dispute = json!({"invoice_id": invoice, "amount": "100.00", "reason_code": "goods_damaged", "comment": "One door is scratched."});
    let made = text(&book.send("POST", "/v1/disputes", dispute, 201).await, "id");
    book.get(&format!("/v1/disputes/{made}")).await;
    book.get("/v1/disputes").await;
    book.send(
        "POST",
        &format!("/v1/disputes/{made}/resolve"),
        json!({"outcome": "rejected", "comment": "The photo shows another door."}),
        200,
    )
    .await;
    let act = json!({"invoice_ids": [invoice], "kind": "acknowledgment", "on": "2026-10-13", "proof": "Letter of 13 October 2026, archive 2026/118", "by": by()});
    let made = text(&book.send("POST", "/v1/interruptions", act, 201).await, "id");
    book.get(&format!("/v1/interruptions/{made}")).await;
    book.get("/v1/interruptions").await;
    book.call("DELETE", &format!("/v1/interruptions/{made}"), 200).await;
    let hold = json!({"scope": "customer", "target_id": customer, "reason": "Their workshop burned.", "until_on": "2026-11-30"});
    let made = text(&book.send("POST", "/v1/holds", hold, 201).await, "id");
    book.world.rest().await;
    book.get(&format!("/v1/holds/{made}")).await;
    book.get("/v1/holds").await;
    book.call("DELETE", &format!("/v1/holds/{made}"), 200).await;
    let said =
        json!({"channel": "phone", "at": "2026-10-14T08:00:00Z", "by": by(), "outcome": "reached", "comment": "They received the goods."});
    book.send("POST", &format!("/v1/customers/{customer}/interactions"), said, 201).await;
}

/// Everything once more, read.
async fn reading(book: &mut Book) {
    book.world.rest().await;
    for noun in ["customers", "invoices", "payments", "credit_notes", "decisions"] {
        let id = book.first(&format!("/v1/{noun}?limit=2")).await;
        book.get(&format!("/v1/{noun}/{id}")).await;
    }
    let customer = text(&book.get("/v1/sources/erp/customers/C42").await, "id");
    book.get(&format!("/v1/customers/{customer}/balance")).await;
    book.get(&format!("/v1/customers/{customer}/behaviour")).await;
    book.get(&format!("/v1/customers/{customer}/timeline?limit=5")).await;
    book.get(&format!("/v1/customers/{customer}/statement?on=2026-11-30")).await;
    book.get(&format!("/v1/customers/{customer}/statement/document?on=2026-11-30")).await;
    let charge = book.first("/v1/late_charges?limit=2").await;
    book.get(&format!("/v1/late_charges/{charge}")).await;
    let waiver = json!({"by": by(), "reason": "A gesture to a long-standing customer."});
    book.send("POST", &format!("/v1/late_charges/{charge}/waive"), waiver, 200).await;
    let ask = json!({"regime": {"kind": "fr_b2b_default"}, "as_of": "2026-09-30", "day_count": "act_365f", "allocation": "interest_first",
        "invoices": [{"number": "FA-2026-0042", "total": "10000.00", "due_on": "2026-05-31", "payments": [{"on": "2026-08-31", "amount": "4000.00"}]}]});
    book.send("POST", "/v1/late_charges/quote", ask, 200).await;
    let event = book.first("/v1/events?limit=2").await;
    book.get(&format!("/v1/events/{event}")).await;
    book.get("/v1/event_types").await;
}

/// The log of deliveries.
async fn deliveries(book: &mut Book, (path, receiver): &(String, Receiver)) {
    receiver.until("an event", |got| !got.is_empty()).await;
    crate::support::world::until("a delivery to be settled", async || {
        let list = book.world.get(&format!("{path}/deliveries?status=delivered&limit=1")).await.expect(200);
        (list["data"].as_array().is_some_and(|data| !data.is_empty())).then_some(())
    })
    .await;
    let delivery = book.first(&format!("{path}/deliveries?status=delivered&limit=2")).await;
    book.get(&format!("/v1/deliveries/{delivery}/attempts")).await;
    book.call("POST", &format!("/v1/deliveries/{delivery}/resend"), 202).await;
    book.send("POST", &format!("{path}/test"), json!({"type": "invoice.overdue"}), 202).await;
    book.send("POST", &format!("{path}/recover"), json!({"until": "2099-01-01T00:00:00Z"}), 202).await;
    book.call("POST", &format!("{path}/enable"), 200).await;
}

async fn leaving(book: &mut Book, (path, _): &(String, Receiver)) {
    book.call("DELETE", path, 204).await;
}

/// With the operator's key.
async fn tenants(book: &mut Book) {
    book.world.key = server::shared(book.world.database).map(|server| server.operator_key.clone()).unwrap_or_default();
    book.send("POST", "/v1/tenants", json!({"name": "Atelier Keller", "mode": "test", "clock": "2026-10-01T05:00:00Z"}), 201).await;
    book.get("/v1/tenants?limit=1").await;
    // known already, so nothing changes for the tests beside this one
    let rate = json!({"series": "ecb_mro", "half_year": "2026S2", "rate": "2.40", "source": "ECB, decision of 11 June 2026"});
    book.send("POST", "/v1/rates", json!({"rates": [rate]}), 200).await;
}
