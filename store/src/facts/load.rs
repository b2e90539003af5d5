//! Loads everything a batch names, in a constant number of statements.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use relance_domain::{
    calendar,
    facts::{Fact, WaitingFor},
    ids::TenantId,
    settings::Settings,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::{
    FactEnvelope, Mode,
    book::Book,
    customer::INSOLVENCY,
    names::{Name, makes_known, names, waits_for},
    parking::Parking,
    people::People,
    rows::Rows,
};
use crate::{
    StoreError, any,
    entity::{
        allocations, contacts, credit_notes, customers, disputes, holds, ingest_events, invoices, parked, payments, policies, promises,
        tenants,
    },
    time::instant,
};

/// Longest chain of waiting: customer, invoice, payment or dispute, its end.
const LONGEST_WAIT: usize = 5;

/// Loads rows of one tenant whose text columns match.
struct Loader<'a> {
    tx: &'a DatabaseTransaction,
    tenant: TenantId,
}

impl Loader<'_> {
    async fn rows<E: EntityTrait>(&self, sql: &str, lists: Vec<Value>) -> Result<Vec<E::Model>, StoreError> {
        let mut values: Vec<Value> = vec![self.tenant.0.into()];
        values.extend(lists);
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        Ok(E::find().from_raw_sql(statement).all(self.tx).await?)
    }

    /// Rows whose (source, external id) may be among those; a few more do no harm.
    async fn named<E: EntityTrait>(
        &self,
        table: &str,
        sources: &BTreeSet<&str>,
        names: &BTreeSet<&str>,
    ) -> Result<Vec<E::Model>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let condition = self.name_condition(2, 3);
        let sql = format!("SELECT * FROM {table} WHERE tenant_id = $1 AND {condition}");
        self.rows::<E>(&sql, vec![self.texts(sources), self.texts(names)]).await
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

    fn name_condition(&self, sources: usize, names: usize) -> String {
        let backend = self.backend();
        format!("source {} AND external_id {}", any::of_texts(backend, sources), any::of_texts(backend, names))
    }

    fn texts(&self, list: &BTreeSet<&str>) -> Value {
        any::texts(self.backend(), list.iter().copied())
    }

    fn backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }
}

/// Opens the book of a batch. On PostgreSQL the batches of one tenant come one after the other, and the
/// customers' rows are locked in the order of their ids before anything of theirs is read.
pub(super) async fn book(
    tx: &DatabaseTransaction,
    tenant: TenantId,
    real_now: DateTime<Utc>,
    facts: &[FactEnvelope],
    mode: Mode,
) -> Result<Book, StoreError> {
    let row = tenants::Entity::find_by_id(tenant.0).one(tx).await?.ok_or(StoreError::NotFound)?;
    let settings: Settings = serde_json::from_str(&row.settings).map_err(|error| StoreError::inconsistent("tenants", error))?;
    let load = Loader { tx, tenant };
    if load.backend() == DbBackend::Postgres && mode == Mode::Commit {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 727102))";
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [tenant.0.to_string().into()])).await?;
    }
    let events_known = known_events(&load, facts).await?;
    let fresh: Vec<&FactEnvelope> = facts.iter().filter(|one| !is_known(&events_known, one)).collect();
    let parking = parked_facts(&load, &fresh).await?;
    let named = Named::of(fresh.iter().map(|one| (one.source.as_str(), &one.fact)).chain(parking.facts()));

    let customers = load_customers(&load, &named, mode).await?;
    let ids: Vec<Uuid> = customers.iter().map(|row| row.id).collect();
    let ledger: &[Uuid] = if named.ledger { &ids } else { &[] };
    let people: &[Uuid] = if named.people { &ids } else { &[] };
    let policies = if named.promises.is_empty() { Vec::new() } else { crate::policies::active(tx, tenant).await? };
    let policy_ids = policy_ids(&load, named.policies).await?;
    let now = row.clock_at.map_or(real_now, instant);
    let zone = calendar::parse_zone(&settings.time_zone).unwrap_or_default();
    Ok(Book {
        tenant,
        live: row.live,
        today: calendar::local_day(now, zone),
        settings,
        now,
        real_now,
        people: People::loaded(load.of::<contacts::Entity>("contacts", people, "").await?)?,
        invoices: Rows::loaded(load.of::<invoices::Entity>("invoices", ledger, "").await?),
        credit_notes: Rows::loaded(load.of::<credit_notes::Entity>("credit_notes", ledger, "").await?),
        payments: Rows::loaded(load.of::<payments::Entity>("payments", ledger, "").await?),
        disputes: Rows::loaded(load.of::<disputes::Entity>("disputes", ledger, "").await?),
        allocations: by_customer(load.of::<allocations::Entity>("allocations", ledger, "").await?),
        promises: Rows::loaded(load.named::<promises::Entity>("promises", &named.sources, &named.promises).await?),
        holds: Rows::loaded(if named.insolvency {
            load.of::<holds::Entity>("holds", &ids, &format!(" AND released_at IS NULL AND reason = '{INSOLVENCY}'")).await?
        } else {
            Vec::new()
        }),
        customers: Rows::loaded(customers),
        allocated: Vec::new(),
        withdrawn: Vec::new(),
        policies,
        policy_ids,
        events_known,
        events_new: Vec::new(),
        sources: facts.iter().map(|one| one.source.clone()).collect(),
        touched: BTreeSet::new(),
        debts: BTreeSet::new(),
        tellings: Vec::new(),
        parking,
    })
}

