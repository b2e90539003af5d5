//! Tenants apart, also where a statement forgets to say whose rows it wants: what the catalogs say, and what happens.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use relance_domain::{clock::Clock, ids::TenantId};
use relance_store::{Scope, Store, StoreConfig, customers, tenants};
use serde_json::{Value, json};

use crate::{
    story,
    support::{Database, PIXEL, World, postgres, receiver::Receiver, server, world::until},
};

struct Morning;

impl Clock for Morning {
    fn now(&self) -> DateTime<Utc> {
        "2026-10-01T05:00:00Z".parse().unwrap()
    }
}

/// Port and name of a database's URL.
fn place(url: &str) -> (u16, &str) {
    let (address, database) = url.rsplit_once('/').unwrap();
    (address.rsplit_once(':').unwrap().1.parse().unwrap(), database)
}

/// The store itself, with so many connections.
async fn opened(url: &str, connections: u32) -> Store {
    let config = StoreConfig { url: url.to_owned(), secret_key: *b"01234567890123456789012345678901", connections };
    let store = Store::open(&config, Arc::new(Morning)).await.unwrap();
    store.migrate_up().await.unwrap();
    store
}

/// Two tenants of one server, each with everything that a month of chasing leaves behind.
async fn two_tenants(server: &server::Server, database: Database) -> [World; 2] {
    let mut made = Vec::new();
    for _ in 0..2 {
        let world = World::test(server, database, "2026-10-01T05:00:00Z").await;
        let customer = world.customer("C1").await;
        let invoice = world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
        world.customer("C2").await;
        world.claimed_from("C9", "2026-10-05").await;
        world.invoice("FA-2", "C2", "2026-10-05", "400.00").await;
        world.pays("P1", "C1", "10.00", "2026-10-02", json!({"reference": "FA-1"})).await;
        world.pays("P2", "nobody", "10.00", "2026-10-02", json!({})).await;
        let note = json!({"source_version": 1, "number": "AV-1", "customer_external_id": "C1", "issued_on": "2026-10-02", "currency": "EUR", "total": "1.00"});
        world.put("/v1/sources/erp/credit_notes/AV-1", note).await.expect(201);
        world.post("/v1/webhook_endpoints", json!({"url": "http://127.0.0.1:9/", "event_types": ["*"]})).await.expect(201);
        world
            .put(
                "/v1/channels/sms",
                json!({"provider": "http", "from": "Keller", "http": {"url": "http://127.0.0.1:9/sms", "secret": "s3cret-of-sms"}}),
            )
            .await
            .expect(200);
        world.put("/v1/settings/logo", json!({"data": PIXEL})).await.expect(200);
        let dispute = json!({"invoice_id": invoice["id"], "amount": "1.00", "reason_code": "price"});
        world.post("/v1/disputes", dispute).await.expect(201);
        let owned_up = json!({"invoice_external_ids": ["FA-1"], "source": "erp", "kind": "acknowledgment", "on": "2026-09-30",
            "proof": "Letter of the debtor", "by": {"name": "Marc", "email": "marc@keller.example"}});
        world.post("/v1/interruptions", owned_up).await.expect(201);
        let promise = json!({"customer_id": customer["id"], "amount": "1.00", "currency": "EUR", "promised_on": "2026-10-02"});
        world.post("/v1/promises", promise).await.expect(201);
        let by = json!({"name": "Marc", "email": "marc@keller.example"});
        let call = json!({"channel": "phone", "at": "2026-09-30T08:00:00Z", "by": by, "outcome": "reached"});
        world.post(&format!("/v1/customers/{}/interactions", customer["id"].as_str().unwrap()), call).await.expect(201);
        let hold = json!({"scope": "invoice", "target_id": invoice["id"], "reason": "manual", "until_on": "2026-10-03"});
        world.send(reqwest::Method::POST, "/v1/holds", Some(hold), &[("idempotency-key", "k1")]).await.expect(201);
        let event = json!({"specversion": "1.0", "id": "e1", "source": "erp", "type": "invoice.delivered", "time": "2026-10-01T05:00:00Z",
            "data": {"external_id": "FA-1", "delivered_on": "2026-09-06"}});
        let taken = world.raw("/v1/ingest/events", "application/cloudevents+json", event.to_string().into_bytes()).await;
        assert!(taken.status.is_success(), "{}", taken.body);
        crate::stories::receipts::bounced(&world, "C3").await;
        crate::stories::letters::posted(&world, "C5", "2026-11-04", "2026-11-06T18:00:00Z").await;
        gone(&world).await;
        let built_in = world.get("/v1/templates/first_reminder.fr").await.expect(200);
        let own = json!({"body": built_in["body"]});
        world.send(reqwest::Method::PUT, "/v1/templates/first_reminder.fr", Some(own), &[("if-match", "\"0\"")]).await.expect(200);
        world.advance("2026-11-30T12:00:00Z").await;
        world.post("/v1/sources/erp/heartbeat", json!({"payments_complete_until": "2026-11-30T12:00:00Z"})).await.expect(200);
        let document = include_bytes!("../../src/demo/documents/boulangerie-dupont.ubl.xml").to_vec();
        world.raw("/v1/ingest/documents?source=erp", "application/xml", document).await.expect(207);
        crate::contract::sources::stripe::paid_by_card(&world).await;
        made.push(world);
    }
    made.try_into().unwrap()
}

