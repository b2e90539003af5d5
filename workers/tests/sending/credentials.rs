//! Accounts looked at without sending: every vendor asked its own way, and what is told when it does not let us in.

use relance_workers::sending::providers::credentials;
use serde_json::{Value, json};

use super::{
    client,
    gateways::{Answer, Seen, vendor_at},
    vendors,
};

const GOOD: &str = "200 OK";

/// Knows the credentials of `vendors::all`, and nobody else's; a path that nobody should ask is a panic.
fn known(seen: &Seen) -> (&'static str, String) {
    let basic = |pair: &str| format!("Basic {}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, pair));
    let said = |good: bool, body: Value| {
        if good { (GOOD, body.to_string()) } else { ("401 Unauthorized", json!({"message": "unknown key"}).to_string()) }
    };
    let header = |name: &str| seen.header(name);
    match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/account") => {
            let plan = json!([{"type": "subscription", "creditsType": "sendLimit", "credits": 250.0}, {"type": "sms", "credits": 41.5}]);
            said(header("api-key") == "k", json!({"email": "a@b.example", "plan": plan}))
        }
        ("GET", "/senders/domains") => {
            let domains =
                json!([{"domain_name": "dumas.example", "authenticated": true}, {"domain_name": "new.example", "authenticated": false}]);
            said(header("api-key") == "k", json!({ "domains": domains }))
        }
        ("GET", "/v3/REST/myprofile") => said(header("authorization") == basic("k:s"), json!({"Count": 1})),
        ("GET", "/v3/REST/dns") => {
            let dns = json!([{"Domain": "dumas.example", "SPFStatus": "OK", "DKIMStatus": "OK"}, {"Domain": "new.example", "SPFStatus": "Error", "DKIMStatus": "OK"}]);
            said(header("authorization") == basic("k:s"), json!({ "Data": dns }))
        }
        ("GET", "/server") => said(header("x-postmark-server-token") == "t", json!({"ID": 1, "Name": "Production"})),
        ("GET", "/transactional-email/v1alpha1/regions/fr-par/emails") => {
            said(header("x-auth-token") == "s" && seen.query["page_size"] == "1" && seen.query["project_id"] == "p", json!({"emails": []}))
        }
        ("GET", "/v2/email/account") => {
            let good = header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=a/");
            said(
                good,
                json!({"SendingEnabled": true, "ProductionAccessEnabled": true, "SendQuota": {"Max24HourSend": 50_000.0, "SentLast24Hours": 12.0}}),
            )
        }
        ("GET", "/v3/scopes") => said(header("authorization") == "Bearer k", json!({"scopes": ["mail.send", "stats.read"]})),
        ("GET", "/sms/sms-1") => {
            said(header("x-ovh-application") == "a" && header("x-ovh-consumer") == "c", json!({"creditsLeft": 1_204.7, "name": "sms-1"}))
        }
        ("GET", "/2010-04-01/Accounts/AC1.json") => {
            said(header("authorization") == basic("AC1:t"), json!({"sid": "AC1", "status": "active"}))
        }
        ("GET", "/sms") => said(seen.query["reference"] == "rl_check", json!({"messages": []})),
        ("GET", "/described") => said(seen.query["ref"] == "rl_check", json!({"found": []})),
        ("GET", "/getToken") => said(header("ww-service-id") == "s", json!({"success": true, "token": "x", "expire": 1_790_000_000})),
        ("POST", "/auth/realms/services/protocol/openid-connect/token") => said(
            header("authorization") == basic("c:s") && seen.body.contains("username=u&password=p"),
            json!({"access_token": "x", "expires_in": 60}),
        ),
        ("GET", "/user/mail") => {
            said(seen.query["token"] == "t" && seen.query["id_user"] == "42", json!({"status": "SUCCESS", "result": []}))
        }
        (method, path) => panic!("nobody asks for {method} {path}"),
    }
}

async fn told(channel: &str, provider: &str, own: Value, from: &str) -> Vec<(&'static str, bool, String)> {
    let mut config = json!({ "provider": provider, "from": from });
    config[provider] = own;
    let checks = credentials(&client(), channel, provider, &config, "2026-10-09T08:30:00Z".parse().unwrap()).await;
    checks.into_iter().map(|check| (check.code, check.ok, check.detail)).collect()
}

