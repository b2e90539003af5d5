//! What was read from a document, as it is shown.

use relance_ingest::{Extracted, Party, PartyAddress, PartyId};
use relance_openapi::{
    address::PostalAddress,
    document::{DocumentWarning, ExtractedView, PartyIdView, PartyView},
    time::day,
};

use super::map::Read;

/// What the seller should mend on its invoices.
pub(super) fn warnings(read: &Read) -> Vec<DocumentWarning> {
    let told = relance_ingest::preflight(&read.extracted).into_iter();
    told.map(|warning| DocumentWarning {
        code: warning.code.to_owned(),
        message: warning.message.to_owned(),
        citation: warning.citation.to_owned(),
    })
    .collect()
}

/// The view of what was read.
pub(super) fn extracted(read: &Read) -> ExtractedView {
    let Extracted { seller, buyer, payee, .. } = &read.extracted;
    let document = &read.extracted;
    ExtractedView {
        syntax: document.syntax.as_str().to_owned(),
        kind: document.kind.as_str().to_owned(),
        type_code: document.type_code.clone(),
        number: document.number.clone(),
        issued_on: day(document.issued_on),
        due_on: day(read.due_on),
        due_on_stated: document.due_on_stated.map(day),
        currency: document.currency.clone(),
        total: read.total.plain(),
        payable: read.payable.plain(),
        prepaid: document.prepaid.map(|amount| amount.to_string()),
        payment_terms: document.payment_terms.clone(),
        payment_reference: document.payment_reference.clone(),
        payment_means: document.payment_means.clone(),
        payee_ibans: document.payee_ibans.clone(),
        payee_accounts: document.payee_accounts.clone(),
        direct_debit: document.direct_debit,
        buyer_reference: document.buyer_reference.clone(),
        order_reference: document.order_reference.clone(),
        preceding_invoices: document.preceding_invoices.clone(),
        seller: party(seller),
        buyer: party(buyer),
        payee: payee.as_ref().map(party),
        delivered_on: document.delivered_on.map(day),
        already_paid: document.already_paid,
        self_billed: document.self_billed,
    }
}

fn party(party: &Party) -> PartyView {
    PartyView {
        name: party.name.clone(),
        trading_name: party.trading_name.clone(),
        siren: party.siren.clone(),
        vat_id: party.vat_id.clone(),
        legal_id: party.legal_id.as_ref().map(id),
        ids: party.ids.iter().map(id).collect(),
        endpoint: party.endpoint.as_ref().map(id),
        contact_name: party.contact_name.clone(),
        email: party.email.clone(),
        phone: party.phone.clone(),
        address: party.address.as_ref().map(address),
    }
}

fn id(id: &PartyId) -> PartyIdView {
    let PartyId { id, scheme } = id;
    PartyIdView { id: id.clone(), scheme: scheme.clone() }
}

fn address(address: &PartyAddress) -> PostalAddress {
    let PartyAddress { lines, postcode, city, country } = address;
    PostalAddress { lines: lines.clone(), postcode: postcode.clone(), city: city.clone(), country: country.clone().unwrap_or_default() }
}
