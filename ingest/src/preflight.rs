//! What a French invoice between professionals should say and does not: warnings for its seller, each with the article.
//! Nothing is refused for it: penalties stay due although a mention is missing, but the debtor has an argument.

use chrono::{Datelike, Days, NaiveDate};

use crate::{DocumentKind, Extracted};

mod rate;

/// One thing to mend on the creditor's own invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// For machines: `no_due_date`.
    pub code: &'static str,
    /// For people.
    pub message: &'static str,
    /// Article.
    pub citation: &'static str,
}

/// (code, message, article), in the order they are told.
const WARNINGS: &[Warning] = &[
    Warning { code: "no_due_date", message: "The invoice names no date by which it is to be paid.", citation: "C. com. L441-9 I" },
    Warning {
        code: "due_date_too_late",
        message: "The due date lies beyond 60 days after issue and beyond 45 days end of month.",
        citation: "C. com. L441-10 I",
    },
    Warning {
        code: "no_penalty_rate",
        message: "The rate of the penalties due from the day after the due date is missing.",
        citation: "C. com. L441-9 I, L441-10 II",
    },
    Warning {
        code: "penalty_rate_under_floor",
        message: "The printed penalty rate is under three times the legal interest rate.",
        citation: "C. com. L441-10 II",
    },
    Warning {
        code: "no_fixed_compensation",
        message: "The fixed compensation of 40 EUR for recovery costs is missing.",
        citation: "C. com. L441-9 I, D441-5",
    },
    Warning {
        code: "no_discount_terms",
        message: "The discount for early payment, or that there is none, is missing.",
        citation: "C. com. L441-9 I",
    },
    Warning { code: "no_seller_siren", message: "The seller's SIREN is missing.", citation: "C. com. R123-237" },
    Warning { code: "no_seller_vat_id", message: "The seller's VAT number is missing.", citation: "CGI ann. II, 242 nonies A, I-2°" },
    Warning {
        code: "no_vat_exemption",
        message: "No VAT is charged and nothing says why; under the franchise: « TVA non applicable, art. 293 B du CGI ».",
        citation: "CGI art. 293 B; CGI ann. II, 242 nonies A",
    },
    Warning {
        code: "no_buyer_siren",
        message: "The customer's SIREN is missing.",
        citation: "CGI ann. II, 242 nonies A (décret 2022-1299)",
    },
    Warning { code: "no_seller_address", message: "The seller's address is missing.", citation: "CGI ann. II, 242 nonies A, I-1°" },
    Warning { code: "no_buyer_address", message: "The customer's address is missing.", citation: "CGI ann. II, 242 nonies A, I-1°" },
];

/// What to mend on an invoice of a French seller to a professional; nothing for any other document.
pub fn preflight(document: &Extracted) -> Vec<Warning> {
    let from_france = document.seller.siren.is_some() || country(document, true) == Some("FR");
    let professional = document.buyer.siren.is_some() || document.buyer.vat_id.is_some() || document.buyer.legal_id.is_some();
    if document.kind != DocumentKind::Invoice || !from_france || !professional || document.self_billed {
        return Vec::new();
    }
    WARNINGS.iter().filter(|warning| is_missing(warning.code, document)).copied().collect()
}

fn is_missing(code: &str, document: &Extracted) -> bool {
    let said = words(document);
    let coded = |subject: &str| document.notes.iter().any(|note| note.subject.as_deref() == Some(subject));
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| said.contains(phrase));
    let buyer_is_french = document.buyer.siren.is_some() || country(document, false) == Some("FR");
    match code {
        "no_due_date" => document.due_on_stated.is_none() && document.instalments.is_empty() && !document.already_paid,
        "due_date_too_late" => document.due_on_stated.is_some_and(|due| due > latest_lawful(document.issued_on)) && !document.already_paid,
        "no_penalty_rate" => {
            !(coded("PMD") || says(&["pénalit", "penalit", "intérêt", "interet", "late payment"]) && says(&["%", "taux", "rate"]))
        }
        "penalty_rate_under_floor" => rate::is_under_floor(&said, document.issued_on) == Some(true),
        "no_vat_exemption" => {
            let exempt = !document.vat.categories.is_empty() && document.vat.categories.iter().all(|category| category == "E");
            exempt && document.vat.exemptions.is_empty() && !says(&["293", "261", "262", "exon", "non applicable", "exempt"])
        }
        "no_fixed_compensation" => {
            !coded("PMT") && !says(&["40 €", "40€", "40 eur", "40,00 €", "40,00€", "40.00 eur", "40,00 eur", "€40", "eur 40"])
        }
        "no_discount_terms" => !coded("AAB") && !says(&["escompte", "discount", "paiement anticipé"]),
        "no_seller_siren" => document.seller.siren.is_none(),
        // under the franchise there is none to show
        "no_seller_vat_id" => document.seller.vat_id.is_none() && !(document.vat.is_under_franchise() || says(&["293 b", "293b", "293-b"])),
        "no_buyer_siren" => buyer_is_french && document.buyer.siren.is_none(),
        "no_seller_address" => document.seller.address.is_none(),
        "no_buyer_address" => document.buyer.address.is_none(),
        _ => false,
    }
}

fn country(document: &Extracted, of_seller: bool) -> Option<&str> {
    let party = if of_seller { &document.seller } else { &document.buyer };
    party.address.as_ref().and_then(|address| address.country.as_deref())
}

/// Notes and payment terms in small letters, with plain spaces.
fn words(document: &Extracted) -> String {
    let notes = document.notes.iter().map(|note| note.text.as_str());
    let all: Vec<&str> = notes.chain(document.payment_terms.iter().map(String::as_str)).collect();
    all.join("\n").to_lowercase().replace(['\u{a0}', '\u{202f}'], " ")
}

/// 60 days after issue, or 45 days end of month in the reading that gives more.
fn latest_lawful(issued_on: NaiveDate) -> NaiveDate {
    let after = |on: NaiveDate, days: u64| on.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
    let sixty = after(issued_on, 60);
    let end_after_45 = end_of_month(after(issued_on, 45));
    let after_the_end = after(end_of_month(issued_on), 45);
    sixty.max(end_after_45).max(after_the_end)
}

fn end_of_month(on: NaiveDate) -> NaiveDate {
    let (year, month) = if on.month() == 12 { (on.year() + 1, 1) } else { (on.year(), on.month() + 1) };
    NaiveDate::from_ymd_opt(year, month, 1).and_then(|first| first.pred_opt()).unwrap_or(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn the_latest_lawful_day_is_the_more_generous_of_three() {
        for (issued, latest) in [
            // 60 days: 14 March; 45 days then end of month: 28 February; end of month then 45 days: 17 March
            (day(2026, 1, 13), day(2026, 3, 17)),
            // 60 days: 30 March; 45 days, then the end of that month: 31 March
            (day(2026, 1, 29), day(2026, 3, 31)),
            (day(2026, 12, 31), day(2027, 3, 1)),
        ] {
            assert_eq!(latest_lawful(issued), latest, "{issued}");
        }
    }
}
