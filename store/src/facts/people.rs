//! Contacts of the customers of a batch. An opt-out belongs to an address and outlives the contact.

use std::collections::{BTreeMap, BTreeSet};

use relance_domain::customer::{ContactDetails, ContactRole};
use uuid::Uuid;

use crate::{StoreError, entity::contacts};

/// A contact with its columns read.
#[derive(Clone, PartialEq)]
struct Person {
    row: contacts::Model,
    details: ContactDetails,
    suppressed: BTreeSet<String>,
}

/// Contacts by customer.
#[derive(Default)]
pub(super) struct People {
    by_customer: BTreeMap<Uuid, Vec<Person>>,
    changed: BTreeSet<Uuid>,
}

impl People {
    pub fn loaded(rows: Vec<contacts::Model>) -> Result<Self, StoreError> {
        let mut people = Self::default();
        for row in rows {
            let wrong = |error: serde_json::Error| StoreError::inconsistent("contacts", error);
            let details = serde_json::from_str(&row.details).map_err(wrong)?;
            let suppressed = serde_json::from_str(&row.suppressed).map_err(wrong)?;
            people.by_customer.entry(row.customer_id).or_default().push(Person { row, details, suppressed });
        }
        Ok(people)
    }

    /// Rows of a customer that its source still states, in its order.
    pub fn rows(&self, customer: Uuid) -> Vec<contacts::Model> {
        let mut rows: Vec<_> = self.by_customer.get(&customer).into_iter().flatten().filter(|one| !one.row.gone).map(written).collect();
        rows.sort_by_key(|row| row.position);
        rows
    }

    /// The rows to write.
    pub fn written(&self) -> Vec<contacts::Model> {
        let all = self.by_customer.values().flatten();
        all.filter(|person| self.changed.contains(&person.row.id)).map(written).collect()
    }

    /// Makes the contacts of a customer those that its source states. Ids are kept; who is no longer
    /// stated is `gone`.
    pub fn state(&mut self, tenant: Uuid, customer: Uuid, stated: &[ContactDetails]) {
        let people = self.by_customer.entry(customer).or_default();
        let before = people.clone();
        let silent = silenced(people);
        for person in people.iter_mut() {
            person.row.gone = true;
        }
        for (details, position) in stated.iter().zip(0..) {
            let known = people.iter_mut().find(|one| one.row.external_id == details.external_id);
            match known {
                Some(person) => person.restate(details, position, &silent),
                None => people.push(Person::new(tenant, customer, details, position, &silent)),
            }
        }
        remember(people, tenant, customer, &silent);
        self.note(customer, &before);
    }

    /// Nobody is to be written to at this address over this channel any more. True if that is new.
    pub fn silence(&mut self, tenant: Uuid, customer: Uuid, channel: &str, address: &str) -> bool {
        let people = self.by_customer.entry(customer).or_default();
        let before = people.clone();
        let mut silent = silenced(people);
        silent.insert((channel.to_owned(), normal(channel, address)));
        for person in people.iter_mut() {
            person.suppressed.extend(silenced_for(&person.details, &silent));
        }
        remember(people, tenant, customer, &silent);
        self.note(customer, &before)
    }

    fn note(&mut self, customer: Uuid, before: &[Person]) -> bool {
        let people = self.by_customer.get(&customer).into_iter().flatten();
        let changed: Vec<Uuid> = people.filter(|person| !before.contains(person)).map(|person| person.row.id).collect();
        let any = !changed.is_empty();
        self.changed.extend(changed);
        any
    }
}

impl Person {
    fn new(tenant: Uuid, customer: Uuid, details: &ContactDetails, position: i32, silent: &BTreeSet<(String, String)>) -> Self {
        let row = contacts::Model {
            tenant_id: tenant,
            id: Uuid::now_v7(),
            customer_id: customer,
            external_id: details.external_id.clone(),
            position,
            details: String::new(), // written from `details` below
            suppressed: String::new(),
            gone: false,
        };
        Self { row, suppressed: silenced_for(details, silent), details: details.clone() }
    }

