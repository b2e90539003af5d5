//! Rows ↔ the ledger of a customer.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{CreditNoteId, InvoiceId, PaymentId},
    ledger::{Allocation, AllocationRule, LedgerCredit, LedgerFacts, LedgerInvoice, LedgerPayment, Origin},
    money::{Currency, Money},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    StoreError,
    entity::{allocations, credit_notes, invoices, payments},
    facts::VOIDED_AT,
    json,
    payments::PaymentBody,
    time::{day, day_text, instant, millis},
};

/// The currency of a column.
pub(crate) fn currency(table: &'static str, code: &str) -> Result<Currency, StoreError> {
    code.parse().map_err(|error| StoreError::inconsistent(table, error))
}

/// An amount of two columns.
pub(crate) fn money(table: &'static str, minor: i64, code: &str) -> Result<Money, StoreError> {
    Ok(currency(table, code)?.minor(minor))
}

/// The part of an invoice's document that the ledger needs.
#[derive(Deserialize)]
struct InvoicePart {
    #[serde(default)]
    payment_reference: Option<String>,
    voided: bool,
    #[serde(default)]
    provenance: BTreeMap<String, String>,
}

/// When an invoice was withdrawn; `None`: it was not, or that was not written down.
pub(crate) fn voided_at(row: &invoices::Model) -> Result<Option<DateTime<Utc>>, StoreError> {
    let part: InvoicePart = json::read("invoices", &row.details)?;
    Ok(part.provenance.get(VOIDED_AT).filter(|_| part.voided).and_then(|text| text.parse().ok()))
}

pub(crate) fn invoice(row: &invoices::Model) -> Result<LedgerInvoice, StoreError> {
    let part: InvoicePart = json::read("invoices", &row.details)?;
    Ok(LedgerInvoice {
        id: InvoiceId(row.id),
        number: row.number.clone(),
        external_id: row.external_id.clone(),
        payment_reference: part.payment_reference,
        issued_on: day("invoices", &row.issued_on)?,
        due_on: day("invoices", &row.due_on)?,
        currency: currency("invoices", &row.currency)?,
        payable: row.payable,
        voided: part.voided,
    })
}

pub(crate) fn credit(row: &credit_notes::Model) -> Result<LedgerCredit, StoreError> {
    Ok(LedgerCredit {
        id: CreditNoteId(row.id),
        external_id: row.external_id.clone(),
        issued_on: day("credit_notes", &row.issued_on)?,
        currency: currency("credit_notes", &row.currency)?,
        total: row.total,
        invoice: row.invoice_id.map(InvoiceId),
    })
}

pub(crate) fn payment(row: &payments::Model) -> Result<LedgerPayment, StoreError> {
    let body: PaymentBody = json::read("payments", &row.details)?;
    Ok(LedgerPayment {
        id: PaymentId(row.id),
        external_id: row.external_id.clone(),
        paid_on: day("payments", &row.paid_on)?,
        currency: currency("payments", &row.currency)?,
        amount: row.amount,
        reference: body.reference,
        stated: body.stated_allocations,
        reversed_on: row.reversed_on.as_deref().map(|text| day("payments", text)).transpose()?,
    })
}

/// The words of the rules, most certain first.
const RULES: [AllocationRule; 5] = [
    AllocationRule::Stated,
    AllocationRule::NamedInvoice,
    AllocationRule::Reference,
    AllocationRule::ExactAmount,
    AllocationRule::ExactSet,
];

pub(crate) fn allocation(row: &allocations::Model) -> Result<Allocation, StoreError> {
    let origin = match (row.payment_id, row.credit_note_id) {
        (Some(id), None) => Origin::Payment(PaymentId(id)),
        (None, Some(id)) => Origin::CreditNote(CreditNoteId(id)),
        _ => return Err(StoreError::inconsistent("allocations", "needs one origin")),
    };
    let rule = RULES.into_iter().find(|rule| rule.as_str() == row.rule);
    Ok(Allocation {
        origin,
        invoice: InvoiceId(row.invoice_id),
        amount: row.amount,
        on: day("allocations", &row.on_day)?,
        rule: rule.ok_or_else(|| StoreError::inconsistent("allocations", &row.rule))?,
        made_at: instant(row.made_at),
        reversed_on: row.reversed_on.as_deref().map(|text| day("allocations", text)).transpose()?,
    })
}

pub(crate) fn allocation_row(tenant: Uuid, customer: Uuid, id: Uuid, allocation: &Allocation) -> allocations::Model {
    let (payment_id, credit_note_id) = match allocation.origin {
        Origin::Payment(id) => (Some(id.0), None),
        Origin::CreditNote(id) => (None, Some(id.0)),
    };
    allocations::Model {
        tenant_id: tenant,
        id,
        customer_id: customer,
        payment_id,
        credit_note_id,
        invoice_id: allocation.invoice.0,
        amount: allocation.amount,
        on_day: day_text(allocation.on),
        rule: allocation.rule.as_str().to_owned(),
        made_at: millis(allocation.made_at),
        reversed_on: allocation.reversed_on.map(day_text),
    }
}

/// Everything the ledger of one customer is computed from.
///
/// # Errors
/// The database's.
pub(crate) async fn of<C: ConnectionTrait>(c: &C, tenant: Uuid, customer: Uuid) -> Result<LedgerFacts, StoreError> {
    macro_rules! all {
        ($table:ident, $read:expr) => {{
            let query = $table::Entity::find().filter($table::Column::TenantId.eq(tenant)).filter($table::Column::CustomerId.eq(customer));
            query.all(c).await?.iter().map($read).collect::<Result<Vec<_>, StoreError>>()?
        }};
    }
    Ok(LedgerFacts {
        invoices: all!(invoices, invoice),
        credits: all!(credit_notes, credit),
        payments: all!(payments, payment),
        allocations: all!(allocations, allocation),
    })
}
