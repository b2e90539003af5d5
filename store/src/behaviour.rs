//! How a customer pays, read from the ledger and from what was tried.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{Days, NaiveDate};
use relance_domain::{
    behaviour::{History, LOOKED_BACK, PastInvoice, PromisesMade, Reach},
    ids::{CustomerId, TenantId},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use crate::{
    StoreError, any, customers,
    time::{day, day_text},
};

/// What is known of a customer's habits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    /// The first due date looked at.
    pub since: NaiveDate,
    /// Invoices and promises.
    pub history: History,
    /// Whether anybody can be reached.
    pub reach: Reach,
}

/// Invoices with each payment against them, one row a payment.
const INVOICES: &str = "SELECT i.customer_id, i.id, i.due_on, i.currency, i.amount_due, i.disputed, a.on_day, a.amount FROM invoices i \
     LEFT JOIN allocations a ON a.tenant_id = i.tenant_id AND a.customer_id = i.customer_id AND a.invoice_id = i.id \
     AND a.payment_id IS NOT NULL AND a.reversed_on IS NULL \
     WHERE i.tenant_id = $1 AND i.customer_id IDS AND i.status <> 'void' AND (i.due_on >= $3 OR i.amount_due > 0) ORDER BY i.id";

const PROMISES: &str = "SELECT customer_id, status, COUNT(*) FROM promises WHERE tenant_id = $1 AND customer_id IDS AND made_on >= $3 \
     GROUP BY customer_id, status";

const CALLS: &str = "SELECT channel, on_day, reached, direction FROM interactions WHERE tenant_id = $1 AND customer_id = $2 ORDER BY at DESC, id DESC LIMIT 200";

const CONTACTS: &str = "SELECT COUNT(*), COUNT(CASE WHEN suppressed <> '[]' THEN 1 END) FROM contacts \
     WHERE tenant_id = $1 AND customer_id = $2 AND NOT gone";

/// Reads what is known of `customer` on the day `on`: five statements, whatever the history.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn habits<C: ConnectionTrait>(c: &C, tenant: TenantId, customer: CustomerId, on: NaiveDate) -> Result<Habits, StoreError> {
    customers::get(c, tenant, customer).await?;
    let since = looked_back(on);
    let of: [Value; 2] = [tenant.0.into(), customer.0.into()];
    let mut reach = reach(&ask(c, CALLS, of.clone()).await?)?;
    if let Some(row) = ask(c, CONTACTS, of).await?.first() {
        (reach.contacts, reach.suppressed_contacts) = (count(row, 0)?, count(row, 1)?);
    }
    let history = histories(c, tenant, &[customer.0], on).await?.remove(&customer.0).unwrap_or_default();
    Ok(Habits { since, history, reach })
}

/// How customers paid in the year before `on`, in two statements; who has no history is left out.
///
/// # Errors
/// The database's, or a row that does not read.
pub(crate) async fn histories<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    ids: &[Uuid],
    on: NaiveDate,
) -> Result<BTreeMap<Uuid, History>, StoreError> {
    let backend = c.get_database_backend();
    let one = any::of_ids(backend, 2);
    let values: [Value; 3] = [tenant.0.into(), any::ids(backend, ids.iter().copied()), day_text(looked_back(on)).into()];
    let mut found = BTreeMap::<Uuid, History>::new();
    for (customer, invoices) in invoices(&ask(c, &INVOICES.replace("IDS", &one), values.clone()).await?)? {
        found.entry(customer).or_default().invoices = Arc::new(invoices);
    }
    for row in ask(c, &PROMISES.replace("IDS", &one), values).await? {
        promises(&mut found.entry(row.try_get_by(0)?).or_default().promises, &row)?;
    }
    Ok(found)
}

fn looked_back(on: NaiveDate) -> NaiveDate {
    on.checked_sub_days(Days::new(LOOKED_BACK)).unwrap_or(on)
}

async fn ask<C: ConnectionTrait>(c: &C, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<QueryResult>, StoreError> {
    Ok(c.query_all_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?)
}

fn count(row: &QueryResult, at: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(row.try_get_by::<i64, _>(at)?).unwrap_or(u32::MAX))
}

/// Invoices by customer; the payments of an invoice come one after the other.
fn invoices(rows: &[QueryResult]) -> Result<BTreeMap<Uuid, Vec<PastInvoice>>, StoreError> {
    let mut found = BTreeMap::<Uuid, Vec<PastInvoice>>::new();
    let mut last = None;
    for row in rows {
        let (customer, id): (Uuid, Uuid) = (row.try_get_by(0)?, row.try_get_by(1)?);
        let list = found.entry(customer).or_default();
        if last.replace(id) != Some(id) {
            list.push(PastInvoice {
                due_on: day("invoices", &row.try_get_by::<String, _>(2)?)?,
                currency: row.try_get_by::<String, _>(3)?.parse().map_err(|_| StoreError::inconsistent("invoices", "no currency"))?,
                settled: Vec::new(),
                open: (row.try_get_by::<i64, _>(4)? - row.try_get_by::<i64, _>(5)?).max(0),
            });
        }
        if let (Some(on), Some(invoice)) = (row.try_get_by::<Option<String>, _>(6)?, list.last_mut()) {
            invoice.settled.push((day("allocations", &on)?, row.try_get_by(7)?));
        }
    }
    Ok(found)
}

fn promises(made: &mut PromisesMade, row: &QueryResult) -> Result<(), StoreError> {
    let place = match row.try_get_by::<String, _>(1)?.as_str() {
        "kept" => &mut made.kept,
        "broken" => &mut made.broken,
        "open" => &mut made.open,
        _ => return Ok(()),
    };
    *place = count(row, 2)?;
    Ok(())
}

/// The newest come first.
fn reach(rows: &[QueryResult]) -> Result<Reach, StoreError> {
    let mut reach = Reach::default();
    for row in rows {
        if row.try_get_by::<bool, _>(2)? {
            reach.last_reached_on = Some(day("interactions", &row.try_get_by::<String, _>(1)?)?);
            break;
        }
        let ours = row.try_get_by::<String, _>(3)? != "inbound";
        reach.unanswered_calls += u32::from(ours && row.try_get_by::<String, _>(0)? == "phone");
    }
    Ok(reach)
}
