//! From a webhook that was written down to facts that are taken: one delivery, one transaction.

use std::collections::BTreeMap;

use relance_domain::{connector::ConnectorKind, records::InboxFact};
use relance_ingest::webhooks::{self, Context, Paid, Reading, Statement};
use relance_store::{
    Store, StoreError, Tx,
    facts::{FactEnvelope, FactOutcome, FactResult, Mode, apply_in},
    inbox::{self, ClaimedDelivery, Link, Names, Settled},
};
use serde_json::{Map, Value};

use crate::{
    body,
    facts::{fact, incoming, refusal},
    problem::Refusal,
};

/// Times that a delivery is worked on before it is put aside.
const MOST_ATTEMPTS: i32 = 8;
/// Our own events in one delivery.
const MOST_EVENTS: usize = 1_000;
/// Longest reason, in characters.
const LONGEST: usize = 1_000;

/// Translates a delivery that `lease_by` has claimed, takes its facts, and says what became of it.
///
/// # Errors
/// The database's; nothing was taken then.
pub async fn translate(store: &Store, lease_by: &str, row: ClaimedDelivery) -> Result<(), StoreError> {
    let tx = store.write(row.tenant).await?;
    if !inbox::still_ours(&tx, row.tenant, row.id, lease_by).await? {
        return Ok(());
    }
    let settled = match row.attempts > MOST_ATTEMPTS {
        true => put_aside(format!("given up after {MOST_ATTEMPTS} attempts: see the log")),
        false => work(&tx, store, &row).await?,
    };
    metrics::counter!("relance_inbox_settled_total", "status" => settled.status).increment(1);
    inbox::settle(store, &tx, row.tenant, (row.id, row.source_id), settled).await?;
    store.commit(tx).await
}

fn put_aside(reason: String) -> Settled {
    Settled { status: "quarantined", reason: Some(reason.chars().take(LONGEST).collect()), ..Settled::default() }
}

/// A fact and what it is called.
struct Part {
    about: InboxFact,
    envelope: FactEnvelope,
    is_hearsay: bool,
}

/// What a delivery says, before any of it is taken.
#[derive(Default)]
struct Draft {
    parts: Vec<Part>,
    faults: Vec<InboxFact>,
    reading: Reading,
}

async fn work(tx: &Tx, store: &Store, row: &ClaimedDelivery) -> Result<Settled, StoreError> {
    let body: Value = match body::parse(&row.body) {
        Ok(body) => body,
        Err(refusal) => return Ok(put_aside(refusal.detail)),
    };
    let Some(kind) = ConnectorKind::parse(&row.kind) else { return Ok(put_aside(format!("there is no kind {}", row.kind))) };
    let draft = if kind.is_own() { own(row, body) } else { foreign(tx, row, kind, &body).await? };
    let mut draft = match draft {
        Ok(draft) => draft,
        Err(fault) => return Ok(put_aside(fault)),
    };
    for part in &mut draft.parts {
        part.envelope.request_id.clone_from(&row.request_id);
    }
    let results = apply_in(tx, store, row.tenant, draft.parts.iter().map(|part| &part.envelope), Mode::Commit).await?;
    Ok(settled(draft, results))
}

/// Our own events, one or a list; a bad one spoils only itself.
fn own(row: &ClaimedDelivery, body: Value) -> Result<Draft, String> {
    let events = match body {
        Value::Array(list) => list,
        one => vec![one],
    };
    if events.len() > MOST_EVENTS {
        return Err(format!("at most {MOST_EVENTS} events in a call; these are {}", events.len()));
    }
    let mut draft = Draft::default();
    for mut event in events {
        let word = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (kind, said, id) = (word("type"), word("source"), external_id(event.get("data").and_then(Value::as_object)));
        if let Some(members) = event.as_object_mut().filter(|_| said.is_empty()) {
            members.insert("source".to_owned(), row.source.clone().into());
        }
        if !said.is_empty() && said != row.source {
            let detail = format!("The source of an event that comes here is {}.", row.source);
            draft.faults.push(InboxFact { kind, external_id: id, result: "rejected".to_owned(), detail: Some(detail) });
            continue;
        }
        draft.add(kind, id, incoming(event).map(|event| event.envelope()), false);
    }
    Ok(draft)
}

