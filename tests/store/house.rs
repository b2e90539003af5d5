//! A store with one tenant and a clock that is moved by hand.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Utc};
use relance_domain::{
    clock::Clock,
    event::EventType,
    ids::{CaseId, CustomerId, EndpointId, TenantId},
    records::{CaseRecord, EndpointRecord, EventObject},
};
use relance_store::{
    Store,
    outbox::{self, NewEvent},
    webhooks::{
        self, AttemptLog, ClaimedDelivery, DeliveryFilter, DeliveryOutcome, DeliveryResult, Lane, NewEndpoint, claim_deliveries, finish,
    },
};
use uuid::Uuid;

use crate::support::{Database, bare};

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub struct House {
    pub store: Store,
    clock: Arc<Hand>,
    pub tenant: TenantId,
}

pub const MINUTE: i64 = 60_000;

pub async fn house(database: Database) -> Option<House> {
    // ids carry the machine's time, which is long before
    let start: DateTime<Utc> = "2050-11-02T08:00:00Z".parse().unwrap();
    let clock = Arc::new(Hand(AtomicI64::new(start.timestamp_millis())));
    let (store, tenant, _) = bare::store(database, clock.clone()).await?;
    Some(House { store, clock, tenant })
}

impl House {
    /// Another tenant under the same roof and clock.
    pub async fn neighbour(&self) -> Self {
        Self { store: self.store.clone(), clock: self.clock.clone(), tenant: bare::tenant(&self.store, "N").await }
    }

    pub async fn endpoint_now(&self, id: EndpointId) -> EndpointRecord {
        let tx = self.store.read(self.tenant).await.unwrap();
        webhooks::get(&tx, self.tenant, id).await.unwrap()
    }

    pub fn pass(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub async fn endpoint(&self, types: &[&str]) -> EndpointId {
        self.endpoint_with(types, |_| {}).await
    }

    pub async fn endpoint_with(&self, types: &[&str], change: impl FnOnce(&mut NewEndpoint)) -> EndpointId {
        let mut new = NewEndpoint {
            url: "https://a.example.com/".into(),
            description: None,
            event_types: types.iter().map(ToString::to_string).collect(),
            segments: Vec::new(),
            payload: "full".into(),
            ordering: "none".into(),
            api_version: "2026-12-01".into(),
        };
        change(&mut new);
        let tx = self.store.write(self.tenant).await.unwrap();
        let (made, secret) = webhooks::create(&self.store, &tx, self.tenant, new, self.store.now()).await.unwrap();
        self.store.commit(tx).await.unwrap();
        assert!(secret.starts_with("whsec_"));
        made.id
    }

    /// Tells `count` cases, each opened and closed.
    pub async fn tell(&self, count: usize) {
        let mut list = Vec::new();
        for _ in 0..count {
            let id = Uuid::now_v7();
            let case = CaseRecord {
                id: CaseId(id),
                customer_id: CustomerId(Uuid::now_v7()),
                opened_at: self.store.now(),
                closed_at: None,
                close_reason: None,
            };
            for kind in [EventType::CaseOpened, EventType::CaseClosed] {
                list.push(NewEvent::new(kind, id, EventObject::Case(Box::new(case.clone()))));
            }
        }
        let tx = self.store.write(self.tenant).await.unwrap();
        outbox::append(&tx, self.tenant, self.store.now(), self.store.now(), list).await.unwrap();
        self.store.commit(tx).await.unwrap();
    }

    pub async fn claim(&self, by: &str) -> Vec<ClaimedDelivery> {
        let mut list = claim_deliveries(&self.store, Lane::Fresh, by, 100, MINUTE).await.unwrap();
        list.extend(claim_deliveries(&self.store, Lane::Late, by, 100, MINUTE).await.unwrap());
        list.into_iter().filter(|delivery| delivery.tenant == self.tenant).collect()
    }

    pub async fn settle(&self, by: &str, list: &[ClaimedDelivery], result: DeliveryResult, status: i32) -> usize {
        let attempt = AttemptLog {
            at: self.store.now(),
            duration_ms: 12,
            status_code: Some(status),
            error: None,
            response: Some("nul \0 here".into()),
            request: None,
        };
        let outcomes: Vec<_> = list
            .iter()
            .map(|delivery| DeliveryOutcome {
                tenant: delivery.tenant,
                id: delivery.id,
                endpoint: delivery.endpoint,
                attempts: delivery.attempts,
                attempt: (result != DeliveryResult::NotTried).then(|| attempt.clone()),
                result,
            })
            .collect();
        finish(&self.store, by, &outcomes).await.unwrap()
    }

    pub async fn statuses(&self, endpoint: EndpointId) -> Vec<String> {
        let tx = self.store.read(self.tenant).await.unwrap();
        let list = webhooks::deliveries(&tx, self.tenant, endpoint, &DeliveryFilter::default(), None, 500).await.unwrap();
        list.into_iter().map(|delivery| delivery.status).collect()
    }
}
