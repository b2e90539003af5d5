//! What was answered is not lost: worked by whoever comes next, seen and worked again by whoever asks.

use serde_json::{Value, json};

use super::{Source, settled};
use crate::{
    story,
    support::{
        Database, World,
        server::{fresh_url, start},
    },
};

fn customer(id: &str, name: &str) -> Value {
    json!({"id": format!("e-{id}"), "type": "customer.upserted", "data": {"external_id": id, "source_version": 1, "kind": "business", "name": name}})
}

/// The server dies between the answer and the translation.
async fn answered_and_killed(database: Database) {
    let Some(url) = fresh_url(database) else { return };
    let mut first = start(&url, &["--role", "api"]);
    let world = World::live(&first, database).await;
    let source = Source::make(&world, "plain").await;
    for n in 0..5 {
        source.deliver(&world, &customer(&format!("C{n}"), "Dupont")).await.expect(200);
    }
    let rows = world.list("/v1/ingest/inbox").await;
    assert!(rows.len() == 5 && rows.iter().all(|row| row["status"] == "received"), "nobody works yet: {rows:#?}");
    first.kill();
    let mut next = start(&url, &[]);
    let world = world.moved_to(&next);
    let rows = settled(&world).await;
    assert!(rows.iter().all(|row| row["status"] == "applied" && row["attempts"] == 1), "{rows:#?}");
    assert_eq!(world.list("/v1/customers").await.len(), 5);
    next.kill();
}

#[tokio::test]
async fn what_was_answered_is_worked_by_the_next_on_sqlite() {
    answered_and_killed(Database::Sqlite).await;
}

#[tokio::test]
async fn what_was_answered_is_worked_by_the_next_on_postgres() {
    answered_and_killed(Database::Postgres).await;
}

story! {
    /// The raw body is there to be read; once the fault is mended it is worked again; nothing counts twice.
    put_aside_and_worked_again, world from "2026-10-20T05:00:00Z", {
        let source = Source::make(&world, "plain").await;
        let told = source.told(&world, &customer("C1", "")).await;
        assert_eq!(told["status"], "quarantined");
        assert!(told["reason"].as_str().unwrap().contains("/data/name"), "{told}");
        let path = format!("/v1/ingest/inbox/{}", told["id"].as_str().unwrap());
        let read = world.get(&path).await.expect(200);
        assert_eq!(serde_json::from_str::<Value>(read["body"].as_str().unwrap()).unwrap(), customer("C1", ""));
        world.post(&format!("{path}/replay"), json!({})).await.expect(202);
        assert_eq!(settled(&world).await[0]["status"], "quarantined");
        source.told(&world, &customer("C2", "Dupont")).await;
        let good = settled(&world).await[0].clone();
        assert_eq!(good["status"], "applied");
        world.post(&format!("/v1/ingest/inbox/{}/replay", good["id"].as_str().unwrap()), json!({})).await.expect(202);
        assert_eq!(settled(&world).await[0]["facts"][0]["result"], "duplicate");
        assert_eq!(world.list("/v1/ingest/inbox?status=applied").await.len(), 1);
        world.get("/v1/ingest/inbox?status=lost").await.problem(422, "validation_failed");
        world.get("/v1/ingest/inbox?kind=plain").await.problem(400, "unknown_parameter");
    }
}

story! {
    /// Fifty deliveries of one event at once are one.
    the_same_at_once_is_one, world from "2026-10-20T05:00:00Z", {
        let source = Source::make(&world, "plain").await;
        let event = customer("C1", "Dupont");
        let all = futures::future::join_all((0..50).map(|_| source.deliver(&world, &event))).await;
        assert!(all.iter().all(|answer| answer.status.as_u16() == 200));
        assert_eq!(settled(&world).await.len(), 1);
    }
}
