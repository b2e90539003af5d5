//! Disputes that were opened and settled elsewhere.

use relance_domain::{event::EventType, facts::Fact, money::Currency};
use serde_json::Map;
use uuid::Uuid;

use super::{
    FactOutcome,
    book::{Book, Kind, Taken},
};
use crate::{entity::disputes, time::millis};

/// Takes a dispute; its invoice is known.
pub(super) fn dispute_opened(book: &mut Book, source: &str, fact: &Fact) -> Taken {
    let Fact::DisputeOpened { external_id, invoice_external_id, amount, reason_code, comment } = fact else {
        return Taken::bare(FactOutcome::Unchanged);
    };
    let Some(invoice) = book.invoices.find(source, invoice_external_id) else { return Taken::bare(FactOutcome::Unchanged) };
    let (invoice_id, customer_id) = (invoice.id, invoice.customer_id);
    let amount = match amount.as_deref().map(|text| part(&invoice.currency, text)) {
        Some(Err(refused)) => return refused,
        Some(Ok(minor)) => Some(minor),
        None => None,
    };
    if let Some(known) = book.disputes.find(source, external_id) {
        let same =
            known.invoice_id == invoice_id && known.amount == amount && known.reason_code == *reason_code && known.comment == *comment;
        let outcome = if same { FactOutcome::Unchanged } else { FactOutcome::VersionConflict };
        return Taken::new(outcome, Kind::Dispute, known.id);
    }
    let id = Uuid::now_v7();
    book.disputes.put(disputes::Model {
        tenant_id: book.tenant.0,
        id,
        customer_id,
        invoice_id,
        source: Some(source.to_owned()),
        external_id: Some(external_id.clone()),
        amount,
        reason_code: reason_code.clone(),
        comment: comment.clone(),
        status: "open".to_owned(),
        outcome: None,
        resolved_at: None,
        row_version: 1,
        created_at: millis(book.now),
    });
    book.debt_changed(customer_id);
    book.tell(EventType::DisputeOpened, id, Map::new());
    Taken::new(FactOutcome::Created, Kind::Dispute, id)
}

fn part(currency: &str, text: &str) -> Result<i64, Taken> {
    let wrong = |detail: String| Taken::rejected("money_precision", "/amount", detail);
    let currency: Currency = currency.parse().map_err(|error| wrong(format!("{error}")))?;
    let money = currency.parse(text).map_err(|error| wrong(format!("{error}")))?;
    if money.minor > 0 { Ok(money.minor) } else { Err(Taken::rejected("validation_failed", "/amount", "Must be more than 0.")) }
}

/// A known dispute was settled.
pub(super) fn dispute_resolved(book: &mut Book, source: &str, external_id: &str, outcome: &str) -> Taken {
    let Some(row) = book.disputes.find(source, external_id).cloned() else { return Taken::bare(FactOutcome::Unchanged) };
    let (id, customer_id) = (row.id, row.customer_id);
    if row.status != "open" {
        return match row.outcome.as_deref() {
            Some(known) if known != outcome => {
                Taken::rejected("wrong_state", "/outcome", format!("The dispute was resolved before, with the outcome {known}."))
            }
            _ => Taken::new(FactOutcome::Unchanged, Kind::Dispute, id),
        };
    }
    let (status, outcome, resolved_at) = ("resolved".to_owned(), Some(outcome.to_owned()), Some(millis(book.now)));
    book.disputes.put(disputes::Model { status, outcome, resolved_at, ..row });
    book.debt_changed(customer_id);
    book.tell(EventType::DisputeResolved, id, Map::from_iter([("status".to_owned(), "open".into())]));
    Taken::new(FactOutcome::Changed, Kind::Dispute, id)
}
