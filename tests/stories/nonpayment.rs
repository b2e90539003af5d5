//! What the customer says, and what follows: replies, attempts of a call, reasons for non-payment.

use serde_json::{Value, json};

use crate::{story, support::World};

fn by() -> Value {
    json!({"name": "Marc", "email": "marc@keller.example"})
}

fn merged(mut body: Value, more: Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Something said by or to a customer at nine on 9 October.
async fn said(world: &World, customer: &Value, more: Value) -> Value {
    let body = json!({"channel": "phone", "at": "2026-10-09T07:00:00Z", "by": by(), "outcome": "reached"});
    let path = format!("/v1/customers/{}/interactions", customer["id"].as_str().unwrap());
    let answer = world.post(&path, merged(body, more)).await.expect(201);
    world.rest().await;
    answer
}

async fn holds(world: &World, customer: &Value) -> Vec<(String, Value)> {
    let all = world.list(&format!("/v1/holds?customer_id={}&active=true", customer["id"].as_str().unwrap())).await;
    all.iter()
        .filter(|hold| !hold["id"].is_null())
        .map(|hold| (hold["reason"].as_str().unwrap().to_owned(), hold["until_on"].clone()))
        .collect()
}

async fn tasks(world: &World, customer: &Value) -> Vec<Value> {
    world.list(&format!("/v1/tasks?status=open&customer_id={}", customer["id"].as_str().unwrap())).await
}

story! {
    /// A reply by mail rests the chase until a person says it was read; an automatic answer does not, nor does it count as ours.
    a_reply_waits_for_a_person_and_an_automatic_answer_does_not, world from "2026-10-01T05:00:00Z", {
        let one = world.customer("C1").await;
        let two = world.customer("C2").await;
        world.invoice("FA-1", "C1", "2026-10-05", "900.00").await;
        world.invoice("FA-2", "C2", "2026-10-05", "900.00").await;
        world.advance("2026-10-09T07:30:00Z").await;
        let reply = json!({"channel": "email", "direction": "inbound", "at": "2026-10-09T07:20:00Z", "outcome": "replied", "comment": "We look into it."});
        let view = said(&world, &one, reply.clone()).await;
        assert_eq!(view["direction"], "inbound");
        said(&world, &two, merged(reply, json!({"automatic": true}))).await;
        assert_eq!(holds(&world, &one).await, [("unread_reply".to_owned(), Value::Null)]);
        assert!(holds(&world, &two).await.is_empty());
        let waiting = tasks(&world, &one).await;
        let read = waiting.iter().find(|task| task["kind"] == "reply").unwrap_or_else(|| panic!("{waiting:?}"));
        assert_eq!(read["due_on"], "2026-10-14", "three business days");
        world.advance("2026-10-30T18:00:00Z").await;
        let sent = world.list("/v1/reminders?status=sent").await;
        let steps = |customer: &Value| sent.iter().filter(|reminder| reminder["customer_id"] == customer["id"]).count();
        assert!(steps(&one) < steps(&two), "{sent:?}");
        world.post(&format!("/v1/tasks/{}/complete", read["id"].as_str().unwrap()), json!({"outcome": "done", "by": by()})).await.expect(200);
        world.rest().await;
        assert!(holds(&world, &one).await.is_empty());
        let before = steps(&one);
        world.advance("2026-11-20T18:00:00Z").await;
        let sent = world.list("/v1/reminders?status=sent").await;
        assert!(sent.iter().filter(|reminder| reminder["customer_id"] == one["id"]).count() > before, "the ladder goes on");
    }
}

story! {
    /// Somebody dials three times, on three days; the third time the task is done, and there is no fourth.
    a_call_is_tried_three_times_on_three_days, world from "2026-10-01T05:00:00Z", {
        let policy = json!({"name": "Calls", "applies_to": {"segments": ["calls"]}, "steps": [{"key": "call", "offset_days": 1, "channel": "phone_task"}]});
        let made = world.post("/v1/policies", policy).await.expect(201);
        let path = format!("/v1/policies/{}/versions/1/activate", made["id"].as_str().unwrap());
        world.post(&path, json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
        let customer = world.customer_with("C1", json!({"policy_id": made["id"]})).await;
        world.invoice("FA-1", "C1", "2026-10-05", "900.00").await;
        world.advance("2026-10-08T12:00:00Z").await;
        let call = tasks(&world, &customer).await.remove(0);
        let path = format!("/v1/customers/{}/interactions", customer["id"].as_str().unwrap());
        let attempt = |at: &str| json!({"channel": "phone", "at": at, "by": by(), "outcome": "no_answer", "task_id": call["id"]});
        world.post(&path, attempt("2026-10-06T08:00:00Z")).await.expect(201);
        world.post(&path, attempt("2026-10-06T15:00:00Z")).await.problem(409, "not_eligible");
        world.post(&path, attempt("2026-10-07T08:00:00Z")).await.expect(201);
        world.post(&path, merged(attempt("2026-10-08T08:00:00Z"), json!({"channel": "email"}))).await.problem(409, "not_eligible");
        let open = world.get(&format!("/v1/tasks/{}", call["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(open["status"], "open", "two attempts do not end it");
        world.post(&path, attempt("2026-10-08T08:00:00Z")).await.expect(201);
        let done = world.get(&format!("/v1/tasks/{}", call["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&done["status"], &done["outcome"], &done["comment"]), (&json!("completed"), &json!("no_answer"), &json!("Tried 3 times.")));
        world.post(&path, attempt("2026-10-08T09:00:00Z")).await.problem(409, "not_eligible");
    }
}

story! {
    /// Each reason is followed by what the table says: a hold and its last day, and who has to do what by when.
    each_reason_for_non_payment_is_followed_by_its_row, world from "2026-10-01T05:00:00Z", {
        let rows = [
            ("oversight", json!({}), None, vec![("review", "2026-10-12", "collector")]),
            ("awaiting_approval", json!({"expected_on": "2026-10-15"}), Some(("customer_approval", json!("2026-10-15"))), vec![("review", "2026-10-12", "collector")]),
            ("document_missing", json!({}), Some(("document_sent", json!("2026-10-16"))), vec![("document_request", "2026-10-09", "collector")]),
            ("our_error", json!({}), Some(("own_error_suspected", Value::Null)), vec![("own_error", "2026-10-12", "collector")]),
            ("says_paid", json!({}), Some(("says_paid", json!("2026-10-16"))), vec![("bank_search", "2026-10-12", "collector")]),
            ("in_payment_run", json!({"expected_on": "2026-10-30"}), Some(("payment_announced", json!("2026-11-03"))), vec![]),
            ("wrong_contact", json!({}), None, vec![("own_error", "2026-10-12", "collector")]),
            ("cash_trouble", json!({}), None, vec![("credit_hold", "2026-10-13", "manager"), ("review", "2026-10-13", "collector")]),
            ("looks_insolvent", json!({}), None, vec![("review", "2026-10-09", "manager")]),
            ("over_indebted", json!({}), Some(("over_indebtedness", Value::Null)), vec![("review", "2026-10-12", "manager")]),
            ("refuses", json!({}), None, vec![("phone_call", "2026-10-12", "manager")]),
            ("hostile", json!({}), Some(("cooling_off", json!("2026-10-16"))), vec![("review", "2026-10-12", "manager")]),
            ("goods_late", json!({}), None, vec![]),
        ];
        for (reason, ..) in &rows {
            world.customer(&format!("C-{reason}")).await;
            world.invoice(&format!("FA-{reason}"), &format!("C-{reason}"), "2026-12-05", "900.00").await;
        }
        world.advance("2026-10-09T07:30:00Z").await;
        for (reason, more, hold, errands) in rows {
            let customer = world.get(&format!("/v1/sources/erp/customers/C-{reason}")).await.expect(200);
            let view = said(&world, &customer, merged(json!({"reason_code": reason}), more)).await;
            assert_eq!(view["reason_code"], reason);
            let hold: Vec<_> = hold.into_iter().map(|(word, until)| (word.to_owned(), until)).collect();
            assert_eq!(holds(&world, &customer).await, hold, "{reason}");
            let raised = tasks(&world, &customer).await;
            let mut told: Vec<_> = raised.iter().map(|task| (task["kind"].as_str().unwrap(), task["due_on"].as_str().unwrap(), task["assign_to"][0].as_str().unwrap())).collect();
            told.sort_unstable();
            assert_eq!(told, errands, "{reason}");
        }
    }
}

story! {
    /// Said on a call about two invoices: the one that is named is disputed and left out, the other one is asked for.
    what_is_disputed_on_a_call_is_left_out_and_the_rest_goes_on, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "900.00").await;
        world.invoice("FA-2", "C1", "2026-10-05", "800.00").await;
        world.advance("2026-10-21T12:00:00Z").await;
        let open = tasks(&world, &customer).await;
        let call = open.iter().find(|task| task["kind"] == "phone_call").unwrap_or_else(|| panic!("{open:?}"));
        let named = world.read_invoice("FA-1").await["id"].clone();
        let body = json!({"outcome": "reached", "reason_code": "disputed", "invoice_ids": [named], "by": by()});
        world.post(&format!("/v1/tasks/{}/complete", call["id"].as_str().unwrap()), body).await.expect(200);
        world.rest().await;
        assert_eq!(world.read_invoice("FA-1").await["dunning"]["holds"], json!(["disputed"]));
        assert_eq!(world.read_invoice("FA-2").await["dunning"]["holds"], json!([]));
        let answer = tasks(&world, &customer).await.into_iter().find(|task| task["kind"] == "dispute").unwrap();
        assert_eq!((&answer["due_on"], &answer["assign_to"]), (&json!("2026-11-04"), &json!(["sales_owner"])));
    }
}

story! {
    /// The first reminder went to the wrong person: its step does not count, and the date it gave binds nobody.
    what_went_to_the_wrong_person_does_not_count, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "900.00").await;
        world.advance("2026-10-12T07:00:00Z").await;
        let invoice = world.read_invoice("FA-1").await;
        assert_eq!(invoice["dunning"]["last_step"], "first");
        said(&world, &customer, json!({"reason_code": "wrong_contact"})).await;
        let invoice = world.read_invoice("FA-1").await;
        assert_ne!(invoice["dunning"]["last_step"], "first");
        let stranger = json!({"channel": "phone", "at": "2026-10-09T07:00:00Z", "by": by(), "outcome": "reached", "reason_code": "disputed",
            "invoice_ids": ["inv_01k7h3m2v8e5kb9yq4r6s7t8uv"]});
        let path = format!("/v1/customers/{}/interactions", customer["id"].as_str().unwrap());
        let refused = world.post(&path, stranger).await;
        assert!(refused.status == 422 || refused.status == 400, "{}", refused.body);
    }
}
