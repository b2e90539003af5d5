//! A16: a fresh or disputed invoice is left out and named as left out; the others are chased.

use serde_json::json;

use crate::story;

story! {
    /// The disputed one is listed as not claimed in the message itself.
    the_others_are_chased, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        let disputed = world.invoice("FA-2", "C1", "2026-10-05", "300.00").await;
        world.invoice("FA-3", "C1", "2026-10-07", "400.00").await;
        world.post("/v1/disputes", json!({"invoice_id": disputed["id"], "reason_code": "wrong_price"})).await.expect(201);
        world.advance("2026-10-09T12:00:00Z").await;
        let reminder = world.reminders().await.pop().unwrap();
        let numbers: Vec<&str> = reminder["invoices"].as_array().unwrap().iter().map(|row| row["number"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["FA-1"]);
        let left: Vec<(&str, &str)> = reminder["left_out"].as_array().unwrap().iter()
            .map(|out| (out["number"].as_str().unwrap(), out["reason"].as_str().unwrap())).collect();
        assert_eq!(left, [("FA-2", "disputed"), ("FA-3", "not_at_step")]);
        let content = world.get(&format!("/v1/reminders/{}/content", reminder["id"].as_str().unwrap())).await.expect(200);
        assert!(content["text"].as_str().unwrap().contains("FA-2"));
        assert_eq!(world.read_invoice("FA-2").await["dunning"]["holds"], json!(["disputed"]));
    }
}

story! {
    /// Only the disputed part rests.
    a_part_in_dispute_lowers_the_ask, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        let invoice = world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        let dispute = world.post("/v1/disputes", json!({"invoice_id": invoice["id"], "amount": "80.00", "reason_code": "damaged"})).await.expect(201);
        world.advance("2026-10-09T12:00:00Z").await;
        assert_eq!(world.reminders().await[0]["totals"][0]["amount"], "120.00");
        world.post(&format!("/v1/disputes/{}/resolve", dispute["id"].as_str().unwrap()), json!({"outcome": "rejected"})).await.expect(200);
        world.advance("2026-10-30T12:00:00Z").await;
        assert_eq!(world.reminders().await.pop().unwrap()["totals"][0]["amount"], "200.00");
    }
}
