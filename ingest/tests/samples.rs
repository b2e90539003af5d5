//! Every sample of `shared/samples/ubl` and `/cii` against its expectations, all differences at once.
#![expect(clippy::panic, reason = "a test says what went wrong by panicking")]

mod common;

use std::path::{Path, PathBuf};

use relance_ingest::{DocumentKind, Extracted, Party, PartyId, RefusalCode, normalise, parse};
use rust_decimal::Decimal;
use serde_json::Value;

/// Documents that must be refused. `expected.json` gives what a reader that refuses nothing finds in them.
const REFUSED: [(&str, RefusalCode); 1] = [("UBL-Reminder-2.1-Example.xml", RefusalCode::NotAnInvoice)];

/// SIRENs worked out by hand: where a legal identifier, another identifier or the electronic address holds one.
const SIRENS: [(&str, Option<&str>, Option<&str>); 8] = [
    ("UC10_F202600004_EXTENDED_FX_CII_Commentee.xml", Some("100000009"), Some("200000008")),
    ("choruspro_invoice-de-fr.xml", None, Some("732829320")),
    ("factur-x-extended.xml", Some("123456782"), None),
    ("factur-x-minimum.xml", Some("123456782"), None),
    ("facturFrMinimum.xml", Some("999999998"), Some("787878784")),
    ("fr-cius_invoice.xml", Some("334175221"), Some("552100554")),
    ("fr-extended-ctc_invoice-standard.xml", Some("356000000"), Some("732829320")),
    ("fr-extended_invoice-payer.xml", Some("356000000"), Some("732829320")),
];

#[test]
fn ubl_samples_read_as_expected() {
    walk("ubl", 45);
}

#[test]
fn cii_samples_read_as_expected() {
    walk("cii", 44);
}

fn walk(folder: &str, at_least: usize) {
    let Some(shared) = common::shared() else { return };
    let folder = shared.join("samples").join(folder);
    let read = |path: &Path| std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let expected: Value =
        serde_json::from_slice(&read(&folder.join("expected.json"))).unwrap_or_else(|error| panic!("expected.json: {error}"));
    let Ok(entries) = std::fs::read_dir(&folder) else {
        panic!("cannot list {}", folder.display());
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    files.sort();
    let mut differences = Differences::default();
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        differences.file = name.to_string();
        let Some(expected) = expected.get(name.as_ref()) else {
            differences.add("file", &"present", &"not in expected.json");
            continue;
        };
        let refusal = REFUSED.iter().find(|(file, _)| *file == name).map(|(_, code)| *code);
        match (parse(&read(path)), refusal) {
            (Ok(found), None) => compare(&found, expected, &mut differences),
            (Err(found), Some(code)) => differences.same("refusal", &found.code, &code),
            (Ok(_), Some(code)) => differences.add("refusal", &"read", &code),
            (Err(found), None) => differences.add("read", &found.to_string(), &"read"),
        }
    }
    assert!(files.len() >= at_least, "only {} files", files.len());
    assert!(
        differences.found.is_empty(),
        "{} differences in {} files:\n{}",
        differences.found.len(),
        files.len(),
        differences.found.join("\n")
    );
    println!("{} files read as expected", files.len());
}

#[derive(Default)]
struct Differences {
    file: String,
    found: Vec<String>,
}

impl Differences {
    fn add(&mut self, field: &str, found: &dyn std::fmt::Debug, expected: &dyn std::fmt::Debug) {
        self.found.push(format!("{} {field}: found {found:?}, expected {expected:?}", self.file));
    }

