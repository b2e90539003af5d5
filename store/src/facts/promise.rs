//! Promises to pay that were made elsewhere.

use chrono::{Days, NaiveDate};
use relance_domain::{customer::CustomerDetails, event::EventType, facts::Fact, ids::InvoiceId, policy::PromiseRules};
use serde_json::Map;
use uuid::Uuid;

use super::{
    FactOutcome,
    book::{Book, Kind, Taken},
    customer::json,
};
use crate::{
    dunning::WITHOUT_POLICY,
    entity::{customers, promises},
    policies,
    time::{day_text, millis},
};

/// Takes a promise; the customer and the invoices it names are known.
pub(super) fn take(book: &mut Book, source: &str, fact: &Fact) -> Taken {
    let Fact::PromiseMade { external_id, customer_external_id, invoice_external_ids, amount, promised_on, method } = fact else {
        return Taken::bare(FactOutcome::Unchanged);
    };
    let Some(customer) = book.customers.find(source, customer_external_id).cloned() else { return Taken::bare(FactOutcome::Unchanged) };
    let mut invoices = Vec::new();
    for (at, invoice) in invoice_external_ids.iter().flatten().enumerate() {
        let Some(row) = book.invoices.find(source, invoice) else { continue };
        let pointer = format!("/invoice_external_ids/{at}");
        if row.currency != amount.currency.code() {
            let detail = format!("The promise is in {}, the invoice in {}.", amount.currency, row.currency);
            return Taken::rejected("currency_mismatch", pointer, detail);
        }
        if row.customer_id != customer.id {
            return Taken::rejected("validation_failed", pointer, "The invoice is another customer's.");
        }
        invoices.push(InvoiceId(row.id));
    }
    let invoice_ids = json(&invoices);
    if let Some(known) = book.promises.find(source, external_id) {
        let same = known.customer_id == customer.id
            && known.invoice_ids == invoice_ids
            && (known.amount, known.currency.as_str()) == (amount.minor, amount.currency.code())
            && known.promised_on == day_text(*promised_on)
            && known.method == *method;
        let outcome = if same { FactOutcome::Unchanged } else { FactOutcome::VersionConflict };
        return Taken::new(outcome, Kind::Promise, known.id);
    }
    let rules = rules(book, &customer);
    let grace_days = rules.grace_days;
    let Some(max_days) = rules.furthest(method.as_deref()) else {
        return Taken::rejected("not_eligible", "/method", "The policy takes no draft or bill of exchange.");
    };
    if *promised_on > later(book.today, max_days) {
        let detail = format!("At most {max_days} days from today: until {}.", later(book.today, max_days));
        return Taken::rejected("promise_too_late", "/promised_on", detail);
    }
    let id = Uuid::now_v7();
    book.promises.put(promises::Model {
        tenant_id: book.tenant.0,
        id,
        customer_id: customer.id,
        source: Some(source.to_owned()),
        external_id: Some(external_id.clone()),
        invoice_ids,
        amount: amount.minor,
        currency: amount.currency.code().to_owned(),
        promised_on: day_text(*promised_on),
        grace_until_on: day_text(later(*promised_on, grace_days)),
        // a promise told late was made by its promised day at the latest
        made_on: day_text(book.today.min(*promised_on)),
        method: method.clone(),
        made_by: None,
        status: "open".to_owned(),
        settled_at: None,
        row_version: 1,
        created_at: millis(book.now),
    });
    book.touched.insert(customer.id);
    book.tell(EventType::PromiseMade, id, Map::new());
    Taken::new(FactOutcome::Created, Kind::Promise, id)
}

/// What a promise may be, by the policy that applies.
fn rules(book: &Book, customer: &customers::Model) -> PromiseRules {
    let details: Option<CustomerDetails> = serde_json::from_str(&customer.details).ok();
    let policy = details.and_then(|details| policies::choose(&book.policies, &details));
    policy.map_or(WITHOUT_POLICY, |version| version.policy.promise.clone())
}

fn later(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(day)
}