/// An endpoint that wants no more, which its tenant is told by mail.
async fn gone(world: &World) {
    let receiver = Receiver::refusing("410 Gone").await;
    let made = world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["customer.created"]})).await.expect(201);
    world.customer("C4").await;
    until("the endpoint to be disabled", async || {
        let endpoint = world.get(&format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap())).await.expect(200);
        (endpoint["status"] == "disabled").then_some(())
    })
    .await;
}

/// Every statement without its condition on the tenant, table by table: no foreign row, though there are some.
#[tokio::test]
async fn a_statement_that_forgets_the_tenant_shows_no_foreign_row() {
    let Some(url) = server::fresh_url(Database::Postgres) else { return };
    let mut server = server::start(&url, &[]);
    let worlds = two_tenants(&server, Database::Postgres).await;
    let (port, database) = place(&url);
    let ask = |sql: &str| postgres::psql(port, database, sql);
    let own = |world: &World| world.tenant.parse::<TenantId>().unwrap().0;
    let (mine, theirs) = (own(&worlds[0]), own(&worlds[1]));
    let tables =
        ask("SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'tenant_id'")
            .unwrap();
    let (mut walked, mut empty) = (0, Vec::new());
    for table in tables.lines() {
        let count = |condition: &str| -> i64 { ask(&format!("SELECT COUNT(*) FROM {table} {condition}")).unwrap().parse().unwrap() };
        let (of_mine, of_theirs) = (count(&format!("WHERE tenant_id = '{mine}'")), count(&format!("WHERE tenant_id = '{theirs}'")));
        if of_mine == 0 || of_theirs == 0 {
            empty.push(table);
            continue;
        }
        let under = |sql: &str| {
            ask(&format!("BEGIN; SET LOCAL ROLE relance_app; SELECT set_config('relance.tenant_id', '{mine}', true); {sql}; ROLLBACK"))
        };
        let seen = under(&format!("SELECT COUNT(*), COUNT(*) FILTER (WHERE tenant_id <> '{mine}') FROM {table}")).unwrap();
        assert!(seen.contains(&format!("{of_mine}|0")), "{table}: {seen}");
        // to change, to remove, to write a row of another tenant
        for sql in [
            format!("UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = '{theirs}'"),
            format!("DELETE FROM {table} WHERE tenant_id = '{theirs}'"),
        ] {
            let outcome = under(&sql).unwrap_or_else(|error| error);
            assert!(
                outcome.contains("UPDATE 0") || outcome.contains("DELETE 0") || outcome.contains("permission denied"),
                "{table}: {outcome}"
            );
        }
        let moved = under(&format!(
            "INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, (SELECT to_jsonb(t) || '{{\"tenant_id\": \"{theirs}\"}}' FROM {table} AS t LIMIT 1))"
        ));
        assert!(moved.as_ref().is_err_and(|error| error.contains("row-level security")), "{table}: {moved:?}");
        walked += 1;
    }
    assert!(empty.is_empty(), "without rows of both tenants: {empty:?}; the world of this test must make some");
    assert!(walked > 25, "{walked} tables walked");
    server.kill();
}

/// What PostgreSQL's catalog says of every table with tenants in it, and of the role that works.
#[tokio::test]
async fn every_table_of_tenants_is_under_row_level_security() {
    let Some(url) = server::fresh_url(Database::Postgres) else { return };
    opened(&url, 2).await.close().await.unwrap();
    let (port, database) = place(&url);
    let ask = |sql: &str| postgres::psql(port, database, sql).unwrap();
    let of_tenants = "SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";
    assert!(ask(&format!("SELECT COUNT(*) FROM ({of_tenants}) AS t")).parse::<u32>().unwrap() > 25);
    let bare = ask(&format!(
        "SELECT relname FROM pg_class WHERE (oid IN ({of_tenants}) OR relname = 'tenants') AND NOT (relrowsecurity AND relforcerowsecurity)"
    ));
    assert_eq!(bare, "", "without (forced) row-level security");
    let unguarded =
        ask(&format!("SELECT relname FROM pg_class WHERE oid IN ({of_tenants}) AND oid NOT IN (SELECT polrelid FROM pg_policy)"));
    assert_eq!(unguarded, "", "without a policy");
    assert_eq!(
        ask("SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin FROM pg_roles WHERE rolname = 'relance_app'"),
        "f"
    );
    assert_eq!(ask("SELECT COUNT(*) FROM pg_class WHERE relowner = 'relance_app'::regrole"), "0");
    assert_eq!(
        ask(
            "SELECT string_agg(privilege_type, ',' ORDER BY privilege_type) FROM information_schema.role_table_grants WHERE grantee = 'relance_app' AND table_name = 'audit_events'"
        ),
        "INSERT,SELECT"
    );
    let loose = ask(&format!(
        "SELECT i.indexrelid::regclass FROM pg_index i WHERE i.indrelid IN ({of_tenants}) AND i.indisunique \
         AND i.indkey[0] <> (SELECT attnum FROM pg_attribute WHERE attrelid = i.indrelid AND attname = 'tenant_id')"
    ));
    assert_eq!(loose, "", "unique, and not beginning with the tenant");
}

