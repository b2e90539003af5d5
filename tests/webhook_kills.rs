//! Webhooks through kill -9: between the commit and the post, between the post and its record, and at random
//! under load. Every event arrives at least once, always under the same id and body, and no sequence has a hole.
//! `RELANCE_KILLS` says how many kills; `.ci/deep` asks for many.

use std::{collections::BTreeMap, time::Instant};

use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Database, World, receiver::Receiver, server, world::until},
};

fn kills(usual: usize) -> usize {
    std::env::var("RELANCE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

async fn push(world: &World, round: usize, count: usize) {
    let events = (0..count).map(|n| {
        json!({"specversion": "1.0", "id": format!("{round}-{n}"), "source": "erp", "type": "customer.upserted",
        "data": {"external_id": format!("C{n}"), "source_version": round + 1, "kind": "business", "name": format!("Dupont {round}")}})
    });
    let body = Value::from_iter(events).to_string().into_bytes();
    let answer = world.raw("/v1/ingest/events", "application/cloudevents-batch+json", body).await.expect(207);
    assert_eq!(answer["summary"]["accepted"], count, "{}", answer["summary"]);
}

/// What the receiver must have got when all is done; how many came more than once.
async fn all_arrived(world: &World, receiver: &Receiver) -> usize {
    let feed = world.events().await;
    receiver
        .until("every event", |got| {
            let ids: std::collections::BTreeSet<&String> = got.iter().map(|received| &received.headers["webhook-id"]).collect();
            ids.len() >= feed.len()
        })
        .await;
    // the last of them, and what comes a second time, is recorded too
    let endpoint = world.list("/v1/webhook_endpoints").await[0]["id"].as_str().unwrap().to_owned();
    until("nothing waits", async || {
        world.list(&format!("/v1/webhook_endpoints/{endpoint}/deliveries?status=pending&limit=1")).await.is_empty().then_some(())
    })
    .await;
    let got = receiver.all();
    let mut bodies: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for received in &got {
        bodies.entry(received.headers["webhook-id"].clone()).or_default().push(received.json());
    }
    let mut sequences: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for event in &feed {
        let copies = bodies.remove(event["id"].as_str().unwrap()).unwrap_or_default();
        assert!(!copies.is_empty() && copies.iter().all(|copy| copy == event), "{event}");
        sequences.entry(event["subject"]["id"].as_str().unwrap().to_owned()).or_default().push(event["sequence"].as_i64().unwrap());
    }
    assert!(bodies.is_empty(), "nothing arrives that was not told: {:?}", bodies.keys());
    for (subject, sequences) in sequences {
        assert!(sequences.iter().zip(1..).all(|(have, want)| *have == want), "{subject}: {sequences:?}");
    }
    got.len() - feed.len()
}

/// Killed between the commit and the post: nobody works while the events are written.
async fn a_kill_before_the_post_loses_nothing(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let receiver = Receiver::start("{}").await;
    let mut api = server::start(&url, &["--role", "api"]);
    let world = World::live(&api, database).await;
    world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["*"]})).await.expect(201);
    push(&world, 0, 20).await;
    api.kill();
    assert!(receiver.all().is_empty());
    let mut again = server::start(&url, &[]);
    assert_eq!(all_arrived(&world.moved_to(&again), &receiver).await, 0, "no repeat: nothing was posted before");
    again.kill();
}

/// Killed between the post and its record: the receiver has it, and says so too late.
async fn a_kill_before_the_record_repeats_under_the_same_id(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let receiver = Receiver::silent("{}").await;
    let mut server = server::start(&url, &[]);
    let world = World::live(&server, database).await;
    world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["*"]})).await.expect(201);
    push(&world, 0, 6).await;
    let posted = receiver.until("four posts without an answer", |got| got.len() >= 4).await.len();
    server.kill();
    receiver.answer();
    let mut again = server::start(&url, &[]);
    let repeats = all_arrived(&world.moved_to(&again), &receiver).await;
    assert_eq!(repeats, posted, "those in flight at the kill come again, under the same id, and no others");
    again.kill();
}

/// Killed again and again while events come in and go out.
async fn kills_at_random_lose_nothing(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let (receiver, began) = (Receiver::start("{}").await, Instant::now());
    let mut api = server::start(&url, &["--role", "api"]);
    let world = World::live(&api, database).await;
    world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["*"]})).await.expect(201);
    let rounds = kills(2);
    for round in 0..rounds {
        let mut worker = server::start(&url, &["--role", "worker"]);
        push(&world, round, 40).await;
        let enough = receiver.all().len() + 1 + (round * 7) % 30;
        // what the worker before held is free when its leases end: then too it has begun
        receiver.until("a few of them", |got| got.len() >= enough).await;
        worker.kill();
    }
    let mut last = server::start(&url, &["--role", "worker"]);
    let repeats = all_arrived(&world, &receiver).await;
    println!(
        "{database:?}: {rounds} kills, {} events, {repeats} came again, {:.0} s",
        world.events().await.len(),
        began.elapsed().as_secs_f32()
    );
    last.kill();
    api.kill();
}

on_both! {
    a_kill_before_the_post_loses_nothing;
    a_kill_before_the_record_repeats_under_the_same_id;
    kills_at_random_lose_nothing;
}
