//! Tokens of an identity provider beside API keys: believed when everything about them is right, else the same 401.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Database, World, receiver::Receiver, server};

/// An identity provider with two keys and its JWKS on loopback.
struct Provider {
    ed: Ed25519KeyPair,
    p256: EcdsaKeyPair,
    random: SystemRandom,
    jwks: Receiver,
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Provider {
    async fn start() -> Self {
        let random = SystemRandom::new();
        let ed = Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref()).unwrap();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let p256 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let p256 = EcdsaKeyPair::from_pkcs8(algorithm, p256.as_ref(), &random).unwrap();
        let point = p256.public_key().as_ref();
        let keys = json!({"keys": [
            {"kty": "OKP", "crv": "Ed25519", "kid": "d1", "use": "sig", "x": b64(ed.public_key())},
            {"kty": "EC", "crv": "P-256", "kid": "e1", "x": b64(&point[1..33]), "y": b64(&point[33..])},
        ]});
        let jwks = Receiver::start(Box::leak(keys.to_string().into_boxed_str())).await;
        Self { ed, p256, random, jwks }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let signature = match header["alg"].as_str() {
            Some("EdDSA") => b64(self.ed.sign(signed.as_bytes())),
            Some("ES256") => b64(self.p256.sign(&self.random, signed.as_bytes()).unwrap()),
            Some("HS256") => {
                let mut mac = Hmac::<Sha256>::new_from_slice(self.ed.public_key().as_ref()).unwrap();
                mac.update(signed.as_bytes());
                b64(mac.finalize().into_bytes())
            }
            _ => String::new(),
        };
        format!("{signed}.{signature}")
    }

    fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "EdDSA", "kid": "d1", "typ": "JWT"}), claims)
    }
}

/// Real time in seconds, as the server told it.
async fn now(world: &World) -> i64 {
    let at = world.get("/v1/me").await.expect(200)["now"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    at.timestamp()
}

#[tokio::test]
async fn a_token_is_believed_when_everything_about_it_is_right() {
    let provider = Provider::start().await;
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let issuers = format!("issuer=https://id.example;jwks={};audience=relance", provider.jwks.url);
    let mut server = server::start(&url, &["--role", "api", "--jwt-issuers", &issuers]);
    let world = World::live(&server, Database::Sqlite).await;
    let other = World::live(&server, Database::Sqlite).await;
    world.customer("C1").await;
    let now = now(&world).await;
    let claims = |change: Value| {
        let mut all = json!({"iss": "https://id.example", "aud": ["relance", "x"], "sub": "anne@keller.example", "exp": now + 600, "nbf": now,
            "scope": "openid read reminders:write", "relance_tenant": world.tenant});
        change.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
        all
    };
    assert!(provider.jwks.all().is_empty(), "no keys are fetched before they are needed");

    // good: who it is, whose, what he may; an act of his names him
    let anne = world.with_key(&provider.token(&claims(json!({}))));
    let me = anne.get("/v1/me").await.expect(200);
    assert_eq!((&me["tenant_id"], &me["livemode"], &me["key_id"]), (&json!(world.tenant), &json!(true), &json!(null)));
    assert_eq!((&me["actor_id"], &me["scopes"]), (&json!("anne@keller.example"), &json!(["read", "reminders:write"])));
    assert_eq!(anne.list("/v1/customers").await.len(), 1);
    anne.patch("/v1/settings", json!({"signature": "Anne"})).await.problem(403, "forbidden_scope");
    let hold = anne.post("/v1/holds", json!({"scope": "tenant", "reason": "manual"})).await.expect(201);
    let row = world.list(&format!("/v1/audit_events?resource_id={}", hold["id"].as_str().unwrap())).await.remove(0);
    assert_eq!(row["actor"], json!({"type": "jwt", "id": "anne@keller.example"}));
    assert_eq!(row["key_id"], json!(null));
    let with_p256 = provider.sign(&json!({"alg": "ES256", "kid": "e1"}), &claims(json!({})));
    world.with_key(&with_p256).get("/v1/me").await.expect(200);

    // bad, one by one
    let good = provider.token(&claims(json!({})));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let ed = |change| provider.token(&claims(change));
    let with = |header: Value| provider.sign(&header, &claims(json!({})));
    let strangers = Provider::start().await.token(&claims(json!({})));
    let wrong = [
        ("unsigned", with(json!({"alg": "none"}))),
        ("signed with the public key", with(json!({"alg": "HS256", "kid": "d1"}))),
        ("of another algorithm than its key", provider.sign(&json!({"alg": "EdDSA", "kid": "e1"}), &claims(json!({})))),
        ("without its signature", format!("{signed}.")),
        ("with another's signature", format!("{}.{signature}", ed(json!({"sub": "marc"})).rsplit_once('.').unwrap().0)),
        ("of a stranger's key", strangers),
        ("for another audience", ed(json!({"aud": "other"}))),
        ("of another issuer", ed(json!({"iss": "https://other.example"}))),
        ("not valid yet", ed(json!({"nbf": now + 300}))),
        ("expired", ed(json!({"exp": now - 61}))),
        ("without an end", ed(json!({"exp": null}))),
        ("for no tenant", ed(json!({"relance_tenant": null}))),
        ("for a tenant that is not there", ed(json!({"relance_tenant": "ten_01h455vb4pex5vsknk084sn02q"}))),
    ];
    for (what, token) in &wrong {
        let answer = world.with_key(token).get("/v1/me").await;
        assert_eq!((answer.status.as_u16(), &answer.body["code"]), (401, &json!("unauthorized")), "{what}: {}", answer.body);
    }

    // another tenant's token sees that tenant only
    let theirs = world.with_key(&ed(json!({"relance_tenant": other.tenant})));
    assert!(theirs.list("/v1/customers").await.is_empty());
    theirs.get("/v1/sources/erp/customers/C1").await.problem(404, "not_found");
    assert_eq!(provider.jwks.all().len(), 1, "the keys were fetched once for all of it");
    server.kill();
}

/// Names of keys that are not there: the provider is asked once, however many come, and nobody else is held up.
#[tokio::test]
async fn a_flood_of_unknown_keys_asks_the_provider_once() {
    let provider = Provider::start().await;
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let issuers = json!([{"issuer": "https://id.example", "jwks": provider.jwks.url, "audience": "relance", "tenant_claim": "org", "scope_claim": "roles"}]);
    let mut server = server::start_with(&url, &["--role", "api"], &[("RELANCE_JWT_ISSUERS", &issuers.to_string())]);
    let world = World::live(&server, Database::Sqlite).await;
    let now = now(&world).await;
    let claims =
        json!({"iss": "https://id.example", "aud": "relance", "sub": "anne", "exp": now + 600, "roles": ["read"], "org": world.tenant});
    let mut statuses = Vec::new();
    for name in 0..60 {
        let token = provider.sign(&json!({"alg": "EdDSA", "kid": format!("k{name}")}), &claims);
        statuses.push(world.with_key(&token).get("/v1/me").await.status.as_u16());
    }
    assert_eq!((statuses.iter().filter(|status| **status == 401).count(), statuses.len()), (30, 60), "{statuses:?}");
    assert_eq!(provider.jwks.all().len(), 1);
    world.with_key(&provider.token(&claims)).get("/v1/customers").await.expect(200);
    assert_eq!(provider.jwks.all().len(), 1);
    server.kill();
}
