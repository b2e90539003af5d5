//! What a fact names, what it makes known, and what it waits for.

use relance_domain::facts::{Fact, WaitedKind, WaitingFor};

use super::book::Book;

/// What the things are called that a fact speaks of, by kind.
pub(super) enum Name<'a> {
    Customer(&'a str),
    Invoice(&'a str),
    CreditNote(&'a str),
    Payment(&'a str),
    Dispute(&'a str),
    Promise(&'a str),
}

/// Every thing a fact names, itself included.
pub(super) fn names(fact: &Fact) -> Vec<Name<'_>> {
    use Name::{CreditNote, Customer, Dispute, Invoice, Payment, Promise};
    match fact {
        Fact::Customer { external_id, .. } => vec![Customer(external_id)],
        Fact::Invoice { external_id, customer_external_id, .. } => vec![Invoice(external_id), Customer(customer_external_id)],
        Fact::CreditNote { external_id, customer_external_id, invoice_external_id, .. } => {
            let mut names = vec![CreditNote(external_id), Customer(customer_external_id)];
            names.extend(invoice_external_id.as_deref().map(Invoice));
            names
        }
        Fact::Payment { external_id, customer_external_id, allocations, .. } => {
            let mut names = vec![Payment(external_id), Customer(customer_external_id)];
            names.extend(allocations.iter().flatten().map(|(invoice, _)| Invoice(invoice)));
            names
        }
        Fact::PaymentReversed { external_id, .. } => vec![Payment(external_id)],
        Fact::InvoiceVoided { external_id, .. } | Fact::InvoiceDelivered { external_id, .. } => vec![Invoice(external_id)],
        Fact::ContactOptedOut { customer_external_id, .. } | Fact::InsolvencyOpened { customer_external_id, .. } => {
            vec![Customer(customer_external_id)]
        }
        Fact::DisputeOpened { external_id, invoice_external_id, .. } => vec![Dispute(external_id), Invoice(invoice_external_id)],
        Fact::DisputeResolved { external_id, .. } => vec![Dispute(external_id)],
        Fact::PromiseMade { external_id, customer_external_id, invoice_external_ids, .. } => {
            let mut names = vec![Promise(external_id), Customer(customer_external_id)];
            names.extend(invoice_external_ids.iter().flatten().map(|invoice| Invoice(invoice)));
            names
        }
        Fact::EinvoiceStatusChanged { invoice_external_id, .. } => vec![Invoice(invoice_external_id)],
    }
}

/// The kind of a fact and its own name, as parked rows are told apart.
pub(super) fn identity(fact: &Fact) -> (&'static str, &str) {
    match fact {
        Fact::Customer { external_id, .. } => ("customer", external_id),
        Fact::Invoice { external_id, .. } => ("invoice", external_id),
        Fact::CreditNote { external_id, .. } => ("credit_note", external_id),
        Fact::Payment { external_id, .. } => ("payment", external_id),
        Fact::PaymentReversed { external_id, .. } => ("payment_reversed", external_id),
        Fact::InvoiceVoided { external_id, .. } => ("invoice_voided", external_id),
        Fact::InvoiceDelivered { external_id, .. } => ("invoice_delivered", external_id),
        Fact::ContactOptedOut { customer_external_id, .. } => ("contact_opted_out", customer_external_id),
        Fact::DisputeOpened { external_id, .. } => ("dispute_opened", external_id),
        Fact::DisputeResolved { external_id, .. } => ("dispute_resolved", external_id),
        Fact::PromiseMade { external_id, .. } => ("promise_made", external_id),
        Fact::InsolvencyOpened { customer_external_id, .. } => ("insolvency_opened", customer_external_id),
        Fact::EinvoiceStatusChanged { invoice_external_id, .. } => ("einvoice_status_changed", invoice_external_id),
    }
}

/// What becomes known by a fact, so that others need not wait for it any longer.
pub(super) fn makes_known(fact: &Fact) -> Option<WaitingFor> {
    let (kind, external_id) = match fact {
        Fact::Customer { external_id, .. } => (WaitedKind::Customer, external_id),
        Fact::Invoice { external_id, .. } => (WaitedKind::Invoice, external_id),
        Fact::Payment { external_id, .. } => (WaitedKind::Payment, external_id),
        Fact::DisputeOpened { external_id, .. } => (WaitedKind::Dispute, external_id),
        _ => return None,
    };
    Some(WaitingFor { kind, external_id: external_id.clone() })
}

/// The column form of what a parked fact waits for first: `customer:C42`.
pub(super) fn waits_for(waiting: &WaitingFor) -> String {
    format!("{}:{}", waiting.kind.as_str(), waiting.external_id)
}

/// What a fact needs and nobody has told yet, customers first.
pub(super) fn missing(book: &Book, source: &str, fact: &Fact) -> Vec<WaitingFor> {
    let mut missing = Vec::new();
    let own = makes_known(fact);
    let mut need = |kind: WaitedKind, external_id: &str, known: bool| {
        let waiting = WaitingFor { kind, external_id: external_id.to_owned() };
        if !known && own.as_ref() != Some(&waiting) && !missing.contains(&waiting) {
            missing.push(waiting);
        }
    };
    for name in names(fact) {
        match name {
            Name::Customer(id) => need(WaitedKind::Customer, id, book.customer_id(source, id).is_some()),
            Name::Invoice(id) => need(WaitedKind::Invoice, id, book.invoices.find(source, id).is_some()),
            Name::Payment(id) => need(WaitedKind::Payment, id, book.payments.find(source, id).is_some()),
            Name::Dispute(id) => need(WaitedKind::Dispute, id, book.disputes.find(source, id).is_some()),
            Name::CreditNote(_) | Name::Promise(_) => {}
        }
    }
    missing.sort();
    missing
}
