//! Customers.

use std::collections::BTreeSet;

use relance_domain::{
    calendar,
    customer::{Address, ContactDetails, ContactRole, CustomerDetails, Formality, Person},
    facts::Fact,
};
use relance_openapi::{
    address::PostalAddress,
    customer::{ContactInput, CustomerInput, SalesOwner},
};

use super::Reader;
use crate::{email::is_email, problem::Answer};

/// Most contacts of a customer.
const MOST_CONTACTS: usize = 200;

/// The fact that a customer's snapshot states; pointers begin with `prefix`.
///
/// # Errors
/// 422 with every fault.
pub fn customer(external_id: String, body: CustomerInput, prefix: &str) -> Answer<Fact> {
    let mut read = Reader::new(prefix);
    let is_zone = |text: &str| calendar::parse_zone(text).is_some();
    let policy_id = body.policy_id.filter(|text| !text.is_empty());
    let details = CustomerDetails {
        kind: body.kind.into(),
        name: read.text("name", body.name, 300),
        language: read.formed("language", body.language, is_language, "A language is written like \"fr\" or \"fr-BE\"."),
        time_zone: read.formed("time_zone", body.time_zone, is_zone, "This is not an IANA time zone, e.g. Europe/Paris."),
        region: read.formed(
            "region",
            body.region,
            |text| calendar::Region::parse(text).is_some(),
            "A region is written like \"FR\", \"FR-AM\" or \"RE\".",
        ),
        siren: siren(&mut read, body.siren),
        vat_id: read.maybe("vat_id", body.vat_id, 40),
        address: address(&mut read, "address", body.address),
        registered_address: address(&mut read, "registered_address", body.registered_address),
        legal_form: read.maybe("legal_form", body.legal_form, 100),
        payment_days: payment_days(&mut read, body.payment_days.unwrap_or_default()),
        public_body_type: read.maybe("public_body_type", body.public_body_type, 60),
        segment: read.maybe("segment", body.segment, 60),
        policy_id: policy_id.and_then(|text| read.faults.id(&format!("{prefix}/policy_id"), &text)),
        sales_owner: body.sales_owner.map(|owner| sales_owner(&mut read, owner)),
        contacts: contacts(&mut read, body.contacts.unwrap_or_default()),
    };
    let source_version = read.version(body.source_version);
    read.some(Some(Fact::Customer { external_id, source_version, details: Box::new(details) }))
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let main = parts.next().is_some_and(|main| (2..=3).contains(&main.len()) && main.bytes().all(|byte| byte.is_ascii_alphabetic()));
    main && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Nine digits; the check digit is not held against anybody, registers have exceptions.
fn siren(read: &mut Reader, text: Option<String>) -> Option<String> {
    let bare = text.map(|text| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>());
    let is = |text: &str| text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    read.formed("siren", bare, is, "A SIREN has nine digits.")
}

fn address(read: &mut Reader, name: &str, address: Option<PostalAddress>) -> Option<Address> {
    let PostalAddress { lines, postcode, city, country } = address?;
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
    let lines = lines.into_iter().enumerate().map(|(at, line)| read.text(&format!("{name}/lines/{at}"), line, 200)).collect();
    let postcode = read.maybe(&format!("{name}/postcode"), postcode, 20);
    let city = read.maybe(&format!("{name}/city"), city, 120);
    let country = country.to_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        read.faults.invalid(read.at(&format!("{name}/country")), "A country is two letters of ISO 3166-1, e.g. FR.");
    }
    Some(Address { lines, postcode, city, country })
}

fn payment_days(read: &mut Reader, days: Vec<String>) -> Vec<String> {
    for (at, text) in days.iter().enumerate() {
        let known = text == "eom" || text.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
        if !known {
            read.faults.invalid(read.at(&format!("payment_days/{at}")), "A payment day is \"1\" to \"31\" or \"eom\".");
        }
    }
    days
}

fn sales_owner(read: &mut Reader, owner: SalesOwner) -> Person {
    let SalesOwner { name, email } = owner;
    Person { name: read.text("sales_owner/name", name, 200), email: read_email(read, "sales_owner/email", email) }
}

