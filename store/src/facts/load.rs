//! Loads everything a batch names, in a constant number of statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use relance_domain::{
    calendar,
    facts::{Fact, WaitingFor},
    ids::TenantId,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QueryResult, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use super::{
    FactEnvelope, Mode,
    book::Book,
    customer::INSOLVENCY,
    debtors,
    named::{Named, Pairs},
    names::{makes_known, waits_for},
    owner::{self, Owner},
    parking::Parking,
    people::People,
    rows::Rows,
};
use crate::{
    StoreError, any,
    entity::{allocations, contacts, credit_notes, disputes, holds, ingest_events, invoices, parked, payments, policies, promises},
    ingested::REJECTED,
};

/// Longest chain of waiting: customer, invoice, payment or dispute, its end.
const LONGEST_WAIT: usize = 5;

/// Loads rows of one tenant whose text columns match.
pub(super) struct Loader<'a> {
    pub tx: &'a DatabaseTransaction,
    pub tenant: TenantId,
    pub mode: Mode,
}

impl Loader<'_> {
    /// Holds further batches of the tenant until this one is committed; SQLite has one writer anyway.
    async fn one_after_the_other(&self) -> Result<(), StoreError> {
        if self.backend() == DbBackend::Postgres && self.mode == Mode::Commit {
            let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 727102))";
            self.tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [self.tenant.0.to_string().into()])).await?;
        }
        Ok(())
    }

    /// The raw rows of a statement whose first parameter is the tenant.
    pub async fn raw(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, StoreError> {
        Ok(self.tx.query_all_raw(self.statement(sql, values)).await?)
    }

    fn statement(&self, sql: &str, lists: Vec<Value>) -> Statement {
        let mut values: Vec<Value> = vec![self.tenant.0.into()];
        values.extend(lists);
        Statement::from_sql_and_values(self.backend(), sql, values)
    }

    pub async fn rows<E: EntityTrait>(&self, sql: &str, lists: Vec<Value>) -> Result<Vec<E::Model>, StoreError> {
        Ok(E::find().from_raw_sql(self.statement(sql, lists)).all(self.tx).await?)
    }

    /// Rows that those pairs name.
    async fn named<E: EntityTrait>(&self, table: &str, columns: [&str; 2], names: &Pairs<'_>) -> Result<Vec<E::Model>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let sql = any::named(self.backend(), "*", table, columns, 2);
        self.rows::<E>(&sql, any::pairs(self.backend(), names.iter().copied())).await
    }

    /// Rows of those customers.
    async fn of<E: EntityTrait>(&self, table: &str, customers: &[Uuid], also: &str) -> Result<Vec<E::Model>, StoreError> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let condition = any::of_ids(self.backend(), 2);
        let sql = format!("SELECT * FROM {table} WHERE tenant_id = $1 AND customer_id {condition}{also}");
        self.rows::<E>(&sql, vec![any::ids(self.backend(), customers.iter().copied())]).await
    }

    pub fn texts(&self, list: &BTreeSet<&str>) -> Value {
        any::texts(self.backend(), list.iter().copied())
    }

    pub fn backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }
}

