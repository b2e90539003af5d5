//! Keys that end soon: told once each, in time to act.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    clock::Clock,
    ids::{KeyId, TenantId},
};
use relance_store::{
    Store, events,
    keys::{self, NewKey},
};

use crate::{
    on_both,
    support::{Database, bare},
};

/// Days after a real moment.
struct Days(Arc<AtomicI64>);

impl Clock for Days {
    fn now(&self) -> DateTime<Utc> {
        "2050-11-02T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(self.0.load(Ordering::SeqCst))
    }
}

async fn key(store: &Store, tenant: TenantId, days: Option<i64>) -> KeyId {
    let tx = store.write(tenant).await.unwrap();
    let new = NewKey { expires_at: days.map(|days| store.now() + TimeDelta::days(days)), ..NewKey::of_all_scopes() };
    let (made, _) = keys::create(store, &tx, tenant, false, new).await.unwrap();
    store.commit(tx).await.unwrap();
    made.id
}

/// What was foretold so far.
async fn told(store: &Store, tenant: TenantId) -> Vec<String> {
    keys::tell_expiring(store, 100).await.unwrap();
    let tx = store.read(tenant).await.unwrap();
    let all = events::events_after(&tx, tenant, None, &["api_key.expiring".to_owned()], 100).await.unwrap();
    all.into_iter().map(|event| event.subject_id).collect()
}

async fn a_key_that_ends_is_told_of_once_and_in_time(database: Database) {
    let days = Arc::new(AtomicI64::new(0));
    let Some((store, tenant, _)) = bare::store(database, Arc::new(Days(days.clone()))).await else { return };
    let year = key(&store, tenant, Some(365)).await.to_string();
    let week = key(&store, tenant, Some(7)).await.to_string();
    key(&store, tenant, None).await;
    let revoked = key(&store, tenant, Some(10)).await;
    let rotated = key(&store, tenant, Some(100)).await;
    let tx = store.write(tenant).await.unwrap();
    keys::revoke(&tx, tenant, revoked, store.now()).await.unwrap();
    let (_, next, _) = keys::rotate(&store, &tx, tenant, false, rotated, store.now() + TimeDelta::days(50)).await.unwrap();
    store.commit(tx).await.unwrap();
    let next = next.id.to_string();
    for (day, expected) in [
        (3, vec![]),
        (4, vec![&week]), // half a week is left
        (5, vec![&week]),
        (49, vec![&week]), // the one that was rotated ends tomorrow, and is replaced
        (85, vec![&week]),
        (86, vec![&week, &next]),
        (350, vec![&week, &next]),
        (351, vec![&week, &next, &year]),
        (364, vec![&week, &next, &year]),
        (400, vec![&week, &next, &year]),
    ] {
        days.store(day, Ordering::SeqCst);
        assert_eq!(told(&store, tenant).await.iter().collect::<Vec<_>>(), expected, "day {day}");
    }
}

async fn a_key_that_has_ended_already_is_no_news(database: Database) {
    let days = Arc::new(AtomicI64::new(0));
    let Some((store, tenant, _)) = bare::store(database, Arc::new(Days(days.clone()))).await else { return };
    key(&store, tenant, Some(30)).await;
    days.store(31, Ordering::SeqCst); // nobody worked meanwhile
    assert!(told(&store, tenant).await.is_empty());
}

on_both! {
    a_key_that_ends_is_told_of_once_and_in_time;
    a_key_that_has_ended_already_is_no_news;
}
