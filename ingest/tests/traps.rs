//! The traps of `reference/ingestion.md` §4.2, each with a document small enough to read.
#![expect(clippy::panic, reason = "a test says what went wrong by panicking")]

use relance_ingest::{DocumentKind, DueRule, Extracted, MAX_BYTES, RefusalCode, parse};

/// A UBL document: root, elements of the header, of the parties and payment, and the sums.
fn ubl(root: &str, header: &str, body: &str, sums: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2" xmlns:b="urn:b" xmlns:a="urn:a">
<b:ID>F-1</b:ID><b:IssueDate>2026-01-31</b:IssueDate>{header}<b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
<a:AccountingCustomerParty><a:Party><a:PartyLegalEntity><b:RegistrationName>Client</b:RegistrationName>
<b:CompanyID schemeID="0002">73282932000074</b:CompanyID></a:PartyLegalEntity></a:Party></a:AccountingCustomerParty>
{body}<a:LegalMonetaryTotal>{sums}</a:LegalMonetaryTotal></{root}>"#
    )
}

fn sums(total: &str, payable: &str) -> String {
    format!("<b:TaxInclusiveAmount>{total}</b:TaxInclusiveAmount><b:PayableAmount>{payable}</b:PayableAmount>")
}

/// A CII document of a type, with its settlement.
fn cii(type_code: &str, settlement: &str) -> String {
    format!(
        r#"<r:CrossIndustryInvoice xmlns:r="urn:r" xmlns:m="urn:m"><r:ExchangedDocument><m:ID>F-1</m:ID>
<m:TypeCode>{type_code}</m:TypeCode><m:IssueDateTime><m:DateTimeString format="102">20260605</m:DateTimeString></m:IssueDateTime>
</r:ExchangedDocument><r:SupplyChainTradeTransaction><m:ApplicableHeaderTradeAgreement/><m:ApplicableHeaderTradeSettlement>
<m:InvoiceCurrencyCode>EUR</m:InvoiceCurrencyCode>{settlement}<m:SpecifiedTradeSettlementHeaderMonetarySummation>
<m:GrandTotalAmount>120.00</m:GrandTotalAmount><m:DuePayableAmount>120.00</m:DuePayableAmount>
</m:SpecifiedTradeSettlementHeaderMonetarySummation></m:ApplicableHeaderTradeSettlement></r:SupplyChainTradeTransaction></r:CrossIndustryInvoice>"#
    )
}

fn term(date: &str, text: &str, more: &str) -> String {
    format!(
        "<m:SpecifiedTradePaymentTerms><m:Description>{text}</m:Description><m:DueDateDateTime><m:DateTimeString>{date}</m:DateTimeString></m:DueDateDateTime>{more}</m:SpecifiedTradePaymentTerms>"
    )
}

fn read(document: &str) -> Extracted {
    parse(document.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}\n{document}"))
}

fn refused(document: impl AsRef<[u8]>) -> RefusalCode {
    match parse(document.as_ref()) {
        Ok(found) => panic!("read as {} {}", found.kind.as_str(), found.number),
        Err(refusal) => {
            assert!(!refusal.detail.is_empty());
            refusal.code
        }
    }
}

#[test]
fn a_discount_date_is_not_the_due_date() {
    let discount =
        "<m:ApplicableTradePaymentDiscountTerms><m:CalculationPercent>2.00</m:CalculationPercent></m:ApplicableTradePaymentDiscountTerms>";
    let period = "<m:ApplicableTradePaymentDiscountTerms><m:BasisPeriodMeasure unitCode=\"DAY\">10</m:BasisPeriodMeasure><m:CalculationPercent>2.00</m:CalculationPercent></m:ApplicableTradePaymentDiscountTerms>";
    let cases = [
        ("structured, then net", term("20260612", "", discount) + &term("20260705", "", ""), Some("2026-07-05")),
        ("in words, then net", term("20260612", "2% Skonto bis 12.06.2026", "") + &term("20260705", "netto", ""), Some("2026-07-05")),
        ("net first", term("20260705", "30 jours net", "") + &term("20260612", "", discount), Some("2026-07-05")),
        ("alone", term("20260612", "", discount), None),
        ("alone, its period named", term("20260705", "", period), Some("2026-07-05")),
        ("alone, at the end of its period", term("20260615", "", period), None),
        ("alone, but the words give the net date", term("20260612", "7 Tage 2% Skonto, 30 Tage netto", ""), None),
        (
            "instalments",
            term("20260705", "", "<m:PartialPaymentAmount>60.00</m:PartialPaymentAmount>")
                + &term("20260805", "", "<m:PartialPaymentAmount>60.00</m:PartialPaymentAmount>"),
            Some("2026-08-05"),
        ),
    ];
    for (what, terms, due) in cases {
        let found = read(&cii("380", &terms));
        assert_eq!(found.due_on_stated.map(|date| date.to_string()).as_deref(), due, "{what}");
    }
    let found = read(&cii("380", &term("20260612", "7 Tage 2% Skonto, 30 Tage netto", "")));
    let due = found.due().map(|(date, rule)| (date.to_string(), rule));
    assert_eq!(due, Some(("2026-07-05".to_owned(), DueRule::PaymentTermsText)));
    let header = "<b:DueDate>2026-02-07</b:DueDate>";
    let terms = "<a:PaymentTerms><b:Note>7 Tage 2% Skonto, 30 Tage netto</b:Note></a:PaymentTerms>";
    let found = read(&ubl("Invoice", header, terms, &sums("10", "10")));
    assert_eq!(found.due_on_stated, None);
    assert_eq!(found.due().map(|(date, _)| date.to_string()).as_deref(), Some("2026-03-02"));
}

