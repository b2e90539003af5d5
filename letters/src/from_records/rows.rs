//! The invoices of a message: at its step, younger ones, those not due yet, and those it does not claim.

use chrono::NaiveDate;
use relance_domain::records::{InvoiceRecord, MessageFacts};

use crate::context::{Amount, Row, RowFacts};

/// The rows of a message by what is said of them.
pub(super) struct Rows {
    pub at_step: Vec<Row>,
    pub others: Vec<Row>,
    pub upcoming: Vec<Row>,
    pub not_claimed: Vec<Row>,
}

/// Sorts the invoices of a message. What is asked is what the reminder says, not what the invoice says.
pub(super) fn of(facts: &MessageFacts, today: NaiveDate) -> Rows {
    let mut rows = Rows { at_step: Vec::new(), others: Vec::new(), upcoming: Vec::new(), not_claimed: Vec::new() };
    let body = &facts.reminder.body;
    let find = |id| facts.invoices.iter().find(|invoice| invoice.id == id);
    for line in &body.lines {
        let Some(invoice) = find(line.invoice_id) else { continue };
        let row = row(invoice, line.amount_due, today);
        if line.step_key == facts.reminder.step_key {
            rows.at_step.push(row);
        } else if row.due_on < today {
            rows.others.push(row);
        } else {
            rows.upcoming.push(row);
        }
        // the rest of a partly disputed invoice
        if invoice.disputed > 0 {
            rows.not_claimed.push(self::row(invoice, invoice.disputed.min(invoice.amount_due), today));
        }
    }
    // what simply waits for its own step is not spoken of
    for left in body.left_out.iter().filter(|left| left.reason != "not_at_step") {
        let Some(invoice) = find(left.invoice_id).filter(|invoice| invoice.amount_due > 0) else { continue };
        rows.not_claimed.push(row(invoice, invoice.amount_due, today));
    }
    rows
}

/// The one address where all of it can be paid on-line; several would say different things.
pub(super) fn payment_url(facts: &MessageFacts) -> Option<String> {
    let lines = facts.reminder.body.lines.iter();
    let mut urls = lines.map(|line| {
        let invoice = facts.invoices.iter().find(|invoice| invoice.id == line.invoice_id);
        invoice.and_then(|invoice| invoice.details.payment_url.as_ref())
    });
    let first = urls.next().flatten()?;
    urls.all(|url| url == Some(first)).then(|| first.clone())
}

fn row(invoice: &InvoiceRecord, asked: i64, today: NaiveDate) -> Row {
    let details = &invoice.details;
    let amount = |minor: i64| Amount::new(details.currency.code(), minor, details.currency.exponent());
    let some = |minor: i64| (minor > 0).then(|| amount(minor));
    Row {
        number: details.number.clone(),
        issued_on: details.issued_on,
        due_on: details.due_on,
        purchase_order: details.purchase_order.clone(),
        amount_due: amount(asked),
        total: amount(details.total),
        credited: some(invoice.credited),
        paid: some(invoice.paid),
        days_overdue: today.signed_duration_since(details.due_on).num_days().max(0),
        payee_iban: details.payee_iban.clone(),
        payee_name: details.payee_name.clone(),
        origin: details.origin.clone(),
        facts: RowFacts { delivered_on: details.delivered_on, received_on: details.received_on, ..RowFacts::default() },
    }
}

/// Most references that a payer can be asked to quote.
const MOST_REFERENCES: usize = 4;

/// What to quote when paying: each invoice's payment reference (BT-83), else its number; too many of them: nothing
/// but our own reference.
pub(super) fn payment_reference(facts: &MessageFacts) -> String {
    let lines = &facts.reminder.body.lines;
    if lines.len() > MOST_REFERENCES {
        return String::new();
    }
    let quoted = lines.iter().map(|line| {
        let invoice = facts.invoices.iter().find(|invoice| invoice.id == line.invoice_id);
        invoice.and_then(|invoice| invoice.details.payment_reference.clone()).unwrap_or_else(|| line.number.clone())
    });
    quoted.collect::<Vec<_>>().join(", ")
}
