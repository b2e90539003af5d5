//! Secrets at rest: they open after data keys were rotated, not with another key of the operator, not in another row.

use std::{process::Output, sync::Arc};

use base64::Engine;
use chrono::{DateTime, Utc};
use relance_domain::clock::Clock;
use relance_store::{Store, StoreConfig, channels};
use reqwest::Method;
use serde_json::json;

use super::webhooks::verifies;
use crate::support::{Database, World, receiver::Receiver, server};

const OLD: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const NEW: &str = "WnhhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM=";

/// The command, on a database, with a key of the operator. Beside the test, so that its client sees connections end.
async fn relance(url: &str, key: &str, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_relance"));
    command.args(arguments).env("RELANCE_DATABASE_URL", url).env("RELANCE_SECRET_KEY", key);
    command.output().await.unwrap()
}

#[track_caller]
fn done(out: &Output) -> String {
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// One statement, whichever database it is.
pub(super) fn ask(url: &str, sql: &str) -> String {
    match url.strip_prefix("sqlite://") {
        Some(file) => {
            let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n[print(*r) for r in c.execute(sys.argv[2])]\nc.commit()";
            let out = std::process::Command::new("python3").args(["-c", script, file, sql]).output().unwrap();
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            String::from_utf8_lossy(&out.stdout).trim().to_owned()
        }
        None => {
            let (address, database) = url.rsplit_once('/').unwrap();
            let port = address.rsplit_once(':').unwrap().1.parse().unwrap();
            crate::support::postgres::psql(port, database, sql).unwrap()
        }
    }
}

/// The password as the sender has it.
async fn smtp_password(url: &str, key: &str, world: &World) -> String {
    let secret_key = base64::engine::general_purpose::STANDARD.decode(key).unwrap().try_into().unwrap();
    let store = Store::open(&StoreConfig { url: url.to_owned(), secret_key, connections: 1 }, Arc::new(Epoch)).await.unwrap();
    let tenant = world.tenant.parse().unwrap();
    let tx = store.read(tenant).await.unwrap();
    let channel = channels::open(&store, &tx, tenant, "email").await.unwrap().unwrap();
    tx.commit().await.unwrap();
    store.close().await.unwrap();
    channel.config["smtp"]["password"].as_str().unwrap().to_owned()
}

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

async fn rotation(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let mut serving = server::start(&url, &[]);
    let world = World::live(&serving, database).await;
    let hook = Receiver::start("{}").await;
    let endpoint = world.post("/v1/webhook_endpoints", json!({"url": hook.url, "event_types": ["*"]})).await.expect(201);
    let channel = json!({"provider": "smtp", "from": "a@keller.example", "allow_list": [], "smtp": {"host": "127.0.0.1", "port": 9, "security": "none", "username": "u", "password": "hunter2hunter2"}});
    world.put("/v1/channels/email", channel).await.expect(200);
    // its answer shows a secret, and is given again
    let key = async |world: &World| {
        let headers = [("idempotency-key", "k1"), ("x-request-id", "first")];
        world.send(Method::POST, "/v1/webhook_endpoints", Some(json!({"url": hook.url, "event_types": ["case.opened"]})), &headers).await
    };
    let shown = key(&world).await.expect(201);
    let sealed = || {
        let columns = ["sealed FROM channels", "sealed_secrets FROM webhook_endpoints ORDER BY id", "body FROM idempotency_keys"];
        columns.map(|column| ask(&url, &format!("SELECT {column}"))).join("\n")
    };
    let first = sealed();
    assert!(first.matches("v2.").count() == 4 && !first.contains("hunter2") && !first.contains("whsec_"), "{first}");

    // data keys are rotated while the service runs, and again
    assert!(done(&relance(&url, OLD, &["secrets", "rotate"]).await).contains("4 secrets sealed anew"));
    let second = sealed();
    assert_ne!(first, second);
    assert!(done(&relance(&url, OLD, &["secrets", "rotate"]).await).contains("4 secrets sealed anew"));
    assert_ne!(second, sealed());
    assert_eq!(ask(&url, "SELECT COUNT(*) FROM data_keys WHERE purpose = 'seal' AND retired_at IS NULL"), "1");
    let tell = async |world: &World, name: &str| {
        let (before, secret) = (hook.all().len(), endpoint["secret"].as_str().unwrap());
        let path = format!("/v1/webhook_endpoints/{}/test", endpoint["id"].as_str().unwrap());
        world.post(&path, json!({"type": "invoice.paid"})).await.expect(202);
        hook.until(name, |got| got.iter().skip(before).any(|received| verifies(received, secret))).await;
    };
    tell(&world, "a webhook signed after the rotation").await;
    let again = key(&world).await;
    assert_eq!(
        (&again.headers["idempotent-replayed"], &again.body),
        (&"true".parse().unwrap(), &shown),
        "the answer opens, and is the same"
    );
    world.get("/v1/me").await.expect(200); // the key's pepper is an older one now
    let later = world.post("/v1/api_keys", json!({})).await.expect(201);
    world.with_key(later["api_key"].as_str().unwrap()).get("/v1/me").await.expect(200);

    assert_eq!(smtp_password(&url, OLD, &world).await, "hunter2hunter2");

    // the key of the operator changes: the old one opens nothing any more, and says so at the start
    let file = serving.folder.join("new.key");
    std::fs::write(&file, NEW).unwrap();
    done(&relance(&url, OLD, &["secrets", "rotate", "--new-key", file.to_str().unwrap()]).await);
    serving.kill();
    let refused = server::command(&url, server::free_port(), server::free_port()).output().unwrap();
    assert!(!refused.status.success());
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(why.contains("does not open the database's secrets"), "{why}");
    assert!(!relance(&url, OLD, &["key", "create", "--tenant", &world.tenant]).await.status.success());
    let mut serving = server::start_with(&url, &[], &[("RELANCE_SECRET_KEY", NEW)]);
    let world = world.moved_to(&serving);
    tell(&world, "a webhook signed under the new key").await;
    world.get("/v1/me").await.expect(200);
    assert_eq!(smtp_password(&url, NEW, &world).await, "hunter2hunter2");

    // what is sealed for one row does not open in another
    let other = World::live(&serving, database).await;
    let theirs = other.post("/v1/webhook_endpoints", json!({"url": hook.url, "event_types": ["*"]})).await.expect(201);
    let row = "(SELECT sealed_secrets FROM webhook_endpoints ORDER BY id LIMIT 1)";
    ask(&url, &format!("UPDATE webhook_endpoints SET sealed_secrets = {row} WHERE sealed_secrets <> {row}"));
    let path = format!("/v1/webhook_endpoints/{}/rotate_secret", theirs["id"].as_str().unwrap());
    other.post(&path, json!({})).await.problem(500, "internal");
    serving.kill();
}

#[tokio::test]
async fn secrets_open_after_every_rotation_on_sqlite() {
    rotation(Database::Sqlite).await;
}

#[tokio::test]
async fn secrets_open_after_every_rotation_on_postgres() {
    rotation(Database::Postgres).await;
}

/// With the key file beside the database the file follows.
#[test]
fn the_key_file_follows_a_new_key() {
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let beside = url.strip_prefix("sqlite://").unwrap().to_owned() + ".key";
    let run = |arguments: &[&str], new: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_relance"));
        command.args(arguments).env("RELANCE_DATABASE_URL", &url).env_remove("RELANCE_SECRET_KEY");
        if !new.is_empty() {
            command.env("RELANCE_SECRET_KEY_NEW", new);
        }
        command.output().unwrap()
    };
    done(&run(&["tenant", "create", "--name", "Keller", "--mode", "test"], ""));
    let before = std::fs::read_to_string(&beside).unwrap();
    done(&run(&["secrets", "rotate"], NEW));
    assert_eq!(std::fs::read_to_string(&beside).unwrap().trim(), NEW);
    assert_ne!(before.trim(), NEW);
    done(&run(&["tenant", "create", "--name", "Keller", "--mode", "test"], ""));
    std::fs::write(&beside, before).unwrap();
    assert!(String::from_utf8_lossy(&run(&["doctor"], "").stdout).contains("FAIL secrets open"));
    let refused = run(&["tenant", "create", "--name", "Keller", "--mode", "test"], "");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("does not open the database's secrets"));
}
