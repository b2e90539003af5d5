//! Facts in: one transaction and a constant number of statements for a whole batch.
//!
//! A batch is loaded (`load`), taken in memory one fact after the other (`take`), settled by the
//! ledger (`settle`), told (`tell`) and written (`write`). What waits for something unknown is parked and
//! taken as soon as that arrives, in the same batch too.

mod book;
mod customer;
mod debtors;
mod dispute;
mod invoice;
mod load;
mod money_in;
mod named;
mod names;
mod owner;
mod parking;
mod people;
mod promise;
mod rows;
mod settle;
mod take;
mod tell;
mod write;

pub(crate) use invoice::VOIDED_AT;
use std::sync::Arc;

use relance_domain::{
    facts::{Fact, WaitingFor},
    ids::TenantId,
    records::EventObject,
};
use sea_orm::DatabaseTransaction;
use sha2::{Digest, Sha256};

pub(crate) use write::source_row;

use crate::{Store, StoreError};

/// A fact on its way in.
#[derive(Debug, Clone)]
pub struct FactEnvelope {
    /// Whose word it is: scopes every external id in it.
    pub source: String,
    /// What it says.
    pub fact: Fact,
    /// SHA-256 (hex) of the canonical body: [`digest`].
    pub digest: String,
    /// Set when it came as an event with an identity of its own.
    pub event: Option<EventIdentity>,
    /// The request that brought it: what comes of it carries its id.
    pub request_id: Option<Arc<str>>,
}

impl FactEnvelope {
    /// A fact stated directly, without an event's identity.
    pub fn new(source: impl Into<String>, fact: Fact) -> Self {
        let digest = digest(&fact);
        Self { source: source.into(), fact, digest, event: None, request_id: None }
    }
}

/// The identity of an event: same id and data, same event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventIdentity {
    /// Unique within the source.
    pub id: String,
    /// SHA-256 (hex) of its type and data.
    pub digest: String,
}

/// What became of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactOutcome {
    /// It made a new thing known.
    Created,
    /// It changed a known thing.
    Changed,
    /// Known already, word for word.
    Unchanged,
    /// The same event was taken before.
    Duplicate,
    /// Something newer is known.
    Stale,
    /// The same version is known with another body.
    VersionConflict,
    /// The same event id is known with other data.
    EventIdConflict,
    /// It waits for things not known yet.
    Parked(Vec<WaitingFor>),
    /// It contradicts what is known, or breaks a rule.
    Rejected {
        /// From the closed list of problem codes.
        code: &'static str,
        /// JSON pointer into the fact's body.
        pointer: String,
        /// In words.
        detail: String,
    },
}

/// What became of a fact, and of what.
#[derive(Debug, Clone)]
pub struct FactResult {
    /// What became of it.
    pub outcome: FactOutcome,
    /// Kind and prefixed id of the thing it is about, when that is known.
    pub resource: Option<(&'static str, String)>,
    /// The thing as it would be; on a dry run only.
    pub object: Option<EventObject>,
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write.
    Commit,
    /// Full validation, nothing changed.
    DryRun,
}

/// Facts in order, wherever they are kept.
pub trait Facts<'a>: IntoIterator<Item = &'a FactEnvelope> + Send {}

impl<'a, I: IntoIterator<Item = &'a FactEnvelope> + Send> Facts<'a> for I {}

/// The digest that tells two bodies apart: SHA-256 (hex) of the fact's stored form, so that neither the
/// order of keys nor a stated default matters.
pub fn digest(fact: &Fact) -> String {
    use std::fmt::Write;
    let bytes = serde_json::to_vec(fact).unwrap_or_default();
    Sha256::digest(&bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Takes `facts` in order, in one transaction; one result for each, in the same order.
///
/// # Errors
/// The database's; nothing was taken then.
pub async fn apply(store: &Store, tenant: TenantId, facts: impl Facts<'_>, mode: Mode) -> Result<Vec<FactResult>, StoreError> {
    match mode {
        Mode::Commit => {
            let tx = store.write(tenant).await?;
            let results = apply_in(&tx, store, tenant, facts, mode).await?;
            store.commit(tx).await?;
            Ok(results)
        }
        Mode::DryRun => apply_in(&store.read(tenant).await?, store, tenant, facts, mode).await,
    }
}

/// The same inside a transaction of the caller, who commits.
///
/// # Errors
/// The database's.
pub async fn apply_in(
    tx: &DatabaseTransaction,
    store: &Store,
    tenant: TenantId,
    facts: impl Facts<'_>,
    mode: Mode,
) -> Result<Vec<FactResult>, StoreError> {
    let facts: Vec<&FactEnvelope> = facts.into_iter().collect();
    let mut book = load::book(tx, tenant, store.now(), &facts, mode).await?;
    let taken = take::all(&mut book, &facts);
    settle::settle(&mut book)?;
    let results = tell::results(&book, taken, mode)?;
    if mode == Mode::Commit {
        write::write(tx, book).await?;
    }
    Ok(results)
}
