//! What a French invoice should say and does not.
#![allow(clippy::unwrap_used)]

use relance_ingest::{parse, preflight};

const WHOLE: &str = include_str!("../../tests/fixtures/invoice-ubl.xml");
const TERMS: &str = "Pas d’escompte pour paiement anticipé. Pénalités de retard : taux de la BCE majoré de 10 points. \
    Indemnité forfaitaire pour frais de recouvrement : 40\u{a0}€.";

/// The invoice of the fixtures with payment terms and the seller's VAT number.
fn invoice(terms: &str) -> String {
    let vat = "<cac:PartyTaxScheme><cbc:CompanyID>FR44732829320</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>\n    <cac:PartyLegalEntity><cbc:RegistrationName>Atelier Keller";
    WHOLE
        .replacen("<cac:PartyLegalEntity><cbc:RegistrationName>Atelier Keller", vat, 1)
        .replace("  <cac:TaxTotal>", &format!("  <cac:PaymentTerms><cbc:Note>{terms}</cbc:Note></cac:PaymentTerms>\n  <cac:TaxTotal>"))
}

fn codes(xml: &str) -> Vec<&'static str> {
    preflight(&parse(xml.as_bytes()).unwrap()).into_iter().map(|warning| warning.code).collect()
}

#[test]
fn an_invoice_with_all_its_mentions_gets_no_warning() {
    assert_eq!(codes(&invoice(TERMS)), Vec::<&str>::new());
}

#[test]
fn each_missing_mention_is_named_with_its_article() {
    let whole = invoice(TERMS);
    for (xml, code) in [
        (whole.replace("<cbc:DueDate>2026-11-02</cbc:DueDate>", ""), "no_due_date"),
        (whole.replace("2026-11-02", "2027-01-15"), "due_date_too_late"),
        (invoice(&TERMS.replace("Pénalités de retard : taux de la BCE majoré de 10 points.", "")), "no_penalty_rate"),
        (invoice(&TERMS.replace("taux de la BCE majoré de 10 points", "5 %")), "penalty_rate_under_floor"),
        (invoice(&TERMS.replace("40\u{a0}€", "due")), "no_fixed_compensation"),
        (invoice(&TERMS.replace("Pas d’escompte pour paiement anticipé.", "")), "no_discount_terms"),
        (whole.replace("FR44732829320", ""), "no_seller_vat_id"),
        (whole.replace("<cbc:CompanyID schemeID=\"0002\">732829320</cbc:CompanyID>", ""), "no_seller_siren"),
        (
            whole.replace("<cbc:CompanyID schemeID=\"0002\">552100554</cbc:CompanyID>", "<cbc:CompanyID>RM-69</cbc:CompanyID>"),
            "no_buyer_siren",
        ),
    ] {
        assert_eq!(codes(&xml), [code]);
    }
    let warned = preflight(&parse(invoice("").as_bytes()).unwrap());
    assert!(warned.iter().all(|warning| !warning.citation.is_empty() && warning.message.ends_with('.')), "{warned:?}");
}

#[test]
fn codes_of_the_european_norm_say_it_as_well_as_words() {
    let noted = WHOLE.replace("  <cbc:DocumentCurrencyCode>", "  <cbc:Note>#PMD#cf. CGV</cbc:Note><cbc:Note>#PMT#cf. CGV</cbc:Note><cbc:Note>#AAB#cf. CGV</cbc:Note>\n  <cbc:DocumentCurrencyCode>");
    assert_eq!(codes(&noted), ["no_seller_vat_id"]);
}

#[test]
fn a_consumer_a_credit_note_and_a_foreign_seller_are_not_measured_by_french_commercial_law() {
    let whole = invoice("");
    assert!(codes(&whole).len() >= 3);
    for xml in [
        whole.replace("<cbc:CompanyID schemeID=\"0002\">552100554</cbc:CompanyID>", ""),
        whole.replace("<cbc:InvoiceTypeCode>380", "<cbc:InvoiceTypeCode>381"),
        whole
            .replacen(">FR</cbc:IdentificationCode>", ">BE</cbc:IdentificationCode>", 1)
            .replace("<cbc:CompanyID schemeID=\"0002\">732829320</cbc:CompanyID>", ""),
    ] {
        assert_eq!(codes(&xml), Vec::<&str>::new());
    }
}

/// The whole invoice with this category of VAT and what is said of it.
fn taxed(category: &str, reason: &str) -> String {
    let scheme = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>";
    let category = format!("<cac:TaxCategory><cbc:ID>{category}</cbc:ID><cbc:Percent>0</cbc:Percent>{reason}{scheme}</cac:TaxCategory>");
    invoice(TERMS).replacen("</cac:TaxTotal>", &format!("<cac:TaxSubtotal>{category}</cac:TaxSubtotal></cac:TaxTotal>"), 1)
}

#[test]
fn an_invoice_without_vat_says_why() {
    assert_eq!(codes(&taxed("E", "")), ["no_vat_exemption"]);
    let reason = "<cbc:TaxExemptionReason>TVA non applicable, art. 293 B du CGI</cbc:TaxExemptionReason>";
    assert_eq!(codes(&taxed("E", reason)), Vec::<&str>::new());
    // the franchise has no VAT number to show
    assert_eq!(codes(&taxed("E", reason).replace("FR44732829320", "")), Vec::<&str>::new());
    assert_eq!(codes(&taxed("AE", "")), Vec::<&str>::new(), "reverse charge is another matter");
}
