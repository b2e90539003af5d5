//! The inbox of webhooks through the store.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use relance_domain::{
    clock::Clock,
    ids::{SourceId, TenantId},
};
use relance_store::{
    Store, StoreError, forget,
    inbox::{self, Arrived, ClaimedDelivery, Settled},
};
use uuid::Uuid;

use crate::{
    on_both,
    support::{Database, bare},
};

/// A clock that is put forward, in days.
struct Days(Arc<AtomicI64>);

impl Clock for Days {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + self.0.load(Ordering::Relaxed) * 86_400, 0).unwrap()
    }
}

struct House {
    store: Store,
    tenant: TenantId,
    days: Arc<AtomicI64>,
}

const LEASE: Duration = Duration::from_secs(20);

async fn house(database: Database) -> Option<House> {
    let days = Arc::new(AtomicI64::new(0));
    let (store, tenant, _) = bare::store(database, Arc::new(Days(days.clone()))).await?;
    Some(House { store, tenant, days })
}

impl House {
    async fn arrives(&self, source: SourceId, key: &str) -> bool {
        let arrived = Arrived {
            source_id: source,
            source: "till".into(),
            kind: "plain".into(),
            dedupe_key: key.into(),
            headers: vec![("x-shopify-topic".into(), "orders/paid".into())],
            body: b"{\"raw\": \xff}".to_vec(),
            request_id: None,
        };
        let tx = self.store.write(self.tenant).await.unwrap();
        let new = inbox::take(&tx, self.tenant, arrived, self.store.now()).await.unwrap();
        self.store.commit(tx).await.unwrap();
        new
    }

    async fn claim(&self, who: &str) -> Vec<ClaimedDelivery> {
        let mine = inbox::claim(&self.store, who, 50, LEASE).await.unwrap();
        mine.into_iter().filter(|row| row.tenant == self.tenant).collect()
    }

    async fn settle(&self, who: &str, row: &ClaimedDelivery, status: &'static str) -> bool {
        let tx = self.store.write(self.tenant).await.unwrap();
        if !inbox::still_ours(&tx, self.tenant, row.id, who).await.unwrap() {
            return false;
        }
        let settled = Settled { status, ..Settled::default() };
        inbox::settle(&self.store, &tx, self.tenant, (row.id, row.source_id), settled).await.unwrap();
        self.store.commit(tx).await.unwrap();
        true
    }
}

async fn a_delivery_is_written_once_and_worked_by_one(database: Database) {
    let Some(house) = house(database).await else { return };
    let (source, other) = (SourceId(Uuid::now_v7()), SourceId(Uuid::now_v7()));
    assert!(house.arrives(source, "evt_1").await && !house.arrives(source, "evt_1").await);
    assert!(house.arrives(other, "evt_1").await, "another source's ids are its own");
    let first = house.claim("a").await;
    assert_eq!((first.len(), first[0].body.as_slice(), first[0].attempts), (2, &b"{\"raw\": \xff}"[..], 1));
    assert!(house.claim("b").await.is_empty(), "somebody works on them");
    assert!(house.settle("a", &first[0], "applied").await);
    assert!(!house.settle("a", &first[0], "applied").await, "settled is settled");
    // whoever worked on the other died: the next one gets it, and the dead one's word counts no more
    house.days.store(1, Ordering::Relaxed);
    let again = house.claim("b").await;
    assert_eq!((again.len(), again[0].id, again[0].attempts), (1, first[1].id, 2));
    assert!(!house.settle("a", &first[1], "applied").await && house.settle("b", &again[0], "quarantined").await);
}

async fn bodies_are_kept_thirty_days_and_deliveries_remembered_four_hundred(database: Database) {
    let Some(house) = house(database).await else { return };
    let source = SourceId(Uuid::now_v7());
    for (key, status) in [("applied", "applied"), ("aside", "quarantined")] {
        house.arrives(source, key).await;
        let rows = house.claim("a").await;
        assert!(house.settle("a", &rows[0], status).await);
    }
    let kept = async || {
        forget::sweep(&house.store, 1_000).await.unwrap();
        let tx = house.store.read(house.tenant).await.unwrap();
        let rows = inbox::list(&tx, house.tenant, &[], None, None, 10).await.unwrap();
        rows.into_iter().map(|row| (row.dedupe_key, row.kept)).collect::<Vec<_>>()
    };
    let (aside, applied) = ("aside".to_owned(), "applied".to_owned());
    house.days.store(29, Ordering::Relaxed);
    assert_eq!(kept().await, [(aside.clone(), true), (applied.clone(), true)]);
    house.days.store(31, Ordering::Relaxed);
    assert_eq!(kept().await, [(aside.clone(), true), (applied, false)], "what somebody has to look at stays");
    assert!(!house.arrives(source, "applied").await, "remembered without its body");
    let tx = house.store.write(house.tenant).await.unwrap();
    let rows = inbox::list(&tx, house.tenant, &["applied".to_owned()], None, None, 10).await.unwrap();
    let replayed = inbox::replay(&tx, house.tenant, rows[0].id, house.store.now()).await;
    assert!(matches!(replayed, Err(StoreError::WrongState(_))));
    drop(tx);
    house.days.store(401, Ordering::Relaxed);
    assert_eq!(kept().await, [(aside, true)]);
}

on_both! {
    a_delivery_is_written_once_and_worked_by_one;
    bodies_are_kept_thirty_days_and_deliveries_remembered_four_hundred;
}
