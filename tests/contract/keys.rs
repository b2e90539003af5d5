//! Keys: every failure is the same failure; networks, proxies, rotation, use.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    story,
    support::{Database, World, server, world::until},
};

fn instant(text: &Value) -> DateTime<Utc> {
    text.as_str().unwrap().parse().unwrap()
}

fn text(made: &Value) -> String {
    made["api_key"].as_str().unwrap().to_owned()
}

/// The body of a refusal without what differs from request to request.
fn body(mut problem: Value) -> Value {
    problem.as_object_mut().unwrap().remove("request_id");
    problem
}

story! {
    /// Expired, revoked, rotated out, of the other mode, of another network, cut short: one and the same 401.
    every_bad_key_is_the_same_bad_key, world from "2026-10-01T05:00:00Z", {
        let server = server::shared(world.database).unwrap();
        let make = async |body: Value| { let made = world.post("/v1/api_keys", body).await.expect(201); (made["id"].as_str().unwrap().to_owned(), text(&made)) };
        let (_, elsewhere) = make(json!({"allowed_cidrs": ["203.0.113.0/24"]})).await;
        let (revoked_id, revoked) = make(json!({})).await;
        world.with_key(&revoked).get("/v1/me").await.expect(200);
        world.send(Method::DELETE, &format!("/v1/api_keys/{revoked_id}"), None, &[]).await.expect(204);
        let (rotated_id, rotated) = make(json!({})).await;
        world.with_key(&rotated).get("/v1/me").await.expect(200);
        world.post(&format!("/v1/api_keys/{rotated_id}/rotate"), json!({"overlap_hours": 0})).await.expect(201);
        let made = world.post("/v1/api_keys", json!({})).await.expect(201);
        let soon = (instant(&made["created_at"]) + TimeDelta::milliseconds(1500)).to_rfc3339();
        let (_, expired) = make(json!({"expires_at": soon})).await;
        until("the key to end", async || (world.with_key(&expired).get("/v1/me").await.status == 401).then_some(())).await;
        let other_mode = world.key.replace("rlk_test_", "rlk_live_");
        let stranger = World::live(server, world.database).await;
        let mixed = format!("{}{}", &world.key[..18], &stranger.key[18..]);
        let cut = &world.key[..world.key.len() - 1];
        let mut wrong: Vec<&str> = vec![&elsewhere, &revoked, &rotated, &expired, &other_mode, &mixed, cut, &world.key[..17], "rlk_test_"];
        wrong.push("x");
        let expected = body(world.with_key("nonsense").get("/v1/invoices").await.problem(401, "unauthorized"));
        for key in wrong {
            let answer = world.with_key(key).get("/v1/invoices").await;
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
            assert_eq!(body(answer.problem(401, "unauthorized")), expected, "{key}");
        }
        world.get("/v1/me").await.expect(200);
    }
}

story! {
    /// The new key can do what the old one could; both work until the overlap ends; the old one says who follows.
    a_key_is_rotated_without_anybody_being_locked_out, world from "2026-10-01T05:00:00Z", {
        let made = world.post("/v1/api_keys", json!({"scopes": ["read"], "allowed_cidrs": ["127.0.0.1", "10.1.2.3/8"]})).await.expect(201);
        assert_eq!(made["allowed_cidrs"], json!(["127.0.0.1/32", "10.0.0.0/8"]));
        let path = format!("/v1/api_keys/{}/rotate", made["id"].as_str().unwrap());
        world.post(&path, json!({"overlap_hours": 169})).await.problem(422, "validation_failed");
        let would = world.post(&format!("{path}?dry_run=true"), json!({})).await.expect(200);
        assert_eq!((&would["id"], &would["api_key"]), (&json!(null), &json!(null)));
        let new = world.post(&path, json!({})).await.expect(201);
        assert_eq!((&new["scopes"], &new["allowed_cidrs"]), (&made["scopes"], &made["allowed_cidrs"]));
        assert_eq!(new["expires_at"], json!(null));
        for key in [&made, &new] {
            assert_eq!(world.with_key(&text(key)).get("/v1/me").await.expect(200)["scopes"], json!(["read"]));
        }
        let all = world.list("/v1/api_keys").await;
        let old = all.iter().find(|key| key["id"] == made["id"]).unwrap();
        assert_eq!(old["rotated_to"], new["id"]);
        let overlap = instant(&old["expires_at"]) - instant(&new["created_at"]);
        assert!((24 * 3_600 - 60..=24 * 3_600).contains(&overlap.num_seconds()), "{overlap}");
        world.post(&path, json!({})).await.problem(409, "wrong_state");
        let stranger = World::begin(world.database, "2026-10-01T05:00:00Z").await.unwrap();
        stranger.post(&path, json!({})).await.problem(404, "not_found");
    }
}

story! {
    /// When a key was last used is known to the minute.
    the_last_use_of_a_key_is_shown, world from "2026-10-01T05:00:00Z", {
        let made = world.post("/v1/api_keys", json!({"scopes": ["read"]})).await.expect(201);
        assert_eq!(made["last_used_at"], json!(null));
        world.with_key(&text(&made)).get("/v1/me").await.expect(200);
        let at = until("the use to be written", async || {
            let all = world.list("/v1/api_keys").await;
            all.iter().find(|key| key["id"] == made["id"]).unwrap()["last_used_at"].as_str().map(str::to_owned)
        }).await;
        assert!(at.ends_with(":00.000Z"), "{at}");
        let since = instant(&json!(at)) - instant(&made["created_at"]);
        assert!((-60..=300).contains(&since.num_seconds()), "{since}");
    }
}

