//! The firm's own invoices are read before a debtor's lawyer reads them.

use serde_json::json;

use crate::story;

story! {
    /// An invoice without the mentions of the law is taken, and its seller is told what to mend and why.
    what_an_invoice_lacks_is_told_and_it_is_taken_all_the_same, world from "2026-10-05T05:00:00Z", {
        let bytes = include_bytes!("../fixtures/invoice-ubl.xml").to_vec();
        let answer = world.raw("/v1/ingest/documents?source=files", "application/xml", bytes).await.expect(207);
        let item = &answer["items"][0];
        assert_eq!(item["result"], "accepted", "{answer}");
        let codes: Vec<&str> = item["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["no_penalty_rate", "no_fixed_compensation", "no_discount_terms", "no_seller_vat_id"]);
        assert_eq!(item["warnings"][1]["citation"], json!("C. com. L441-9 I, D441-5"));
    }
}
