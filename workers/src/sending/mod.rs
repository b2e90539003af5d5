//! Sending reminders: looked at once more, rendered and frozen, handed over, settled.
//!
//! 1. One transaction: lock, fresh facts, the last look; what may leave is rendered and frozen with its
//!    attempt. What needs no provider (test tenants, events only) is settled in the same transaction.
//! 2. No transaction: the calls, side by side, each under a deadline.
//! 3. Outcomes, as they come in: those of a few milliseconds in one transaction.

mod accounts;
mod call;
mod caps;
mod checkup;
mod follow;
mod gate;
mod notice;
mod paper;
mod plan;
mod prepare;
pub mod providers;
mod route;
mod trial;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use relance_domain::ids::{ReminderId, TenantId};
use relance_store::{
    Store, StoreError,
    dunning::{letters::ClaimedLetter, receipts},
    sending::{RefusalScope, SendOutcome, Settled, finish},
    tenants,
};

pub use checkup::{Finding, check_up};
pub use gate::{CALLS, batch};
pub use trial::Trial;

use self::{
    accounts::Accounts,
    call::{Call, Ended},
    gate::Gate,
    prepare::Prepared,
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
    gate: Gate,
    tokens: providers::Tokens,
    /// Where the outside reaches us; providers are told where receipts go.
    public_url: Option<Arc<str>>,
}

impl SendContext {
    /// Sends from `store`; HTTP and the addresses of mail servers go through `http`.
    pub fn new(store: Store, http: GuardedClient, letters_dir: Option<PathBuf>) -> Self {
        Self {
            store,
            http,
            letters_dir: letters_dir.map(Arc::new),
            gate: Gate::new(CALLS),
            tokens: providers::Tokens::default(),
            public_url: None,
        }
    }

    /// Providers are told to send their receipts there.
    #[must_use]
    pub fn with_public_url(self, public_url: Option<&str>) -> Self {
        Self { public_url: public_url.map(|url| url.trim_end_matches('/').into()), ..self }
    }

    /// At most so many calls to providers at the same time, instead of [`CALLS`].
    #[must_use]
    pub fn with_calls(self, calls: usize) -> Self {
        Self { gate: Gate::new(calls), ..self }
    }
}

#[async_trait]
impl Sender for SendContext {
    async fn send_batch(&self, lease_by: &str, tenant: TenantId, reminders: Vec<ReminderId>, now: DateTime<Utc>) -> Result<(), StoreError> {
        send_batch(self, lease_by, tenant, &reminders, now).await
    }

    async fn follow(&self, lease_by: &str, letter: ClaimedLetter) -> Result<(), StoreError> {
        follow::follow(self, lease_by, &letter).await
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
                settle(ctx, tenant, false, vec![Settled { id: *reminder, attempt: None, outcome }]).await?;
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
    for some in reminders.chunks(ctx.gate.together) {
        let Some((calls, accounts, live)) = prepared(ctx, worker, tenant, some, now).await? else { continue };
        let tracked = calls.iter().any(Call::is_tracked);
        let (accounts, lost) = (tokio::sync::Mutex::new(accounts), Mutex::new(None));
        call::call_all(ctx, calls, async |ended| {
            let outcomes = heard(ctx, tenant, &accounts, ended).await;
            // the other calls are still to be heard of
            if let Err(error) = settle_surely(ctx, tenant, live, outcomes).await {
                lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        })
        .await;
        lost.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)?;
        if tracked {
            receipts::match_early(&ctx.store, tenant).await?;
        }
    }
    Ok(())
}

/// The accounts hear what became of their calls. Should that not be written, it is learnt again from the next answers.
async fn heard(ctx: &SendContext, tenant: TenantId, accounts: &tokio::sync::Mutex<Accounts>, ended: Vec<Ended>) -> Vec<Settled> {
    let (mut outcomes, told): (Vec<_>, Vec<_>) = ended.into_iter().map(|ended| (ended.settled, ended.heard)).unzip();
    match accounts.lock().await.heard(&ctx.store, tenant, &told).await {
        Ok(alarms) => {
            for (settled, told) in outcomes.iter_mut().zip(alarms) {
                alarmed(&mut settled.outcome, told);
            }
        }
        Err(error) => tracing::warn!(%tenant, %error, "what became of an account is not written down"),
    }
    outcomes
}

/// Says of a message whose fate nobody knows whether its account is left in peace from now on.
fn alarmed(outcome: &mut SendOutcome, told: bool) {
    match outcome {
        SendOutcome::Unknown { alarm, .. } => *alarm = told,
        SendOutcome::Spared { outcome, .. } | SendOutcome::ByFallback { outcome, .. } => alarmed(outcome, told),
        _ => {}
    }
}

/// The calls to make, each with its place, and the accounts that they leave by; letters are laid out in between.
async fn prepared(
    ctx: &SendContext,
    worker: &str,
    tenant: TenantId,
    reminders: &[ReminderId],
    now: DateTime<Utc>,
) -> Result<Option<(Vec<Call>, Accounts, bool)>, StoreError> {
    let mut letters = None;
    loop {
        let mut places = ctx.gate.places(reminders.len()).await;
        match prepare::prepare(ctx, worker, tenant, reminders, now, letters.as_ref(), &mut places).await? {
            Prepared::Calls { calls, accounts, live } => return Ok(Some((calls, accounts, live))),
            Prepared::Unprinted(list) if list.is_empty() => return Ok(None),
            Prepared::Unprinted(list) => {
                drop(places); // laying out takes its time
                letters = Some(paper::render(ctx, tenant, &list, now).await?);
            }
        }
    }
}

/// They left: whatever the database says now, it must hear of it.
async fn settle_surely(ctx: &SendContext, tenant: TenantId, live: bool, outcomes: Vec<Settled>) -> Result<(), StoreError> {
    for pause in 0..WRITES {
        match settle(ctx, tenant, live, outcomes.clone()).await {
            Err(error) if error.is_transient() && pause + 1 < WRITES => {
                tracing::warn!(%tenant, %error, "outcomes not written, tried again");
                tokio::time::sleep(Duration::from_millis(100 << pause)).await;
            }
            done => return done,
        }
    }
    Ok(())
}

async fn settle(ctx: &SendContext, tenant: TenantId, live: bool, list: Vec<Settled>) -> Result<(), StoreError> {
    let real_now = ctx.store.now();
    let tx = ctx.store.write(tenant).await?;
    let now = if live { real_now } else { tenants::now(&tx, tenant, real_now).await? };
    finish(&tx, tenant, list, now, real_now).await?;
    ctx.store.commit(tx).await
}
