//! Payments, their reversals, and credit notes.

use relance_domain::{
    facts::Fact,
    invoice::CreditMode,
    money::{Currency, Money},
};
use relance_openapi::{
    credit_note::CreditNoteInput,
    payment::{AllocationInput, PaymentInput, ReversalInput},
    problem::Code,
};

use super::Reader;
use crate::problem::Answer;

/// The fact that a payment states; pointers begin with `prefix`.
///
/// # Errors
/// 422 with every fault.
pub fn payment(external_id: String, body: PaymentInput, prefix: &str) -> Answer<Fact> {
    let mut read = Reader::new(prefix);
    let source_version = read.version(body.source_version.unwrap_or(1));
    let customer_external_id = read.external_id("customer_external_id", body.customer_external_id);
    let amount_at = read.at("amount");
    let amount = read.currency(&body.currency).and_then(|currency| read.faults.positive(&amount_at, &body.amount, currency));
    let allocations = body.allocations.map(|list| allocations(&mut read, list, amount));
    let paid_on = read.day("paid_on", &body.paid_on);
    let method = read.maybe("method", body.method, 60);
    let reference = read.maybe("reference", body.reference, 500);
    let payer_name = read.maybe("payer_name", body.payer_name, 300);
    let payer_iban = read.iban("payer_iban", body.payer_iban);
    let (amount, paid_on) = read.some(amount.zip(paid_on))?;
    Ok(Fact::Payment {
        external_id,
        source_version,
        customer_external_id,
        amount,
        paid_on,
        method,
        reference,
        payer_name,
        payer_iban,
        allocations,
    })
}

fn allocations(read: &mut Reader, list: Vec<AllocationInput>, amount: Option<Money>) -> Vec<(String, i64)> {
    let currency = amount.map_or(Currency::EUR, |amount| amount.currency);
    let mut parts = Vec::with_capacity(list.len());
    let mut sum: i64 = 0;
    for (at, AllocationInput { invoice_external_id, amount }) in list.into_iter().enumerate() {
        let pointer = read.at(&format!("allocations/{at}/amount"));
        let part = read.faults.positive(&pointer, &amount, currency).map_or(0, |money| money.minor);
        sum = sum.saturating_add(part);
        parts.push((read.external_id(&format!("allocations/{at}/invoice_external_id"), invoice_external_id), part));
    }
    if let Some(amount) = amount.filter(|amount| sum > amount.minor) {
        let detail = format!("{} is allocated, {} was paid.", currency.minor(sum).plain(), amount.plain());
        read.faults.add(read.at("allocations"), Code::OverAllocated, detail);
    }
    parts
}

/// The fact that a payment was taken back; pointers begin with `prefix`.
///
/// # Errors
/// 422 with every fault.
pub fn reversal(external_id: String, body: ReversalInput, prefix: &str) -> Answer<Fact> {
    let mut read = Reader::new(prefix);
    let on = read.day("on", &body.on);
    let reason_code = read.text("reason_code", body.reason_code, 60);
    let on = read.some(on)?;
    Ok(Fact::PaymentReversed { external_id, on, reason_code })
}

/// The fact that a credit note's snapshot states; pointers begin with `prefix`.
///
/// # Errors
/// 422 with every fault.
pub fn credit_note(external_id: String, body: CreditNoteInput, prefix: &str) -> Answer<Fact> {
    let mut read = Reader::new(prefix);
    let source_version = read.version(body.source_version);
    let customer_external_id = read.external_id("customer_external_id", body.customer_external_id);
    let number = read.text("number", body.number, 200);
    let issued_on = read.day("issued_on", &body.issued_on);
    let total_at = read.at("total");
    let total = read.currency(&body.currency).and_then(|currency| read.faults.positive(&total_at, &body.total, currency));
    let mode = body.mode.map_or(CreditMode::default(), CreditMode::from);
    let invoice_external_id = body.invoice_external_id.map(|text| read.external_id("invoice_external_id", text));
    let (issued_on, total) = read.some(issued_on.zip(total))?;
    Ok(Fact::CreditNote { external_id, source_version, customer_external_id, number, issued_on, total, mode, invoice_external_id })
}