/// Behind a trusted proxy the client's address is what the proxy says; a stranger's word counts for nothing.
#[tokio::test]
async fn the_word_of_a_trusted_proxy_counts_and_no_others() {
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let mut behind = server::start(&url, &["--trusted-proxies", "127.0.0.0/8", "--role", "api"]);
    let world = World::live(&behind, Database::Sqlite).await;
    let office = world.with_key(&text(&world.post("/v1/api_keys", json!({"allowed_cidrs": ["203.0.113.0/24"]})).await.expect(201)));
    let from = async |world: &World, headers: &[(&str, &str)]| world.send(Method::GET, "/v1/me", None, headers).await;
    from(&office, &[]).await.problem(401, "unauthorized");
    from(&office, &[("x-forwarded-for", "203.0.113.7")]).await.expect(200);
    from(&office, &[("x-forwarded-for", "203.0.113.7, 198.51.100.1")]).await.problem(401, "unauthorized");
    from(&office, &[("x-forwarded-for", "198.51.100.1, 203.0.113.7, 127.0.0.9")]).await.expect(200);
    from(&office, &[("forwarded", "for=203.0.113.7;proto=https")]).await.expect(200);
    // plain HTTP in front of the proxy: the same refusal for a good key and a bad one, on every path
    let bad = world.with_key("rlk_test_nonsense");
    let refused = body(from(&world, &[("x-forwarded-proto", "http")]).await.problem(403, "insecure_transport"));
    assert_eq!(body(from(&bad, &[("x-forwarded-proto", "http")]).await.problem(403, "insecure_transport")), refused);
    assert_eq!(body(from(&bad, &[("forwarded", "for=203.0.113.7;proto=http")]).await.problem(403, "insecure_transport")), refused);
    let nowhere = world.send(Method::GET, "/v1/nowhere", None, &[("x-forwarded-proto", "http")]).await;
    assert_eq!(body(nowhere.problem(403, "insecure_transport")), refused);
    from(&world, &[("x-forwarded-proto", "https")]).await.expect(200);
    behind.kill();

    let mut bare = server::start(&url, &["--role", "api"]);
    let office = office.moved_to(&bare);
    from(&office, &[("x-forwarded-for", "203.0.113.7")]).await.problem(401, "unauthorized");
    from(&world.moved_to(&bare), &[("x-forwarded-proto", "http")]).await.expect(200);
    bare.kill();
}

/// Thirty wrong keys a minute; after that an address is told to wait, and a good key from it is not held up.
#[tokio::test]
async fn who_guesses_keys_is_slowed_down() {
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let mut server = server::start(&url, &["--role", "api"]);
    let world = World::live(&server, Database::Sqlite).await;
    let wrong = world.with_key("rlk_live_00000000_0000000000000000000000000000000000000000000");
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(wrong.get("/v1/invoices").await.status.as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 30, "{statuses:?}");
    let told = wrong.get("/v1/invoices").await;
    let wait: u32 = told.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    told.problem(429, "rate_limited");
    let operator = wrong.post("/v1/tenants", json!({"name": "x", "mode": "test"})).await;
    operator.problem(429, "rate_limited");
    world.get("/v1/invoices").await.expect(200);
    world.with_key(&server.operator_key).get("/v1/tenants").await.expect(200);
    server.kill();
}

/// What starts with a secret that anybody would guess does not start.
#[test]
fn weak_secrets_are_refused_at_the_start() {
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let refused = |name: &str, value: &str| {
        let out = server::command(&url, server::free_port(), server::free_port()).env(name, value).output().unwrap();
        assert!(!out.status.success(), "{name}={value}");
        String::from_utf8_lossy(&out.stderr).into_owned()
    };
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert!(refused("RELANCE_SECRET_KEY", zeros).contains("easily guessed"));
    assert!(refused("RELANCE_SECRET_KEY", "c2hvcnQ=").contains("32 bytes"));
    assert!(refused("RELANCE_OPERATOR_KEY", "changeme").contains("24 characters"));
    assert!(refused("RELANCE_TRUSTED_PROXIES", "office").contains("RELANCE_TRUSTED_PROXIES"));
}

story! {
    /// Half of a short life over, whoever listens hears that the key ends; its secret is nowhere in it.
    a_key_that_ends_soon_is_told_of, world from "2026-10-01T05:00:00Z", {
        let receiver = crate::support::receiver::Receiver::start("{}").await;
        world.post("/v1/webhook_endpoints", json!({"url": receiver.url, "event_types": ["api_key.*"]})).await.expect(201);
        let now = instant(&world.post("/v1/api_keys", json!({})).await.expect(201)["created_at"]);
        let ends = (now + TimeDelta::seconds(30)).to_rfc3339();
        let made = world.post("/v1/api_keys", json!({"scopes": ["read"], "expires_at": ends})).await.expect(201);
        let got = receiver.until("the key's end to be foretold", |got| !got.is_empty()).await;
        let body = got[0].json();
        assert_eq!((&body["type"], &body["subject"]), (&json!("api_key.expiring"), &json!({"type": "api_key", "id": made["id"]})));
        assert_eq!((&body["data"]["object"]["prefix"], &body["data"]["object"]["expires_at"]), (&made["prefix"], &made["expires_at"]));
        assert!(!got[0].body.contains(made["api_key"].as_str().unwrap()) && body["data"]["object"].get("secret_hash").is_none());
    }
}
