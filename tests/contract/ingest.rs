//! Events in: one, a batch, NDJSON; duplicates, conflicts, parking.

use serde_json::{Value, json};

use crate::story;

fn event(id: &str, kind: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "erp", "type": kind, "data": data, "traceparent": "ignored"})
}

fn customer() -> Value {
    json!({"external_id": "C1", "source_version": 1, "kind": "business", "name": "Dupont"})
}

fn invoice(id: &str) -> Value {
    json!({"external_id": id, "source_version": 1, "number": id, "customer_external_id": "C1", "issued_on": "2026-09-05", "currency": "EUR", "total": "100.00"})
}

story! {
    /// A payment that comes before its invoice and customer waits, and is applied when they come.
    a_payment_waits_for_its_invoice, world from "2026-10-01T05:00:00Z", {
        let payment = json!({"customer_external_id": "C1", "amount": "100.00", "currency": "EUR", "paid_on": "2026-09-30",
            "allocations": [{"invoice_external_id": "FA-1", "amount": "100.00"}]});
        let parked = world.put("/v1/sources/erp/payments/P1", payment).await.expect(202);
        assert_eq!(parked["result"], "parked");
        assert!(parked["waiting_for"].as_array().unwrap().contains(&json!({"type": "customer", "external_id": "C1"})));
        assert_eq!(world.get("/v1/ingest/parked").await.expect(200)["data"].as_array().unwrap().len(), 1);
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "100.00").await;
        assert_eq!(world.read_invoice("FA-1").await["status"], "paid");
        assert!(world.get("/v1/ingest/parked").await.expect(200)["data"].as_array().unwrap().is_empty());
    }
}

story! {
    /// One entry per item, whatever happens to the others.
    a_batch_answers_per_item, world from "2026-10-01T05:00:00Z", {
        let batch = json!([
            event("e1", "customer.upserted", customer()),
            event("e2", "invoice.issued", invoice("FA-1")),
            event("e3", "invoice.issued", json!({"external_id": "FA-2"})),
            event("e4", "invoice.exploded", json!({})),
            event("e2", "invoice.issued", invoice("FA-1")),
            event("e2", "invoice.issued", invoice("FA-9")),
            event("e5", "payment.received", json!({"external_id": "P1", "customer_external_id": "C404", "amount": "1.00", "currency": "EUR", "paid_on": "2026-09-30"})),
        ]);
        let answer = world.raw("/v1/ingest/events", "application/cloudevents-batch+json", batch.to_string().into_bytes()).await.expect(207);
        assert_eq!(answer["summary"], json!({"accepted": 2, "duplicate": 1, "stale": 0, "parked": 1, "rejected": 3}));
        let results: Vec<&str> = answer["items"].as_array().unwrap().iter().map(|item| item["result"].as_str().unwrap()).collect();
        assert_eq!(results, ["accepted", "accepted", "rejected", "rejected", "duplicate", "rejected", "parked"]);
        assert_eq!(answer["items"][5]["problem"]["code"], "event_id_conflict");
        assert_eq!(answer["items"][2]["problem"]["code"], "validation_failed");
    }
}

story! {
    /// NDJSON without a last newline, with a bad line; one event alone.
    lines_stand_alone, world from "2026-10-01T05:00:00Z", {
        let lines = format!("{}\r\n\r\nnot json\n{}", event("e1", "customer.upserted", customer()), event("e2", "invoice.issued", invoice("FA-1")));
        let answer = world.raw("/v1/ingest/events", "application/x-ndjson", lines.into_bytes()).await.expect(207);
        assert_eq!(answer["summary"]["accepted"], json!(2));
        assert_eq!(answer["summary"]["rejected"], json!(1));
        let one = event("e3", "invoice.voided", json!({"external_id": "FA-1", "source_version": 2}));
        world.raw("/v1/ingest/events", "application/cloudevents+json", one.to_string().into_bytes()).await.expect(202);
        assert_eq!(world.read_invoice("FA-1").await["status"], "void");
        world.raw("/v1/ingest/events", "text/csv", b"a,b".to_vec()).await.problem(415, "unsupported_media_type");
    }
}

fn customer_event(n: usize) -> Value {
    event(
        &format!("e{n}"),
        "customer.upserted",
        json!({"external_id": format!("C{n}"), "source_version": 1, "kind": "business", "name": "Dupont"}),
    )
}