#[test]
fn instalments_are_kept_apart() {
    let part = |date: &str| term(date, "", "<m:PartialPaymentAmount>60.00</m:PartialPaymentAmount>");
    let found = read(&cii("380", &(part("20260705") + &part("20260805"))));
    let parts: Vec<String> =
        found.instalments.iter().map(|part| format!("{:?} {}", part.due_on.map(|date| date.to_string()), part.amount)).collect();
    assert_eq!(parts, ["Some(\"2026-07-05\") 60.00", "Some(\"2026-08-05\") 60.00"]);
}

#[test]
fn credit_notes_are_positive_in_both_dialects() {
    let code = |code: &str| format!("<b:InvoiceTypeCode>{code}</b:InvoiceTypeCode>");
    let cases = [
        ("CreditNote", String::new(), "100.00", "100.00", DocumentKind::CreditNote, "100.00"),
        (
            "CreditNote",
            "<b:CreditNoteTypeCode>381</b:CreditNoteTypeCode>".to_owned(),
            "100.00",
            "100.00",
            DocumentKind::CreditNote,
            "100.00",
        ),
        ("Invoice", code("381"), "100.00", "90.00", DocumentKind::CreditNote, "90.00"),
        ("Invoice", code("380"), "-100.00", "-100.00", DocumentKind::CreditNote, "100.00"),
        ("Invoice", code("384"), "-100.00", "-90.00", DocumentKind::CreditNote, "90.00"),
        ("Invoice", code("389"), "100.00", "100.00", DocumentKind::Invoice, "100.00"),
        ("Invoice", code("261"), "100.00", "100.00", DocumentKind::CreditNote, "100.00"),
        ("Invoice", code("SalesInvoice"), "100.00", "100.00", DocumentKind::Invoice, "100.00"),
        ("Invoice", code("380"), "100.00", "-20.00", DocumentKind::Invoice, "-20.00"),
        ("CreditNote", String::new(), "-100.00", "-100.00", DocumentKind::Invoice, "100.00"),
    ];
    for (root, header, total, payable, kind, expected) in cases {
        let document = ubl(root, &header, "", &sums(total, payable));
        let found = read(&document);
        assert_eq!(found.kind, kind, "{root} {header} {total}");
        assert_eq!(found.payable.to_string(), expected, "{root} {header} {total}");
        assert!(!found.total.is_sign_negative());
    }
    assert!(read(&ubl("Invoice", &code("389"), "", &sums("1", "1"))).self_billed);
}

#[test]
fn nothing_to_chase() {
    let paid = "<b:ProfileID>B2</b:ProfileID><b:DueDate>2026-01-02</b:DueDate>";
    let found = read(&ubl("Invoice", paid, "", &sums("100", "0.00")));
    assert!(found.already_paid);
    assert_eq!(found.payable.to_string(), "0.00");
    let means = |code: &str| format!("<a:PaymentMeans><b:PaymentMeansCode>{code}</b:PaymentMeansCode></a:PaymentMeans>");
    for (code, debit) in [("59", true), ("49", true), ("58", false)] {
        let found = read(&ubl("Invoice", "", &means(code), &sums("1", "1")));
        assert_eq!(found.direct_debit, debit, "{code}");
    }
}

#[test]
fn the_payable_amount_is_worked_out_when_missing() {
    let found = read(&ubl(
        "Invoice",
        "",
        "",
        "<b:TaxInclusiveAmount>100.10</b:TaxInclusiveAmount><b:PrepaidAmount>40</b:PrepaidAmount><b:PayableRoundingAmount>-0.10</b:PayableRoundingAmount>",
    ));
    assert_eq!(found.payable.to_string(), "60.00");
    assert_eq!(found.buyer.siren.as_deref(), Some("732829320"));
}

#[test]
fn credit_notes_state_the_due_date_in_the_payment_means() {
    let means = "<a:PaymentMeans><b:PaymentDueDate>2026-02-10</b:PaymentDueDate></a:PaymentMeans>";
    let found = read(&ubl("CreditNote", "", means, &sums("1", "1")));
    assert_eq!(found.due_on_stated.map(|date| date.to_string()).as_deref(), Some("2026-02-10"));
    assert_eq!(found.provenance.get("due_on_stated").map(String::as_str), Some("CreditNote/PaymentMeans/PaymentDueDate (BT-9)"));
}

