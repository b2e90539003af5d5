//! Push an invoice → overdue → promise → paid, through the generated client, with words nobody knows in the answers.

use relance_client::{
    apis::{configuration::Configuration, customers_api, events_api, invoices_api, payments_api, promises_api, test_clock_api},
    models,
};

fn from<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).expect("a request of the generated type")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let configuration = Configuration {
        base_path: std::env::var("RELANCE_BASE").expect("RELANCE_BASE"),
        bearer_access_token: std::env::var("RELANCE_KEY_A").ok(),
        ..Configuration::default()
    };
    let on = &configuration;
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let customer: models::CustomerInput = from(json(r#"{"source_version":1,"kind":"business","name":"Boulangerie Dupont","contacts":[{"external_id":"c1","role":"accounts_payable","email":"compta@dupont.example"}]}"#));
    let customer = customers_api::put_customer(on, "rs", "C1", customer, None).await.expect("a customer");
    assert_eq!(customer.kind, "invented.word");
    let invoice: models::InvoiceInput = from(json(r#"{"source_version":1,"number":"RS-1","customer_external_id":"C1","issued_on":"2026-09-05","due_on":"2026-10-05","currency":"EUR","total":"100.00"}"#));
    invoices_api::put_invoice(on, "rs", "FA-1", invoice, None).await.expect("an invoice");
    let clock = || async { test_clock_api::get_test_clock(on).await.expect("the clock") };
    if format!("{:?}", clock().await.now).trim_matches('"') < "2026-10-06T12" {
        test_clock_api::advance_test_clock(on, from(json(r#"{"to":"2026-10-06T12:00:00Z"}"#)), None, None).await.expect("advancing");
        while clock().await.status != "ready" {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    let read = || async { invoices_api::get_invoice_by_external_id(on, "rs", "FA-1", None).await.expect("the invoice") };
    let due = read().await;
    assert!(due.overdue && due.amount_due == "100.00" && due.dunning.state == "invented.word");
    let promise: models::PromiseInput = from(json(r#"{"customer_external_id":"C1","source":"rs","amount":"100.00","currency":"EUR","promised_on":"2026-10-20"}"#));
    let promise = promises_api::create_promise(on, promise, None, Some("rs-promise")).await.expect("a promise");
    assert_eq!(promise.status, "invented.word");
    let payment: models::PaymentInput = from(json(r#"{"customer_external_id":"C1","amount":"100.00","currency":"EUR","paid_on":"2026-10-06","allocations":[{"invoice_external_id":"FA-1","amount":"100.00"}]}"#));
    payments_api::put_payment(on, "rs", "P1", payment, None).await.expect("a payment");
    assert_eq!(read().await.status, "paid");
    let events = events_api::list_events(on, None, None, None, None, None, Some(5), None).await.expect("events");
    assert_eq!((events.data.len(), events.data[0].r#type.as_str()), (5, "invented.word"));
    println!("Rust: pushed, overdue, promised, paid");
}
