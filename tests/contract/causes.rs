//! Which request brought an event about: each fact's own, however many are written together.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    story,
    support::{World, receiver::Receiver, world::until},
};

impl World {
    async fn put_as(&self, request: &str, path: &str, body: Value) {
        let answer = self.send(Method::PUT, path, Some(body), &[("x-request-id", request)]).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        assert_eq!(answer.headers["x-request-id"], request);
    }

    /// Type → the requests that brought it about, in the order of the feed.
    async fn causes(&self, kind: &str) -> Vec<Value> {
        self.events().await.into_iter().filter(|event| event["type"] == kind).map(|event| event["request_id"].clone()).collect()
    }
}

fn invoice(number: &str) -> Value {
    json!({"source_version": 1, "number": number, "customer_external_id": "C1", "issued_on": "2026-09-05", "due_on": "2026-10-05",
        "currency": "EUR", "total": "100.00"})
}

story! {
    /// Twenty requests at a time are written together, and each invoice knows its own.
    an_event_names_the_request_of_its_fact, world from "2026-10-01T05:00:00Z", {
        let receiver = Receiver::start("{}").await;
        world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["invoice.recorded"], "payload": "thin"})).await.expect(201);
        let customer = json!({"source_version": 1, "kind": "business", "name": "Boulangerie Dupont"});
        world.put_as("req-customer", "/v1/sources/erp/customers/C1", customer).await;
        assert_eq!(world.causes("customer.created").await, ["req-customer"]);
        let pushes = (0..20).map(|n| {
            let world = world.clone();
            async move { world.put_as(&format!("req-{n}"), &format!("/v1/sources/erp/invoices/FA-{n}"), invoice(&format!("FA-{n}"))).await }
        });
        join_all(pushes).await;
        let recorded: Vec<Value> = world.events().await.into_iter().filter(|event| event["type"] == "invoice.recorded").collect();
        assert_eq!(recorded.len(), 20);
        for event in &recorded {
            let number = event["data"]["object"]["number"].as_str().unwrap().trim_start_matches("FA-");
            assert_eq!(event["request_id"], format!("req-{number}"));
        }
        let got = receiver.until("the webhooks", |got| got.len() >= 20).await;
        let told = |id: &Value| got.iter().map(|one| one.json()).find(|body| body["id"] == *id).unwrap()["request_id"].clone();
        assert!(recorded.iter().all(|event| told(&event["id"]) == event["request_id"]), "a thin body says it too");
    }
}

story! {
    /// A payment that waited for its invoice still is its own request's, and so is what it settles.
    what_waited_keeps_its_own_request, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        let payment = json!({"customer_external_id": "C1", "amount": "100.00", "currency": "EUR", "paid_on": "2026-09-30",
            "allocations": [{"invoice_external_id": "FA-1", "amount": "100.00"}]});
        world.put_as("req-payment", "/v1/sources/erp/payments/P1", payment).await;
        assert!(world.causes("payment.recorded").await.is_empty(), "it is parked");
        world.put_as("req-invoice", "/v1/sources/erp/invoices/FA-1", invoice("FA-1")).await;
        assert_eq!(world.causes("invoice.recorded").await, ["req-invoice"]);
        assert_eq!(world.causes("payment.recorded").await, ["req-payment"]);
        assert_eq!(world.causes("invoice.paid").await, ["req-payment"]);
    }
}

story! {
    /// A person's act names its request, also one with an idempotency key; the clock's doing names none; a webhook of
    /// another program names the call that brought it, though it is read later.
    acts_name_their_request_and_time_names_none, world from "2026-10-01T05:00:00Z", {
        let made = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "100.00").await;
        let hold = json!({"scope": "customer", "target_id": made["id"], "reason": "negotiation", "until_on": "2026-10-03"});
        let headers = [("x-request-id", "req-hold"), ("idempotency-key", "k1")];
        world.send(Method::POST, "/v1/holds", Some(hold), &headers).await.expect(201);
        assert_eq!(world.causes("hold.placed").await, ["req-hold"]);
        world.advance("2026-10-10T05:00:00Z").await;
        let overdue: Vec<Value> = world.events().await.into_iter().filter(|event| event["type"] == "invoice.overdue").collect();
        assert_eq!(overdue.len(), 1);
        assert!(overdue[0].get("request_id").is_none(), "{}", overdue[0]);

        let source = world.post("/v1/sources", json!({"name": "till", "kind": "plain"})).await.expect(201);
        let url = format!("{}?token={}", source["webhook_url"].as_str().unwrap(), source["secret"].as_str().unwrap());
        let event = json!({"specversion": "1.0", "id": "e1", "type": "customer.upserted",
            "data": {"external_id": "T1", "source_version": 1, "kind": "business", "name": "Till"}});
        world.deliver(&url, event.to_string().as_bytes(), &[("x-request-id", "req-hook".to_owned())]).await.expect(200);
        until("the delivery to be read", async || world.causes("customer.created").await.contains(&json!("req-hook")).then_some(())).await;
    }
}
