//! The feed under two transactions at once: who takes his place first is read first, whoever commits first.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use relance_domain::{
    clock::Clock,
    event::EventType,
    ids::{CaseId, CustomerId, TenantId},
    records::{CaseRecord, EventObject, EventRecord},
};
use relance_store::{
    Store, Tx, events,
    outbox::{self, NewEvent},
    webhooks::{self, Lane, NewEndpoint},
};

use crate::support::{Database, bare, postgres, world};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        "2050-09-01T12:00:00Z".parse().unwrap()
    }
}

async fn house(database: Database) -> Option<(Store, TenantId, String)> {
    bare::store(database, Arc::new(Noon)).await
}

/// Tells one event inside `tx`.
async fn tell(store: &Store, tx: &Tx, tenant: TenantId) {
    let id: CaseId = "cas_01hzy4d6n6e6vb3r3m2q9k7x1a".parse().unwrap();
    let case = CaseRecord { id, customer_id: CustomerId(id.0), opened_at: store.now(), closed_at: None, close_reason: None };
    let event = NewEvent::new(EventType::CaseOpened, id.0, EventObject::Case(Box::new(case)));
    outbox::append(tx, tenant, store.now(), store.now(), vec![event]).await.unwrap();
}

async fn read(store: &Store, tenant: TenantId, after: Option<&EventRecord>) -> Vec<EventRecord> {
    let tx = store.read(tenant).await.unwrap();
    events::events_after(&tx, tenant, after.map(|event| event.id), &[], 100).await.unwrap()
}

#[tokio::test]
async fn a_reader_between_two_commits_misses_nothing() {
    let Some((store, tenant, url)) = house(Database::Postgres).await else { return };
    for _ in 0..6 {
        let tx = store.write(tenant).await.unwrap();
        tell(&store, &tx, tenant).await;
        store.commit(tx).await.unwrap();
    }
    let known = read(&store, tenant, None).await;
    let seventh = store.write(tenant).await.unwrap();
    tell(&store, &seventh, tenant).await; // takes place 7 and does not commit yet
    let eighth = {
        let store = store.clone();
        tokio::spawn(async move {
            let tx = store.write(tenant).await.unwrap();
            tell(&store, &tx, tenant).await;
            store.commit(tx).await.unwrap();
        })
    };
    // the second one waits for its place: it cannot commit first
    world::until("the second transaction to wait", async || {
        (postgres::ask(&url, "SELECT count(*) FROM pg_locks WHERE NOT granted") != "0").then_some(())
    })
    .await;
    assert!(!eighth.is_finished());
    assert!(read(&store, tenant, known.last()).await.is_empty(), "a reader sees neither");
    store.commit(seventh).await.unwrap();
    eighth.await.unwrap();
    let rest = read(&store, tenant, known.last()).await;
    assert_eq!(rest.iter().map(|event| event.position).collect::<Vec<_>>(), [7, 8]);
}

async fn rolled_back(database: Database) {
    let Some((store, tenant, _)) = house(database).await else { return };
    let new = NewEndpoint {
        url: "https://a.example.com/".into(),
        description: None,
        event_types: vec!["*".into()],
        segments: Vec::new(),
        payload: "full".into(),
        ordering: "none".into(),
        api_version: "2026-12-01".into(),
    };
    let tx = store.write(tenant).await.unwrap();
    webhooks::create(&store, &tx, tenant, new, store.now()).await.unwrap();
    store.commit(tx).await.unwrap();
    let tx = store.write(tenant).await.unwrap();
    tell(&store, &tx, tenant).await;
    tx.rollback().await.unwrap();
    assert!(read(&store, tenant, None).await.is_empty());
    assert!(webhooks::claim_deliveries(&store, Lane::Fresh, "w", 100, 1_000).await.unwrap().is_empty(), "nothing will be sent");
    let tx = store.write(tenant).await.unwrap();
    tell(&store, &tx, tenant).await;
    store.commit(tx).await.unwrap();
    assert_eq!(read(&store, tenant, None).await.iter().map(|event| event.position).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn what_is_rolled_back_was_never_told_on_sqlite() {
    rolled_back(Database::Sqlite).await;
}

#[tokio::test]
async fn what_is_rolled_back_was_never_told_on_postgres() {
    rolled_back(Database::Postgres).await;
}
