//! A1: workers killed at random; each (invoice, step) leaves once, and nothing is lost.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Database, World, receiver::Receiver, server, world};

/// Any hour of any day, so that the test may run at night.
fn policy() -> Value {
    json!({"name": "At once", "applies_to": {"customer_kinds": ["business"]}, "heartbeat_max_age_hours": null,
        "window": {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "23:59", "skip_public_holidays": false},
        "pacing": {"min_days_between_messages": 1, "max_per_7_days": 2, "max_per_30_days": 8},
        "steps": [{"key": "first", "offset_days": 1, "channel": "sms", "template": "sms_reminder"}]})
}

/// So many customers with an SMS due, which leaves by `gateway`.
async fn debtors(server: &server::Server, database: Database, gateway: &Receiver, count: usize) -> World {
    let world = World::live(server, database).await;
    let sms = json!({"provider": "http", "from": "KELLER", "http": {"url": gateway.url}});
    world.put("/v1/channels/sms", sms).await.expect(200);
    let made = world.post("/v1/policies", policy()).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let confirm = json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0});
    world.post(&format!("/v1/policies/{id}/versions/1/activate"), confirm).await.expect(200);
    for n in 0..count {
        world.customer_with(&format!("C{n}"), json!({"policy_id": id})).await;
        world.invoice(&format!("FA-{n}"), &format!("C{n}"), "2026-09-01", "200.00").await;
    }
    world
}

/// Messages that leave while workers are killed, most of them text messages, some letters; and how many kills.
fn load() -> (usize, usize, usize) {
    let number = |name: &str, usual: usize| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let sends = number("RELANCE_SENDS", 200);
    let letters = (sends / 10).min(100); // laying out takes its time
    (sends - letters, letters, number("RELANCE_SEND_KILLS", 3))
}

/// Customers with one overdue invoice each, pushed together, under a policy of their own.
async fn owing(world: &World, prefix: &str, policy: Value, count: usize) {
    let made = world.post("/v1/policies", policy).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let confirm = json!({"backlog": "first_step", "spread_days": 1, "confirm_count": 0});
    world.post(&format!("/v1/policies/{id}/versions/1/activate"), confirm).await.expect(200);
    let events: Vec<Value> = (0..count)
        .flat_map(|n| {
            let name = format!("{prefix}{n}");
            let customer = json!({"external_id": name, "source_version": 1, "kind": "business", "name": format!("Boulangerie {name}"), "language": "fr",
                "policy_id": id, "address": {"lines": ["3 place du Marché"], "postcode": "69003", "city": "Lyon", "country": "FR"},
                "contacts": [{"external_id": "c1", "name": "Claire Dupont", "role": "accounts_payable", "phone": "+33612345678"}]});
            let invoice = json!({"external_id": name, "source_version": 1, "number": name, "customer_external_id": name, "issued_on": "2026-08-01",
                "due_on": "2026-09-01", "currency": "EUR", "total": "200.00"});
            let event = |kind: &str, data: Value| json!({"specversion": "1.0", "id": format!("{kind}-{name}"), "source": "erp", "type": kind, "data": data});
            [event("customer.upserted", customer), event("invoice.issued", invoice)]
        })
        .collect();
    for batch in events.chunks(1_000) {
        let body = Value::from(batch.to_vec()).to_string().into_bytes();
        let answer = world.raw("/v1/ingest/events", "application/cloudevents-batch+json", body).await.expect(207);
        assert_eq!(answer["summary"]["accepted"], batch.len(), "{}", answer["summary"]);
    }
}

