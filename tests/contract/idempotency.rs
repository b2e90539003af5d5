//! A request with a key takes effect once, whoever asks how often at the same time.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    story,
    support::{Database, World, server},
};

async fn hold(world: &World, body: Value, key: &str) -> crate::support::world::Answer {
    world.send(Method::POST, "/v1/holds", Some(body), &[("idempotency-key", key)]).await
}

/// Fifty at once, spread over `worlds` (the same tenant, asked at several servers).
async fn fifty(worlds: &[World], body: &Value) -> (usize, usize) {
    let asked = (0..50).map(|n| hold(&worlds[n % worlds.len()], body.clone(), "fifty"));
    let answers = futures::future::join_all(asked).await;
    let (mut made, mut told_again, mut ids) = (0, 0, std::collections::BTreeSet::new());
    for answer in answers {
        let replayed = answer.headers.contains_key("idempotent-replayed");
        match answer.status.as_u16() {
            201 => {
                (made, told_again) = (made + usize::from(!replayed), told_again + usize::from(replayed));
                ids.insert(answer.body["id"].to_string());
            }
            409 => {
                assert_eq!(answer.headers["retry-after"], "1");
                answer.problem(409, "idempotency_in_progress");
            }
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert_eq!(ids.len(), 1, "one answer, however often it is told");
    (made, told_again)
}

story! {
    /// One of fifty makes the hold; the others hear that it runs, or get its answer.
    fifty_at_once_take_effect_once, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let body = json!({"scope": "customer", "target_id": customer["id"], "reason": "manual"});
        assert_eq!(fifty(std::slice::from_ref(&world), &body).await.0, 1);
        assert_eq!(world.list("/v1/holds").await.len(), 1);
        assert_eq!(world.events().await.iter().filter(|event| event["type"] == "hold.placed").count(), 1);
    }
}

/// Two processes that never heard of each other, one database.
#[tokio::test]
async fn two_servers_at_once_take_effect_once() {
    let Some(url) = server::fresh_url(Database::Postgres) else { return };
    let (first, second) = (server::start(&url, &[]), server::start(&url, &["--role", "api"]));
    let world = World::live(&first, Database::Postgres).await;
    let customer = world.customer("C1").await;
    let worlds = [world.clone(), world.clone().moved_to(&second)];
    for reason in ["first", "second", "third"] {
        let body = json!({"scope": "customer", "target_id": customer["id"], "reason": format!("the {reason} hold")});
        let asked = worlds.iter().map(|at| hold(at, body.clone(), reason));
        for answer in futures::future::join_all(asked).await {
            assert!([201, 409].contains(&answer.status.as_u16()), "{}", answer.body);
        }
    }
    let body = json!({"scope": "customer", "target_id": customer["id"], "reason": "fifty at once"});
    assert_eq!(fifty(&worlds, &body).await.0, 1);
    assert_eq!(world.list("/v1/holds").await.len(), 4);
}

story! {
    /// The same key says nothing about another path, another tenant, or a changed cent.
    a_key_is_of_one_request, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let promise = |amount: &str| json!({"customer_id": customer["id"], "amount": amount, "currency": "EUR", "promised_on": "2026-10-02"});
        let say = async |at: &World, body: Value| at.send(Method::POST, "/v1/promises", Some(body), &[("idempotency-key", "k1")]).await;
        let first = say(&world, promise("10.00")).await.expect(201);
        say(&world, promise("10.01")).await.problem(422, "idempotency_key_reused");
        assert_eq!(say(&world, promise("10.00")).await.expect(201), first);
        // another path
        hold(&world, json!({"scope": "customer", "target_id": customer["id"], "reason": "manual"}), "k1").await.expect(201);
        // another tenant
        let other = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        let theirs = other.customer("C1").await;
        let body = json!({"customer_id": theirs["id"], "amount": "10.01", "currency": "EUR", "promised_on": "2026-10-02"});
        assert_ne!(say(&other, body).await.expect(201)["id"], first["id"]);
    }
}

/// The server is killed while requests with keys are under way; each is sent again until it is answered.
async fn killed(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let mut running = server::start(&url, &[]);
    let world = World::live(&running, database).await;
    let customer = world.customer("C1").await;
    let mut waiting: Vec<usize> = (0..40).collect();
    for kill in [3_usize, 7, 11, usize::MAX] {
        let at = world.clone().moved_to(&running);
        let asked = waiting.iter().map(|n| {
            let (at, body) = (&at, json!({"scope": "customer", "target_id": customer["id"], "reason": format!("number {n}")}));
            async move { (*n, at.try_send(Method::POST, "/v1/holds", body, &format!("key-{n}")).await.is_some_and(|status| status == 201)) }
        });
        let mut asked: futures::stream::FuturesUnordered<_> = asked.collect();
        let (mut done, mut heard) = (std::collections::BTreeSet::new(), 0);
        while let Some((n, made)) = futures::StreamExt::next(&mut asked).await {
            if made {
                done.insert(n);
            }
            heard += 1;
            if heard == kill {
                running.kill();
            }
        }
        drop(asked);
        waiting.retain(|n| !done.contains(n));
        if kill != usize::MAX {
            running = server::start(&url, &[]);
        }
    }
    assert!(waiting.is_empty(), "{waiting:?} were never answered");
    let holds = world.moved_to(&running).list("/v1/holds?limit=200").await;
    let mut reasons: Vec<&str> = holds.iter().map(|hold| hold["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!((holds.len(), reasons.len()), (40, 40), "each once");
}

#[tokio::test]
async fn a_killed_server_does_nothing_twice_on_sqlite() {
    killed(Database::Sqlite).await;
}

#[tokio::test]
async fn a_killed_server_does_nothing_twice_on_postgres() {
    killed(Database::Postgres).await;
}
