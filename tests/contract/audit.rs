//! The audit log: one row for every change that somebody made, in a chain that shows when it was tampered with.

use reqwest::Method;
use serde_json::{Value, json};

use super::sealed::ask;
use crate::{
    story,
    support::{Database, PIXEL, World, receiver::Receiver, server, world::until},
};

/// Rows, oldest first.
async fn log(world: &World) -> Vec<Value> {
    let mut all = world.list("/v1/audit_events").await;
    all.reverse();
    all
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

fn by() -> Value {
    json!({"name": "Marc", "email": "marc@keller.example"})
}

/// A registered letter that a person approved and that was posted.
async fn posted_letter(world: &World) -> String {
    let notice = json!({"name": "notices", "applies_to": {"segments": ["notices"]}, "steps": [
        {"key": "notice", "offset_days": 5, "channel": "registered_letter", "template": "formal_notice", "deadline_days": 8, "approval": "required"}]});
    let policy = world.post("/v1/policies", notice).await.expect(201);
    let path = format!("/v1/policies/{}/versions/1/activate", id(&policy));
    world.post(&path, json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0})).await.expect(200);
    world.customer_with("C5", json!({"policy_id": policy["id"]})).await;
    world.invoice("FA-C5", "C5", "2026-09-20", "90.00").await;
    world.advance("2026-10-01T05:30:00Z").await;
    let asked = world.list("/v1/reminders?status=awaiting_approval").await;
    world.post(&format!("/v1/reminders/{}/approve", id(&asked[0])), json!({"by": by()})).await.expect(200);
    world.advance("2026-10-01T12:00:00Z").await;
    id(&world.list("/v1/reminders?status=sent").await[0]).to_owned()
}

