//! Pages while the world goes on: what is there throughout is seen once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{story, support::World};

/// Walks `path` to its end; between two pages `meanwhile` happens.
async fn walk(world: &World, path: &str, mut meanwhile: impl AsyncFnMut(usize)) -> BTreeMap<String, usize> {
    let (mut seen, mut cursor, mut page) = (BTreeMap::new(), String::new(), 0);
    loop {
        let body = world.get(&format!("{path}{cursor}")).await.expect(200);
        for row in body["data"].as_array().unwrap() {
            *seen.entry(row["number"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let Some(next) = body["next_cursor"].as_str() else { return seen };
        assert_eq!(body["has_more"], true);
        cursor = format!("&cursor={next}");
        meanwhile(page).await;
        page += 1;
    }
}

async fn push(world: &World, number: &str, version: i64, due_on: &str, voided: bool) {
    let body = json!({"source_version": version, "number": number, "customer_external_id": "C1", "issued_on": "2026-09-05",
        "due_on": due_on, "currency": "EUR", "total": "10.00", "voided": voided});
    let answer = world.put(&format!("/v1/sources/erp/invoices/{number}"), body).await;
    assert!(answer.status.is_success(), "{}", answer.body);
}

story! {
    /// Another client adds, takes away, and moves others to and fro while one reads.
    each_row_is_seen_once, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        for n in 0..24 {
            push(&world, &format!("STAYS-{n:02}"), 1, &format!("2026-12-{:02}", n % 12 + 1), false).await;
            if n % 4 == 0 {
                push(&world, &format!("MOVES-{n:02}"), 1, "2026-12-06", false).await;
                push(&world, &format!("GOES-{n:02}"), 1, "2026-12-07", false).await;
            }
        }
        for (sort, seed) in [("-created_at", 1), ("due_on", 2), ("-due_on", 3)] {
            let seen = walk(&world, &format!("/v1/invoices?status=open&sort={sort}&limit=5"), async |page| {
                let (n, version) = (page % 6 * 4, i64::try_from(seed * 100 + page).unwrap());
                push(&world, &format!("NEW-{seed}-{page}"), 1, "2026-12-05", false).await;
                push(&world, &format!("MOVES-{n:02}"), version, if page % 2 == 0 { "2026-11-30" } else { "2026-12-30" }, false).await;
                if seed == 1 {
                    push(&world, &format!("GOES-{n:02}"), version, "2026-12-07", true).await;
                }
            }).await;
            for n in 0..24 {
                assert_eq!(seen.get(&format!("STAYS-{n:02}")), Some(&1), "{sort}: {seen:?}");
            }
            if sort == "-created_at" {
                assert!(seen.iter().all(|(_, times)| *times == 1), "{seen:?}");
            }
        }
    }
}

story! {
    /// A cursor is of its tenant, path and filter.
    a_cursor_is_of_one_list, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        for n in 0..3 {
            push(&world, &format!("FA-{n}"), 1, "2026-12-05", false).await;
        }
        let cursor = world.get("/v1/invoices?limit=1").await.expect(200)["next_cursor"].as_str().unwrap().to_owned();
        let other = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        for (at, path) in [(&world, "/v1/invoices?status=open&"), (&world, "/v1/payments?"), (&world, "/v1/invoices?sort=due_on&"), (&other, "/v1/invoices?")] {
            at.get(&format!("{path}cursor={cursor}")).await.problem(400, "cursor_mismatch");
        }
        world.get(&format!("/v1/invoices?limit=200&cursor={cursor}")).await.expect(200);
    }
}

story! {
    /// `expand` puts the customer beside its id, one deep.
    a_customer_is_beside_its_id, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-02", "400.00").await;
        world.advance("2026-10-20T12:00:00Z").await;
        for path in ["/v1/invoices", "/v1/reminders", "/v1/tasks"] {
            let rows = world.list(&format!("{path}?expand=customer")).await;
            assert!(!rows.is_empty(), "{path}");
            for row in &rows {
                assert_eq!((&row["customer"]["id"], &row["customer_id"]), (&customer["id"], &customer["id"]), "{path}");
            }
            let one = world.get(&format!("{path}/{}?expand=customer", rows[0]["id"].as_str().unwrap())).await.expect(200);
            assert_eq!(one["customer"]["external_id"], "C1");
            assert_eq!(world.list(path).await[0].get("customer"), None::<&Value>);
            world.get(&format!("{path}?expand=policy")).await.problem(422, "validation_failed");
        }
    }
}
