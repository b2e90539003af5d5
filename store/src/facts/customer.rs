//! Customers: snapshots with their contacts, opt-outs, insolvency.

use relance_domain::{
    customer::CustomerDetails,
    event::EventType,
    facts::{Fact, VersionVerdict, judge_version},
    ids::PolicyId,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    FactOutcome,
    book::{Book, Kind, Taken},
};
use crate::{
    entity::{customers, holds},
    time::{day_text, millis},
};

/// A snapshot as it came.
pub(super) struct Stated<'a> {
    pub source: &'a str,
    pub external_id: &'a str,
    pub version: i64,
    pub digest: &'a str,
}

/// Takes a customer's snapshot.
pub(super) fn take(book: &mut Book, stated: &Stated<'_>, details: &CustomerDetails) -> Taken {
    if let Some(own) = details.policy_id.filter(|id| !book.policy_ids.contains(&id.0)) {
        return Taken::rejected("validation_failed", "/policy_id", format!("There is no policy {own}."));
    }
    let known = book.customers.find(stated.source, stated.external_id).cloned();
    let verdict = judge_version(known.as_ref().map(|row| (row.source_version, row.digest.as_str())), (stated.version, stated.digest));
    let outcome = match (&verdict, &known) {
        (VersionVerdict::Stale, _) => FactOutcome::Stale,
        (VersionVerdict::Conflict, _) => FactOutcome::VersionConflict,
        (VersionVerdict::Same, _) => FactOutcome::Unchanged,
        (VersionVerdict::Newer, _) => FactOutcome::Changed,
        (VersionVerdict::New, _) => FactOutcome::Created,
    };
    let id = known.as_ref().map_or_else(Uuid::now_v7, |row| row.id);
    match outcome {
        FactOutcome::Created => {
            book.customers.put(new_row(book, id, stated, details));
            book.tell_first(EventType::CustomerCreated, id);
        }
        FactOutcome::Changed => {
            let Some(row) = known else { return Taken::new(outcome, Kind::Customer, id) };
            let changes = changes(&row.details, details);
            book.customers.put(customers::Model {
                source_version: stated.version,
                digest: stated.digest.to_owned(),
                kind: details.kind.as_str().to_owned(),
                name: details.name.clone(),
                details: json(details),
                updated_at: millis(book.now),
                ..row
            });
            book.tell(EventType::CustomerUpdated, id, changes);
        }
        _ => return Taken::new(outcome, Kind::Customer, id),
    }
    book.people.state(book.tenant.0, id, &details.contacts);
    book.touched.insert(id);
    Taken::new(outcome, Kind::Customer, id)
}

fn new_row(book: &Book, id: Uuid, stated: &Stated<'_>, details: &CustomerDetails) -> customers::Model {
    customers::Model {
        tenant_id: book.tenant.0,
        id,
        source: stated.source.to_owned(),
        external_id: stated.external_id.to_owned(),
        source_version: stated.version,
        digest: stated.digest.to_owned(),
        kind: details.kind.as_str().to_owned(),
        name: details.name.clone(),
        details: json(details),
        next_check_at: Some(millis(book.now)),
        live: book.live,
        lease_until: None,
        lease_by: None,
        facts_changed_at: millis(book.now),
        last_decision: None,
        row_version: 1,
        created_at: millis(book.now),
        updated_at: millis(book.now),
    }
}

/// The stored form of what a source says.
pub(super) fn json(details: &impl serde::Serialize) -> String {
    serde_json::to_string(details).unwrap_or_default()
}

/// Fields that are told only as "changed", without the value before: they name people.
const PRIVATE: [&str; 2] = ["contacts", "sales_owner"];

fn changes(before: &str, after: &CustomerDetails) -> Map<String, Value> {
    let before: Map<String, Value> = serde_json::from_str(before).unwrap_or_default();
    differing(before, &fields(after)).into_iter().map(|(field, value)| told(field, value)).collect()
}

/// What is stated, by field; what is not stated has none.
pub(super) fn fields(details: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(details) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Fields whose values differ, with the value before; null where there was none.
pub(super) fn differing(before: Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let gained: Vec<_> = after.keys().filter(|field| !before.contains_key(*field)).map(|field| (field.clone(), Value::Null)).collect();
    before.into_iter().filter(|(field, value)| after.get(field) != Some(value)).chain(gained).collect()
}

fn told(field: String, value: Value) -> (String, Value) {
    let value = match field.as_str() {
        private if PRIVATE.contains(&private) => Value::Null,
        "policy_id" => serde_json::from_value::<PolicyId>(value).map_or(Value::Null, |id| id.to_string().into()),
        _ => value,
    };
    (field, value)
}

/// Somebody wants no more messages at an address.
pub(super) fn opt_out(book: &mut Book, source: &str, customer: &str, channel: &str, address: &str) -> Taken {
    let Some(row) = book.customers.find(source, customer).cloned() else { return Taken::bare(FactOutcome::Unchanged) };
    if !book.people.silence(book.tenant.0, row.id, channel, address) {
        return Taken::new(FactOutcome::Unchanged, Kind::Customer, row.id);
    }
    let id = row.id;
    book.customers.put(customers::Model { updated_at: millis(book.now), ..row });
    book.touched.insert(id);
    book.tell(EventType::CustomerUpdated, id, Map::from_iter([("contacts".to_owned(), Value::Null)]));
    Taken::new(FactOutcome::Changed, Kind::Customer, id)
}

/// Debts from before the judgment are stopped (C. com. L622-7, L622-21): a hold that only a person lifts.
pub(super) fn insolvency(book: &mut Book, source: &str, fact: &Fact) -> Taken {
    let Fact::InsolvencyOpened { customer_external_id, procedure, judgment_on, published_on } = fact else {
        return Taken::bare(FactOutcome::Unchanged);
    };
    let Some(id) = book.customer_id(source, customer_external_id) else { return Taken::bare(FactOutcome::Unchanged) };
    let before_on = day_text(*judgment_on);
    let published_on = published_on.map(day_text);
    let same = book.holds.all().find(|hold| hold.customer_id == Some(id) && hold.before_on.as_deref() == Some(&before_on)).cloned();
    if let Some(hold) = same {
        let hold_id = hold.id;
        if published_on.is_none() || hold.published_on == published_on {
            return Taken::new(FactOutcome::Unchanged, Kind::Hold, hold_id);
        }
        // the publication comes after the judgment, and the time to declare the claim runs from it
        book.holds.put(holds::Model { published_on, row_version: hold.row_version + 1, ..hold });
        book.touched.insert(id);
        return Taken::new(FactOutcome::Changed, Kind::Hold, hold_id);
    }
    let hold = holds::Model {
        tenant_id: book.tenant.0,
        id: Uuid::now_v7(),
        scope: "customer".to_owned(),
        target_id: Some(id),
        customer_id: Some(id),
        reason: INSOLVENCY.to_owned(),
        until_on: None,
        before_on: Some(before_on),
        published_on,
        placed_by: Some(format!("{source}: {procedure}")),
        created_at: millis(book.now),
        released_at: None,
        released_by: None,
        row_version: 1,
    };
    let hold_id = hold.id;
    book.holds.put(hold);
    book.touched.insert(id);
    book.tell(EventType::HoldPlaced, hold_id, Map::new());
    Taken::new(FactOutcome::Created, Kind::Hold, hold_id)
}

/// Reason of a hold that insolvency proceedings placed.
pub(super) const INSOLVENCY: &str = "insolvency";
