//! Sending reminders: looked at once more, rendered and frozen, handed over, settled.
//!
//! 1. One transaction: lock, fresh facts, the last look; what may leave is rendered and frozen with its
//!    attempt. What needs no provider (test tenants, events only) is settled in the same transaction.
//! 2. No transaction: the calls, side by side, each under a deadline.
//! 3. One transaction: the outcomes.

mod call;
mod paper;
mod prepare;
pub mod providers;
mod route;

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use relance_domain::ids::{ReminderId, TenantId};
use relance_store::{
    Store, StoreError,
    sending::{RefusalScope, SendOutcome, Settled, finish},
    tenants,
};

use crate::{http::GuardedClient, outgoing::Sender};

/// Tries to write the outcomes of messages that left.
const WRITES: u32 = 5;

/// What sending needs; clones share it.
#[derive(Clone)]
pub struct SendContext {
    store: Store,
    http: GuardedClient,
    /// Where letters to print are written; `None`: they are kept in the database only.
    letters_dir: Option<Arc<PathBuf>>,
}

impl SendContext {
    /// Sends from `store`; HTTP and the addresses of mail servers go through `http`.
    pub fn new(store: Store, http: GuardedClient, letters_dir: Option<PathBuf>) -> Self {
        Self { store, http, letters_dir: letters_dir.map(Arc::new) }
    }
}

#[async_trait]
impl Sender for SendContext {
    async fn send_batch(&self, lease_by: &str, tenant: TenantId, reminders: Vec<ReminderId>, now: DateTime<Utc>) -> Result<(), StoreError> {
        send_batch(self, lease_by, tenant, &reminders, now).await
    }
}

/// Sends those `reminders` of `tenant` that `worker` holds and that may leave at `now`, the tenant's clock
/// (a live tenant's is the system's). One that cannot be worked never stops the others.
///
/// # Errors
/// When the database does not answer for the moment.
pub async fn send_batch(
    ctx: &SendContext,
    worker: &str,
    tenant: TenantId,
    reminders: &[ReminderId],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    match send_together(ctx, worker, tenant, reminders, now).await {
        Ok(()) => return Ok(()),
        Err(error) if error.is_transient() => return Err(error),
        Err(error) => tracing::warn!(%tenant, reminders = reminders.len(), %error, "batch refused, one by one"),
    }
    for reminder in reminders {
        match send_together(ctx, worker, tenant, std::slice::from_ref(reminder), now).await {
            Ok(()) => {}
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                tracing::error!(%tenant, %reminder, %error, "a reminder cannot be worked: given to a person");
                let outcome = SendOutcome::Refused { scope: RefusalScope::Message, detail: "its facts cannot be read".to_owned() };
                settle(ctx, tenant, vec![Settled { id: *reminder, attempt: None, outcome }]).await?;
            }
        }
    }
    Ok(())
}

async fn send_together(
    ctx: &SendContext,
    worker: &str,
    tenant: TenantId,
    reminders: &[ReminderId],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let letters = paper::render(ctx, tenant, reminders, now).await?;
    let calls = prepare::prepare(ctx, worker, tenant, reminders, now, &letters).await?;
    if calls.is_empty() {
        return Ok(());
    }
    let outcomes = call::call_all(ctx, calls).await;
    // they left: whatever the database says now, it must hear of it
    for pause in 0..WRITES {
        match settle(ctx, tenant, outcomes.clone()).await {
            Err(error) if error.is_transient() && pause + 1 < WRITES => {
                tracing::warn!(%tenant, %error, "outcomes not written, tried again");
                tokio::time::sleep(Duration::from_millis(100 << pause)).await;
            }
            done => return done,
        }
    }
    Ok(())
}

async fn settle(ctx: &SendContext, tenant: TenantId, list: Vec<Settled>) -> Result<(), StoreError> {
    let real_now = ctx.store.now();
    let tx = ctx.store.write(tenant).await?;
    let now = tenants::now(&tx, tenant, real_now).await?;
    finish(&tx, tenant, list, now, real_now).await?;
    ctx.store.commit(tx).await
}