fn read_email(read: &mut Reader, name: &str, text: Option<String>) -> Option<String> {
    read.formed(name, text.map(|text| text.trim().to_owned()), is_email, "This is not an e-mail address.")
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (3..=20).contains(&digits) && text.len() <= 40 && text.chars().all(|letter| letter.is_ascii_digit() || "+() .-/".contains(letter))
}

fn contacts(read: &mut Reader, list: Vec<ContactInput>) -> Vec<ContactDetails> {
    if list.len() > MOST_CONTACTS {
        read.faults.invalid(read.at("contacts"), format!("A customer has at most {MOST_CONTACTS} contacts."));
    }
    let mut seen = BTreeSet::new();
    let mut contacts = Vec::with_capacity(list.len());
    for (at, contact) in list.into_iter().enumerate() {
        let place = |name: &str| format!("contacts/{at}/{name}");
        if !seen.insert(contact.external_id.clone()) {
            read.faults.invalid(read.at(&place("external_id")), "Two contacts have this external id.");
        }
        contacts.push(ContactDetails {
            external_id: read.external_id(&place("external_id"), contact.external_id),
            name: read.maybe(&place("name"), contact.name, 200),
            role: contact.role.map_or(ContactRole::Other, ContactRole::from),
            email: read_email(read, &place("email"), contact.email),
            phone: read.formed(&place("phone"), contact.phone, is_phone, "This is not a telephone number."),
            preferred_channel: read.maybe(&place("preferred_channel"), contact.preferred_channel, 40),
            can_approve_payment: contact.can_approve_payment.unwrap_or_default(),
            language: read.formed(&place("language"), contact.language, is_language, "A language is written like \"fr\"."),
            formality: contact.formality.map_or(Formality::default(), Formality::from),
        });
    }
    contacts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: serde_json::Value) -> Answer<Fact> {
        customer("C1".to_owned(), crate::body::value(body, "")?, "")
    }

    #[test]
    fn the_contracts_example_is_read() {
        let body = json!({"source_version":3,"kind":"business","name":"Boulangerie Dupont","language":"fr","time_zone":"Europe/Paris","region":null,
            "siren":"732829320","vat_id":null,"address":{"lines":["3 place du Marché"],"postcode":"69003","city":"Lyon","country":"FR"},
            "registered_address":null,"legal_form":null,"payment_days":[],"public_body_type":null,"segment":"standard","policy_id":null,
            "sales_owner":{"name":"A. Keller","email":"keller@atelier.example"},
            "contacts":[{"external_id":"c1","name":"Claire Dupont","role":"accounts_payable","email":"compta@dupont.example","phone":"+33612345678",
                "preferred_channel":"email","can_approve_payment":true,"language":"fr","formality":"vous"}]});
        let Ok(Fact::Customer { details, source_version, .. }) = read(body) else { panic!("refused") };
        assert_eq!((source_version, details.contacts.len()), (3, 1));
    }

    fn pointers(body: serde_json::Value) -> Vec<String> {
        let mut pointers: Vec<String> = read(body).unwrap_err().errors.into_iter().map(|fault| fault.pointer).collect();
        pointers.sort();
        pointers
    }

    /// First what the description says of the form, all of it.
    #[test]
    fn every_fault_of_form_is_told_with_its_place() {
        let body = json!({"source_version":0,"kind":"business","name":"A","address":{"lines":[],"country":"France"}});
        assert_eq!(pointers(body), ["/address/country", "/source_version"]);
    }

    /// Then what only the words themselves can tell, all of it.
    #[test]
    fn every_fault_is_told_with_its_place() {
        let body = json!({"source_version":1,"kind":"business","name":" ","time_zone":"Europe/Atlantis","siren":"12",
            "address":{"lines":[],"country":"ZZ"},"payment_days":["32"],"policy_id":"inv_1",
            "contacts":[{"external_id":"a","email":"x@"},{"external_id":"a"}]});
        let expected = ["/contacts/0/email", "/contacts/1/external_id", "/name", "/payment_days/0", "/policy_id", "/siren", "/time_zone"];
        assert_eq!(pointers(body), expected);
    }
}
