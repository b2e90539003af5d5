//! The built-in policies (`presets.md` §3) and which of them a customer gets.

use std::sync::LazyLock;

use super::{
    PolicyDocument,
    document::{LateChargesDocument, RegimeDocument},
};
use crate::customer::CustomerKind;

/// `presets.md` §3, word for word.
const DOCUMENTS: &str = include_str!("presets.json");

/// The presets that are written down, by name; `eu_business` is derived.
const WRITTEN: [&str; 4] = ["fr_business", "fr_small_business", "fr_consumer", "fr_public_body"];

/// Countries where the French ladders serve: France with its overseas territories that have a
/// country code of their own.
const FRENCH: [&str; 8] = ["FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF"];

/// A built-in policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Its key, also its name.
    pub key: &'static str,
    /// What it says.
    pub document: PolicyDocument,
}

/// Every preset: the four of `presets.md` §3, then `eu_business`.
pub fn presets() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        // The file is ours and a test reads it: it cannot fail to parse in what is shipped.
        let documents: Vec<PolicyDocument> = serde_json::from_str(DOCUMENTS).unwrap_or_default();
        let written = |key| documents.iter().find(|document| document.name == key).cloned();
        let eu_business = written("fr_business").map(|document| Preset { key: "eu_business", document: outside_france(document) });
        WRITTEN.into_iter().filter_map(|key| Some(Preset { key, document: written(key)? })).chain(eu_business).collect()
    });
    &PRESETS
}

/// `fr_business` for another country: interest by directive 2011/7/EU, no French holidays' pauses.
fn outside_france(mut document: PolicyDocument) -> PolicyDocument {
    document.name = "eu_business".to_owned();
    document.pauses = None;
    let regime = RegimeDocument {
        kind: "eu_ecb_plus_8".to_owned(),
        column: None,
        contract_rate: None,
        below_floor: None,
        points: None,
        treat_as_statutory: None,
    };
    document.late_charges = document.late_charges.map(|charges| LateChargesDocument { regime: Some(regime), ..charges });
    document
}

/// The key of the preset that serves such a customer (`contract.md` §4). An unknown kind counts
/// as a consumer; a business whose country is not known counts as French.
pub fn preset_for(kind: CustomerKind, segment: Option<&str>, country: Option<&str>) -> &'static str {
    let in_france = country.is_none_or(|code| FRENCH.iter().any(|french| french.eq_ignore_ascii_case(code.trim())));
    match kind {
        CustomerKind::Business if !in_france => "eu_business",
        CustomerKind::Business if segment == Some("small") => "fr_small_business",
        CustomerKind::Business => "fr_business",
        CustomerKind::Consumer | CustomerKind::Unknown => "fr_consumer",
        CustomerKind::PublicBody => "fr_public_body",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_preset_is_valid_and_named_by_its_key() {
        let keys: Vec<&str> = presets().iter().map(|preset| preset.key).collect();
        assert_eq!(keys, ["fr_business", "fr_small_business", "fr_consumer", "fr_public_body", "eu_business"]);
        for preset in presets() {
            let policy = preset.document.validate().unwrap();
            assert_eq!((policy.name.as_str(), policy.steps.len()), (preset.key, preset.document.steps.len()));
        }
    }

    #[test]
    fn a_preset_written_out_again_is_the_file() {
        let Value::Array(file) = serde_json::from_str(DOCUMENTS).unwrap() else { panic!("an array") };
        for (preset, written) in presets().iter().zip(&file) {
            assert_eq!(serde_json::to_value(&preset.document).unwrap(), *written, "{}", preset.key);
        }
        for preset in presets() {
            let again = serde_json::to_value(&preset.document).unwrap();
            assert_eq!(PolicyDocument::from_json(&again).unwrap(), preset.document);
        }
    }

    #[test]
    fn eu_business_differs_from_fr_business_only_in_regime_and_pauses() {
        let of = |key| &presets().iter().find(|preset| preset.key == key).unwrap().document;
        let (french, european) = (of("fr_business"), of("eu_business"));
        assert_eq!(european.pauses, None);
        let regime = |document: &PolicyDocument| document.late_charges.clone().unwrap().regime.unwrap().kind;
        assert_eq!((regime(french), regime(european)), ("fr_b2b_default".to_owned(), "eu_ecb_plus_8".to_owned()));
        let mut again = european.clone();
        again.name.clone_from(&french.name);
        again.pauses.clone_from(&french.pauses);
        again.late_charges.clone_from(&french.late_charges);
        assert_eq!(again, *french);
    }

    #[test]
    fn no_preset_that_meets_consumers_speaks_of_fees() {
        for preset in presets() {
            let policy = preset.document.validate().unwrap();
            if policy.applies_to.customer_kinds.iter().any(|kind| !kind.pays_late_charges()) {
                assert!(!policy.charges.fixed_compensation, "{}", preset.key);
                let silent = |step: &crate::policy::Step| step.late_charges == crate::policy::LateChargesMode::None;
                assert!(policy.steps.iter().all(silent), "{}", preset.key);
            }
        }
    }

    #[test]
    fn the_preset_follows_the_kind_then_the_country_then_the_segment() {
        use CustomerKind::{Business, Consumer, PublicBody, Unknown};
        for (kind, segment, country, key) in [
            (Business, None, Some("FR"), "fr_business"),
            (Business, Some("large"), Some("FR"), "fr_business"),
            (Business, Some("small"), Some("FR"), "fr_small_business"),
            (Business, Some("small"), Some("RE"), "fr_small_business"),
            (Business, None, None, "fr_business"),
            (Business, None, Some("fr"), "fr_business"),
            (Business, None, Some("DE"), "eu_business"),
            (Business, Some("small"), Some("BE"), "eu_business"),
            (Consumer, Some("small"), Some("FR"), "fr_consumer"),
            (Consumer, None, Some("DE"), "fr_consumer"),
            (Unknown, None, None, "fr_consumer"),
            (PublicBody, None, Some("FR"), "fr_public_body"),
            (PublicBody, None, Some("BE"), "fr_public_body"),
        ] {
            assert_eq!(preset_for(kind, segment, country), key, "{kind:?} {segment:?} {country:?}");
            assert!(presets().iter().any(|preset| preset.key == key));
        }
    }
}
