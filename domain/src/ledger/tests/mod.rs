//! Cases and properties. Amounts in cents; days are those of January 2026; `at(d)` is the clock.

mod history;
mod properties;
mod rules;

use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

use super::*;

fn day(n: u64) -> NaiveDate {
    let new_year = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    new_year + Days::new(n.saturating_sub(1))
}

fn at(n: u64) -> DateTime<Utc> {
    day(n).and_time(chrono::NaiveTime::MIN).and_utc()
}

fn inv(n: u128) -> InvoiceId {
    InvoiceId(Uuid::from_u128(n))
}

/// Invoice `F-n`, issued on the first.
fn invoice(n: u128, payable: i64) -> LedgerInvoice {
    LedgerInvoice {
        id: inv(n),
        number: format!("F-{n}"),
        external_id: format!("i{n:03}"),
        payment_reference: None,
        issued_on: day(1),
        due_on: day(31),
        currency: Currency::EUR,
        payable,
        voided: false,
    }
}

fn payment(n: u128, paid: u64, amount: i64) -> LedgerPayment {
    LedgerPayment {
        id: PaymentId(Uuid::from_u128(n)),
        external_id: format!("p{n:03}"),
        paid_on: day(paid),
        currency: Currency::EUR,
        amount,
        reference: None,
        stated: None,
        reversed_on: None,
    }
}

fn credit(n: u128, total: i64, invoice: Option<u128>) -> LedgerCredit {
    LedgerCredit {
        id: CreditNoteId(Uuid::from_u128(n)),
        external_id: format!("c{n:03}"),
        issued_on: day(5),
        currency: Currency::EUR,
        total,
        invoice: invoice.map(inv),
    }
}

fn referring(reference: &str, payment: LedgerPayment) -> LedgerPayment {
    let reference = Some(reference.to_owned());
    LedgerPayment { reference, ..payment }
}

fn stating(stated: &[(u128, i64)], payment: LedgerPayment) -> LedgerPayment {
    let stated = Some(stated.iter().map(|(n, cents)| (inv(*n), *cents)).collect());
    LedgerPayment { stated, ..payment }
}

fn reversed(on: u64, payment: LedgerPayment) -> LedgerPayment {
    let reversed_on = Some(day(on));
    LedgerPayment { reversed_on, ..payment }
}

fn voided(invoice: LedgerInvoice) -> LedgerInvoice {
    LedgerInvoice { voided: true, ..invoice }
}

fn facts<const I: usize, const P: usize>(invoices: [LedgerInvoice; I], payments: [LedgerPayment; P]) -> LedgerFacts {
    LedgerFacts { invoices: invoices.into(), payments: payments.into(), ..LedgerFacts::default() }
}

/// `p1 > F-2 30 reference`, in order.
fn said(allocations: &[Allocation]) -> Vec<String> {
    let mut lines: Vec<String> = allocations
        .iter()
        .map(|a| {
            let origin = match a.origin {
                Origin::Payment(id) => format!("p{}", id.0.as_u128()),
                Origin::CreditNote(id) => format!("c{}", id.0.as_u128()),
            };
            let invoice = a.invoice.0.as_u128();
            format!("{origin} > F-{invoice} {} {}", a.amount, a.rule.as_str())
        })
        .collect();
    lines.sort();
    lines
}

fn check(sentence: &str, facts: &LedgerFacts, expected: &[&str]) {
    assert_eq!(said(&allocate(facts, at(20))), expected, "{sentence}");
}
