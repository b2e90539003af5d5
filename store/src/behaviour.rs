//! How a customer pays, read from the ledger and from what was tried.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use relance_domain::{
    behaviour::{LOOKED_BACK, PastInvoice, PromisesMade, Reach},
    ids::{CustomerId, TenantId},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use crate::{
    StoreError, customers,
    time::{day, day_text},
};

/// What is known of a customer's habits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    /// The first due date looked at.
    pub since: NaiveDate,
    /// Invoices that fell due since, and older ones that are still owed.
    pub invoices: Vec<PastInvoice>,
    /// Promises made since.
    pub promises: PromisesMade,
    /// Whether anybody can be reached.
    pub reach: Reach,
}

/// Invoices with each payment against them, one row a payment.
const INVOICES: &str = "SELECT i.id, i.due_on, i.currency, i.amount_due, i.disputed, a.on_day, a.amount FROM invoices i \
     LEFT JOIN allocations a ON a.tenant_id = i.tenant_id AND a.customer_id = i.customer_id AND a.invoice_id = i.id \
     AND a.payment_id IS NOT NULL AND a.reversed_on IS NULL \
     WHERE i.tenant_id = $1 AND i.customer_id = $2 AND i.status <> 'void' AND i.due_on < $3 AND (i.due_on >= $4 OR i.amount_due > 0)";

const PROMISES: &str = "SELECT status, COUNT(*) FROM promises WHERE tenant_id = $1 AND customer_id = $2 AND made_on >= $3 GROUP BY status";

const CALLS: &str = "SELECT channel, on_day, reached, direction FROM interactions WHERE tenant_id = $1 AND customer_id = $2 ORDER BY at DESC, id DESC LIMIT 200";

const CONTACTS: &str = "SELECT COUNT(*), COUNT(CASE WHEN suppressed <> '[]' THEN 1 END) FROM contacts \
     WHERE tenant_id = $1 AND customer_id = $2 AND NOT gone";

/// Reads what is known of `customer` on the day `on`: four statements, whatever the history.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn habits<C: ConnectionTrait>(c: &C, tenant: TenantId, customer: CustomerId, on: NaiveDate) -> Result<Habits, StoreError> {
    customers::get(c, tenant, customer).await?;
    let since = on.checked_sub_days(Days::new(LOOKED_BACK)).unwrap_or(on);
    let of: [Value; 2] = [tenant.0.into(), customer.0.into()];
    let rows = ask(c, INVOICES, of.clone().into_iter().chain([day_text(on).into(), day_text(since).into()])).await?;
    let promises = promises(&ask(c, PROMISES, of.clone().into_iter().chain([day_text(since).into()])).await?)?;
    let mut reach = reach(&ask(c, CALLS, of.clone()).await?)?;
    if let Some(row) = ask(c, CONTACTS, of).await?.first() {
        (reach.contacts, reach.suppressed_contacts) = (count(row, 0)?, count(row, 1)?);
    }
    Ok(Habits { since, invoices: invoices(&rows)?, promises, reach })
}

async fn ask<C: ConnectionTrait>(c: &C, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<QueryResult>, StoreError> {
    Ok(c.query_all_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?)
}

fn count(row: &QueryResult, at: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(row.try_get_by::<i64, _>(at)?).unwrap_or(u32::MAX))
}

fn invoices(rows: &[QueryResult]) -> Result<Vec<PastInvoice>, StoreError> {
    let mut found = BTreeMap::<Uuid, PastInvoice>::new();
    for row in rows {
        let invoice = match found.entry(row.try_get_by(0)?) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(PastInvoice {
                due_on: day("invoices", &row.try_get_by::<String, _>(1)?)?,
                currency: row.try_get_by::<String, _>(2)?.parse().map_err(|_| StoreError::inconsistent("invoices", "no currency"))?,
                settled: Vec::new(),
                open: (row.try_get_by::<i64, _>(3)? - row.try_get_by::<i64, _>(4)?).max(0),
            }),
        };
        if let Some(on) = row.try_get_by::<Option<String>, _>(5)? {
            invoice.settled.push((day("allocations", &on)?, row.try_get_by(6)?));
        }
    }
    Ok(found.into_values().collect())
}

fn promises(rows: &[QueryResult]) -> Result<PromisesMade, StoreError> {
    let mut made = PromisesMade::default();
    for row in rows {
        let place = match row.try_get_by::<String, _>(0)?.as_str() {
            "kept" => &mut made.kept,
            "broken" => &mut made.broken,
            "open" => &mut made.open,
            _ => continue,
        };
        *place = count(row, 1)?;
    }
    Ok(made)
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
