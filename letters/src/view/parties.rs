//! Who writes, who reads, and where the money goes, as words.

use serde::Serialize;

use crate::{
    context::{Creditor, MessageContext},
    format::{self, Lang},
    typography::{clean, clean_option},
    words::{Words, fill, fill_named},
};

/// The creditor in a text.
#[derive(Debug, Serialize)]
pub(crate) struct CreditorView {
    pub legal_name: String,
    /// "SAS au capital de 50 000 €, SIREN 123 456 789, RCS Lyon, TVA FR…" (R123-237).
    pub identity: String,
    pub address: Vec<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub contact_name: Option<String>,
    pub mediator: Option<String>,
    pub privacy_url: Option<String>,
    pub signature: Vec<String>,
}

impl CreditorView {
    pub fn of(creditor: &Creditor, lang: Lang, words: &Words) -> Self {
        Self {
            legal_name: clean(&creditor.legal_name),
            identity: identity(creditor, lang, words),
            address: lines(&creditor.address_lines),
            phone: clean_option(creditor.phone.as_ref()).map(|phone| phone.replace(' ', "\u{a0}")),
            email: clean_option(creditor.email.as_ref()),
            contact_name: clean_option(creditor.contact_name.as_ref()),
            mediator: clean_option(creditor.consumer_mediator.as_ref()),
            privacy_url: clean_option(creditor.privacy_url.as_ref()),
            signature: creditor
                .signature
                .as_deref()
                .map(|text| text.lines().map(clean).filter(|line| !line.is_empty()).collect())
                .unwrap_or_default(),
        }
    }
}

fn identity(creditor: &Creditor, lang: Lang, words: &Words) -> String {
    let form = clean_option(creditor.legal_form.as_ref());
    let capital = clean_option(creditor.capital.as_ref()).map(|raw| format::capital(&raw, lang));
    let form = match (form, capital) {
        (Some(form), Some(capital)) => Some(fill_named(&words.capital, &[("form", &form), ("capital", &capital)])),
        (form, _) => form,
    };
    let register =
        clean_option(creditor.rcs_city.as_ref()).map(|town| if names_a_register(&town) { town } else { fill(&words.register, &town) });
    let parts = [
        form,
        clean_option(creditor.siren.as_ref()).map(|raw| fill(&words.siren, &format::siren(&raw))),
        register,
        clean_option(creditor.vat_id.as_ref()).map(|raw| fill(&words.vat, &raw)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// "RM 69", "RCS Lyon", "RNE" already say which register.
fn names_a_register(town: &str) -> bool {
    ["RCS", "RM", "RNE", "R.C.S"].iter().any(|name| town == *name || town.starts_with(&format!("{name} ")))
}

/// Lines that say something, cleaned.
pub(crate) fn lines(raw: &[String]) -> Vec<String> {
    raw.iter().map(|line| clean(line)).filter(|line| !line.is_empty()).collect()
}

/// The town of a French address: what follows the five digits of its postcode.
pub(crate) fn town(address: &[String]) -> Option<String> {
    address.iter().rev().find_map(|line| {
        let (code, town) = line.split_once(' ')?;
        let is_code = code.len() == 5 && code.chars().all(|c| c.is_ascii_digit());
        let without_cedex = town.split(" CEDEX").next().unwrap_or(town).split(" Cedex").next().unwrap_or(town).trim();
        (is_code && !without_cedex.is_empty()).then(|| without_cedex.to_owned())
    })
}

/// How to pay, grouped by the account each invoice is to be paid to.
#[derive(Debug, Serialize)]
pub(crate) struct PayView {
    pub groups: Vec<PayGroup>,
    pub methods: Vec<String>,
    pub url: Option<String>,
    pub reference: Option<String>,
}

/// One account and the invoices it is for.
#[derive(Debug, Serialize)]
pub(crate) struct PayGroup {
    pub payee: String,
    pub iban: Option<String>,
    pub bic: Option<String>,
    pub numbers: String,
}

impl PayView {
    pub fn of(ctx: &MessageContext) -> Self {
        let lang = ctx.lang();
        let own_iban = ctx.creditor.iban.as_deref().map(compact);
        let mut groups: Vec<(Option<String>, String, Vec<String>)> = Vec::new();
        for row in ctx.step_rows.iter().chain(&ctx.other_rows).chain(&ctx.upcoming_rows) {
            let iban = row.payee_iban.as_deref().map(compact).filter(|iban| !iban.is_empty()).or_else(|| own_iban.clone());
            let payee = clean_option(row.payee_name.as_ref()).unwrap_or_else(|| clean(&ctx.creditor.legal_name));
            let number = clean(&row.number);
            match groups.iter_mut().find(|(other, name, _)| *other == iban && *name == payee) {
                Some((_, _, numbers)) => numbers.push(number),
                None => groups.push((iban, payee, vec![number])),
            }
        }
        // The settings' BIC belongs to the settings' IBAN only.
        let bic = |iban: Option<&String>| {
            if iban.is_some() && iban == own_iban.as_ref() { clean_option(ctx.creditor.bic.as_ref()) } else { None }
        };
        let groups = groups.into_iter().map(|(iban, payee, numbers)| PayGroup {
            bic: bic(iban.as_ref()),
            iban: iban.filter(|iban| !iban.is_empty()).map(|iban| format::iban(&iban)),
            payee,
            numbers: format::enumeration(&numbers, lang),
        });
        Self {
            groups: groups.collect(),
            methods: lines(&ctx.creditor.payment_methods),
            url: clean_option(ctx.payment_url.as_ref()),
            reference: [&ctx.payment_reference, &ctx.reference].into_iter().map(|text| clean(text)).find(|text| !text.is_empty()),
        }
    }
}

fn compact(iban: &str) -> String {
    iban.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_town_is_read_behind_the_postcode() {
        for (line, expected) in [("69003 Lyon", Some("Lyon")), ("38000 GRENOBLE CEDEX 9", Some("GRENOBLE")), ("12 rue du Lac", None)] {
            assert_eq!(town(&[line.to_owned(), "France".to_owned()]).as_deref(), expected);
        }
    }

    #[test]
    fn identity_says_what_is_known() {
        let words = Words::of(Lang::Fr).unwrap();
        let mut creditor =
            Creditor { legal_name: "A".into(), legal_form: Some("EI".into()), rcs_city: Some("RM 69".into()), ..Creditor::default() };
        assert_eq!(identity(&creditor, Lang::Fr, words), "EI, RM 69");
        creditor.legal_form = Some("SAS".into());
        creditor.capital = Some("50000".into());
        creditor.siren = Some("123456789".into());
        creditor.rcs_city = Some("Lyon".into());
        assert_eq!(identity(&creditor, Lang::Fr, words), "SAS au capital de 50\u{202F}000\u{A0}€, SIREN 123\u{A0}456\u{A0}789, RCS Lyon");
    }
}
