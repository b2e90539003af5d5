//! Words that may not reach a debtor, in the texts a tenant writes itself.

use relance_domain::law;

use super::Faults;

/// Adds a fault for each threat or court look-alike in `text`, with its article.
pub fn no_threat(pointer: &str, text: &str, faults: &mut Faults) {
    for threat in law::threats(text) {
        let detail = format!(
            "No message says \u{ab}\u{a0}{}\u{a0}\u{bb} unless a person has decided that step ({}).",
            threat.words, threat.citation
        );
        faults.invalid(pointer, detail);
    }
}
