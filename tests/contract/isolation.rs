//! Another tenant's key: 404 everywhere, the same as absent.

use serde_json::{Value, json};

use crate::{
    story,
    support::{Database, World, postgres, server},
};

/// The debtor's acknowledgment of an invoice.
pub(super) fn act(invoice: &str) -> Value {
    json!({"invoice_ids": [invoice], "kind": "acknowledgment", "on": "2026-09-20", "proof": "Letter of 20 September",
        "by": {"name": "Marc", "email": "marc@keller.example"}})
}

/// Everything of a tenant that has an id, by path parameter and the noun before it.
pub(super) async fn belongings(world: &World) -> Vec<(&'static str, String)> {
    let customer = world.customer("C1").await;
    let invoice = world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
    let payment = world.pays("P1", "C1", "10.00", "2026-10-02", json!({"reference": "FA-1"})).await;
    let note = world
        .put("/v1/sources/erp/credit_notes/AV-1", json!({"source_version": 1, "number": "AV-1", "customer_external_id": "C1", "issued_on": "2026-10-02", "currency": "EUR", "total": "1.00", "invoice_external_id": "FA-1"}))
        .await
        .expect(201);
    let endpoint = world.post("/v1/webhook_endpoints", json!({"url": "http://127.0.0.1:9/", "event_types": ["*"]})).await.expect(201);
    let hold = world
        .post("/v1/holds", json!({"scope": "invoice", "target_id": invoice["id"], "reason": "manual", "until_on": "2026-10-03"}))
        .await
        .expect(201);
    let dispute =
        world.post("/v1/disputes", json!({"invoice_id": invoice["id"], "amount": "1.00", "reason_code": "price"})).await.expect(201);
    let act = world.post("/v1/interruptions", act(invoice["id"].as_str().unwrap())).await.expect(201);
    let promise = world
        .post("/v1/promises", json!({"customer_id": customer["id"], "amount": "1.00", "currency": "EUR", "promised_on": "2026-10-02"}))
        .await
        .expect(201);
    let source = world.post("/v1/sources", json!({"name": "till", "kind": "plain"})).await.expect(201);
    let address = format!("{}?token={}", source["webhook_url"].as_str().unwrap(), source["secret"].as_str().unwrap());
    world.deliver(&address, b"{}", &[]).await.expect(200);
    let delivered = world.list("/v1/ingest/inbox").await[0].clone();
    let event = json!({"specversion": "1.0", "id": "e-own", "source": "erp", "type": "invoice.delivered",
        "data": {"external_id": "FA-1", "delivered_on": "2026-09-06"}});
    world.raw("/v1/ingest/events", "application/cloudevents+json", event.to_string().into_bytes()).await.expect(202);
    world.claimed_from("C9", "2026-10-05").await;
    world.advance("2026-11-30T12:00:00Z").await;
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let mut all = vec![
        ("customers", id(&customer)),
        ("invoices", id(&invoice)),
        ("payments", id(&payment)),
        ("credit_notes", id(&note)),
        ("webhook_endpoints", id(&endpoint)),
        ("holds", id(&hold)),
        ("disputes", id(&dispute)),
        ("promises", id(&promise)),
        ("interruptions", id(&act)),
        ("sources", id(&source)),
        ("inbox", id(&delivered)),
        ("ingested", "e-own".to_owned()),
    ];
    for noun in ["reminders", "tasks", "decisions", "late_charges", "policies", "api_keys"] {
        all.push((noun, id(&world.list(&format!("/v1/{noun}")).await[0])));
    }
    all.push(("events", id(&world.events().await[0])));
    let deliveries = world.list(&format!("/v1/webhook_endpoints/{}/deliveries", id(&endpoint))).await;
    all.push(("deliveries", id(&deliveries[0])));
    all
}

