//! Creditor and reader of a message.

use relance_domain::{
    customer::{Address, CustomerDetails},
    records::MessageFacts,
    settings::Settings,
};

use crate::context::{Creditor, Recipient};

/// The creditor of a tenant's settings.
pub(crate) fn creditor(settings: &Settings) -> Creditor {
    Creditor {
        legal_name: settings.legal_name.clone().unwrap_or_default(),
        legal_form: settings.legal_form.clone(),
        capital: settings.capital.clone(),
        siren: settings.siren.clone(),
        rcs_city: settings.rcs_city.clone(),
        vat_id: settings.vat_id.clone(),
        address_lines: settings.address.as_ref().map(|address| lines(address, None)).unwrap_or_default(),
        phone: settings.phone.clone(),
        email: settings.email.clone(),
        contact_name: settings.contact_name.clone(),
        iban: settings.iban.clone(),
        bic: settings.bic.clone(),
        payment_methods: settings.payment_methods.iter().filter(|way| !is_code(way)).cloned().collect(),
        privacy_url: settings.privacy_url.clone(),
        consumer_mediator: settings.consumer_mediator.clone(),
        signature: settings.signature.clone(),
    }
}

/// `transfer`, `direct_debit`: a code for machines, not a phrase for a reader.
fn is_code(way: &str) -> bool {
    !way.is_empty() && way.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

pub(super) fn recipient(facts: &MessageFacts) -> Recipient {
    reader(&facts.customer, &facts.settings, facts.contact.as_ref().and_then(|contact| contact.details.name.clone()))
}

/// A customer as the reader of a message or statement.
pub(crate) fn reader(customer: &CustomerDetails, settings: &Settings, contact_name: Option<String>) -> Recipient {
    let home = settings.address.as_ref().map_or("FR", |address| address.country.as_str());
    let of = |address: Option<&Address>| address.map(|address| lines(address, Some(home))).unwrap_or_default();
    let registered = of(customer.registered_address.as_ref());
    let usual = of(customer.address.as_ref());
    Recipient {
        name: customer.name.clone(),
        kind: customer.kind.as_str().to_owned(),
        contact_name,
        address_lines: if usual.is_empty() { registered.clone() } else { usual },
        siren: customer.siren.clone(),
        registered_address_lines: registered,
    }
}

/// Street, then postcode and town, then the country in capitals when it is not `home`.
fn lines(address: &Address, home: Option<&str>) -> Vec<String> {
    let town: Vec<&str> = [address.postcode.as_deref(), address.city.as_deref()].into_iter().flatten().collect();
    let abroad = home.is_some_and(|home| !address.country.eq_ignore_ascii_case(home));
    let country = abroad.then(|| country(&address.country));
    let all = address.lines.iter().cloned().chain([town.join(" ")]).chain(country);
    all.filter(|line| !line.trim().is_empty()).collect()
}

/// The post of the sender's country reads the name in its own language (UPU S42); France's here.
fn country(code: &str) -> String {
    let name = match code.to_ascii_uppercase().as_str() {
        "AT" => "AUTRICHE",
        "BE" => "BELGIQUE",
        "CH" => "SUISSE",
        "DE" => "ALLEMAGNE",
        "DK" => "DANEMARK",
        "ES" => "ESPAGNE",
        "FR" => "FRANCE",
        "GB" => "ROYAUME-UNI",
        "IE" => "IRLANDE",
        "IT" => "ITALIE",
        "LU" => "LUXEMBOURG",
        "MC" => "MONACO",
        "NL" => "PAYS-BAS",
        "PL" => "POLOGNE",
        "PT" => "PORTUGAL",
        "US" => "ÉTATS-UNIS",
        _ => return code.to_ascii_uppercase(),
    };
    name.to_owned()
}
