//! Short words that tables, letter heads and calendars need, one file a language.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::{error::RenderError, format::Lang};

type Read = OnceLock<Result<Words, String>>;

static FR: Read = Read::new();
static EN: Read = Read::new();
static DE: Read = Read::new();
static ES: Read = Read::new();
static IT: Read = Read::new();
static NL: Read = Read::new();

/// `{}` or `{name}` stands for a value.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub column_invoice: String,
    pub column_issued: String,
    pub column_due: String,
    pub column_total: String,
    pub column_credited: String,
    pub column_paid: String,
    pub column_left: String,
    pub column_item: String,
    pub column_amount: String,
    pub column_instalment: String,
    pub column_method: String,
    pub total: String,
    pub total_in: String,
    pub order: String,
    pub commitment: String,
    pub service_code: String,
    pub portal_number: String,
    pub deposited_on: String,
    pub received_on: String,
    pub delivered_on: String,
    pub term: String,
    pub overdue_one: String,
    pub overdue_many: String,
    pub due_in: String,
    pub note_total: String,
    pub note_credited: String,
    pub note_paid: String,
    pub charge_principal: String,
    pub charge_interest: String,
    pub charge_interest_public: String,
    pub charge_fixed: String,
    pub charge_fixed_plain: String,
    pub contact_email: String,
    pub contact_sms: String,
    pub contact_letter: String,
    pub contact_registered_letter: String,
    pub contact_phone_task: String,
    pub contact_visit_task: String,
    pub contact_other: String,
    pub item_email: String,
    pub item_sms: String,
    pub item_letter: String,
    pub item_registered_letter: String,
    pub item_phone_task: String,
    pub item_visit_task: String,
    pub item_other: String,
    pub capital: String,
    pub siren: String,
    pub register: String,
    pub vat: String,
    pub calendar_due: String,
    pub calendar_promise: String,
    pub calendar_instalment: String,
    pub place_date: String,
    pub date_only: String,
    pub object: String,
    pub our_reference: String,
    pub tracking: String,
    pub registered: String,
    pub enclosures: String,
    pub page: String,
    pub phone: String,
    pub privacy: String,
    pub contact: String,
    pub customer_siren: String,
    pub seat: String,
    pub attention: String,
    pub legal_representative: String,
    pub statement_title: String,
    pub statement_object: String,
    pub statement_invoices: String,
    pub statement_credits: String,
    pub statement_payments: String,
    pub statement_allocations: String,
    pub statement_charges: String,
    pub statement_sum: String,
    pub statement_unapplied: String,
    pub statement_interest: String,
    pub statement_total_due: String,
    pub statement_until: String,
    pub statement_enclosed: String,
    pub statement_file: String,
    pub statement_principal_first: String,
    pub statement_interest_first: String,
    pub statement_interest_fee_first: String,
    pub statement_nothing: String,
    pub cover_title: String,
    pub cover_object: String,
    pub column_recipient: String,
    pub column_pages: String,
    pub column_sending: String,
    pub cover_letter: String,
    pub cover_registered: String,
    pub cover_count: String,
    pub cover_nothing: String,
    pub taken_back: String,
    pub from_payment: String,
    pub from_credit: String,
    pub column_origin: String,
    pub column_reference: String,
    pub column_from: String,
    pub column_until: String,
    pub column_days: String,
    pub column_rate: String,
    pub column_base: String,
    pub column_credit_note: String,
    pub colon: String,
}

impl Words {
    pub fn of(lang: Lang) -> Result<&'static Self, RenderError> {
        let (cell, source) = match lang {
            Lang::Fr => (&FR, include_str!("../templates/fr/words.json")),
            Lang::En => (&EN, include_str!("../templates/en/words.json")),
            Lang::De => (&DE, include_str!("../templates/de/words.json")),
            Lang::Es => (&ES, include_str!("../templates/es/words.json")),
            Lang::It => (&IT, include_str!("../templates/it/words.json")),
            Lang::Nl => (&NL, include_str!("../templates/nl/words.json")),
        };
        let words = cell.get_or_init(|| serde_json::from_str(source).map_err(|error| error.to_string()));
        words.as_ref().map_err(|error| RenderError::Templates(error.clone()))
    }
}

/// Puts one value in the place of `{}`.
pub(crate) fn fill(pattern: &str, value: &str) -> String {
    pattern.replacen("{}", value, 1)
}

/// Puts values in the places of `{name}`, in one pass: a value is never read as a pattern.
pub(crate) fn fill_named(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word() {
        for (lang, total) in
            [(Lang::Fr, "Total"), (Lang::En, "Total"), (Lang::De, "Summe"), (Lang::Es, "Total"), (Lang::It, "Totale"), (Lang::Nl, "Totaal")]
        {
            assert_eq!(Words::of(lang).unwrap().total, total);
        }
    }

    #[test]
    fn a_value_is_never_a_pattern() {
        assert_eq!(fill_named("{a} – {b}.", &[("a", "{b}"), ("b", "x")]), "{b} – x.");
    }
}
