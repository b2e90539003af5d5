//! What a tenant is told by mail: an endpoint of his answers no more.

use relance_workers::catcher::Catcher;
use serde_json::{Value, json};

use crate::{
    on_both, story,
    support::{
        Database, World,
        receiver::Receiver,
        server,
        world::{merge, until},
    },
};

impl World {
    /// Mails leave by `catcher`.
    async fn mails_by(&self, catcher: &Catcher, more: Value) {
        let mut channel = json!({"provider": "smtp", "from": "robot@keller.example", "from_name": "Atelier Keller",
            "smtp": {"host": "127.0.0.1", "port": catcher.address().port(), "security": "none"}});
        merge(&mut channel, more);
        self.put("/v1/channels/email", channel).await.expect(200);
    }

    async fn disabled(&self, endpoint: &str) {
        until("the endpoint to be disabled", async || {
            let endpoint = self.get(&format!("/v1/webhook_endpoints/{endpoint}")).await.expect(200);
            (endpoint["status"] == "disabled").then_some(())
        })
        .await;
    }
}

async fn endpoint(world: &World, url: &str, types: &[&str]) -> String {
    let made = world.post("/v1/webhook_endpoints", json!({"url": url, "event_types": types})).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

story! {
    /// An endpoint that wants no more is disabled: the tenant hears of it by mail, by GET, and by his other endpoint.
    a_disabled_endpoint_is_said_by_mail_once, world from "2026-10-01T05:00:00Z", {
        let catcher = Catcher::start().await.unwrap();
        world.mails_by(&catcher, json!({"allow_list": ["compta@keller.example"]})).await;
        let gone = Receiver::refusing("410 Gone").await;
        let other = Receiver::start("{}").await;
        let id = endpoint(&world, &format!("{}?token=s3cret", gone.url), &["customer.created"]).await;
        endpoint(&world, &other.url, &["webhook_endpoint.disabled"]).await;
        world.customer("C1").await;
        world.disabled(&id).await;
        let mail = until("the mail", async || catcher.messages().into_iter().next()).await;
        assert_eq!(mail.to, ["compta@keller.example"]);
        let text = mail.text();
        assert!(text.contains(&id) && text.contains("410") && !text.contains("s3cret"), "{text}");
        let heard = other.until("the other endpoint to hear of it", |got| !got.is_empty()).await;
        assert_eq!((&heard[0].json()["type"], &heard[0].json()["subject"]["id"]), (&json!("webhook_endpoint.disabled"), &json!(id)));
        // enabled, and gone again: that is another thing to tell
        world.post(&format!("/v1/webhook_endpoints/{id}/enable"), json!({})).await.expect(200);
        world.customer("C2").await;
        world.disabled(&id).await;
        until("the second mail", async || (catcher.messages().len() >= 2).then_some(())).await;
        world.customer("C3").await;
        assert_eq!(catcher.messages().len(), 2);
        assert!(world.list("/v1/tasks").await.is_empty(), "he was told");
    }
}

async fn without_a_way_to_mail_a_person_gets_a_task(database: Database) {
    let Some(server) = server::shared(database) else { return };
    let world = World::live(server, database).await;
    let gone = Receiver::refusing("410 Gone").await;
    let id = endpoint(&world, &gone.url, &["customer.created"]).await;
    world.customer("C1").await;
    world.disabled(&id).await;
    let task = until("the task", async || world.list("/v1/tasks").await.into_iter().next()).await;
    assert_eq!((&task["customer_id"], &task["about"], &task["assign_to"]), (&Value::Null, &json!(id), &json!(["controller"])));
    assert!(task["title"].as_str().unwrap().contains("no such channel is configured"), "{task}");
    let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
    world.get(&format!("{path}?expand=customer")).await.expect(200);
    world.get(&format!("{path}/sheet")).await.problem(409, "wrong_state");
    let by = json!({"name": "A. Keller", "email": "keller@keller.example"});
    let promise = json!({"amount": "10.00", "currency": "EUR", "promised_on": "2099-01-01"});
    let refused = world.post(&format!("{path}/complete"), json!({"outcome": "done", "by": by, "promise": promise})).await;
    assert_eq!(refused.problem(422, "validation_failed")["errors"][0]["pointer"], "/promise");
    let done = world.post(&format!("{path}/complete"), json!({"outcome": "done", "by": by})).await.expect(200);
    assert_eq!(done["status"], "completed");
}

async fn a_mail_server_that_refuses_is_not_asked_again(database: Database) {
    let Some(server) = server::shared(database) else { return };
    let world = World::live(server, database).await;
    let catcher = Catcher::start().await.unwrap();
    catcher.set(relance_workers::catcher::Mischief::Recipient("550 5.1.1 nobody here".to_owned()));
    world.mails_by(&catcher, json!({})).await;
    let gone = Receiver::refusing("410 Gone").await;
    let id = endpoint(&world, &gone.url, &["customer.created"]).await;
    world.customer("C1").await;
    world.disabled(&id).await;
    let task = until("the task", async || world.list("/v1/tasks").await.into_iter().next()).await;
    assert!(task["title"].as_str().unwrap().contains("5.1.1"), "{task}");
    assert!(catcher.messages().is_empty());
}

on_both! {
    without_a_way_to_mail_a_person_gets_a_task;
    a_mail_server_that_refuses_is_not_asked_again;
}
