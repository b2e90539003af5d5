//! A5: no overdue step before 00:00 local of the day after the due date, nor before delivery and grace.

use serde_json::json;

use crate::story;

story! {
    /// Overdue begins at midnight in the tenant's zone, once.
    overdue_begins_at_local_midnight, world from "2026-10-01T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
        world.advance("2026-10-05T21:59:59Z").await;
        assert_eq!(world.read_invoice("FA-1").await["overdue"], json!(false));
        world.advance("2026-10-05T22:00:00Z").await;
        let invoice = world.read_invoice("FA-1").await;
        assert_eq!((&invoice["overdue"], &invoice["days_overdue"]), (&json!(true), &json!(1)));
        world.advance("2026-10-07T22:00:00Z").await;
        let overdue: Vec<_> = world.events().await.into_iter().filter(|event| event["type"] == "invoice.overdue").collect();
        assert_eq!(overdue.len(), 1);
        assert_eq!(overdue[0]["timestamp"], "2026-10-05T22:00:00.000Z");
    }
}

story! {
    /// On the days the clocks change, and where the day begins first: at local midnight, once.
    overdue_begins_at_midnight_on_odd_days_too, world from "2026-10-01T08:00:00Z", {
        let cases = [
            ("Pacific/Kiritimati", "2026-10-09", "2026-10-09T10:00:00.000Z"),
            ("Europe/Paris", "2026-10-24", "2026-10-24T22:00:00.000Z"),
            ("Europe/Paris", "2026-10-25", "2026-10-25T23:00:00.000Z"),
            ("Europe/Paris", "2027-03-27", "2027-03-27T23:00:00.000Z"),
            ("Europe/Paris", "2027-03-28", "2027-03-28T22:00:00.000Z"),
        ];
        world.customer("C1").await;
        for (zone, due_on, midnight) in cases {
            world.patch("/v1/settings", json!({"time_zone": zone})).await.expect(200);
            world.invoice_with(due_on, "C1", due_on, "400.00", json!({"factored": true})).await;
            let before = midnight.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - chrono::TimeDelta::seconds(1);
            world.advance(&before.to_rfc3339()).await;
            assert_eq!(world.read_invoice(due_on).await["overdue"], json!(false), "{zone} {due_on}");
            world.advance(midnight).await;
            assert_eq!(world.read_invoice(due_on).await["overdue"], json!(true), "{zone} {due_on}");
        }
        let told: Vec<_> = world.events().await.into_iter().filter(|event| event["type"] == "invoice.overdue").map(|event| event["timestamp"].clone()).collect();
        assert_eq!(told, cases.map(|(_, _, midnight)| json!(midnight)));
    }
}

story! {
    /// Delivered on the 20th: ten days of grace from there.
    delivery_and_grace_come_first, world from "2026-10-01T08:00:00Z", {
        world.customer("C1").await;
        world.invoice_with("FA-1", "C1", "2026-10-05", "400.00", json!({"delivered_on": "2026-10-20"})).await;
        world.advance("2026-11-02T12:00:00Z").await;
        assert_eq!(world.story_of_reminders().await, ["2026-10-30 first sent"]);
    }
}

story! {
    /// Nobody states a due date: a hospital has fifty days from the receipt of the request, a town thirty and two for the post,
    /// and a business the creditor's thirty, from the work when that came later.
    without_a_due_date_the_law_or_the_creditor_says_when, world from "2026-03-01T08:00:00Z", {
        let hospital = json!({"kind": "public_body", "public_body_type": "public_health_establishment"});
        for (name, more) in [("H1", hospital), ("T1", json!({"kind": "public_body"})), ("B1", json!({}))] {
            world.customer_with(name, more).await;
        }
        for (number, customer, more, due_on, rule) in [
            ("FA-1", "H1", json!({"received_on": "2026-01-31"}), "2026-03-22", "ccp_r2192_11_1"),
            ("FA-2", "T1", json!({}), "2026-02-26", "ccp_r2192_10"),
            ("FA-3", "B1", json!({}), "2026-02-24", "tenant_default"),
            ("FA-4", "B1", json!({"service_done_on": "2026-02-10"}), "2026-03-12", "tenant_default"),
        ] {
            let mut body = json!({"source_version": 1, "number": number, "customer_external_id": customer, "issued_on": "2026-01-25", "currency": "EUR", "total": "90.00"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let made = world.put(&format!("/v1/sources/erp/invoices/{number}"), body).await.expect(201);
            assert_eq!((made["due_on"].as_str().unwrap(), made["provenance"]["due_on"].as_str().unwrap()), (due_on, rule), "{number}");
        }
    }
}