    fn same<T: PartialEq + std::fmt::Debug>(&mut self, field: &str, found: &T, expected: &T) {
        if found != expected {
            self.add(field, found, expected);
        }
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn amount(value: &Value, key: &str) -> Option<Decimal> {
    text(value, key).and_then(|text| normalise::amount(&text))
}

fn compare(found: &Extracted, expected: &Value, differences: &mut Differences) {
    let negative = expected.get("negative_total") == Some(&Value::Bool(true));
    let credit = expected.get("is_credit_note") == Some(&Value::Bool(true));
    let kind = if credit != negative { DocumentKind::CreditNote } else { DocumentKind::Invoice };
    let sign = |amount: Option<Decimal>| amount.map(|amount| if negative { -amount } else { amount });
    let of = |key: &str| text(expected, key);
    let d = differences;
    d.same("kind", &found.kind, &kind);
    d.same("number", &Some(found.number.clone()), &of("number"));
    d.same("type_code", &found.type_code, &of("type_code"));
    d.same("issued_on", &Some(found.issued_on.to_string()), &of("issue_date"));
    d.same("due_on_stated", &found.due_on_stated.map(|date| date.to_string()), &of("due_date"));
    d.same("currency", &Some(found.currency.clone()), &of("currency"));
    d.same("payable", &Some(found.payable), &sign(amount(expected, "payable")));
    if let Some(total) = sign(amount(expected, "total_incl_tax")) {
        d.same("total", &found.total, &total);
    }
    d.same("prepaid", &found.prepaid, &sign(amount(expected, "prepaid")));
    d.same("rounding", &found.rounding, &sign(amount(expected, "rounding")));
    d.same("payment_terms", &found.payment_terms, &texts(expected, "payment_terms"));
    d.same("payment_reference", &found.payment_reference, &of("payment_reference"));
    d.same("payment_means", &found.payment_means, &texts(expected, "payment_means"));
    d.same("payee_ibans", &found.payee_ibans, &texts(expected, "payee_ibans"));
    d.same("payee_accounts", &found.payee_accounts, &texts(expected, "payee_accounts"));
    d.same("mandate_id", &found.mandate_id, &of("mandate_id"));
    d.same("buyer_reference", &found.buyer_reference, &of("buyer_reference"));
    d.same("order_reference", &found.order_reference, &of("order_reference"));
    d.same("contract_reference", &found.contract_reference, &of("contract_reference"));
    d.same("business_process", &found.business_process, &of("business_process"));
    let preceding = expected.get("preceding_invoices").and_then(Value::as_array);
    let preceding: Vec<String> = preceding.into_iter().flatten().filter_map(|invoice| text(invoice, "number")).collect();
    d.same("preceding_invoices", &found.preceding_invoices, &preceding);
    notes(found, expected, d);
    party("seller", Some(&found.seller), expected, d);
    party("buyer", Some(&found.buyer), expected, d);
    party("payee", found.payee.as_ref(), expected, d);
    let siren = SIRENS.iter().find(|(file, ..)| *file == d.file);
    let (seller, buyer) = siren.map_or((None, None), |(_, seller, buyer)| (*seller, *buyer));
    d.same("seller.siren", &found.seller.siren.as_deref(), &seller);
    d.same("buyer.siren", &found.buyer.siren.as_deref(), &buyer);
    for field in ["number", "issued_on", "currency", "kind"] {
        d.same(field, &found.provenance.contains_key(field), &true);
    }
}

/// The subject codes of UBL stand in the expected texts (`#CODE#text`), those of CII beside them.
fn notes(found: &Extracted, expected: &Value, d: &mut Differences) {
    let subjects: Vec<String> = found.notes.iter().filter_map(|note| note.subject.clone()).collect();
    let mut stated = texts(expected, "note_subjects");
    let texts: Vec<String> = texts(expected, "notes")
        .into_iter()
        .map(|text| match text.get(..5) {
            Some(code) if code.starts_with('#') && code.ends_with('#') => {
                stated.push(code.trim_matches('#').to_owned());
                text.split_at(5).1.trim().to_owned()
            }
            _ => text,
        })
        .collect();
    let found: Vec<String> = found.notes.iter().map(|note| note.text.clone()).collect();
    d.same("notes", &found, &texts);
    d.same("note_subjects", &subjects, &stated);
}

fn party(role: &str, found: Option<&Party>, expected: &Value, d: &mut Differences) {
    let expected = expected.get(role).filter(|party| !party.is_null());
    let (Some(found), Some(expected)) = (found, expected) else {
        d.same(role, &found.is_some(), &expected.is_some());
        return;
    };
    let of = |key: &str| text(expected, key);
    let id = |id: &PartyId| (id.id.clone(), id.scheme.clone());
    let expected_id = |id: &Value| Some((text(id, "id")?, text(id, "scheme")));
    let field = |name: &str| format!("{role}.{name}");
    d.same(&field("name"), &Some(found.name.clone()), &of("name"));
    d.same(&field("trading_name"), &found.trading_name, &of("trading_name"));
    d.same(&field("vat_id"), &found.vat_id, &of("vat_id"));
    d.same(&field("tax_number"), &found.tax_number, &of("tax_number"));
    d.same(&field("contact_name"), &found.contact_name, &of("contact_name"));
    d.same(&field("email"), &found.email, &of("email"));
    d.same(&field("phone"), &found.phone, &of("phone"));
    d.same(&field("legal_id"), &found.legal_id.as_ref().map(id), &expected.get("legal_id").and_then(expected_id));
    d.same(&field("endpoint"), &found.endpoint.as_ref().map(id), &expected.get("endpoint").and_then(expected_id));
    let ids = expected.get("ids").and_then(Value::as_array);
    let ids: Vec<_> = ids.into_iter().flatten().filter_map(expected_id).collect();
    d.same(&field("ids"), &found.ids.iter().map(id).collect(), &ids);
    let found = found
        .address
        .as_ref()
        .map(|address| (address.lines.clone(), address.postcode.clone(), address.city.clone(), address.country.clone()));
    let address = expected.get("address").filter(|address| !address.is_null());
    let address =
        address.map(|address| (texts(address, "lines"), text(address, "postcode"), text(address, "city"), text(address, "country")));
    d.same(&field("address"), &found, &address);
}