#[tokio::test]
async fn every_vendor_that_can_be_asked_says_whether_it_knows_us() {
    let (base, calls) = vendor_at(known).await;
    for (channel, provider, own) in vendors::all(&base) {
        let before = *calls.lock().unwrap();
        let checks = told(if channel == "registered_letter" { "letter" } else { channel }, provider, own, "compta@dumas.example").await;
        assert!(checks.iter().all(|(_, ok, _)| *ok), "{provider}: {checks:?}");
        let asked = *calls.lock().unwrap() - before;
        let detail = checks[0].2.as_str();
        match provider {
            "smsmode" => {
                assert_eq!((asked, detail), (0, "Not asked: this provider has no call that tells without sending. A test message does."))
            }
            "brevo" => assert_eq!(detail, "The account is known; credits left: subscription 250, sms 41."),
            "ovh" => assert_eq!(detail, "The account is known; credits left: 1204."),
            "ses" => assert_eq!(detail, "The account is known; 12 of 50000 messages of the last 24 hours sent."),
            _ => assert!(asked >= 1, "{provider}"),
        }
        let domain = checks.iter().find(|(code, ..)| *code == "vendor_domain").map(|(_, _, detail)| detail.as_str());
        match (channel, provider) {
            ("email", "brevo") => assert_eq!(domain, Some("Brevo has authenticated dumas.example.")),
            ("email", "mailjet") => assert_eq!(domain, Some("Mailjet sees SPF of dumas.example as OK and DKIM as OK.")),
            _ => assert_eq!(domain, None, "{provider}"),
        }
    }
}

#[tokio::test]
async fn a_sender_that_the_vendor_has_not_proven_is_told() {
    let (base, _) = vendor_at(known).await;
    for (provider, own) in
        [("brevo", json!({"api_key": "k", "base_url": base})), ("mailjet", json!({"api_key": "k", "secret_key": "s", "base_url": base}))]
    {
        for (from, ok, word) in
            [("a@mail.dumas.example", true, "dumas.example"), ("a@new.example", false, "DNS"), ("a@other.example", false, "does not know")]
        {
            let checks = told("email", provider, own.clone(), from).await;
            let (code, found, detail) = checks.last().unwrap();
            assert_eq!((*code, *found), ("vendor_domain", ok), "{provider} {from}: {detail}");
            assert!(detail.contains(word), "{detail}");
        }
    }
}

#[tokio::test]
async fn wrong_credentials_and_trouble_on_the_way_are_told_apart() {
    let (base, _) = vendor_at(known).await;
    let brevo = |key: &str, base: &str| json!({ "api_key": key, "base_url": base });
    for (own, word) in [
        (brevo("revoked", &base), "does not let these credentials in (status 401: unknown key)"),
        (brevo("k", "http://127.0.0.1:1"), "could not be asked (connection_failed)"),
        (brevo("k", "http://10.0.0.1"), "may not be called"),
    ] {
        let checks = told("email", "brevo", own, "a@dumas.example").await;
        assert!(checks.len() == 1 && !checks[0].1 && checks[0].2.contains(word), "{checks:?}");
    }
    let answers: [(Answer, &str); 5] = [
        (|_| (GOOD, "<html>".to_owned()), "is not the provider"),
        (|_| ("403 Forbidden", "{}".to_owned()), "does not let these credentials in"),
        (|_| ("404 Not Found", "{}".to_owned()), "does not know this account"),
        (|_| ("429 Slow", "{}".to_owned()), "too often"),
        (|_| ("500 Oops", "{}".to_owned()), "could not say (status 500"),
    ];
    for (answer, word) in answers {
        let (base, _) = vendor_at(answer).await;
        let checks = told("sms", "brevo", brevo("k", &base), "DUMAS").await;
        assert!(!checks[0].1 && checks[0].2.contains(word), "{checks:?}");
    }
    let states: [(Answer, &str, Value, &str); 4] = [
        (
            |_| (GOOD, r#"{"SendingEnabled":false}"#.to_owned()),
            "ses",
            json!({"access_key_id": "a", "secret_access_key": "s", "region": "eu-west-3"}),
            "paused",
        ),
        (
            |_| (GOOD, r#"{"SendingEnabled":true,"ProductionAccessEnabled":false}"#.to_owned()),
            "ses",
            json!({"access_key_id": "a", "secret_access_key": "s", "region": "eu-west-3"}),
            "sandbox",
        ),
        (|_| (GOOD, r#"{"scopes":["stats.read"]}"#.to_owned()), "sendgrid", json!({"api_key": "k"}), "mail.send"),
        (|_| (GOOD, r#"{"status":"suspended"}"#.to_owned()), "twilio", json!({"account_sid": "AC1", "auth_token": "t"}), "suspended"),
    ];
    for (answer, provider, mut own, word) in states {
        let (base, _) = vendor_at(answer).await;
        own["base_url"] = base.into();
        let checks = told(if provider == "twilio" { "sms" } else { "email" }, provider, own, "a@dumas.example").await;
        assert!(checks.len() == 1 && !checks[0].1 && checks[0].2.contains(word), "{checks:?}");
    }
}
