//! Telling the outside: claimed deliveries are signed, posted and settled.

mod attempt;
mod signature;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use async_trait::async_trait;
use relance_domain::{
    breaker::Breaker,
    ids::{EndpointId, TenantId},
};
use relance_store::{
    Store, StoreError,
    webhooks::{ClaimedDelivery, DeliveryOutcome, DeliveryResult, finish},
};
use tokio::{
    sync::Semaphore,
    task::{JoinError, JoinSet},
    time::Instant,
};

pub use signature::sign;

use crate::{http::GuardedClient, outgoing::Courier};

/// Posts in flight to one endpoint.
const PER_ENDPOINT: usize = 4;
/// Posts in flight for one tenant.
const PER_TENANT: usize = 10;
/// A batch starts no post later than this after its beginning; the rest goes back unharmed. With the 15 s
/// of a post, a batch ends within the 20 s that a stopping process has.
const START_WITHIN: Duration = Duration::from_secs(4);
/// Posts that end within this time of each other are written together.
const TOGETHER: Duration = Duration::from_millis(10);

/// A lease that covers a batch from its first post to its last answer.
pub const LEASE: Duration = Duration::from_secs(60);

/// What delivering needs; clones share it.
#[derive(Clone)]
pub struct WebhookContext {
    store: Store,
    client: GuardedClient,
    tenants: Arc<Mutex<BTreeMap<TenantId, Weak<Semaphore>>>>,
}

impl WebhookContext {
    /// Delivers from `store` through `client`.
    pub fn new(store: Store, client: GuardedClient) -> Self {
        Self { store, client, tenants: Arc::default() }
    }

    /// The slots of a tenant in this process, shared by all batches.
    fn slots_of(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slots) = tenants.get(&tenant).and_then(Weak::upgrade) {
            return slots;
        }
        tenants.retain(|_, slots| slots.strong_count() > 0);
        let slots = Arc::new(Semaphore::new(PER_TENANT));
        tenants.insert(tenant, Arc::downgrade(&slots));
        slots
    }
}

#[async_trait]
impl Courier for WebhookContext {
    async fn deliver_batch(&self, lease_by: &str, deliveries: Vec<ClaimedDelivery>) -> Result<(), StoreError> {
        deliver_batch(self, lease_by, deliveries).await
    }
}

/// Posts `deliveries`, which `lease_by` has claimed, and writes what came of them as they end. Ends within
/// twenty seconds; what could not begin in time goes back.
///
/// # Errors
/// The database's; what is not written is due again when the lease ends, under the same `webhook-id`.
pub async fn deliver_batch(ctx: &WebhookContext, lease_by: &str, deliveries: Vec<ClaimedDelivery>) -> Result<(), StoreError> {
    let begin_until = Instant::now() + START_WITHIN;
    let mut runs: BTreeMap<EndpointId, Arc<Run>> = BTreeMap::new();
    let mut posts = JoinSet::new();
    for delivery in deliveries {
        let run = runs.entry(delivery.endpoint).or_insert_with(|| Arc::new(Run::of(&delivery))).clone();
        let (ctx, tenant) = (ctx.clone(), ctx.slots_of(delivery.tenant));
        posts.spawn(async move {
            let slots = async {
                let own = run.slots.acquire().await;
                (own, tenant.acquire_owned().await)
            };
            let slots = tokio::time::timeout_at(begin_until, slots).await;
            match slots {
                Ok(_held) if run.goes_on(&ctx.store) => {
                    let outcome = attempt::attempt(&ctx.store, &ctx.client, &delivery).await;
                    run.note(&ctx.store, outcome.result);
                    outcome
                }
                _ => not_tried(&delivery),
            }
        });
    }
    while let Some(first) = posts.join_next().await {
        let mut ended = vec![first];
        let until = Instant::now() + TOGETHER;
        while let Ok(Some(next)) = tokio::time::timeout_at(until, posts.join_next()).await {
            ended.push(next);
        }
        let ended: Vec<DeliveryOutcome> = ended.into_iter().filter_map(of_task).collect();
        finish(&ctx.store, lease_by, &ended).await?;
    }
    Ok(())
}

/// The deliveries of one endpoint in a batch: so many at a time, and no more of them once its breaker opens.
struct Run {
    slots: Semaphore,
    breaker: Mutex<Breaker>,
}

impl Run {
    fn of(first: &ClaimedDelivery) -> Self {
        let mut breaker = first.breaker.clone();
        breaker.probe(); // the claim let one through
        Self { slots: Semaphore::new(PER_ENDPOINT), breaker: Mutex::new(breaker) }
    }

    fn goes_on(&self, store: &Store) -> bool {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).admits(store.now()) != Some(0)
    }

    /// What is written with the outcomes is weighed there again, the same way.
    fn note(&self, store: &Store, result: DeliveryResult) {
        let good = match result {
            DeliveryResult::Delivered | DeliveryResult::Dropped => true,
            DeliveryResult::Retry(_) | DeliveryResult::Failed | DeliveryResult::Gone => false,
            DeliveryResult::NotTried | DeliveryResult::Expired => return,
        };
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).after(good, store.now());
    }
}

/// A post that panicked is due again when its lease ends.
fn of_task(ended: Result<DeliveryOutcome, JoinError>) -> Option<DeliveryOutcome> {
    ended.inspect_err(|error| tracing::error!(%error, "a delivery broke off")).ok()
}

fn not_tried(delivery: &ClaimedDelivery) -> DeliveryOutcome {
    DeliveryOutcome {
        tenant: delivery.tenant,
        id: delivery.id,
        endpoint: delivery.endpoint,
        attempts: delivery.attempts,
        attempt: None,
        result: DeliveryResult::NotTried,
    }
}
