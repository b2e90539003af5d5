//! When an invoice falls due that states no due date.

use chrono::{Days, NaiveDate};

use crate::{
    customer::{CustomerDetails, CustomerKind},
    invoice::InvoiceDetails,
};

/// Days of the post when nobody says when a public body received the request (CCP R2192-15).
const ARRIVES_AFTER: u16 = 2;

/// From which day a payment term counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedFrom {
    /// The day of issue, and not before the work was done (C. com. L441-10 I: without an agreement the term counts from
    /// the receipt of the goods or the performance).
    Issue,
    /// The day on which the request for payment was received (CCP R2192-12); unknown: two days after its issue.
    Receipt,
}

/// How long a customer has to pay, and from when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentTerm {
    /// Days.
    pub days: u16,
    /// From when.
    pub from: CountedFrom,
    /// The rule, as an invoice's provenance names it.
    pub rule: &'static str,
}

impl PaymentTerm {
    /// The term of a customer: the law's for a public body (CCP R2192-10, R2192-11), else the creditor's own.
    pub fn of(customer: &CustomerDetails, default_days: u16) -> Self {
        if customer.kind != CustomerKind::PublicBody {
            return Self { days: default_days, from: CountedFrom::Issue, rule: "tenant_default" };
        }
        let (days, rule) = match customer.public_body_type.as_deref() {
            Some("public_health_establishment" | "armed_forces_health_service") => (50, "ccp_r2192_11_1"),
            Some("public_undertaking") => (60, "ccp_r2192_11_2"),
            _ => (30, "ccp_r2192_10"),
        };
        Self { days, from: CountedFrom::Receipt, rule }
    }

    /// The due date of an invoice under this term.
    pub fn due_on(&self, invoice: &InvoiceDetails) -> NaiveDate {
        let start = match self.from {
            CountedFrom::Issue => invoice.service_done_on.map_or(invoice.issued_on, |done| done.max(invoice.issued_on)),
            CountedFrom::Receipt => invoice.received_on.unwrap_or_else(|| after(invoice.issued_on, ARRIVES_AFTER)),
        };
        after(start, self.days)
    }
}

fn after(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(day)
}
