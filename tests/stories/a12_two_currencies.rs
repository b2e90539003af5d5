//! A12: two currencies: two totals, no conversion, minor units of ISO 4217.

use serde_json::json;

use crate::story;

story! {
    /// Yen have no decimals, Kuwaiti dinars three.
    currencies_stand_apart, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "1200.50").await;
        world.invoice_with("FA-2", "C1", "2026-10-05", "98000", json!({"currency": "JPY"})).await;
        world.invoice_with("FA-3", "C1", "2026-10-05", "12.125", json!({"currency": "KWD"})).await;
        world.advance("2026-10-09T12:00:00Z").await;
        let reminder = world.reminders().await.pop().unwrap();
        assert_eq!(reminder["totals"], json!([{"currency": "EUR", "amount": "1200.50"}, {"currency": "JPY", "amount": "98000"},
                                              {"currency": "KWD", "amount": "12.125"}]));
        world.put("/v1/sources/erp/invoices/FA-4", json!({"source_version": 1, "number": "FA-4", "customer_external_id": "C1",
            "issued_on": "2026-09-05", "currency": "JPY", "total": "10.5"})).await.problem(422, "money_precision");
    }
}