story! {
    /// Walks every path of the served document that has an id; a path that is not covered fails.
    another_tenants_key_sees_nothing, world from "2026-10-01T05:00:00Z", {
        let owned = belongings(&world).await;
        let stranger = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        let document = stranger.get("/openapi.json").await.expect(200);
        let mut walked = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            if !path.contains("{id}") && !path.contains("{external_id}") {
                continue;
            }
            let noun = owner_of(path);
            let concrete = if path.contains("{external_id}") {
                // by source and external id: the same names in another tenant are absent
                path.replace("{source}", "erp").replace("{external_id}", match path.split('/').nth(4).unwrap() { "customers" => "C1", "invoices" => "FA-1", "credit_notes" => "AV-1", _ => "P1" })
            } else {
                let (_, id) = owned.iter().find(|(owner, _)| *owner == noun).unwrap_or_else(|| panic!("{path} is not in the walk"));
                path.replace("{id}", id).replace("{name}", "letter.pdf").replace("{n}", "1")
            };
            for (method, _) in item.as_object().unwrap().iter().filter(|(method, _)| ["get", "delete", "post", "patch", "put"].contains(&method.as_str())) {
                if path.contains("{external_id}") && method != "get" {
                    continue; // creates the stranger's own, or parks it until the stranger's own comes
                }
                let body = (method != "get" && method != "delete").then(|| example(path));
                let method = method.to_uppercase().parse().unwrap();
                let answer = stranger.send(method, &concrete, body, &[("if-match", "\"1\"")]).await;
                assert_eq!((answer.status.as_u16(), answer.body["code"].as_str()), (404, Some("not_found")), "{path}: {}", answer.body);
                walked += 1;
            }
        }
        assert!(walked > 30, "{walked} operations walked");
    }
}

story! {
    /// In a body, another tenant's id is answered word for word like one that nobody has.
    what_another_tenant_owns_cannot_be_named_in_a_body, world from "2026-10-01T05:00:00Z", {
        let owned = belongings(&world).await;
        let theirs = |noun: &str| owned.iter().find(|(owner, _)| *owner == noun).map(|(_, id)| id.clone()).unwrap();
        let stranger = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        let own = stranger.customer("C1").await["id"].as_str().unwrap().to_owned();
        let nobodys = |id: &str| format!("{}{}", &id[..4], "01hzy4d6n6e6vb3r3m2q9k7x1a");
        let (customer, invoice) = (theirs("customers"), theirs("invoices"));
        let asks = |customer: &str, invoice: &str| {
            [
                ("/v1/holds", json!({"scope": "customer", "target_id": customer, "reason": "manual"})),
                ("/v1/holds", json!({"scope": "invoice", "target_id": invoice, "reason": "manual"})),
                ("/v1/interruptions", act(invoice)),
                ("/v1/disputes", json!({"invoice_id": invoice, "amount": "1.00", "reason_code": "price"})),
                ("/v1/promises", json!({"customer_id": customer, "amount": "1.00", "currency": "EUR", "promised_on": "2026-10-02"})),
                ("/v1/promises", json!({"customer_id": own, "invoice_ids": [invoice], "amount": "1.00", "currency": "EUR", "promised_on": "2026-10-02"})),
            ]
        };
        let foreign = asks(&customer, &invoice);
        let absent = asks(&nobodys(&customer), &nobodys(&invoice));
        for ((path, body), (_, invented)) in foreign.into_iter().zip(absent) {
            let (foreign, absent) = (stranger.post(path, body).await, stranger.post(path, invented).await);
            assert!(foreign.status.is_client_error(), "{path}: {}", foreign.body);
            let told = |body: &Value| {
                let words = json!([body["code"], body["detail"], body["errors"]]).to_string();
                let ids = [&customer, &invoice].map(|id| [id.clone(), nobodys(id)]).concat();
                ids.iter().fold(words, |words, id| words.replace(id.as_str(), "the id that was sent"))
            };
            assert_eq!((foreign.status, told(&foreign.body)), (absent.status, told(&absent.body)), "{path}");
        }
    }
}

/// Whose id a path has: that of its noun; what stands under `/v1/ingest` has names of its own.
pub(super) fn owner_of(path: &str) -> &str {
    match path {
        _ if path.starts_with("/v1/ingest/events/") => "ingested",
        _ if path.starts_with("/v1/ingest/inbox/") => "inbox",
        _ => path.split('/').nth(2).unwrap_or_default(),
    }
}