#[test]
fn what_makes_no_claim_is_no_invoice() {
    for code in ["325", "751", "220", "310"] {
        assert_eq!(refused(cii(code, "")), RefusalCode::NotAnInvoice, "{code}");
    }
    for root in ["Order", "Reminder", "DebitNote", "SCRDMCCBDACIOMessageStructure", "CrossDomainAcknowledgementAndResponse"] {
        assert_eq!(refused(format!("<{root}/>")), RefusalCode::NotAnInvoice, "{root}");
    }
}

#[test]
fn what_is_not_ours_is_unsupported() {
    for document in [
        "<html/>",
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"/>",
        "<Invoice xmlns=\"http://www.ebinterface.at/schema/6p1/\"/>",
        "%PDF-1.7",
    ] {
        assert_eq!(refused(document), RefusalCode::UnsupportedDocument, "{document}");
    }
}

#[test]
fn what_cannot_be_read_is_malformed() {
    let whole = ubl("Invoice", "", "", &sums("1", "1"));
    let cases = [
        String::new(),
        " \n".to_owned(),
        "number;date".to_owned(),
        whole.split_at(whole.len() / 2).0.to_owned(),
        whole.replace("<b:ID>F-1</b:ID>", ""),
        whole.replace("2026-01-31", "2026-02-31"),
        whole.replace("2026-01-31", "01/02/2026"),
        whole.replace("EUR", "euros"),
        ubl("Invoice", "", "", ""),
        ubl("Invoice", "", "", &sums("1", "1,00")),
        ubl("Invoice", "", "", &sums("1", "1e9")),
        ubl("Invoice", "", "", &sums("1", "NaN")),
        ubl("Invoice", "", "", &sums("1", &"9".repeat(60))),
    ];
    for document in cases {
        assert_eq!(refused(&document), RefusalCode::MalformedDocument, "{document}");
    }
}

#[test]
fn no_document_type_declaration() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
    let outside = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">";
    for declaration in [bomb, outside, "<!doctype x>"] {
        let document = ubl("Invoice", "", "", &sums("1", "1")).replace("?>\n<", &format!("?>{declaration}<"));
        assert_eq!(refused(document), RefusalCode::DtdForbidden, "{declaration}");
    }
}

#[test]
fn the_limits_hold() {
    let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert_eq!(refused(deep(1_000)), RefusalCode::TooLarge);
    assert_eq!(refused("<a>".repeat(1_000_000)), RefusalCode::TooLarge);
    assert_eq!(refused(deep(50)), RefusalCode::UnsupportedDocument);
    assert_eq!(refused(vec![b' '; MAX_BYTES + 1]), RefusalCode::TooLarge);
    assert_eq!(refused(format!("<a>{}</a>", "<b/>".repeat(600_000))), RefusalCode::TooLarge);
    let many: String = (0..1_000).map(|at| format!(" a{at}=''")).collect();
    assert_eq!(refused(format!("<a{many}/>")), RefusalCode::TooLarge);
    let spaces = |at: usize| -> String { (0..40).map(|number| format!(" xmlns:a{at}_{number}='u{at}_{number}'")).collect() };
    let nested: String = (0..5).map(|at| format!("<a{}>", spaces(at))).collect();
    assert_eq!(refused(nested), RefusalCode::TooLarge);
}

#[test]
fn encodings_that_circulate() {
    let document = ubl("Invoice", "<b:Note>Échéance 10 €</b:Note>", "", &sums("1", "1"));
    let note = |bytes: &[u8]| {
        let found = parse(bytes).unwrap_or_else(|refusal| panic!("{refusal}"));
        found.notes.first().map(|note| note.text.clone())
    };
    let expected = Some("Échéance 10 €".to_owned());
    let bom = [b"\xEF\xBB\xBF".as_slice(), document.as_bytes()].concat();
    assert_eq!(note(&bom), expected, "UTF-8 with a BOM");
    let wrong = document.replace("UTF-8", "UTF-8-W/O-BOM");
    assert_eq!(note(wrong.as_bytes()), expected, "a wrong declaration");
    assert_eq!(note(document.replace('\n', "\r\n").as_bytes()), expected, "CRLF");
    let latin = |name: &str, euro: u8| -> Vec<u8> {
        let text = document.replace("UTF-8", name);
        text.chars().map(|char| if char == '€' { euro } else { u8::try_from(char).unwrap_or(b'?') }).collect()
    };
    assert_eq!(note(&latin("ISO-8859-1", 0x80)), expected, "windows-1252 under Latin-1");
    assert_eq!(note(&latin("ISO-8859-15", 0xA4)), expected, "Latin-9");
    let wide: Vec<u8> = [0xFEFF].into_iter().chain(document.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(note(&wide), expected, "UTF-16");
    assert_eq!(refused(latin("UTF-8", 0x80)), RefusalCode::MalformedDocument);
}
