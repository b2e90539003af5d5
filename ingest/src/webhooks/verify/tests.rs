use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;

const NOW: i64 = 1_792_800_000;
const BODY: &[u8] = br#"{"id":"evt_1","amount":1200}"#;

/// RFC 2104 from the hash alone: no word of it is shared with what is tested.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn timestamped(secret: &str, at: i64, body: &[u8]) -> String {
    hex(&hmac(secret.as_bytes(), &[format!("{at}.").as_bytes(), body].concat()))
}

struct Call<'a> {
    kind: ConnectorKind,
    config: ConnectorConfig,
    secrets: &'a [&'a str],
    headers: Vec<(&'a str, String)>,
    token: Option<&'a str>,
    now: i64,
}

impl<'a> Call<'a> {
    fn of(kind: ConnectorKind, secrets: &'a [&'a str], headers: &[(&'a str, String)]) -> Self {
        Self { kind, config: ConnectorConfig::default(), secrets, headers: headers.to_vec(), token: None, now: NOW }
    }

    fn is_good(&self, body: &[u8]) -> bool {
        let header = |name: &str| self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let secrets: Vec<String> = self.secrets.iter().map(ToString::to_string).collect();
        verify(self.kind, &self.config, &secrets, &Delivery { header: &header, token: self.token, body, now: self.now })
    }
}

#[test]
fn the_vector_of_standard_webhooks_verifies() {
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
        ("webhook-timestamp", "1614265330".to_owned()),
        ("webhook-signature", "v1,AAAA v1a,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned()),
    ];
    let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
    let mut call = Call::of(ConnectorKind::StandardWebhooks, &secrets, &headers);
    call.now = 1_614_265_330 + 299;
    assert!(call.is_good(br#"{"test": 2432232314}"#));
    assert!(!call.is_good(br#"{"test":2432232314}"#), "the same JSON, written otherwise");
    call.now = 1_614_265_330 + 301;
    assert!(!call.is_good(br#"{"test": 2432232314}"#), "old");
}

/// RFC 4231 case 2, and the example in GitHub's documentation (checked with another implementation).
#[test]
fn published_vectors_of_the_hmac_verify() {
    let config = |encoding, prefix: Option<&str>| ConnectorConfig {
        hmac: Some(HmacConfig {
            header: "X-Hub-Signature-256".to_owned(),
            encoding,
            prefix: prefix.map(str::to_owned),
            timestamp_header: None,
        }),
        ..ConnectorConfig::default()
    };
    let rfc = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let github = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    for (secret, body, text, prefix) in
        [("Jefe", "what do ya want for nothing?", rfc, None), ("It's a Secret to Everybody", "Hello, World!", github, Some("sha256="))]
    {
        let secrets = [secret];
        let mut call = Call::of(ConnectorKind::Hmac, &secrets, &[("x-hub-signature-256", text.to_owned())]);
        call.config = config(SignatureEncoding::Hex, prefix);
        assert!(call.is_good(body.as_bytes()));
        call.config = config(SignatureEncoding::Hex, Some("other="));
        assert!(!call.is_good(body.as_bytes()));
    }
}

/// Over the body alone: each source with its header and encoding.
#[test]
fn signatures_over_the_body_alone() {
    let (secret, mac) = ("s3cr3t-of-the-app", hmac(b"s3cr3t-of-the-app", BODY));
    for (kind, header, text) in [
        (ConnectorKind::Shopify, "x-shopify-hmac-sha256", STANDARD.encode(&mac)),
        (ConnectorKind::Xero, "x-xero-signature", STANDARD.encode(&mac)),
        (ConnectorKind::Quickbooks, "intuit-signature", STANDARD.encode(&mac)),
        (ConnectorKind::Lago, "x-lago-signature", STANDARD.encode(&mac)),
        (ConnectorKind::Gocardless, "webhook-signature", hex(&mac)),
    ] {
        let good = [secret];
        let call = Call::of(kind, &good, &[(header, text.clone())]);
        assert!(call.is_good(BODY), "{kind:?}");
        assert!(!call.is_good(br#"{"amount":1200,"id":"evt_1"}"#), "{kind:?}: serialised again");
        assert!(!call.is_good(b""), "{kind:?}: empty");
        assert!(!Call::of(kind, &["another"], &[(header, text.clone())]).is_good(BODY), "{kind:?}: wrong secret");
        assert!(!Call::of(kind, &good, &[]).is_good(BODY), "{kind:?}: no header");
        assert!(!Call::of(kind, &good, &[(header, String::new())]).is_good(BODY), "{kind:?}: empty header");
        assert!(!Call::of(kind, &good, &[(header, text[..text.len() - 4].to_owned())]).is_good(BODY), "{kind:?}: cut short");
        assert!(!Call::of(kind, &[], &[(header, text.clone())]).is_good(BODY), "{kind:?}: no secret in force");
        assert!(Call::of(kind, &["new", secret], &[(header, text)]).is_good(BODY), "{kind:?}: the old secret during a rotation");
    }
    let jwt = [("x-lago-signature", STANDARD.encode(&mac)), ("x-lago-signature-algorithm", "jwt".to_owned())];
    assert!(!Call::of(ConnectorKind::Lago, &[secret], &jwt).is_good(BODY));
}

/// `t=…,v1=…`: Stripe and Qonto.
#[test]
fn signatures_with_a_time() {
    let secret = "whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z";
    for (kind, header) in [(ConnectorKind::Stripe, "stripe-signature"), (ConnectorKind::Qonto, "x-qonto-signature")] {
        let good = timestamped(secret, NOW, BODY);
        let says = |text: String| Call::of(kind, &[secret], &[(header, text)]).is_good(BODY);
        assert!(says(format!("t={NOW},v1={good}")), "{kind:?}");
        assert!(says(format!("t={NOW},v1={},v1={good}", "0".repeat(64))), "{kind:?}: two v1, one good");
        assert!(says(format!("t={NOW}, v1={good} ,v0=beef")), "{kind:?}: spaces");
        assert!(!says(format!("t={NOW},v0={good}")), "{kind:?}: v0 counts for nothing");
        assert!(!says(format!("t={},v1={good}", NOW + 1)), "{kind:?}: another t");
        assert!(!says(format!("v1={good}")) && !says(format!("t=,v1={good}")) && !says("t".to_owned()), "{kind:?}: no t");
        for (age, fresh) in [(300, true), (301, false), (-300, true), (-301, false)] {
            let at = NOW - age;
            assert_eq!(says(format!("t={at},v1={}", timestamped(secret, at, BODY))), fresh, "{kind:?}: {age} s old");
        }
        assert!(!says(format!("t={NOW},v1={}", timestamped("whsec_other", NOW, BODY))), "{kind:?}: wrong secret");
        let both = ["new", secret];
        let call = Call::of(kind, &both, &[(header, format!("t={NOW},v1={good}"))]);
        assert!(call.is_good(BODY) && !call.is_good(br#"{"id": "evt_1", "amount": 1200}"#), "{kind:?}: serialised again");
    }
}

#[test]
fn a_settable_signature_may_cover_a_time() {
    let secrets = ["a shared secret"];
    let mac = hmac(secrets[0].as_bytes(), &[format!("{NOW}.").as_bytes(), BODY].concat());
    let mut call = Call::of(ConnectorKind::Hmac, &secrets, &[("x-sig", STANDARD.encode(&mac)), ("x-at", NOW.to_string())]);
    call.config.hmac = Some(HmacConfig {
        header: "X-Sig".to_owned(),
        encoding: SignatureEncoding::Base64,
        prefix: None,
        timestamp_header: Some("X-At".to_owned()),
    });
    assert!(call.is_good(BODY));
    call.now = NOW + 301;
    assert!(!call.is_good(BODY));
}

#[test]
fn basic_and_tokens_are_compared_whole() {
    let basic = |text: &str| {
        let mut call = Call::of(ConnectorKind::Chargebee, &["relance:hunter2"], &[("authorization", text.to_owned())]);
        call.config.basic = true;
        call.is_good(BODY)
    };
    assert!(basic(&format!("Basic {}", STANDARD.encode("relance:hunter2"))));
    assert!(!basic(&format!("Basic {}", STANDARD.encode("relance:hunter"))) && !basic("Basic") && !basic("Bearer relance:hunter2"));
    for kind in [ConnectorKind::Plain, ConnectorKind::Chargebee] {
        let token = |token| Call { token, ..Call::of(kind, &["a-long-token"], &[]) }.is_good(BODY);
        assert!(token(Some("a-long-token")));
        assert!(!token(Some("a-long-toke")) && !token(Some("")) && !token(None), "{kind:?}");
    }
}