    fn restate(&mut self, details: &ContactDetails, position: i32, silent: &BTreeSet<(String, String)>) {
        // what was silenced by address is judged by the new address; the rest stays
        let by_address: Vec<String> = self.suppressed.iter().filter(|channel| address(&self.details, channel).is_some()).cloned().collect();
        self.suppressed.retain(|channel| !by_address.contains(channel));
        self.suppressed.extend(silenced_for(details, silent));
        self.details = details.clone();
        self.row.position = position;
        self.row.gone = false;
    }
}

fn written(person: &Person) -> contacts::Model {
    let mut row = person.row.clone();
    row.details = serde_json::to_string(&person.details).unwrap_or_default();
    row.suppressed = serde_json::to_string(&person.suppressed).unwrap_or_default();
    row
}

/// The address a channel uses, in a form that compares.
fn address(details: &ContactDetails, channel: &str) -> Option<String> {
    let address = match channel {
        "email" => details.email.as_deref(),
        "sms" | "phone" | "phone_task" => details.phone.as_deref(),
        _ => None,
    };
    address.map(|address| normal(channel, address))
}

fn normal(channel: &str, address: &str) -> String {
    match channel {
        "email" => address.trim().to_lowercase(),
        _ => address.chars().filter(|letter| letter.is_alphanumeric() || *letter == '+').collect(),
    }
}

/// (channel, address) pairs that are silent.
fn silenced(people: &[Person]) -> BTreeSet<(String, String)> {
    let channels = people.iter().flat_map(|person| person.suppressed.iter().map(move |channel| (person, channel)));
    channels.filter_map(|(person, channel)| Some((channel.clone(), address(&person.details, channel)?))).collect()
}

fn silenced_for(details: &ContactDetails, silent: &BTreeSet<(String, String)>) -> BTreeSet<String> {
    let own = silent.iter().filter(|(channel, silent)| address(details, channel).as_ref() == Some(silent));
    own.map(|(channel, _)| channel.clone()).collect()
}

/// Keeps silent addresses that no contact carries as contacts that are gone.
fn remember(people: &mut Vec<Person>, tenant: Uuid, customer: Uuid, silent: &BTreeSet<(String, String)>) {
    let kept = silenced(people);
    for (channel, address) in silent.difference(&kept) {
        let by_mail = channel == "email";
        let details = ContactDetails {
            email: by_mail.then(|| address.clone()),
            phone: (!by_mail).then(|| address.clone()),
            ..ContactDetails::new(format!("silent:{channel}:{address}"), ContactRole::Other)
        };
        let known = people.iter().any(|person| person.row.external_id == details.external_id);
        if !known {
            let mut person = Person::new(tenant, customer, &details, i32::MAX, silent);
            person.row.gone = true;
            person.suppressed.insert(channel.clone());
            people.push(person);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(external_id: &str, email: &str) -> ContactDetails {
        ContactDetails { email: Some(email.to_owned()), ..ContactDetails::new(external_id, ContactRole::AccountsPayable) }
    }

    fn silent(people: &People, customer: Uuid) -> Vec<String> {
        people.rows(customer).into_iter().map(|row| row.suppressed).collect()
    }

    #[test]
    fn an_opt_out_follows_the_address_and_outlives_the_contact() {
        let (tenant, customer) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut people = People::default();
        people.state(tenant, customer, &[contact("c1", "a@x.example")]);
        assert!(people.silence(tenant, customer, "email", "A@X.example "));
        assert!(!people.silence(tenant, customer, "email", "a@x.example"), "said before");
        assert_eq!(silent(&people, customer), ["[\"email\"]"]);
        people.state(tenant, customer, &[contact("c1", "b@x.example")]);
        assert_eq!(silent(&people, customer), ["[]"], "another address may be written to");
        people.state(tenant, customer, &[contact("c2", "a@x.example")]);
        assert_eq!(silent(&people, customer), ["[\"email\"]"], "the address comes back under another name");
    }

    #[test]
    fn an_opt_out_may_come_before_the_contact() {
        let (tenant, customer) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut people = People::default();
        assert!(people.silence(tenant, customer, "email", "a@x.example"));
        assert!(people.rows(customer).is_empty());
        people.state(tenant, customer, &[contact("c1", "a@x.example")]);
        assert_eq!(silent(&people, customer), ["[\"email\"]"]);
    }
}
