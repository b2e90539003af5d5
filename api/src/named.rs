//! Persons, customers and invoices as bodies name them.

use std::{collections::BTreeMap, str::FromStr};

use relance_domain::{
    ids::{CustomerId, InvoiceId, TenantId},
    records::By,
};
use relance_openapi::{person::Person, problem::Code};
use relance_store::{StoreError, Tx, dunning};

use crate::{
    body::Faults,
    problem::{Answer, Refusal},
};

/// A thing named by our id, or by a source's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<T> {
    /// Ours.
    Id(T),
    /// The source's.
    External {
        /// Source.
        source: String,
        /// Its id.
        external_id: String,
    },
}

/// Reads who did it: a name and an e-mail.
pub fn person(faults: &mut Faults, pointer: &str, Person { name, email }: &Person) -> By {
    faults.text(&format!("{pointer}/name"), name, 200);
    let mut parts = email.split('@');
    let both = parts.next().is_some_and(|local| !local.is_empty()) && parts.next().is_some_and(|domain| !domain.is_empty());
    if !both || parts.next().is_some() || email.len() > 254 || email.chars().any(char::is_whitespace) {
        faults.invalid(format!("{pointer}/email"), "This is not an e-mail address.");
    }
    By { name: name.clone(), email: email.clone() }
}

/// Reads optional text of 1 to `most` characters.
pub fn words(faults: &mut Faults, pointer: &str, text: Option<&str>, most: usize) {
    if let Some(text) = text {
        faults.text(pointer, text, most);
    }
}

/// Reads `<field>` or `<external_field>` with `source`; one of the two is needed.
pub fn named<T: FromStr>(
    faults: &mut Faults,
    (field, id): (&str, Option<&str>),
    (external_field, external_id): (&str, Option<&str>),
    source: Option<&str>,
) -> Option<Named<T>> {
    match (id, external_id) {
        (Some(id), None) => faults.id(field, id).map(Named::Id),
        (None, Some(external_id)) => external(faults, external_id, source),
        (Some(_), Some(_)) => {
            faults.invalid(external_field, "Name it once: by our id or by the source's.");
            None
        }
        (None, None) => {
            faults.invalid(field, "This is required.");
            None
        }
    }
}

/// Reads a source's id of a thing.
pub fn external<T>(faults: &mut Faults, external_id: &str, source: Option<&str>) -> Option<Named<T>> {
    if source.is_none() {
        faults.invalid("/source", "An external id needs its source.");
    }
    source.map(|source| Named::External { source: source.to_owned(), external_id: external_id.to_owned() })
}

/// Most invoices that one body names.
const MOST_INVOICES: usize = 1_000;

/// Reads a list of invoices, by our ids and by the source's; each with its pointer.
pub fn several(
    faults: &mut Faults,
    ids: Option<&[String]>,
    external_ids: Option<&[String]>,
    source: Option<&str>,
) -> Option<Vec<(String, Named<InvoiceId>)>> {
    let (ids, external_ids) = (ids.unwrap_or_default(), external_ids.unwrap_or_default());
    if ids.len() + external_ids.len() > MOST_INVOICES {
        faults.invalid("/invoice_ids", format!("At most {MOST_INVOICES} invoices."));
        return None;
    }
    let mut list = Vec::with_capacity(ids.len() + external_ids.len());
    for (at, id) in ids.iter().enumerate() {
        let pointer = format!("/invoice_ids/{at}");
        let name = faults.id(&pointer, id).map(Named::Id);
        list.push(name.map(|name| (pointer, name)));
    }
    for (at, id) in external_ids.iter().enumerate() {
        list.push(external(faults, id, source).map(|name| (format!("/invoice_external_ids/{at}"), name)));
    }
    list.into_iter().collect()
}

/// The customer that is named.
///
/// # Errors
/// 404 with the pointer when a source knows none of that name.
pub async fn customer(tx: &Tx, tenant: TenantId, pointer: &str, name: Named<CustomerId>) -> Answer<CustomerId> {
    match name {
        Named::Id(id) => Ok(id),
        Named::External { source, external_id } => dunning::customer_named(tx, tenant, &source, &external_id)
            .await
            .map_err(|error| absent(error, pointer, "customer", &external_id)),
    }
}

/// The invoices that are named, each with its pointer, in their order.
///
/// # Errors
/// 404 with the pointer when a source knows none of that name.
pub async fn invoices(tx: &Tx, tenant: TenantId, names: Vec<(String, Named<InvoiceId>)>) -> Answer<Vec<InvoiceId>> {
    let mut asked = BTreeMap::<String, Vec<String>>::new();
    for (_, name) in &names {
        if let Named::External { source, external_id } = name {
            asked.entry(source.clone()).or_default().push(external_id.clone());
        }
    }
    let mut found = BTreeMap::new();
    // a body names one source, so this is one statement
    for (source, external_ids) in asked {
        let known = dunning::invoices_named(tx, tenant, &source, &external_ids).await?;
        found.insert(source, known);
    }
    let one = |(pointer, name): (String, Named<InvoiceId>)| match name {
        Named::Id(id) => Ok(id),
        Named::External { source, external_id } => {
            let known = found.get(&source).and_then(|known| known.get(&external_id)).copied();
            known.ok_or_else(|| absent(StoreError::NotFound, &pointer, "invoice", &external_id))
        }
    };
    names.into_iter().map(one).collect()
}

/// The invoice that is named.
///
/// # Errors
/// 404 with the pointer when a source knows none of that name.
pub async fn invoice(tx: &Tx, tenant: TenantId, pointer: &str, name: Named<InvoiceId>) -> Answer<InvoiceId> {
    invoices(tx, tenant, vec![(pointer.to_owned(), name)]).await?.into_iter().next().ok_or_else(Refusal::not_found)
}

fn absent(error: StoreError, pointer: &str, what: &str, external_id: &str) -> Refusal {
    match error {
        StoreError::NotFound => Refusal::field(Code::NotFound, pointer, format!("There is no {what} with the external id {external_id}.")),
        other => other.into(),
    }
}
