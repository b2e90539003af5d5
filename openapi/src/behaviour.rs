//! How a customer pays, on the wire.

use chrono::NaiveDate;
use relance_domain::behaviour::{Paying, PromisesMade, Reach, signs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::day;

/// How invoices of one currency were paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayingView {
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Invoices that fell due, with money paid or owed.
    #[schema(example = 12)]
    pub invoices: u32,
    /// Of these, with any part paid late or still owed.
    #[schema(example = 4)]
    pub late_invoices: u32,
    /// Money paid or owed.
    #[schema(example = "14400.00")]
    pub amount: String,
    /// Of which paid late or still owed.
    #[schema(example = "3600.00")]
    pub late_amount: String,
    /// Its share, in percent.
    #[schema(example = 25)]
    pub late_share_percent: i64,
    /// Days late on average, weighted by amount, one decimal: paid in time counts as 0, what is still owed as late as it is today.
    #[schema(example = "12.4")]
    pub average_days_late: String,
    /// The same of what fell due in the last 90 days.
    #[schema(example = "14.0")]
    pub recent_average_days_late: Option<String>,
    /// The same of what fell due before.
    #[schema(example = "11.8")]
    pub earlier_average_days_late: Option<String>,
}

/// Promises made in the time looked back upon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromisesMadeView {
    /// Kept.
    #[schema(example = 2)]
    pub kept: u32,
    /// Broken.
    #[schema(example = 1)]
    pub broken: u32,
    /// Still open.
    #[schema(example = 0)]
    pub open: u32,
}

/// Whether anybody can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReachView {
    /// Calls without an answer since the last contact that was answered.
    #[schema(example = 1)]
    pub unanswered_calls: u32,
    /// When somebody was last reached.
    #[schema(format = Date, example = "2026-10-21")]
    pub last_reached_on: Option<String>,
    /// Contacts the customer has.
    #[schema(example = 2)]
    pub contacts: u32,
    /// Of these, with a channel that bounced or was opted out of.
    #[schema(example = 0)]
    pub suppressed_contacts: u32,
}

/// How a customer pays: what was seen, and signs that a person should look at. Disputed amounts are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BehaviourView {
    /// Customer.
    pub customer_id: String,
    /// The tenant's day it was worked out on.
    #[schema(format = Date, example = "2026-11-20")]
    pub on: String,
    /// The first due date looked at; older invoices count while they are owed.
    #[schema(format = Date, example = "2025-11-20")]
    pub since: String,
    /// By currency.
    pub paying: Vec<PayingView>,
    /// Promises.
    pub promises: PromisesMadeView,
    /// Whether anybody can be reached.
    pub reach: ReachView,
    /// `calls_unanswered`, `contacts_suppressed`, `promises_broken`, `getting_worse`.
    pub signs: Vec<String>,
}

impl BehaviourView {
    /// What was seen of `customer_id` until `on`.
    pub fn of(customer_id: String, on: NaiveDate, since: NaiveDate, paying: &[Paying], promises: PromisesMade, reach: Reach) -> Self {
        Self {
            customer_id,
            on: day(on),
            since: day(since),
            paying: paying.iter().map(view).collect(),
            promises: PromisesMadeView { kept: promises.kept, broken: promises.broken, open: promises.open },
            reach: ReachView {
                unanswered_calls: reach.unanswered_calls,
                last_reached_on: reach.last_reached_on.map(day),
                contacts: reach.contacts,
                suppressed_contacts: reach.suppressed_contacts,
            },
            signs: signs(paying, promises, reach).into_iter().map(|sign| sign.as_str().to_owned()).collect(),
        }
    }
}

fn view(one: &Paying) -> PayingView {
    let tenths = |tenths: i64| format!("{}.{}", tenths / 10, tenths % 10);
    PayingView {
        currency: one.currency.code().to_owned(),
        invoices: one.invoices,
        late_invoices: one.late_invoices,
        amount: one.currency.minor(one.amount).plain(),
        late_amount: one.currency.minor(one.late_amount).plain(),
        late_share_percent: one.late_percent(),
        average_days_late: tenths(one.average_tenths),
        recent_average_days_late: one.recent_tenths.map(tenths),
        earlier_average_days_late: one.earlier_tenths.map(tenths),
    }
}