/// Everything that a person or program can change, once; each as method, path and body. What must be there for the
/// next comes before it.
async fn changes(world: &World, hook: &str) -> Vec<(Method, String, Value)> {
    let customer = world.customer("C1").await;
    let invoice = world.invoice("FA-1", "C1", "2026-10-05", "400.00").await;
    world.customer("C2").await;
    world.invoice("FA-2", "C2", "2026-10-05", "900.00").await;
    // two that are asked before they leave
    let careful = json!({"name": "careful", "applies_to": {"segments": ["careful"]}, "steps": [
        {"key": "ask", "offset_days": 5, "channel": "email", "template": "first_reminder", "approval": "required"}]});
    let policy = world.post("/v1/policies", careful).await.expect(201);
    let path = format!("/v1/policies/{}/versions/1/activate", id(&policy));
    world.post(&path, json!({"backlog": "skip", "confirm_count": 0})).await.expect(200);
    for name in ["C3", "C4"] {
        world.customer_with(name, json!({"policy_id": policy["id"]})).await;
        world.invoice(&format!("FA-{name}"), name, "2026-11-20", "90.00").await;
    }
    let letter = posted_letter(world).await;
    world.claimed_from("C9", "2026-10-05").await;
    let c = id(&customer).to_owned();
    let i = id(&invoice).to_owned();
    let (post, put, patch, delete) = (Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
    let policy = json!({"name": "x", "applies_to": {"segments": ["none"]}, "steps": [{"key": "a", "offset_days": 3, "channel": "email", "template": "first_reminder"}]});
    let made = |of: &str| format!("<{of}>");
    vec![
        (post.clone(), "/v1/holds".into(), json!({"scope": "customer", "target_id": c, "reason": "manual"})),
        (delete.clone(), format!("/v1/holds/{}", made("create_hold")), Value::Null),
        (post.clone(), "/v1/disputes".into(), json!({"invoice_id": i, "amount": "1.00", "reason_code": "price"})),
        (post.clone(), format!("/v1/disputes/{}/resolve", made("create_dispute")), json!({"outcome": "rejected"})),
        (post.clone(), "/v1/interruptions".into(), super::isolation::act(&i)),
        (delete.clone(), format!("/v1/interruptions/{}", made("create_interruption")), Value::Null),
        (post.clone(), "/v1/promises".into(), json!({"customer_id": c, "amount": "1.00", "currency": "EUR", "promised_on": "2026-10-02"})),
        (post.clone(), format!("/v1/promises/{}/cancel", made("create_promise")), json!({})),
        (
            post.clone(),
            format!("/v1/customers/{c}/interactions"),
            json!({"channel": "phone", "at": "2026-09-30T08:00:00Z", "by": by(), "outcome": "reached"}),
        ),
        (patch.clone(), "/v1/settings".into(), json!({"signature": "Anne"})),
        (put.clone(), "/v1/settings/logo".into(), json!({"data": PIXEL})),
        (delete.clone(), "/v1/settings/logo".into(), Value::Null),
        (put.clone(), "/v1/channels/letter".into(), json!({"provider": "print"})),
        (
            put.clone(),
            "/v1/channels/email_fallback".into(),
            json!({"provider": "brevo", "from": "a@keller.example", "brevo": {"api_key": "k"}}),
        ),
        (delete.clone(), "/v1/channels/email_fallback".into(), Value::Null),
        (put.clone(), "/v1/templates/thank_you.fr".into(), json!({"body": "draft", "active": false})),
        (delete.clone(), "/v1/templates/thank_you.fr".into(), Value::Null),
        (put.clone(), "/v1/channels/sms".into(), json!({"provider": "http", "from": "DUMAS", "http": {"url": hook}})),
        (post.clone(), "/v1/channels/sms/test".into(), json!({"to": "0612345678"})),
        (post.clone(), "/v1/policies".into(), policy.clone()),
        (put, format!("/v1/policies/{}", made("create_policy")), policy),
        (
            post.clone(),
            format!("/v1/policies/{}/versions/2/activate", made("create_policy")),
            json!({"backlog": "skip", "confirm_count": 0}),
        ),
        (post.clone(), format!("/v1/policies/{}/versions/2/migrate", made("create_policy")), json!({"confirm_count": 0})),
        (post.clone(), "/v1/webhook_endpoints".into(), json!({"url": hook, "event_types": ["*"]})),
        (patch.clone(), format!("/v1/webhook_endpoints/{}", made("create_webhook_endpoint")), json!({"description": "x"})),
        (post.clone(), format!("/v1/webhook_endpoints/{}/rotate_secret", made("create_webhook_endpoint")), json!({})),
        (post.clone(), format!("/v1/webhook_endpoints/{}/enable", made("create_webhook_endpoint")), json!({})),
        (post.clone(), format!("/v1/webhook_endpoints/{}/test", made("create_webhook_endpoint")), json!({"type": "invoice.paid"})),
        (post.clone(), format!("/v1/deliveries/{}/resend", made("test_webhook_endpoint")), json!({})),
        (post.clone(), format!("/v1/webhook_endpoints/{}/recover", made("create_webhook_endpoint")), json!({})),
        (delete.clone(), format!("/v1/webhook_endpoints/{}", made("create_webhook_endpoint")), Value::Null),
        (post.clone(), "/v1/sources".into(), json!({"name": "till", "kind": "plain"})),
        (patch.clone(), format!("/v1/sources/{}", made("create_source")), json!({"customer_kind": "business"})),
        (post.clone(), format!("/v1/sources/{}/rotate_secret", made("create_source")), json!({})),
        (delete.clone(), format!("/v1/sources/{}", made("create_source")), Value::Null),
        (post.clone(), "/v1/api_keys".into(), json!({"scopes": ["read"]})),
        (post.clone(), format!("/v1/api_keys/{}/rotate", made("create_api_key")), json!({})),
        (delete, format!("/v1/api_keys/{}", made("create_api_key")), Value::Null),
        (post.clone(), "/v1/test_clock/advance".into(), json!({"to": "2026-12-01T02:00:00Z"})),
        (post.clone(), "/v1/reminders/<sent>/resend".into(), json!({"by": by(), "reason": "test"})),
        (post.clone(), "/v1/reminders/<resend_reminder>/cancel".into(), json!({"by": by(), "reason": "test"})),
        (post.clone(), "/v1/reminders/<sent>/resend".into(), json!({"by": by(), "reason": "test"})),
        (post.clone(), "/v1/reminders/<resend_reminder>/send_now".into(), json!({"by": by(), "reason": "test"})),
        (post.clone(), format!("/v1/reminders/{letter}/presented"), json!({"on": "2026-10-01"})),
        (post.clone(), "/v1/reminders/<asked>/approve".into(), json!({"by": by()})),
        (post.clone(), "/v1/reminders/<asked>/reject".into(), json!({"by": by()})),
        (post.clone(), "/v1/late_charges/<charge>/waive".into(), json!({"by": by(), "reason": "test"})),
        (post, "/v1/tasks/<task>/complete".into(), json!({"outcome": "done", "by": by()})),
    ]
}

/// Placeholders that name what only exists by then.
async fn resolve(world: &World, path: &str, made: &[(String, String)]) -> String {
    let Some((before, rest)) = path.split_once('<') else { return path.to_owned() };
    let (name, after) = rest.split_once('>').unwrap();
    let status = match name {
        "sent" => "sent",
        "asked" => "awaiting_approval",
        _ => "",
    };
    let found = if !status.is_empty() {
        world.list(&format!("/v1/reminders?status={status}")).await.first().map(|reminder| id(reminder).to_owned())
    } else if name == "charge" {
        world.list("/v1/late_charges").await.first().map(|charge| id(charge).to_owned())
    } else if name == "task" {
        world.list("/v1/tasks").await.first().map(|task| id(task).to_owned())
    } else {
        made.iter().rfind(|(action, _)| action == name).map(|(_, id)| id.clone())
    };
    format!("{before}{}{after}", found.unwrap_or_else(|| "none".to_owned()))
}

story! {
    /// Each change leaves one row, in its own transaction; what is refused, tried only, repeated or read leaves none.
    every_change_leaves_one_row_and_nothing_else_does, world from "2026-10-01T05:00:00Z", {
        let hook = Receiver::start("{}").await;
        let document = world.get("/openapi.json").await.expect(200);
        let changes = changes(&world, &hook.url).await;
        let mut count = log(&world).await.len();
        let (mut made, mut seen) = (Vec::new(), Vec::new());
        for (method, path, body) in changes {
            let path = resolve(&world, &path, &made).await;
            if path.contains("/none") {
                continue; // the walk below tells which operations were left out
            }
            if path.contains("/deliveries/") {
                until("the delivery to be settled", async || {
                    let endpoint = &made.iter().find(|(action, _)| action == "create_webhook_endpoint").unwrap().1;
                    let all = world.list(&format!("/v1/webhook_endpoints/{endpoint}/deliveries")).await;
                    all.iter().all(|delivery| delivery["status"] == "delivered").then_some(())
                }).await;
            }
            let body = (!body.is_null()).then_some(body);
            let tag = [("if-match", "\"1\"")];
            let any = [("if-match", "*")];
            let headers = if method == Method::PUT && path.contains("templates") { &any[..] } else if method == Method::PUT && path.contains("policies") || method == Method::PATCH && path.contains("webhook") { &tag[..] } else { &[] };
            let refused = world.send(method.clone(), &format!("{path}?colour=red"), body.clone(), headers).await;
            assert!(refused.status.is_client_error(), "{method} {path}: {}", refused.body);
            let tried = world.send(method.clone(), &format!("{path}?dry_run=true"), body.clone(), headers).await;
            assert!(tried.status.is_success(), "{method} {path}: {}", tried.body);
            assert_eq!(log(&world).await.len(), count, "{method} {path}: refused or tried, and written down");
            let answer = world.send(method.clone(), &path, body, headers).await;
            assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.body);
            let rows = log(&world).await;
            assert_eq!(rows.len(), count + 1, "{method} {path}: {:?}", &rows[count..]);
            count += 1;
            let row = rows.last().unwrap();
            assert_eq!(row["request_id"], answer.headers["x-request-id"].to_str().unwrap());
            assert_eq!((&row["actor"]["type"], &row["client_address"]), (&json!("api_key"), &json!("127.0.0.1")));
            assert_eq!(row["actor"]["id"], row["key_id"]);
            let action = row["action"].as_str().unwrap().to_owned();
            let changed = row["before_digest"].is_string();
            assert_eq!(changed, !["create", "test", "recover", "resend_delivery"].iter().any(|new| action.starts_with(new)) && !["put_channel", "put_logo"].contains(&action.as_str()) || action == "test_channel", "{row}");
            assert_eq!(row["after_digest"].is_string(), answer.status != 204, "{row}");
            if let Some(id) = answer.body["id"].as_str() {
                made.push((action.clone(), id.to_owned()));
            }
            seen.push(action);
            if path.ends_with("advance") {
                world.rest().await;
            }
        }
        let mut left_out = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap_or_default();
                // facts have a trail of their own, and what asks for `read` changes nothing
                let facts = [json!([{"bearer": ["facts:write"]}]), json!([{"bearer": ["read"]}]), json!([{}])].contains(&operation["security"]);
                if ["post", "put", "patch", "delete"].contains(&method.as_str()) && !facts && !seen.iter().any(|action| action == name) {
                    left_out.push(format!("{method} {path}"));
                }
            }
        }
        // the first row, below; and rates are the law's, of no tenant
        left_out.retain(|path| path != "post /v1/tenants" && path != "post /v1/rates");
        assert!(left_out.is_empty(), "not walked: {left_out:?}");
        // the same key again: the answer, and no second row
        let twice = [("idempotency-key", "k1")];
        let hold = json!({"scope": "tenant", "reason": "manual"});
        world.send(Method::POST, "/v1/holds", Some(hold.clone()), &twice).await.expect(201);
        world.send(Method::POST, "/v1/holds", Some(hold), &twice).await.expect(201);
        assert_eq!(log(&world).await.len(), count + 1);
        // the operator made the tenant; the chain goes from row to row
        let rows = log(&world).await;
        assert_eq!((&rows[0]["action"], &rows[0]["actor"]["type"]), (&json!("create_tenant"), &json!("operator")));
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(row["seq"], at + 1);
            let before = at.checked_sub(1).map_or("0".repeat(64), |at| rows[at]["hash"].as_str().unwrap().to_owned());
            assert_eq!(row["prev_hash"], before);
        }
    }
}

