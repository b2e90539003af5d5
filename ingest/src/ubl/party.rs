//! A UBL party: `AccountingSupplierParty/Party`, `AccountingCustomerParty/Party`, `PayeeParty`.

use roxmltree::Node;

use crate::party::{Party, PartyAddress, PartyId};
use crate::trail::Trail;
use crate::xml::{all, attribute, first, text, text_at};

pub(super) fn read(node: Option<Node<'_, '_>>, role: &str, trail: &mut Trail) -> Party {
    let Some(node) = node else {
        return Party::default();
    };
    let field = |name: &str| format!("{role}.{name}");
    let registered = trail.text(&field("name"), "", node, "PartyLegalEntity/RegistrationName");
    let called = text_at(node, "PartyName/Name");
    let (name, trading_name) = match (registered, called) {
        (Some(registered), called) => (registered, called),
        (None, Some(called)) => {
            trail.text(&field("name"), "", node, "PartyName/Name");
            (called, None)
        }
        (None, None) => (person(node).unwrap_or_default(), None),
    };
    let (vat_id, tax_number) = tax_ids(node, role, trail);
    let mut party = Party {
        name,
        trading_name,
        ids: all(node, "PartyIdentification/ID").into_iter().filter_map(id).collect(),
        legal_id: all(node, "PartyLegalEntity/CompanyID").into_iter().find_map(id),
        vat_id,
        siren: None,
        tax_number,
        endpoint: first(node, "EndpointID").and_then(id),
        contact_name: text_at(node, "Contact/Name"),
        email: text_at(node, "Contact/ElectronicMail"),
        phone: text_at(node, "Contact/Telephone"),
        address: first(node, "PostalAddress").map(address),
    };
    party.find_siren(role, trail);
    party
}

fn id(node: Node<'_, '_>) -> Option<PartyId> {
    Some(PartyId { id: text(node)?, scheme: attribute(node, "schemeID") })
}

/// A natural person, in plain UBL.
fn person(node: Node<'_, '_>) -> Option<String> {
    let names: Vec<String> = ["Person/FirstName", "Person/FamilyName"].iter().filter_map(|path| text_at(node, path)).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// BT-31 / BT-48 under tax scheme VAT, BT-32 under any other.
fn tax_ids(node: Node<'_, '_>, role: &str, trail: &mut Trail) -> (Option<String>, Option<String>) {
    let (mut vat, mut other) = (None, None);
    for scheme in all(node, "PartyTaxScheme") {
        let Some(company) = first(scheme, "CompanyID") else {
            continue;
        };
        let is_vat = text_at(scheme, "TaxScheme/ID").is_some_and(|id| id == "VAT");
        let (slot, name) = if is_vat { (&mut vat, "vat_id") } else { (&mut other, "tax_number") };
        if slot.is_none()
            && let Some(value) = text(company)
        {
            trail.seen(&format!("{role}.{name}"), "", company);
            *slot = Some(value);
        }
    }
    (vat, other)
}

fn address(node: Node<'_, '_>) -> PartyAddress {
    let street = match (text_at(node, "StreetName"), text_at(node, "BuildingNumber")) {
        (Some(street), Some(number)) => Some(format!("{street} {number}")),
        (street, number) => street.or(number),
    };
    PartyAddress {
        lines: street
            .into_iter()
            .chain(text_at(node, "AdditionalStreetName"))
            .chain(all(node, "AddressLine/Line").into_iter().filter_map(text))
            .collect(),
        postcode: text_at(node, "PostalZone"),
        city: text_at(node, "CityName"),
        country: text_at(node, "Country/IdentificationCode"),
    }
}
