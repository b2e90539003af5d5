//! Seller, buyer, payee.

use crate::normalise;
use crate::trail::Trail;

/// An identifier and the list it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyId {
    pub id: String,
    /// ISO 6523 ICD or another scheme as written (`0002` SIREN, `0009` SIRET, `0088` GLN, `EM` e-mail …).
    pub scheme: Option<String>,
}

/// A postal address (BG-5, BG-8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartyAddress {
    pub lines: Vec<String>,
    pub postcode: Option<String>,
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2, as written.
    pub country: Option<String>,
}

/// Somebody named on the document, as written there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// BT-27, BT-44, BT-59. Empty when the document names nobody.
    pub name: String,
    /// BT-28, BT-45.
    pub trading_name: Option<String>,
    /// BT-29, BT-46, BT-60.
    pub ids: Vec<PartyId>,
    /// BT-30, BT-47, BT-61.
    pub legal_id: Option<PartyId>,
    /// BT-31, BT-48.
    pub vat_id: Option<String>,
    /// Nine digits, Luhn checked, from a SIREN or SIRET.
    pub siren: Option<String>,
    /// BT-32.
    pub tax_number: Option<String>,
    /// BT-34, BT-49.
    pub endpoint: Option<PartyId>,
    /// BT-41, BT-56.
    pub contact_name: Option<String>,
    /// BT-43, BT-58.
    pub email: Option<String>,
    /// BT-42, BT-57.
    pub phone: Option<String>,
    pub address: Option<PartyAddress>,
}

impl Party {
    /// Finds the SIREN among the identifiers. Never from a VAT number: members of a French VAT group
    /// invoice under the group's, which is another SIREN.
    pub(crate) fn find_siren(&mut self, role: &str, trail: &mut Trail) {
        // Chorus Pro writes "1" for a SIRET; scheme 0002 often holds one too (trap 7).
        const SCHEMES: [&str; 5] = ["0002", "0009", "1", "SIREN", "SIRET"];
        let french = self.address.as_ref().and_then(|address| address.country.as_deref()) == Some("FR");
        let of = |id: &PartyId, or_none: bool| match id.scheme.as_deref() {
            Some(scheme) if SCHEMES.contains(&scheme) => normalise::siren(&id.id),
            None if or_none => normalise::siren(&id.id),
            _ => None,
        };
        let endpoint = |id: &PartyId| match id.scheme.as_deref() {
            Some("0225" | "0002" | "0009") => normalise::siren(id.id.split('_').next().unwrap_or_default()),
            _ => None,
        };
        let found = self
            .legal_id
            .iter()
            .find_map(|id| of(id, french).map(|siren| (siren, "the legal identifier")))
            .or_else(|| {
                let found = self.ids.iter().find_map(|id| of(id, false));
                found.map(|siren| (siren, "an identifier"))
            })
            .or_else(|| {
                let found = self.endpoint.iter().find_map(endpoint);
                found.map(|siren| (siren, "the electronic address"))
            });
        if let Some((siren, from)) = found {
            trail.rule(&format!("{role}.siren"), format!("first nine digits of {from}, Luhn checked"));
            self.siren = Some(siren);
        }
    }
}