fn by_customer(rows: Vec<allocations::Model>) -> std::collections::BTreeMap<Uuid, Vec<allocations::Model>> {
    let mut all = std::collections::BTreeMap::<Uuid, Vec<allocations::Model>>::new();
    for row in rows {
        all.entry(row.customer_id).or_default().push(row);
    }
    all
}

fn is_known(known: &HashMap<(String, String), String>, envelope: &FactEnvelope) -> bool {
    envelope.event.as_ref().is_some_and(|event| known.contains_key(&(envelope.source.clone(), event.id.clone())))
}

async fn known_events(load: &Loader<'_>, facts: &[FactEnvelope]) -> Result<HashMap<(String, String), String>, StoreError> {
    let with_event = || facts.iter().filter_map(|one| Some((one.source.as_str(), one.event.as_ref()?.id.as_str())));
    if with_event().next().is_none() {
        return Ok(HashMap::new());
    }
    let (sources, ids): (BTreeSet<&str>, BTreeSet<&str>) = with_event().unzip();
    let (sources_are, ids_are) = (any::of_texts(load.backend(), 2), any::of_texts(load.backend(), 3));
    let sql = format!("SELECT * FROM ingest_events WHERE tenant_id = $1 AND source {sources_are} AND event_id {ids_are}");
    let rows = load.rows::<ingest_events::Entity>(&sql, vec![load.texts(&sources), load.texts(&ids)]).await?;
    Ok(rows.into_iter().map(|row| ((row.source, row.event_id), row.digest)).collect())
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
        let (sources, keys): (BTreeSet<&str>, BTreeSet<&str>) = needs.iter().map(|(source, key)| (source.as_str(), key.as_str())).unzip();
        let (sources_are, keys_are) = (any::of_texts(load.backend(), 2), any::of_texts(load.backend(), 3));
        let sql = format!("SELECT * FROM parked WHERE tenant_id = $1 AND source {sources_are} AND waits_for {keys_are}");
        let found = load.rows::<parked::Entity>(&sql, vec![load.texts(&sources), load.texts(&keys)]).await?;
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

/// Everything the facts name, and which tables they speak of.
#[derive(Default)]
struct Named<'a> {
    sources: BTreeSet<&'a str>,
    customers: BTreeSet<&'a str>,
    invoices: BTreeSet<&'a str>,
    credit_notes: BTreeSet<&'a str>,
    payments: BTreeSet<&'a str>,
    disputes: BTreeSet<&'a str>,
    promises: BTreeSet<&'a str>,
    ledger: bool,
    policies: bool,
    insolvency: bool,
    people: bool,
}

impl<'a> Named<'a> {
    fn of(facts: impl Iterator<Item = (&'a str, &'a Fact)>) -> Self {
        let mut named = Self::default();
        for (source, fact) in facts {
            named.sources.insert(source);
            match fact {
                Fact::Customer { details, .. } => {
                    named.people = true;
                    named.policies |= details.policy_id.is_some();
                }
                Fact::InsolvencyOpened { .. } => named.insolvency = true,
                Fact::ContactOptedOut { .. } => named.people = true,
                _ => named.ledger = true,
            }
            for name in names(fact) {
                match name {
                    Name::Customer(id) => named.customers.insert(id),
                    Name::Invoice(id) => named.invoices.insert(id),
                    Name::CreditNote(id) => named.credit_notes.insert(id),
                    Name::Payment(id) => named.payments.insert(id),
                    Name::Dispute(id) => named.disputes.insert(id),
                    Name::Promise(id) => named.promises.insert(id),
                };
            }
        }
        named
    }
}

/// The customers named, and those of every named thing: whatever a fact changes is theirs.
async fn load_customers(load: &Loader<'_>, named: &Named<'_>, mode: Mode) -> Result<Vec<customers::Model>, StoreError> {
    let mut values = vec![load.texts(&named.sources)];
    let mut parts = Vec::new();
    let tables = [
        ("customers", "id", &named.customers),
        ("invoices", "customer_id", &named.invoices),
        ("credit_notes", "customer_id", &named.credit_notes),
        ("payments", "customer_id", &named.payments),
        ("disputes", "customer_id", &named.disputes),
        ("promises", "customer_id", &named.promises),
    ];
    for (table, column, names) in tables.into_iter().filter(|(_, _, names)| !names.is_empty()) {
        values.push(load.texts(names));
        let condition = load.name_condition(2, values.len() + 1);
        parts.push(format!("SELECT {column} FROM {table} WHERE tenant_id = $1 AND {condition}"));
    }
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let lock = if load.backend() == DbBackend::Postgres && mode == Mode::Commit { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT * FROM customers WHERE tenant_id = $1 AND id IN ({}) ORDER BY id{lock}", parts.join(" UNION "));
    load.rows::<customers::Entity>(&sql, values).await
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