story! {
    /// A thousand lines as editors and scripts leave them: a byte order mark, CRLF here and there, empty lines, one far
    /// too long, one twice, none at the end. Each is answered for itself.
    a_thousand_lines_are_answered_one_by_one, world from "2026-10-01T05:00:00Z", {
        let mut lines = String::from("\u{feff}");
        for n in 0..998 {
            lines.push_str(&customer_event(n).to_string());
            lines.push_str(if n % 3 == 0 { "\r\n\r\n" } else { "\n" });
        }
        let mut long = customer_event(998);
        long["data"]["name"] = "x".repeat(300 * 1024).into();
        lines.push_str(&format!("{long}\n{}", customer_event(7)));
        let answer = world.raw("/v1/ingest/events", "application/x-ndjson", lines.clone().into_bytes()).await.expect(207);
        assert_eq!(answer["summary"], json!({"accepted": 998, "duplicate": 1, "stale": 0, "parked": 0, "rejected": 1}));
        let items = answer["items"].as_array().unwrap();
        assert_eq!((items.len(), items[998]["problem"]["code"].as_str(), items[999]["result"].as_str()), (1_000, Some("too_large"), Some("duplicate")));
        assert!(items.iter().enumerate().all(|(at, item)| item["index"] == at));
        // one more line is one too many, and nothing of the request is taken
        lines.push_str(&format!("\n{}", customer_event(5_000)));
        world.raw("/v1/ingest/events", "application/x-ndjson", lines.into_bytes()).await.problem(413, "too_large");
        world.get("/v1/sources/erp/customers/C5000").await.problem(404, "not_found");
    }
}

/// Gzip of `text`.
fn packed(text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

story! {
    /// Compressed bodies are read; the limit counts what they unpack to.
    a_bomb_of_one_to_a_thousand_is_refused, world from "2026-10-01T05:00:00Z", {
        let post = async |body: Vec<u8>| {
            let file = std::env::temp_dir().join(format!("relance-packed-{}", &world.tenant));
            std::fs::write(&file, body).unwrap();
            let asked = std::process::Command::new("curl")
                .args(["-sS", "--noproxy", "*", "-H", "content-type: application/x-ndjson", "-H", "content-encoding: gzip"])
                .args(["-H", &format!("authorization: Bearer {}", world.key), "--data-binary", &format!("@{}", file.display())])
                .arg(format!("{}/v1/ingest/events", world.base))
                .output()
                .unwrap();
            std::fs::remove_file(&file).unwrap();
            serde_json::from_slice::<Value>(&asked.stdout).unwrap_or_else(|_| panic!("{asked:?}"))
        };
        assert_eq!(post(packed(customer_event(1).to_string().as_bytes())).await["summary"]["accepted"], json!(1));
        let plain = vec![b'\n'; 100 * 1024 * 1024];
        let bomb = packed(&plain);
        assert!(plain.len() / bomb.len() >= 1_000, "{} bytes", bomb.len());
        let refused = post(bomb).await;
        assert_eq!((&refused["status"], &refused["code"]), (&json!(413), &json!("too_large")));
    }
}

story! {
    /// The balance of any past day can be recomputed.
    a_past_day_keeps_its_balance, world from "2026-10-20T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "100.00").await;
        world.pays("P1", "C1", "60.00", "2026-10-10", json!({"reference": "FA-1"})).await;
        let balance = async |day: &str| {
            let answer = world.get(&format!("/v1/customers/{}/balance?on={day}", customer["id"].as_str().unwrap())).await.expect(200);
            answer["totals"][0]["amount"].as_str().map(str::to_owned)
        };
        assert_eq!(balance("2026-10-09").await.as_deref(), Some("100.00"));
        assert_eq!(balance("2026-10-10").await.as_deref(), Some("40.00"));
        assert_eq!(balance("2026-08-01").await, None);
    }
}