story! {
    /// Found by what, to what, by whom and when; whole as lines of JSON; only for who may; only one's own.
    the_log_is_read_filtered_and_exported, world from "2026-10-01T05:00:00Z", {
        let customer = world.customer("C1").await;
        let mut holds = Vec::new();
        for _ in 0..7 {
            let hold = json!({"scope": "customer", "target_id": customer["id"], "reason": "manual"});
            holds.push(world.post("/v1/holds", hold).await.expect(201));
        }
        assert_eq!(world.list("/v1/audit_events?action=create_hold&limit=3").await.len(), 7);
        let one = world.list(&format!("/v1/audit_events?resource_id={}", id(&holds[2]))).await;
        assert_eq!((one.len(), &one[0]["resource"]["type"]), (1, &json!("hold")));
        let me = world.get("/v1/me").await.expect(200);
        assert!(world.list(&format!("/v1/audit_events?actor_id={}", me["key_id"].as_str().unwrap())).await.len() >= 7);
        let at = one[0]["at"].as_str().unwrap();
        assert!(world.list(&format!("/v1/audit_events?at_gte={at}")).await.iter().all(|row| row["at"].as_str().unwrap() >= at));
        assert!(world.list(&format!("/v1/audit_events?at_lt={at}")).await.iter().all(|row| row["at"].as_str().unwrap() < at));
        world.get("/v1/audit_events?colour=red").await.problem(400, "unknown_parameter");
        let export = world.get("/v1/audit_events/export").await;
        assert_eq!(export.headers["content-type"], "application/x-ndjson");
        let text = export.body.as_str().unwrap().to_owned();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, log(&world).await);
        let reader = world.post("/v1/api_keys", json!({"scopes": ["read"]})).await.expect(201);
        world.with_key(reader["api_key"].as_str().unwrap()).get("/v1/audit_events").await.problem(403, "forbidden_scope");
        let stranger = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        assert!(stranger.list(&format!("/v1/audit_events?resource_id={}", id(&holds[2]))).await.is_empty());
    }
}