/// Workers are killed with kill -9 at random moments while messages leave through a gateway that counts by reference
/// and a folder of letters: nothing leaves twice, and every message is sent or explained by an open task.
async fn killed_at_random(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let (texts, letters, kills) = load();
    let gateway = Receiver::start(r#"{"id":"taken"}"#).await;
    let folder = tempfile::tempdir().unwrap();
    let printed = || {
        std::fs::read_dir(folder.path()).unwrap().flatten().filter(|file| file.path().extension().is_some_and(|word| word == "pdf")).count()
    };
    let mut api = server::start(&url, &["--role", "api"]);
    let world = World::live(&api, database).await;
    world.put("/v1/channels/sms", json!({"provider": "http", "from": "KELLER", "http": {"url": gateway.url}})).await.expect(200);
    world.put("/v1/channels/letter", json!({"provider": "print"})).await.expect(200);
    let mut by_post = policy();
    by_post["name"] = json!("By post");
    by_post["steps"] = json!([{"key": "first", "offset_days": 1, "channel": "letter", "template": "final_reminder", "pay_within_days": 8}]);
    owing(&world, "T", policy(), texts).await;
    owing(&world, "L", by_post, letters).await;
    let all = texts + letters;
    let start = || server::start_with(&url, &["--role", "worker"], &[("RELANCE_LETTERS_DIR", folder.path().to_str().unwrap())]);
    let mut killed = 0;
    loop {
        let mut workers: Vec<_> = (0..2).map(|_| start()).collect();
        let before = gateway.all().len() + printed();
        // a prime step, so that kills fall anywhere in a batch
        let enough = if killed < kills { before + 1 + (killed * 37) % (all / kills.max(1)).max(2) } else { usize::MAX };
        world::until("some messages, or the end", async || {
            let left = gateway.all().len() + printed();
            (left >= enough.min(all) && killed < kills || settled(&world, all).await).then_some(())
        })
        .await;
        workers.iter_mut().for_each(server::Server::kill);
        killed += workers.len();
        if settled(&world, all).await {
            break;
        }
    }
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for message in gateway.all() {
        *copies.entry(message.json()["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert!(copies.values().all(|count| *count == 1), "sent twice: {copies:?}");
    let reminders = world.list("/v1/reminders?limit=200").await;
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    for row in reminders.iter().flat_map(|reminder| reminder["invoices"].as_array().unwrap()) {
        *steps.entry(format!("{} {}", row["number"], row["step_key"])).or_default() += 1;
    }
    assert!(reminders.len() == all && steps.len() == all && steps.values().all(|count| *count == 1), "{steps:?}");
    // what nobody can know is said, never repeated
    let told: Vec<Value> =
        world.list("/v1/tasks?status=open&limit=200").await.into_iter().filter(|task| task["kind"] == "message_unknown").collect();
    let unknown: Vec<&Value> = reminders.iter().filter(|reminder| reminder["status"] == "unknown").collect();
    for reminder in &unknown {
        assert_eq!(told.iter().filter(|task| task["about"] == reminder["id"]).count(), 1, "{reminder}");
    }
    let sent = |channel: &str| reminders.iter().filter(|reminder| reminder["status"] == "sent" && reminder["channel"] == channel).count();
    assert_eq!(sent("sms") + sent("letter") + unknown.len(), all);
    assert_eq!((sent("letter"), printed()), (letters, letters), "a letter is a file by its reference: written again it is the same");
    assert!(copies.len() >= sent("sms") && copies.len() <= texts);
    println!("{database:?}: {killed} kills, {all} messages, {} of unknown fate, each with its task; 0 copies", unknown.len());
    api.kill();
}

/// Everything has left, or is known to be unknown and told.
async fn settled(world: &World, all: usize) -> bool {
    let waiting = world.get("/v1/reminders?status=planned,sending,awaiting_approval&limit=1").await.expect(200);
    if waiting["data"].as_array().is_some_and(|some| !some.is_empty()) {
        return false;
    }
    let reminders = world.list("/v1/reminders?limit=200").await;
    reminders.len() == all && reminders.iter().all(|reminder| reminder["status"] == "sent" || reminder["status"] == "unknown")
}

#[tokio::test]
async fn each_leaves_once_on_sqlite() {
    killed_at_random(Database::Sqlite).await;
}

#[tokio::test]
async fn each_leaves_once_on_postgres() {
    killed_at_random(Database::Postgres).await;
}

/// A message that is on its way when the server is asked to stop: its outcome is written before the end.
async fn stopped_while_sending(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let gateway = Receiver::silent(r#"{"id":"taken"}"#).await;
    let mut server = server::start(&url, &[]);
    let world = debtors(&server, database, &gateway, 8).await;
    let on_its_way = gateway.until("a message that waits for its answer", |all| !all.is_empty()).await;
    // the API's threads have opened more connections to the database than the workers
    futures::future::join_all((0..40).map(|_| world.list("/v1/customers"))).await;
    std::process::Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
    let api = world.base.trim_start_matches("http://").to_owned();
    // the threads that serve HTTP, and that opened connections to the database, are gone by then
    world::until("the API gone", async || std::net::TcpStream::connect(&api).is_err().then_some(())).await;
    gateway.answer();
    let ended = tokio::task::spawn_blocking(move || (server.child.wait().unwrap(), server));
    let (status, server) = ended.await.unwrap();
    assert!(status.success() && !server.log().contains("shutdown"), "{status}: {}", server.log());

    let log = server.log();
    let mut again = server::start(&url, &["--role", "api"]);
    let world = world.moved_to(&again);
    let reminders = world.list("/v1/reminders").await;
    let sent = reminders.iter().filter(|reminder| reminder["status"] == "sent").count();
    assert!(sent >= on_its_way.len() && sent == gateway.all().len(), "{sent} of {}: {reminders:#?}\n{log}", gateway.all().len());
    assert!(reminders.iter().all(|reminder| reminder["status"] != "unknown"), "{reminders:?}");
    again.kill();
}

#[tokio::test]
async fn what_is_on_its_way_at_a_stop_is_settled_on_sqlite() {
    stopped_while_sending(Database::Sqlite).await;
}

#[tokio::test]
async fn what_is_on_its_way_at_a_stop_is_settled_on_postgres() {
    stopped_while_sending(Database::Postgres).await;
}

/// SIGTERM: at once when idle, exit code 0.
#[tokio::test]
async fn an_idle_server_stops_at_once() {
    for database in [Database::Sqlite, Database::Postgres] {
        let Some(url) = server::fresh_url(database) else { continue };
        let mut server = server::start(&url, &[]);
        let asked = std::time::Instant::now();
        std::process::Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
        let status = server.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", server.log());
        // generous: the figure is in the benches, this only catches a hang
        assert!(asked.elapsed().as_secs() < 10, "{:?}", asked.elapsed());
    }
}