/// The same of SQLite's catalog.
#[tokio::test]
async fn every_unique_index_begins_with_the_tenant() {
    let url = server::fresh_url(Database::Sqlite).unwrap();
    opened(&url, 2).await.close().await.unwrap();
    let file = url.strip_prefix("sqlite://").unwrap();
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nn = 0\n\
        for (t,) in c.execute(\"SELECT name FROM sqlite_master WHERE type = 'table'\").fetchall():\n\
        \x20   if 'tenant_id' not in [r[1] for r in c.execute(f'PRAGMA table_info({t})')]: continue\n\
        \x20   n += 1\n\
        \x20   for i in c.execute(f'PRAGMA index_list({t})').fetchall():\n\
        \x20       if i[2] and c.execute(f'PRAGMA index_info({i[1]})').fetchone()[2] != 'tenant_id': print(t, i[1])\nprint(n)";
    let out = std::process::Command::new("python3").args(["-c", script, file]).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let count: u32 = said
        .trim()
        .parse()
        .unwrap_or_else(|_| panic!("unique, and not beginning with the tenant: {said}{}", String::from_utf8_lossy(&out.stderr)));
    assert!(count > 25, "{count} tables");
}

/// One connection, two tenants in turn a thousand times, with errors and futures dropped in the middle between.
#[tokio::test]
async fn one_connection_serves_two_tenants_and_never_mixes_them() {
    let Some(url) = server::fresh_url(Database::Postgres) else { return };
    let mut server = server::start(&url, &[]);
    let worlds = [World::live(&server, Database::Postgres).await, World::live(&server, Database::Postgres).await];
    for (world, name) in worlds.iter().zip(["Mine", "Theirs"]) {
        world.customer_with("C1", json!({"name": name})).await;
    }
    server.kill();
    let store = opened(&url, 1).await;
    let ids: Vec<TenantId> = worlds.iter().map(|world| world.tenant.parse().unwrap()).collect();
    let nobody: TenantId = "ten_00000000000000000000000000".parse().unwrap();
    for turn in 0..1_000 {
        let (tenant, name) = (ids[turn % 2], ["Mine", "Theirs"][turn % 2]);
        let tx = store.read(tenant).await.unwrap();
        let record = customers::by_external(&tx, tenant, "erp", "C1").await.unwrap();
        assert_eq!(record.details.name, name, "turn {turn}");
        assert!(customers::by_external(&tx, ids[(turn + 1) % 2], "erp", "C1").await.is_err(), "turn {turn}: a foreign row");
        match turn % 4 {
            0 => tx.commit().await.unwrap(),
            1 => drop(tx),
            2 => {
                tx.commit().await.unwrap();
                // an error inside a transaction: the tenant is there already
                let tx = store.write(Scope::System).await.unwrap();
                assert!(tenants::get(&tx, nobody).await.is_err());
            }
            _ => {
                tx.commit().await.unwrap();
                // dropped in the middle: somewhere between BEGIN, the setting and the answer
                let work = async {
                    let tx = store.write(ids[0]).await?;
                    customers::by_external(&tx, ids[0], "erp", "C1").await
                };
                tokio::select! { biased; _ = work => {}, () = patience(turn % 13) => {} }
            }
        }
    }
    store.close().await.unwrap();
}

/// Looks so many times, then has had enough.
async fn patience(looks: usize) {
    for _ in 0..looks {
        tokio::task::yield_now().await;
    }
}

story! {
    /// What one tenant calls a thing is free for every other.
    the_same_external_id_in_two_tenants_is_two_things, world from "2026-10-01T05:00:00Z", {
        let other = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        let body = |total: &str| json!({"source_version": 1, "number": "FA-1", "customer_external_id": "C1", "issued_on": "2026-09-05", "currency": "EUR", "total": total});
        let mut ids: Vec<Value> = Vec::new();
        for (world, total) in [(&world, "1.00"), (&other, "2.00")] {
            let customer = json!({"source_version": 1, "kind": "business", "name": "Dupont"});
            world.put("/v1/sources/erp/customers/C1", customer).await.expect(201);
            let made = world.put("/v1/sources/erp/invoices/FA-1", body(total)).await.expect(201);
            assert_eq!(made["total"], total);
            ids.push(made["id"].clone());
        }
        assert_ne!(ids[0], ids[1]);
        assert_eq!(world.read_invoice("FA-1").await["total"], "1.00");
    }
}