story! {
    /// One event can be asked about: taken, older than what is known, waiting and then taken, refused and then mended.
    what_became_of_an_event, world from "2026-10-01T05:00:00Z", {
        let push = async |event: Value| world.raw("/v1/ingest/events", "application/cloudevents-batch+json", json!([event]).to_string().into_bytes()).await.expect(207);
        let ask = async |id: &str| world.get(&format!("/v1/ingest/events/{id}?source=erp")).await.expect(200);
        let mut newer = invoice("FA-1");
        newer["source_version"] = 2.into();
        push(event("late", "invoice.issued", newer)).await;
        let waits = ask("late").await;
        assert_eq!((&waits["result"], &waits["resource"], &waits["type"]), (&json!("parked"), &Value::Null, &json!("invoice")));
        assert_eq!(waits["waiting_for"], json!([{"type": "customer", "external_id": "C1"}]));
        push(event("c", "customer.upserted", customer())).await;
        let taken = ask("late").await;
        let made = world.read_invoice("FA-1").await;
        assert_eq!((&taken["result"], &taken["resource"]), (&json!("accepted"), &json!({"type": "invoice", "id": made["id"]})));
        assert_eq!(taken["waiting_for"], json!([]));
        push(event("old", "invoice.issued", invoice("FA-1"))).await;
        assert_eq!(ask("old").await["result"], "stale");

        let mut other = invoice("FA-1");
        (other["source_version"], other["total"]) = (2.into(), "7.00".into());
        let refused = push(event("other", "invoice.issued", other)).await;
        let kept = ask("other").await;
        assert_eq!((&kept["result"], &kept["problem"]["code"]), (&json!("rejected"), &json!("version_conflict")));
        assert_eq!(kept["problem"]["errors"], refused["items"][0]["problem"]["errors"]);
        // mended, it comes again under its id
        let mut mended = invoice("FA-1");
        mended["source_version"] = 3.into();
        assert_eq!(push(event("other", "invoice.issued", mended)).await["summary"]["accepted"], 1);
        assert_eq!((&ask("other").await["result"], &ask("other").await["problem"]), (&json!("accepted"), &Value::Null));
        // an accepted one is not made a refused one by another under its id
        assert_eq!(push(event("other", "invoice.issued", invoice("FA-9"))).await["items"][0]["problem"]["code"], "event_id_conflict");
        assert_eq!(ask("other").await["result"], "accepted");

        let one = world.raw("/v1/ingest/events", "application/cloudevents+json", event("a b/c", "invoice.delivered", json!({"external_id": "FA-1", "delivered_on": "2026-09-06"})).to_string().into_bytes()).await;
        assert_eq!((one.status.as_u16(), one.headers["location"].to_str().unwrap()), (202, "/v1/ingest/events/a%20b%2Fc?source=erp"));
        assert_eq!(world.get("/v1/ingest/events/c").await.expect(200)["source"], "erp", "whichever source used it last");
        world.get("/v1/ingest/events/c?source=till").await.problem(404, "not_found");
        world.get("/v1/ingest/events/nobody").await.problem(404, "not_found");
    }
}

story! {
    /// Facts that have waited for a day by the tenant's clock are told of: once each, one event a source.
    what_waits_for_a_day_is_told_of, world from "2026-10-01T05:00:00Z", {
        let alarms = async || world.events().await.into_iter().filter(|event| event["type"] == "ingest.parked").collect::<Vec<_>>();
        for id in ["FA-1", "FA-2"] {
            world.put(&format!("/v1/sources/erp/invoices/{id}"), without_id(invoice(id))).await.expect(202);
        }
        world.put("/v1/sources/till/invoices/T-1", without_id(invoice("T-1"))).await.expect(202);
        world.advance("2026-10-02T04:59:59Z").await;
        world.put("/v1/sources/erp/invoices/FA-3", without_id(invoice("FA-3"))).await.expect(202);
        assert!(alarms().await.is_empty(), "not a day yet");
        world.advance("2026-10-02T05:00:00Z").await;
        let told = crate::support::world::until("the alarms", async || Some(alarms().await).filter(|told| told.len() >= 2)).await;
        let erp = told.iter().find(|event| event["data"]["object"]["source"] == "erp").unwrap();
        assert_eq!((&erp["data"]["object"]["count"], &erp["subject"]["type"]), (&json!(2), &json!("source")));
        assert_eq!(erp["data"]["object"]["facts"][0]["waiting_for"], json!([{"type": "customer", "external_id": "C1"}]));
        world.advance("2026-10-04T05:00:00Z").await;
        let told = crate::support::world::until("the third", async || Some(alarms().await).filter(|told| told.len() >= 3)).await;
        assert_eq!(told.last().unwrap()["data"]["object"]["facts"][0]["external_id"], "FA-3");
        assert_eq!(told.len(), 3, "the others are not told of again");
    }
}

fn without_id(mut fact: Value) -> Value {
    fact.as_object_mut().unwrap().remove("external_id");
    fact
}
