//! What happened is answered by itself, once, where the settings name a message for it.

use serde_json::{Value, json};

use crate::{story, support::World};

/// The creditor wants everything answered.
async fn answers_all(world: &World) {
    let templates = json!({"promise.made": "promise_confirmation", "promise.broken": "promise_broken", "call.completed": "call_summary",
        "dispute.opened": "dispute_acknowledgment", "case.closed": "thank_you"});
    let shown = world.patch("/v1/settings", json!({"event_templates": templates})).await.expect(200);
    assert_eq!(shown["event_templates"], templates);
}

async fn content(world: &World, reminder: &Value) -> Value {
    world.get(&format!("/v1/reminders/{}/content", reminder["id"].as_str().unwrap())).await.expect(200)
}

/// The text, with plain spaces.
async fn text(world: &World, reminder: &Value) -> String {
    content(world, reminder).await["text"].as_str().unwrap().replace(['\u{a0}', '\u{202f}'], " ")
}

/// Those that answer something, oldest first.
async fn answers(world: &World) -> Vec<Value> {
    world.reminders().await.into_iter().filter(|reminder| !reminder["answers"].is_null()).collect()
}

story! {
    /// Thanks at once with the day for the calendar; silence until then; and when nothing came, one word, and the next
    /// step waits for its gap.
    a_promise_is_confirmed_and_its_breach_told, world from "2026-10-01T05:00:00Z", {
        answers_all(&world).await;
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-12T12:00:00Z").await;
        let promise = world.post("/v1/promises", json!({"customer_id": customer["id"], "amount": "200.00", "currency": "EUR",
            "promised_on": "2026-10-28", "made_by": "Claire Dupont"})).await.expect(201);
        world.rest().await;
        let [thanks] = answers(&world).await.try_into().unwrap();
        assert_eq!((&thanks["status"], &thanks["answers"], &thanks["step_key"]), (&json!("sent"), &promise["id"], &json!("promise.made")));
        let said = content(&world, &thanks).await;
        assert!(said["to"].as_str().unwrap().contains("compta@c1.example"), "{said}");
        assert!(text(&world, &thanks).await.contains("28 octobre 2026"), "{said}");
        assert_eq!(said["attachments"][0]["media_type"], "text/calendar; method=PUBLISH; charset=UTF-8", "{said}");

        world.advance("2026-11-02T23:00:00Z").await;
        let told: Vec<Value> = answers(&world).await;
        assert_eq!(told.len(), 2, "{told:?}");
        // broken at midnight on a Sunday: told on Monday morning, when the window opens
        assert_eq!((&told[1]["step_key"], &told[1]["sent_at"]), (&json!("promise.broken"), &json!("2026-11-02T07:30:00.000Z")));
        assert!(text(&world, &told[1]).await.contains("28 octobre 2026"));
        world.advance("2026-11-12T12:00:00Z").await;
        let story = world.story_of_reminders().await;
        let expected = ["2026-10-09 first sent", "2026-10-12 promise.made sent", "2026-11-02 promise.broken sent", "2026-11-09 second sent"];
        assert_eq!(story, expected, "five days after the word about the promise, on a working day");
    }
}

story! {
    /// What is contested is named, the rest is still owed, and nobody hears it twice.
    a_dispute_is_acknowledged, world from "2026-10-01T05:00:00Z", {
        answers_all(&world).await;
        world.customer("C1").await;
        let invoice = world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-10-12T12:00:00Z").await;
        let dispute = json!({"invoice_id": invoice["id"], "amount": "50.00", "reason_code": "quantity", "comment": "Il manque deux étagères."});
        let dispute = world.post("/v1/disputes", dispute).await.expect(201);
        world.rest().await;
        let [said] = answers(&world).await.try_into().unwrap();
        assert_eq!((&said["answers"], &said["status"]), (&dispute["id"], &json!("sent")));
        assert_eq!(said["totals"], json!([{"currency": "EUR", "amount": "150.00"}]));
        let text = text(&world, &said).await;
        assert!(text.contains("Il manque deux étagères.") && text.contains("50,00") && text.contains("Anne Keller"), "{text}");
        assert!(text.contains("26 octobre 2026"), "ten working days to answer: {text}");
    }
}

story! {
    /// Whoever was asked twice is thanked; whoever paid after the first word is left in peace.
    thanks_are_for_those_who_were_asked_twice, world from "2026-10-01T05:00:00Z", {
        answers_all(&world).await;
        for (customer, paid_on) in [("C1", "2026-10-12"), ("C2", "2026-11-03")] {
            world.customer(customer).await;
            world.invoice(&format!("FA-{customer}"), customer, "2026-10-05", "200.00").await;
            world.advance(&format!("{paid_on}T12:00:00Z")).await;
            world.pays(&format!("P-{customer}"), customer, "200.00", paid_on, json!({"reference": format!("FA-{customer}")})).await;
        }
        world.rest().await;
        world.advance("2026-11-10T12:00:00Z").await;
        let [thanks] = answers(&world).await.try_into().unwrap();
        assert_eq!((&thanks["step_key"], &thanks["status"]), (&json!("case.closed"), &json!("sent")), "{thanks}");
        let text = text(&world, &thanks).await;
        assert!(text.contains("200,00") && text.contains("3 novembre 2026") && text.contains("à jour"), "{text}");
    }
}