/// Opens the book of a batch. On PostgreSQL the batches of one tenant come one after the other, and the
/// customers' rows are locked in the order of their ids before anything of theirs is read.
///
/// The whole ledger is read of those customers only where a fact may move more than it says: not of one who
/// gets a new invoice and has no money that waits for one.
pub(super) async fn book(
    tx: &DatabaseTransaction,
    tenant: TenantId,
    real_now: DateTime<Utc>,
    facts: &[&FactEnvelope],
    mode: Mode,
) -> Result<Book, StoreError> {
    let load = Loader { tx, tenant, mode };
    let Owner { live, now, settings, new_sources } = owner::load(&load, facts, real_now).await?;
    load.one_after_the_other().await?;
    let events_known = known_events(&load, facts).await?;
    let fresh: Vec<&FactEnvelope> = facts.iter().copied().filter(|one| !is_known(&events_known, one)).collect();
    let parking = parked_facts(&load, &fresh).await?;
    let named = Named::of(fresh.iter().map(|one| (one.source.as_str(), &one.fact)).chain(parking.facts()));

    let customers = debtors::load(&load, &named).await?;
    let with_money = debtors::with_money(&load, &customers, (!live).then_some(now)).await?;
    let (ids, ledger) = (customers.ids(), customers.ledgers(&named, &with_money));
    let people: &[Uuid] = if named.people { &ids } else { &[] };
    let policies = if named.promises.is_empty() { Vec::new() } else { crate::policies::active(tx, tenant).await? };
    let policy_ids = policy_ids(&load, named.policies).await?;
    let zone = calendar::parse_zone(&settings.time_zone).unwrap_or_default();
    Ok(Book {
        tenant,
        live,
        today: calendar::local_day(now, zone),
        settings,
        now,
        real_now,
        people: People::loaded(load.of::<contacts::Entity>("contacts", people, "").await?)?,
        invoices: Rows::loaded(load.of::<invoices::Entity>("invoices", &ledger, "").await?),
        invoice_details: BTreeMap::new(),
        credit_notes: Rows::loaded(load.of::<credit_notes::Entity>("credit_notes", &ledger, "").await?),
        payments: Rows::loaded(load.of::<payments::Entity>("payments", &ledger, "").await?),
        disputes: Rows::loaded(load.of::<disputes::Entity>("disputes", &ledger, "").await?),
        allocations: by_customer(load.of::<allocations::Entity>("allocations", &ledger, "").await?),
        promises: Rows::loaded(load.named::<promises::Entity>("promises", ["source", "external_id"], &named.promises).await?),
        holds: Rows::loaded(if named.insolvency {
            load.of::<holds::Entity>("holds", &ids, &format!(" AND released_at IS NULL AND reason = '{INSOLVENCY}'")).await?
        } else {
            Vec::new()
        }),
        debtors: customers.names,
        customers: Rows::loaded(customers.rows),
        customers_with_money: with_money,
        allocated: Vec::new(),
        withdrawn: Vec::new(),
        policies,
        policy_ids,
        events_known,
        events_new: BTreeMap::new(),
        sources: new_sources,
        touched: BTreeSet::new(),
        debts: BTreeSet::new(),
        unsettled: BTreeSet::new(),
        request_id: None,
        movers: BTreeMap::new(),
        tellings: Vec::new(),
        parking,
    })
}

fn by_customer(rows: Vec<allocations::Model>) -> BTreeMap<Uuid, Vec<allocations::Model>> {
    let mut all = BTreeMap::<Uuid, Vec<allocations::Model>>::new();
    for row in rows {
        all.entry(row.customer_id).or_default().push(row);
    }
    all
}

fn is_known(known: &HashMap<(String, String), String>, envelope: &FactEnvelope) -> bool {
    envelope.event.as_ref().is_some_and(|event| known.contains_key(&(envelope.source.clone(), event.id.clone())))
}

async fn known_events(load: &Loader<'_>, facts: &[&FactEnvelope]) -> Result<HashMap<(String, String), String>, StoreError> {
    let with_event = || facts.iter().filter_map(|one| Some((one.source.as_str(), one.event.as_ref()?.id.as_str())));
    let rows = load.named::<ingest_events::Entity>("ingest_events", ["source", "event_id"], &with_event().collect()).await?;
    let taken = rows.into_iter().filter(|row| row.result != REJECTED);
    Ok(taken.map(|row| ((row.source, row.event_id), row.digest)).collect())
}

/// Parked facts that this batch may set free, and those that these may set free in turn.
async fn parked_facts(load: &Loader<'_>, facts: &[&FactEnvelope]) -> Result<Parking, StoreError> {
    let mut rows: Vec<parked::Model> = Vec::new();
    let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
    let mut needs: BTreeSet<(String, String)> = facts.iter().filter_map(|one| need(&one.source, &one.fact)).collect();
    for _ in 0..LONGEST_WAIT {
        if needs.is_empty() {
            break;
        }
        let keys = needs.iter().map(|(source, key)| (source.as_str(), key.as_str())).collect();
        let found = load.named::<parked::Entity>("parked", ["source", "waits_for"], &keys).await?;
        asked.append(&mut needs);
        let mut new = Vec::new();
        for row in found {
            let fact: Fact = serde_json::from_str(&row.fact).map_err(|error| StoreError::inconsistent("parked", error))?;
            new.extend(need(&row.source, &fact));
            rows.push(row); // once: each is found under the one thing it waits for
        }
        needs = new.into_iter().filter(|need| !asked.contains(need)).collect();
    }
    Parking::loaded(rows)
}

fn need(source: &str, fact: &Fact) -> Option<(String, String)> {
    let known: WaitingFor = makes_known(fact)?;
    Some((source.to_owned(), waits_for(&known)))
}

/// Policies of any state that a customer may name.
async fn policy_ids(load: &Loader<'_>, wanted: bool) -> Result<BTreeSet<Uuid>, StoreError> {
    if !wanted {
        return Ok(BTreeSet::new());
    }
    let query = policies::Entity::find().select_only().column(policies::Column::Id).distinct();
    let ids: Vec<Uuid> = query.filter(policies::Column::TenantId.eq(load.tenant.0)).into_tuple().all(load.tx).await?;
    Ok(ids.into_iter().collect())
}
