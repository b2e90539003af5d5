//! The customers of a batch: those named, and those of every known thing that is named.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, Value};
use uuid::Uuid;

use super::{Mode, load::Loader, named::Named, rows::Ids};
use crate::{StoreError, any, entity::customers, time::millis};

/// Customers, locked on PostgreSQL.
pub(super) struct Debtors {
    /// By name.
    pub names: Ids,
    /// In full, where a fact is about the customer itself.
    pub rows: Vec<customers::Model>,
    all: BTreeSet<Uuid>,
    /// Those of known things that the batch names.
    owners: BTreeSet<Uuid>,
}

impl Debtors {
    pub fn ids(&self) -> Vec<Uuid> {
        self.all.iter().copied().collect()
    }

    /// Those whose whole ledger is read.
    pub fn ledgers(&self, named: &Named<'_>, with_money: &BTreeSet<Uuid>) -> Vec<Uuid> {
        if !named.ledger {
            return Vec::new();
        }
        let paying = named.paying.iter().filter_map(|(source, name)| self.names.get(source, name));
        let moved: BTreeSet<Uuid> = self.owners.iter().chain(with_money).copied().chain(paying).collect();
        moved.into_iter().collect()
    }
}

/// Finds and locks the customers of a batch, in the order of their ids.
pub(super) async fn load(load: &Loader<'_>, named: &Named<'_>) -> Result<Debtors, StoreError> {
    let (all, owners) = meant(load, named).await?;
    let mut debtors = Debtors { names: Ids::default(), rows: Vec::new(), all: BTreeSet::new(), owners };
    if all.is_empty() {
        return Ok(debtors);
    }
    let columns = if named.details { "*" } else { "id, source, external_id" };
    let these = any::of_ids(load.backend(), 2);
    let lock = if load.backend() == DbBackend::Postgres && load.mode == Mode::Commit { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT {columns} FROM customers WHERE tenant_id = $1 AND id {these} ORDER BY id{lock}");
    let values = vec![any::ids(load.backend(), all)];
    if named.details {
        debtors.rows = load.rows::<customers::Entity>(&sql, values).await?;
        for row in &debtors.rows {
            debtors.names.insert(&row.source, &row.external_id, row.id);
            debtors.all.insert(row.id);
        }
        return Ok(debtors);
    }
    for row in load.raw(&sql, values).await? {
        let (id, source, external_id): (Uuid, String, String) = (row.try_get_by(0)?, row.try_get_by(1)?, row.try_get_by(2)?);
        debtors.names.insert(&source, &external_id, id);
        debtors.all.insert(id);
    }
    Ok(debtors)
}

/// The customers meant by a batch, and those among them whose known things it names.
async fn meant(load: &Loader<'_>, named: &Named<'_>) -> Result<(BTreeSet<Uuid>, BTreeSet<Uuid>), StoreError> {
    let mut values = Vec::new();
    let mut parts = Vec::new();
    let tables = [
        ("customers", "id, FALSE", &named.customers),
        ("invoices", "customer_id, TRUE", &named.invoices),
        ("credit_notes", "customer_id, TRUE", &named.credit_notes),
        ("payments", "customer_id, TRUE", &named.payments),
        ("disputes", "customer_id, TRUE", &named.disputes),
        ("promises", "customer_id, TRUE", &named.promises),
    ];
    for (table, what, names) in tables.into_iter().filter(|(.., names)| !names.is_empty()) {
        parts.push(any::named(load.backend(), what, table, ["source", "external_id"], values.len() + 2));
        values.extend(any::pairs(load.backend(), names.iter().copied()));
    }
    let (mut all, mut owners) = (BTreeSet::new(), BTreeSet::new());
    if parts.is_empty() {
        return Ok((all, owners));
    }
    for row in load.raw(&parts.join(" UNION ALL "), values).await? {
        let (id, owner): (Uuid, bool) = (row.try_get_by(0)?, row.try_get_by(1)?);
        all.insert(id);
        if owner {
            owners.insert(id);
        }
    }
    Ok((all, owners))
}

/// Those among the customers who have money that waits for an invoice, or (in a test tenant, whose clock stands
/// still) allocations of this very instant, which are made anew with all that is said at it.
pub(super) async fn with_money(
    load: &Loader<'_>,
    debtors: &Debtors,
    test_now: Option<DateTime<Utc>>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    if debtors.all.is_empty() {
        return Ok(BTreeSet::new());
    }
    let theirs = format!("tenant_id = $1 AND customer_id {}", any::of_ids(load.backend(), 2));
    let mut values: Vec<Value> = vec![any::ids(load.backend(), debtors.all.iter().copied())];
    let mut parts =
        ["payments", "credit_notes"].map(|table| format!("SELECT customer_id FROM {table} WHERE {theirs} AND unapplied > 0")).to_vec();
    if let Some(now) = test_now {
        values.push(millis(now).into());
        parts.push(format!("SELECT customer_id FROM allocations WHERE {theirs} AND made_at >= $3"));
    }
    load.raw(&parts.join(" UNION "), values).await?.iter().map(|row| Ok(row.try_get_by(0)?)).collect()
}
