//! A CII trade party: seller, buyer, payee.

use roxmltree::Node;

use crate::party::{Party, PartyAddress, PartyId};
use crate::trail::Trail;
use crate::xml::{all, attribute, children, first, text, text_at};

pub(super) fn read(node: Option<Node<'_, '_>>, role: &str, trail: &mut Trail) -> Party {
    let Some(node) = node else {
        return Party::default();
    };
    let registration = |scheme: &str| {
        all(node, "SpecifiedTaxRegistration/ID").into_iter().find(|id| attribute(*id, "schemeID").is_some_and(|found| found == scheme))
    };
    let (vat, tax) = (registration("VA"), registration("FC"));
    for (node, name) in [(vat, "vat_id"), (tax, "tax_number")] {
        if let Some(node) = node {
            trail.seen(&format!("{role}.{name}"), "", node);
        }
    }
    let mut party = Party {
        name: trail.text(&format!("{role}.name"), "", node, "Name").unwrap_or_default(),
        trading_name: text_at(node, "SpecifiedLegalOrganization/TradingBusinessName"),
        ids: children(node, "ID|GlobalID").filter_map(id).collect(),
        legal_id: all(node, "SpecifiedLegalOrganization/ID").into_iter().find_map(id),
        vat_id: vat.and_then(text),
        siren: None,
        tax_number: tax.and_then(text),
        endpoint: all(node, "URIUniversalCommunication/URIID").into_iter().find_map(id),
        contact_name: text_at(node, "DefinedTradeContact/PersonName"),
        email: text_at(node, "DefinedTradeContact/EmailURIUniversalCommunication/URIID|CompleteNumber"),
        phone: text_at(node, "DefinedTradeContact/TelephoneUniversalCommunication/CompleteNumber"),
        address: first(node, "PostalTradeAddress").map(address),
    };
    party.find_siren(role, trail);
    party
}

fn id(node: Node<'_, '_>) -> Option<PartyId> {
    Some(PartyId { id: text(node)?, scheme: attribute(node, "schemeID") })
}

fn address(node: Node<'_, '_>) -> PartyAddress {
    PartyAddress {
        lines: ["LineOne", "LineTwo", "LineThree"].iter().filter_map(|name| text_at(node, name)).collect(),
        postcode: text_at(node, "PostcodeCode"),
        city: text_at(node, "CityName"),
        country: text_at(node, "CountryID"),
    }
}
