//! Coalesces what callers hand in: whatever waits when a transaction ends goes into the next one
//! (`performance.md` §5 rule 2). Nobody waits for company: an idle intake writes at once.

use std::{collections::BTreeMap, sync::Arc};

use relance_domain::ids::TenantId;
use relance_openapi::problem::Code;
use relance_store::{
    Store, StoreError, cause,
    facts::{FactEnvelope, FactResult, Mode, apply},
};
use tokio::sync::{mpsc, oneshot};

use crate::problem::{Answer, Refusal};

/// Callers that may wait; beyond that they are told to come again.
const WAITING: usize = 2_000;
/// Facts of one round, but for a single larger batch.
const ROUND: usize = 500;

type Outcome = Result<Vec<FactResult>, StoreError>;

/// What one caller handed in.
struct Parcel {
    tenant: TenantId,
    facts: Vec<FactEnvelope>,
    reply: oneshot::Sender<Outcome>,
}

/// Where facts are handed in. One task writes for the whole process; it ends with the last handle.
#[derive(Clone)]
pub struct Intake {
    parcels: mpsc::Sender<Parcel>,
}

impl Intake {
    /// Starts the writing task on the current Tokio runtime.
    pub fn start(store: Store) -> Self {
        let (parcels, waiting) = mpsc::channel(WAITING);
        tokio::spawn(run(Arc::new(store), waiting));
        Self { parcels }
    }

    /// Hands facts in and waits until they are committed; one result each, in order.
    ///
    /// # Errors
    /// `overloaded` when too many callers wait, else what the database says.
    pub async fn submit(&self, tenant: TenantId, mut facts: Vec<FactEnvelope>) -> Answer<Vec<FactResult>> {
        let overloaded = || Refusal::new(Code::Overloaded, "Too many requests are waiting: send it again in a moment.");
        let request = cause::request(); // facts of many requests are written together: each keeps its own
        facts.iter_mut().for_each(|fact| fact.request_id.clone_from(&request));
        let (reply, answer) = oneshot::channel();
        self.parcels.try_send(Parcel { tenant, facts, reply }).map_err(|_| overloaded())?;
        Ok(answer.await.map_err(|_| overloaded())??)
    }
}

async fn run(store: Arc<Store>, mut waiting: mpsc::Receiver<Parcel>) {
    while let Some(first) = waiting.recv().await {
        let mut count = first.facts.len();
        let mut round: BTreeMap<TenantId, Vec<Parcel>> = BTreeMap::from([(first.tenant, vec![first])]);
        while count < ROUND {
            let Ok(parcel) = waiting.try_recv() else { break };
            count += parcel.facts.len();
            round.entry(parcel.tenant).or_default().push(parcel);
        }
        for (tenant, parcels) in round {
            // in a task of its own: should one batch panic, the next ones are still taken
            if let Err(error) = tokio::spawn(write(Arc::clone(&store), tenant, parcels)).await {
                tracing::error!(error = %error, "taking facts in panicked");
            }
        }
    }
}

async fn write(store: Arc<Store>, tenant: TenantId, parcels: Vec<Parcel>) {
    if let [_, _, ..] = parcels.as_slice() {
        let facts = parcels.iter().flat_map(|parcel| &parcel.facts);
        if let Ok(results) = apply(&store, tenant, facts, Mode::Commit).await {
            let mut results = results.into_iter();
            for parcel in parcels {
                let own = results.by_ref().take(parcel.facts.len()).collect();
                let _ = parcel.reply.send(Ok(own)); // who hung up does not want to know
            }
            return;
        }
    }
    // alone, or after a failure: nobody pays for what another handed in
    for Parcel { tenant, facts, reply } in parcels {
        let outcome = apply(&store, tenant, &facts, Mode::Commit).await;
        let _ = reply.send(outcome);
    }
}