/// A body that is valid in itself, so that only the id can be at fault.
fn example(path: &str) -> Value {
    let by = json!({"name": "Marc", "email": "marc@keller.example"});
    match path.rsplit('/').next().unwrap() {
        "approve" | "reject" => json!({"by": by}),
        "cancel" if path.contains("promises") => json!({}),
        "presented" => json!({"on": "2026-10-09"}),
        "cancel" | "resend" | "send_now" if path.contains("reminders") => json!({"by": by, "reason": "test"}),
        "waive" => json!({"by": by, "reason": "test"}),
        "complete" => json!({"outcome": "done", "by": by}),
        "resolve" => json!({"outcome": "rejected"}),
        "reverse" => json!({"on": "2026-10-02", "reason_code": "AM04"}),
        "interactions" => json!({"channel": "phone", "at": "2026-09-30T08:00:00Z", "by": by, "outcome": "reached"}),
        "activate" => json!({"backlog": "skip", "spread_days": 1, "confirm_count": 0}),
        _ if path == "/v1/policies/{id}" => {
            json!({"name": "x", "steps": [{"key": "a", "offset_days": 3, "channel": "email", "template": "first_reminder"}]})
        }
        _ if path == "/v1/sources/{id}" => json!({"webhook": "disabled"}),
        _ if path == "/v1/webhook_endpoints/{id}" => json!({"description": "x"}),
        _ => json!({}),
    }
}

/// No key, a broken key, another tenant's secret: the same 401.
#[tokio::test]
async fn without_a_valid_key_there_is_nothing() {
    let mut world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let other = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let swapped = format!("{}{}", &world.key[..world.key.len() - 10], &other.key[other.key.len() - 10..]);
    for key in [String::new(), "rlk_test_x_y".to_owned(), swapped, server::shared(Database::Sqlite).unwrap().operator_key.clone()] {
        world.key = key;
        world.get("/v1/invoices").await.problem(401, "unauthorized");
    }
}

story! {
    /// Often enough on the same connections that the database keeps its plans.
    two_tenants_that_ask_in_turn_see_their_own_only, world from "2026-10-01T05:00:00Z", {
        world.customer("C1").await;
        let mine = world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
        let other = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        other.customer("C1").await;
        let theirs = other.invoice("FA-1", "C1", "2026-10-05", "9.00").await;
        let path = |invoice: &Value| format!("/v1/invoices/{}", invoice["id"].as_str().unwrap());
        for _ in 0..10 {
            for (world, own, strange) in [(&world, &mine, &theirs), (&other, &theirs, &mine)] {
                let (own_path, strange_path) = (path(own), path(strange));
                let (seen, unseen) = futures::join!(world.get(&own_path), world.get(&strange_path));
                assert_eq!(seen.expect(200)["payable"], own["payable"]);
                unseen.problem(404, "not_found");
                for list in ["/v1/invoices", "/v1/invoices?status=open&sort=due_on"] {
                    let list = world.list(list).await;
                    assert_eq!((list.len(), &list[0]["id"]), (1, &own["id"]));
                }
                let named = world.get("/v1/sources/erp/invoices/FA-1").await;
                assert_eq!(named.expect(200)["id"], own["id"]);
            }
        }
    }
}

/// Under the role of the application, whatever a statement forgets to say.
#[tokio::test]
async fn a_connection_that_names_no_tenant_sees_nothing() {
    let Some(url) = server::fresh_url(Database::Postgres) else { return };
    let mut server = server::start(&url, &["--role", "api"]);
    let world = World::live(&server, Database::Postgres).await;
    world.customer("C1").await;
    world.invoice("FA-1", "C1", "2026-12-20", "10.00").await;
    let (address, database) = url.rsplit_once('/').unwrap();
    let port = address.rsplit_once(':').unwrap().1.parse().unwrap();
    let ask = |sql: &str| postgres::psql(port, database, sql).unwrap();
    let tables =
        ask("SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'tenant_id'");
    assert!(tables.lines().count() > 20, "{tables}");
    let count = |table: &str, said: &str| {
        let sql = format!("SET ROLE relance_app; SET relance.tenant_id = '{said}'; SELECT COUNT(*) FROM {table}");
        ask(&sql).lines().last().unwrap_or_default().to_owned()
    };
    for table in tables.lines().chain(["tenants"]) {
        assert_eq!(ask(&format!("SET ROLE relance_app; SELECT COUNT(*) FROM {table}")).lines().last(), Some("0"), "{table}");
        assert_eq!(count(table, ""), "0", "{table}");
        assert_eq!(count(table, "00000000-0000-7000-8000-000000000000"), "0", "{table}");
    }
    let own = ask("SELECT id FROM tenants ORDER BY created_at DESC LIMIT 1");
    assert_eq!(count("invoices", &own), "1");
    server.kill();
}