story! {
    /// A call in which a promise was made is summed up in one mail, and the collector's own note stays in the house.
    a_call_is_summed_up_in_one_mail, world from "2026-10-01T05:00:00Z", {
        answers_all(&world).await;
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "800.00").await;
        world.advance("2026-10-21T13:00:00Z").await;
        let tasks = world.list("/v1/tasks?status=open").await;
        let call = tasks.iter().find(|task| task["kind"] == "phone_call").unwrap();
        let path = format!("/v1/tasks/{}/complete", call["id"].as_str().unwrap());
        let done = json!({"outcome": "reached", "comment": "Mauvaise foi manifeste.", "by": {"name": "Anne Keller", "email": "anne@keller.example"},
            "summary": "Vous réglez la facture FA-1 par virement ; nous vous envoyons le bon de livraison.",
            "promise": {"amount": "800.00", "currency": "EUR", "promised_on": "2026-10-30"}});
        let mut threat = done.clone();
        threat["summary"] = json!("Sans règlement, nous saisirons un huissier de justice.");
        world.post(&path, threat).await.expect(422);
        world.post(&path, done).await.expect(200);
        world.rest().await;
        let [said] = answers(&world).await.try_into().unwrap();
        assert_eq!((&said["step_key"], &said["answers"]), (&json!("call.completed"), &call["id"]));
        let text = text(&world, &said).await;
        assert!(text.contains("bon de livraison") && text.contains("30 octobre 2026") && text.contains("Anne Keller"), "{text}");
        assert!(!text.contains("Mauvaise foi"), "{text}");
    }
}

story! {
    /// A person's hold, a contact who wants nothing more, and a promise taken back before the window opens: silence.
    an_answer_keeps_holds_and_opt_outs, world from "2026-10-01T05:00:00Z", {
        answers_all(&world).await;
        let made = async |customer: &Value| world.post("/v1/promises", json!({"customer_id": customer["id"], "amount": "200.00",
            "currency": "EUR", "promised_on": "2026-10-15"})).await.expect(201);
        for name in ["C1", "C2", "C3"] {
            world.customer(name).await;
            world.invoice(name, name, "2026-10-05", "200.00").await;
        }
        let read = async |name: &str| world.get(&format!("/v1/sources/erp/customers/{name}")).await.expect(200);
        world.advance("2026-10-07T21:00:00Z").await; // after hours
        let held = read("C1").await;
        world.post("/v1/holds", json!({"scope": "customer", "target_id": held["id"], "reason": "manual"})).await.expect(201);
        made(&held).await;
        let out = json!({"specversion": "1.0", "id": "e1", "source": "erp", "type": "contact.opted_out", "time": "2026-10-07T21:00:00Z",
            "data": {"customer_external_id": "C2", "channel": "email", "address": "compta@c2.example"}});
        world.raw("/v1/ingest/events", "application/cloudevents+json", out.to_string().into_bytes()).await.expect(202);
        made(&read("C2").await).await;
        assert!(answers(&world).await.is_empty(), "{:?}", answers(&world).await);
        let promise = made(&read("C3").await).await;
        let [waits] = answers(&world).await.try_into().unwrap();
        assert_eq!((&waits["status"], &waits["scheduled_at"]), (&json!("planned"), &json!("2026-10-08T06:30:00.000Z")));
        world.post(&format!("/v1/promises/{}/cancel", promise["id"].as_str().unwrap()), json!({})).await;
        world.advance("2026-10-08T12:00:00Z").await;
        let [withdrawn] = answers(&world).await.try_into().unwrap();
        assert_eq!((&withdrawn["status"], &withdrawn["cancel_reason"]), (&json!("cancelled"), &json!("superseded")));
    }
}

story! {
    /// Nothing is answered unless the settings ask for it, and each occasion has its own message.
    without_a_setting_nothing_is_answered, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.post("/v1/promises", json!({"customer_id": customer["id"], "amount": "200.00", "currency": "EUR", "promised_on": "2026-10-15"})).await.expect(201);
        world.rest().await;
        assert!(world.reminders().await.is_empty());
        for (word, template) in [("promise.made", "thank_you"), ("invoice.paid", "thank_you")] {
            let refused = world.patch("/v1/settings", json!({"event_templates": {word: template}})).await.problem(422, "validation_failed");
            assert_eq!(refused["errors"][0]["pointer"], format!("/event_templates/{word}"));
        }
    }
}
