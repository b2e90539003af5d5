//! Real documents through the real binary: whole folders of other people's files.

use serde_json::{Value, json};

use crate::support::{Database, World, shared};

/// Files that are no invoices, with the code they must be refused with.
const REFUSED: &[(&str, &str)] = &[("UBL-Reminder-2.1-Example.xml", "not_an_invoice")];

async fn folder(name: &str) {
    let Some(folder) = shared::folder(&format!("samples/{name}")) else { return };
    let Some(world) = World::begin(Database::Sqlite, "2026-10-01T08:00:00Z").await else { return };
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut differences = Vec::new();
    let mut seen = 0;
    for (file, expected) in expected.as_object().unwrap() {
        let Ok(bytes) = std::fs::read(folder.join(file)) else { continue };
        seen += 1;
        let answer = world.raw("/v1/ingest/documents?source=files&dry_run=true", "application/xml", bytes).await;
        assert_eq!(answer.status.as_u16(), 207, "{file}: {}", answer.body);
        let item = &answer.body["items"][0];
        if let Some((_, code)) = REFUSED.iter().find(|(name, _)| name == file) {
            if item["problem"]["code"] != *code {
                differences.push(format!("{file}: {} instead of {code}", item["problem"]));
            }
            continue;
        }
        compare(file, expected, &item["extracted"], &mut differences);
    }
    assert!(seen > 40, "{seen} files only");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn compare(file: &str, expected: &Value, read: &Value, differences: &mut Vec<String>) {
    let mut check = |what: &str, left: &Value, right: &Value| {
        if left != right {
            differences.push(format!("{file}: {what}: expected {left}, read {right}"));
        }
    };
    check("number", &expected["number"], &read["number"]);
    check("type_code", &expected["type_code"], &read["type_code"]);
    check("issued_on", &expected["issue_date"], &read["issued_on"]);
    check("due_on_stated", &expected["due_date"], &read["due_on_stated"]);
    check("currency", &expected["currency"], &read["currency"]);
    for party in ["seller", "buyer"] {
        check(party, &expected[party]["name"], &read[party]["name"]);
        check("vat_id", &expected[party]["vat_id"], &read[party]["vat_id"]);
    }
    let credit = expected["is_credit_note"] == json!(true) || expected["negative_total"] == json!(true);
    check("kind", &json!(if credit { "credit_note" } else { "invoice" }), &read["kind"]);
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<rust_decimal::Decimal>().ok());
    let (want, have) = (number(&expected["payable"]).map(|n| if credit { n.abs() } else { n }), number(&read["payable"]));
    check("payable", &json!(want.map(|n| n.normalize().to_string())), &json!(have.map(|n| n.normalize().to_string())));
}

#[tokio::test]
async fn every_ubl_file_is_read_or_refused_as_expected() {
    folder("ubl").await;
}

#[tokio::test]
async fn every_cii_file_is_read_or_refused_as_expected() {
    folder("cii").await;
}

/// An e-invoice becomes a customer and an invoice, and its reminder leaves.
#[tokio::test]
async fn a_document_becomes_a_debt() {
    let Some(world) = World::begin(Database::Sqlite, "2026-10-01T08:00:00Z").await else { return };
    let xml = include_bytes!("fixtures/invoice-ubl.xml").to_vec();
    let answer = world.raw("/v1/ingest/documents?source=files", "application/xml", xml.clone()).await.expect(207);
    let item = &answer["items"][0];
    assert_eq!((&item["result"], &item["extracted"]["number"]), (&json!("accepted"), &json!("FA-2026-0042")));
    let invoice = world.get(&format!("/v1/invoices/{}", item["resource"]["id"].as_str().unwrap())).await.expect(200);
    assert_eq!((&invoice["amount_due"], &invoice["due_on"]), (&json!("1440.00"), &json!("2026-11-02")));
    let again = world.raw("/v1/ingest/documents?source=files", "application/xml", xml).await.expect(207);
    assert_eq!(again["items"][0]["result"], "duplicate");
}

/// What is no document gets a code, never a guess.
#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_code() {
    let Some(world) = World::begin(Database::Sqlite, "2026-10-01T08:00:00Z").await else { return };
    let dtd = br#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Invoice>&e;</Invoice>"#;
    for (bytes, code) in [
        (&b"<Invoice"[..], "malformed_document"),
        (dtd, "dtd_forbidden"),
        (b"<Order/>", "not_an_invoice"),
        (b"<html/>", "unsupported_document"),
    ] {
        let answer = world.raw("/v1/ingest/documents?source=files", "application/xml", bytes.to_vec()).await.expect(207);
        assert_eq!((&answer["items"][0]["result"], &answer["items"][0]["problem"]["code"]), (&json!("rejected"), &json!(code)));
    }
}
