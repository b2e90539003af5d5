//! A11: totals equal the sum of open balances to the cent; message and stored snapshot agree.

use serde_json::json;

use crate::story;

story! {
    /// A credit note and a part payment are deducted, in the rows and in the sum.
    totals_agree_to_the_cent, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "1000.10").await;
        world.invoice("FA-2", "C1", "2026-10-05", "333.33").await;
        world.invoice("FA-3", "C1", "2026-10-05", "0.07").await;
        world.put("/v1/sources/erp/credit_notes/AV-1", json!({"source_version": 1, "number": "AV-1", "customer_external_id": "C1",
            "issued_on": "2026-10-02", "currency": "EUR", "total": "33.30", "invoice_external_id": "FA-2"})).await.expect(201);
        world.pays("P1", "C1", "500.05", "2026-10-03", json!({"reference": "FA-1"})).await;
        world.advance("2026-10-09T12:00:00Z").await;
        let reminder = world.reminders().await.pop().unwrap();
        let rows: Vec<&str> = reminder["invoices"].as_array().unwrap().iter().map(|row| row["amount_due"].as_str().unwrap()).collect();
        assert_eq!(rows, ["500.05", "300.03", "0.07"]);
        assert_eq!(reminder["totals"], json!([{"currency": "EUR", "amount": "800.15"}]));
        let content = world.get(&format!("/v1/reminders/{}/content", reminder["id"].as_str().unwrap())).await.expect(200);
        let plain = content["text"].as_str().unwrap().replace(['\u{202f}', '\u{a0}'], " ");
        for amount in ["500,05 €", "300,03 €", "0,07 €", "800,15 €"] {
            assert!(plain.contains(amount), "{amount} is missing from\n{plain}");
        }
    }
}

story! {
    /// A reminder that takes along an invoice not due yet: it is told of apart, and is in no sum that is due.
    what_is_not_due_is_in_no_sum_that_is, world from "2026-10-07T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "1000.00").await;
        world.invoice("FA-2", "C1", "2026-10-14", "700.00").await;
        world.advance("2026-10-09T12:00:00Z").await;
        let reminder = world.reminders().await.pop().unwrap();
        let steps: Vec<&str> = reminder["invoices"].as_array().unwrap().iter().map(|row| row["step_key"].as_str().unwrap()).collect();
        assert_eq!(steps, ["first", "courtesy"]);
        let content = world.get(&format!("/v1/reminders/{}/content", reminder["id"].as_str().unwrap())).await.expect(200);
        let plain = content["text"].as_str().unwrap().replace(['\u{202f}', '\u{a0}'], " ");
        let (due, upcoming) = plain.split_once("Factures à échoir").expect("a table of what falls due soon");
        assert!(due.contains("1 000,00 €") && !due.contains("FA-2"), "{plain}");
        assert!(upcoming.contains("FA-2") && !plain.contains("1 700,00 €") && !plain.contains("solde échu"), "{plain}");
    }
}