/// A body in its sender's own form.
async fn foreign(tx: &Tx, row: &ClaimedDelivery, kind: ConnectorKind, body: &Value) -> Result<Result<Draft, String>, StoreError> {
    let webhooks::Names { links, payments, invoices } = webhooks::names(kind, body);
    let known = inbox::known(tx, row.tenant, row.source_id, &row.source, &Names { links, payments, invoices }).await?;
    let paid = known.paid.into_iter().map(|(invoice, paid)| (invoice, Paid { by_payments: paid.by_payments, in_all: paid.in_all }));
    let context = Context {
        zone: known.zone,
        received_at: row.received_at,
        customer_kind: row.config.customer_kind.as_deref().unwrap_or("unknown"),
        headers: &row.headers,
        links: known.links,
        payments: known.payments,
        paid: paid.collect(),
    };
    let reading = match webhooks::read(kind, body, &context) {
        Ok(reading) => reading,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    let mut draft = Draft { reading, ..Draft::default() };
    for Statement { kind, data, source, is_hearsay } in std::mem::take(&mut draft.reading.statements) {
        let id = external_id(Some(&data));
        let envelope = fact(kind, data).map(|fact| FactEnvelope::new(source.as_deref().unwrap_or(&row.source), fact));
        draft.add(kind.to_owned(), id, envelope, is_hearsay);
    }
    Ok(Ok(draft))
}

fn external_id(data: Option<&Map<String, Value>>) -> Option<String> {
    let member = |name: &str| data?.get(name)?.as_str().map(str::to_owned);
    member("external_id").or_else(|| member("customer_external_id")).or_else(|| member("invoice_external_id"))
}

impl Draft {
    fn add(&mut self, kind: String, external_id: Option<String>, envelope: Result<FactEnvelope, Refusal>, is_hearsay: bool) {
        let about = InboxFact { kind, external_id, result: String::new(), detail: None };
        match envelope {
            Ok(envelope) => self.parts.push(Part { about, envelope, is_hearsay }),
            Err(refusal) => self.faults.push(InboxFact { result: "rejected".to_owned(), detail: Some(words(&refusal)), ..about }),
        }
    }
}

/// Every fault with its place.
fn words(refusal: &Refusal) -> String {
    match refusal.errors.as_slice() {
        [] => refusal.detail.clone(),
        errors => errors.iter().map(|error| format!("{} {}", error.pointer, error.detail)).collect::<Vec<_>>().join(" "),
    }
}

fn settled(draft: Draft, results: Vec<FactResult>) -> Settled {
    let Draft { parts, faults, reading } = draft;
    let mut facts: Vec<InboxFact> = parts.into_iter().zip(results).map(|(part, result)| outcome(part, &result)).collect();
    facts.extend(faults);
    let refused: Vec<String> = facts
        .iter()
        .filter(|fact| fact.result == "rejected")
        .map(|fact| format!("{} {}: {}", fact.kind, fact.external_id.as_deref().unwrap_or("?"), fact.detail.as_deref().unwrap_or_default()))
        .collect();
    let waits_for = reading.waits.iter().find_map(|(name, _)| name.clone());
    let (status, reasons) = if !refused.is_empty() {
        ("quarantined", refused)
    } else if !reading.waits.is_empty() {
        ("waiting_fetch", reading.waits.into_iter().map(|(_, why)| why).collect())
    } else if !facts.is_empty() {
        ("applied", Vec::new())
    } else if !reading.ignored.is_empty() {
        ("ignored", reading.ignored)
    } else if !reading.links.is_empty() {
        ("applied", Vec::new())
    } else {
        ("ignored", vec!["there is nothing in it".to_owned()])
    };
    let reason = (!reasons.is_empty()).then(|| reasons.join("; ").chars().take(LONGEST).collect());
    // the last word about a name counts
    let links: BTreeMap<String, String> = reading.links.into_iter().collect();
    let links = links.into_iter().map(|(name, target)| Link { name, target }).collect();
    Settled { status, reason, waits_for: waits_for.filter(|_| status == "waiting_fetch"), facts, links }
}

fn outcome(part: Part, result: &FactResult) -> InboxFact {
    let word = match &result.outcome {
        FactOutcome::Created => "created",
        FactOutcome::Changed => "changed",
        FactOutcome::Unchanged => "unchanged",
        FactOutcome::Duplicate => "duplicate",
        FactOutcome::Stale => "stale",
        FactOutcome::VersionConflict if part.is_hearsay => "stale",
        FactOutcome::Parked(_) => "parked",
        FactOutcome::VersionConflict | FactOutcome::EventIdConflict | FactOutcome::Rejected { .. } => "rejected",
    };
    let detail = refusal(&result.outcome).filter(|_| word == "rejected").map(|refusal| words(&refusal));
    InboxFact { result: word.to_owned(), detail, ..part.about }
}