/// Changed, left out, cut off, or made up behind the service's back: each is named, with its place.
async fn tampering(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let mut server = server::start(&url, &["--role", "api"]);
    let world = World::test(&server, database, "2026-10-01T05:00:00Z").await;
    for _ in 0..5 {
        world.post("/v1/holds", json!({"scope": "tenant", "reason": "manual"})).await.expect(201);
    }
    server.kill();
    let verify = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_relance"));
        command.args(["audit", "verify", "--tenant", &world.tenant]);
        let out = command
            .env("RELANCE_DATABASE_URL", &url)
            .env("RELANCE_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
            .output()
            .unwrap();
        (out.status.success(), String::from_utf8_lossy(&out.stdout).into_owned())
    };
    assert_eq!(verify(), (true, format!("whole   {}  7 rows\n", world.tenant)));
    // the database itself refuses what the service never does
    if database == Database::Sqlite {
        for sql in ["UPDATE audit_events SET action = 'x'", "DELETE FROM audit_events"] {
            let refused = std::panic::catch_unwind(|| ask(&url, sql));
            assert!(refused.is_err(), "{sql}");
        }
        ask(&url, "DROP TRIGGER audit_events_stay");
        ask(&url, "DROP TRIGGER audit_events_keep");
    }
    let broken = |place: &str, what: &str| {
        let (whole, said) = verify();
        assert!(!whole && said.contains(&format!("at row {place}: {what}")), "{said}");
    };
    ask(&url, "UPDATE audit_events SET action = 'delete_hold' WHERE seq = 3");
    broken("3", "the row was changed");
    ask(&url, "UPDATE audit_events SET action = 'create_hold' WHERE seq = 3");
    assert!(verify().0);
    ask(&url, "CREATE TABLE kept AS SELECT * FROM audit_events WHERE seq >= 4");
    ask(&url, "DELETE FROM audit_events WHERE seq = 4");
    broken("4", "a row is missing");
    ask(&url, "DELETE FROM audit_events WHERE seq > 4");
    broken("4", "the end was cut off");
    ask(&url, "INSERT INTO audit_events SELECT * FROM kept");
    assert!(verify().0);
    ask(&url, "UPDATE audit_events SET prev_hash = hash WHERE seq = 6");
    broken("6", "it does not follow the row before");
}

#[tokio::test]
async fn tampering_is_found_on_sqlite() {
    tampering(Database::Sqlite).await;
}

#[tokio::test]
async fn tampering_is_found_on_postgres() {
    tampering(Database::Postgres).await;
}
