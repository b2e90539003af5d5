//! Sender and recipient of a letter field by field, as those who print and post want them. Frozen with the letter.

use relance_domain::{
    customer::{Address, CustomerDetails},
    settings::Settings,
};
use serde_json::{Value, json};

/// The creditor.
pub(super) fn sender(settings: &Settings) -> Value {
    let mut party = party(settings.legal_name.as_deref(), settings.address.as_ref());
    party["email"] = settings.email.as_deref().into();
    party["phone"] = settings.phone.as_deref().into();
    party
}

/// The debtor; a formal notice goes to the registered office where there is one.
pub(super) fn recipient(customer: &CustomerDetails, notice: bool) -> Value {
    let (office, usual) = (customer.registered_address.as_ref(), customer.address.as_ref());
    let address = if notice { office.or(usual) } else { usual.or(office) };
    let mut party = party(Some(&customer.name), address);
    party["kind"] = customer.kind.as_str().into();
    party
}

fn party(name: Option<&str>, address: Option<&Address>) -> Value {
    json!({
        "name": name,
        "lines": address.map(|address| &address.lines),
        "postcode": address.and_then(|address| address.postcode.as_deref()),
        "city": address.and_then(|address| address.city.as_deref()),
        "country": address.map(|address| &address.country),
    })
}
