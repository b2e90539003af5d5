//! Pages of invoices.

use chrono::NaiveDate;
use relance_domain::{
    ids::{CustomerId, TenantId},
    records::{InvoiceRecord, InvoiceStatus},
};
use uuid::Uuid;

use super::read::{records, told};
use crate::{Store, StoreError, any, reads::Arg, time::day_text};

/// The order of a list of invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InvoiceOrder {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest due first.
    DueOn,
    /// Latest due first.
    DueOnLast,
}

/// Which invoices.
#[derive(Debug, Clone, Default)]
pub struct InvoiceFilter {
    /// One of these; empty: any.
    pub status: Vec<InvoiceStatus>,
    /// Due that day or later.
    pub due_on_gte: Option<NaiveDate>,
    /// Due before that day.
    pub due_on_lt: Option<NaiveDate>,
    /// Of one customer.
    pub customer: Option<CustomerId>,
    /// In which order.
    pub order: InvoiceOrder,
}

/// Invoices, from after the one with (due date, id) `after` on.
///
/// # Errors
/// The database's.
pub async fn list(
    store: &Store,
    tenant: TenantId,
    filter: &InvoiceFilter,
    after: Option<(NaiveDate, Uuid)>,
    limit: u64,
) -> Result<Vec<InvoiceRecord>, StoreError> {
    let (sql, args) = statement(store, filter, after, limit);
    let rows = store.readers().ask_text(tenant, &sql, &args).await?;
    records(store, tenant, &rows).await
}

/// The same filters make the same text, whatever they are compared with.
fn statement(store: &Store, filter: &InvoiceFilter, after: Option<(NaiveDate, Uuid)>, limit: u64) -> (String, Vec<Arg>) {
    let (mut sql, mut args) = (told!().to_owned(), Vec::new());
    // the tenant is parameter 1
    let mut place = |arg: Arg| {
        args.push(arg);
        args.len() + 1
    };
    if !filter.status.is_empty() {
        let status = place(Arg::Texts(filter.status.iter().map(|status| status.as_str()).collect()));
        sql.push_str(&format!(" AND i.status {}", any::of_texts(store.backend(), status)));
    }
    for (compare, day) in [(">=", filter.due_on_gte), ("<", filter.due_on_lt)] {
        if let Some(day) = day {
            sql.push_str(&format!(" AND i.due_on {compare} ${}", place(Arg::Text(day_text(day)))));
        }
    }
    if let Some(customer) = filter.customer {
        sql.push_str(&format!(" AND i.customer_id = ${}", place(Arg::Id(customer.0))));
    }
    let (compare, direction) = match filter.order {
        InvoiceOrder::DueOn => (">", "ASC"),
        InvoiceOrder::Newest | InvoiceOrder::DueOnLast => ("<", "DESC"),
    };
    if let Some((day, id)) = after {
        sql.push_str(&match filter.order {
            InvoiceOrder::Newest => format!(" AND i.id < ${}", place(Arg::Id(id))),
            _ => format!(" AND (i.due_on, i.id) {compare} (${}, ${})", place(Arg::Text(day_text(day))), place(Arg::Id(id))),
        });
    }
    let first = if filter.order == InvoiceOrder::Newest { String::new() } else { format!("i.due_on {direction}, ") };
    // a number in the text: the plan is made once, and must know that few rows are wanted
    sql.push_str(&format!(" ORDER BY {first}i.id {direction} LIMIT {limit}"));
    (sql, args)
}
