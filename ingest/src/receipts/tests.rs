//! Receipts as the vendors document them.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use relance_domain::sending::ReceiptKind;
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_790_000_000;

/// Kind, our reference, the provider's id.
type Told = (ReceiptKind, Option<String>, Option<String>);

/// Verifies and reads.
fn receive(channel: &str, provider: &str, own: &Value, headers: &[(&str, &str)], query: &str, body: &str) -> Option<Vec<Told>> {
    let headers: BTreeMap<&str, &str> = headers.iter().copied().collect();
    let header = |name: &str| headers.get(name).copied();
    let url = format!("https://relance.example/v1/receipts/t0{}{query}", if query.is_empty() { "" } else { "?" });
    let incoming = Incoming { header: &header, url: Some(&url), query, body: body.as_bytes(), certificate: None, now: NOW };
    if !verify(provider, own, &incoming) {
        return None;
    }
    let list = parse(channel, provider, own, &incoming)?;
    Some(list.into_iter().map(|receipt| (receipt.kind, receipt.reference, receipt.provider_id)).collect())
}

fn one(kind: ReceiptKind, reference: Option<&str>, id: &str) -> Option<Vec<Told>> {
    Some(vec![(kind, reference.map(str::to_owned), Some(id.to_owned()))])
}

#[test]
fn unsigned_providers_are_read_as_they_write() {
    use ReceiptKind::{Delivered, HardBounce, SoftBounce};
    let open = json!({});
    let reference = Some("rl_abcdefgh12345678");
    let brevo = json!({"event":"hard_bounce","email":"c@d.example","message-id":"<2026@smtp-relay.mailin.fr>","ts_epoch":1_790_000_000_123_i64,
        "tags":["rl_abcdefgh12345678"],"reason":"550 unknown"});
    assert_eq!(receive("email", "brevo", &open, &[], "", &brevo.to_string()), one(HardBounce, reference, "<2026@smtp-relay.mailin.fr>"));
    let mailjet = r#"[{"event":"bounce","time":1790000000,"MessageID":1152921529072349585,"CustomID":"rl_abcdefgh12345678","hard_bounce":false,
        "error":"quota exceeded"}]"#;
    assert_eq!(receive("email", "mailjet", &open, &[], "", mailjet), one(SoftBounce, reference, "1152921529072349585"));
    let postmark = json!({"RecordType":"Delivery","MessageID":"883953f4","Metadata":{"ref":"rl_abcdefgh12345678"},"DeliveredAt":"2026-11-05T16:33:54Z"});
    assert_eq!(receive("email", "postmark", &open, &[], "", &postmark.to_string()), one(Delivered, reference, "883953f4"));
    let ovh = "id=4711&ptt=4&date=20261105&description=2&descriptionDlr=ok";
    assert_eq!(receive("sms", "ovh", &open, &[], ovh, ""), one(Delivered, None, "4711"));
    let sms = json!({"to":"33612345678","messageId":1_511_882_900_176_220_i64,"msg_status":"delivered","tag":"rl_abcdefgh12345678","ts_event":1_790_000_000});
    assert_eq!(receive("sms", "brevo", &open, &[], "", &sms.to_string()), one(Delivered, reference, "1511882900176220"));
    let smsmode =
        json!({"messageId":"a-1","refClient":"rl_abcdefgh12345678","status":{"value":"DELIVERED","deliveryDate":"2026-11-05T16:33:54Z"}});
    assert_eq!(receive("sms", "smsmode", &open, &[], "", &smsmode.to_string()), one(Delivered, reference, "a-1"));
    assert_eq!(receive("sms", "ovh", &open, &[], "id=4711&ptt=6", ""), Some(Vec::new()), "unknown tells nothing");
    assert_eq!(receive("email", "brevo", &open, &[], "", "<html>"), None);
}

#[test]
fn a_password_is_asked_for_where_there_is_one() {
    let own = json!({ "webhook_password": "hunter2" });
    let body = json!({"event":"delivered","message-id":"<1@x>","ts_epoch":1}).to_string();
    let basic = format!("Basic {}", STANDARD.encode("relance:hunter2"));
    let wrong = format!("Basic {}", STANDARD.encode("relance:hunter3"));
    for (header, taken) in [(basic.as_str(), true), ("Bearer hunter2", true), (&wrong, false), ("Bearer ", false), ("Basic !", false)] {
        assert_eq!(receive("email", "brevo", &own, &[("authorization", header)], "", &body).is_some(), taken, "{header}");
    }
    assert!(receive("email", "brevo", &own, &[], "", &body).is_none());
}

/// The worked example of Twilio's documentation of request validation.
#[test]
fn twilios_own_example_verifies_and_a_flipped_byte_does_not() {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"12345");
    let text =
        "https://mycompany.com/myapp.php?foo=1&bar=2CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212";
    assert_eq!(STANDARD.encode(hmac::sign(&key, text.as_bytes())), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");

    let body = "MessageSid=SM4711&MessageStatus=undelivered&ErrorCode=30005&To=%2B33612345678";
    let query = "ref=rl_abcdefgh12345678";
    let signed =
        format!("https://relance.example/v1/receipts/t0?{query}ErrorCode30005MessageSidSM4711MessageStatusundeliveredTo+33612345678");
    let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
    let own = json!({ "auth_token": "12345" });
    let receive = |body: &str, query: &str| receive("sms", "twilio", &own, &[("x-twilio-signature", &signature)], query, body);
    assert_eq!(receive(body, query), one(ReceiptKind::HardBounce, Some("rl_abcdefgh12345678"), "SM4711"));
    assert_eq!(receive(&body.replace("30005", "30006"), query), None);
    assert_eq!(receive(body, "ref=rl_abcdefgh12345679"), None);
}

#[test]
fn sendgrid_signs_time_and_body() {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
    // SubjectPublicKeyInfo of a P-256 key: a fixed head, then the point
    let mut der = vec![
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
        0x07, 0x03, 0x42, 0x00,
    ];
    der.extend_from_slice(pair.public_key().as_ref());
    let own = json!({ "webhook_key": STANDARD.encode(&der) });
    assert!(is_sendgrid_key(own["webhook_key"].as_str().unwrap()) && !is_sendgrid_key("abc"));
    let body = json!([{"event":"delivered","sg_event_id":"e1","sg_message_id":"m1.filter","ref":"rl_abcdefgh12345678","timestamp":NOW}])
        .to_string();
    let sign = |stamp: i64| STANDARD.encode(pair.sign(&random, format!("{stamp}{body}").as_bytes()).unwrap());
    let receive = |stamp: i64, body: &str| {
        let (signature, stamp) = (sign(stamp), stamp.to_string());
        let headers = [("x-twilio-email-event-webhook-signature", signature.as_str()), ("x-twilio-email-event-webhook-timestamp", &stamp)];
        receive("email", "sendgrid", &own, &headers, "", body)
    };
    assert_eq!(receive(NOW, &body), one(ReceiptKind::Delivered, Some("rl_abcdefgh12345678"), "m1"));
    assert_eq!(receive(NOW, &body.replace("delivered", "bounce")), None, "forged");
    assert_eq!(receive(NOW - 4_000, &body), None, "replayed");
}

#[test]
fn an_ses_notification_without_the_right_certificate_is_none_of_ours() {
    let message = json!({"eventType":"Bounce","mail":{"messageId":"m1","tags":{"relance_ref":["rl_abcdefgh12345678"]}},
        "bounce":{"bounceType":"Permanent","timestamp":"2026-11-05T16:33:54.000Z"}});
    let body = json!({"Type":"Notification","TopicArn":"arn:x","Message":message.to_string(),"MessageId":"1","SignatureVersion":"2","Signature":"AAAA",
        "SigningCertURL":"https://sns.eu-west-3.amazonaws.com/cert.pem"});
    let own = json!({ "topic_arn": "arn:x" });
    assert_eq!(receive("email", "ses", &own, &[], "", &body.to_string()), None);
    assert_eq!(certificate_url(body.to_string().as_bytes()).as_deref(), Some("https://sns.eu-west-3.amazonaws.com/cert.pem"));
    for foreign in [
        "https://sns.evil.example/cert.pem",
        "https://sns.x.amazonaws.com.evil.example/c",
        "http://sns.eu-west-3.amazonaws.com/c",
        "https://evil.example/sns.eu-west-3.amazonaws.com",
    ] {
        let body = json!({ "SigningCertURL": foreign }).to_string();
        assert_eq!(certificate_url(body.as_bytes()), None, "{foreign}");
    }
    let none = |_: &str| None;
    let text = body.to_string();
    let incoming = Incoming { header: &none, url: None, query: "", body: text.as_bytes(), certificate: None, now: NOW };
    let read = parse("email", "ses", &Value::Null, &incoming).unwrap();
    assert_eq!((read[0].kind, read[0].provider_id.as_deref()), (ReceiptKind::HardBounce, Some("m1")));
}

#[test]
fn our_own_gateway_form_is_signed_as_our_webhooks_are() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let own = json!({ "secret": secret });
    let body = r#"{"reference":"rl_abcdefgh12345678","id":"4711","status":"bounced","permanent":true}"#;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(&secret[6..]).unwrap());
    let signature = format!("v1,{}", STANDARD.encode(hmac::sign(&key, format!("m1.{NOW}.{body}").as_bytes())));
    let stamp = NOW.to_string();
    let headers = [("webhook-id", "m1"), ("webhook-timestamp", stamp.as_str()), ("webhook-signature", signature.as_str())];
    assert_eq!(receive("sms", "http", &own, &headers, "", body), one(ReceiptKind::HardBounce, Some("rl_abcdefgh12345678"), "4711"));
    assert_eq!(receive("sms", "http", &own, &headers, "", &body.replace("true", "false")), None);
    assert_eq!(receive("sms", "http", &own, &[], "", body), None);
}

#[test]
fn merci_facteur_shows_its_key_and_brings_its_proofs() {
    let own = json!({ "webhook_secret": "secret-webhook-123" });
    let headers = [("x-mf-webhook-secret-key", "secret-webhook-123")];
    let form = |event: &str, state: &str, file: Value| {
        let event = json!({"name_event": event, "id_user": 17_460, "date_event": NOW});
        let mut one =
            json!({"ref_courrier": "123456-789", "id_envoi": "123", "statut_courrier": state, "ref_interne": "rl_abcdefgh12345678"});
        one.as_object_mut().unwrap().extend(file.as_object().unwrap().clone());
        let (event, detail) = (event.to_string(), json!([one]).to_string());
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs([("event", &event), ("detail", &detail)]).finish()
    };
    let reference = Some("rl_abcdefgh12345678");
    for (event, state, kind) in [
        ("printed", "imprime", ReceiptKind::Printed),
        ("new-state", "attente_au_guichet", ReceiptKind::Presented),
        ("delivered", "distribue", ReceiptKind::Delivered),
        ("pnd", "distribue_expediteur", ReceiptKind::Returned),
        ("pnd", "refused", ReceiptKind::Declined),
    ] {
        let body = form(event, state, json!({}));
        assert_eq!(receive("letter", "merci_facteur", &own, &headers, "", &body), one(kind, reference, "123"), "{state}");
        assert_eq!(receive("letter", "merci_facteur", &own, &[("x-mf-webhook-secret-key", "other")], "", &body), None, "forged");
        assert_eq!(receive("letter", "merci_facteur", &json!({}), &headers, "", &body), None, "without a key none is taken");
    }
    assert_eq!(receive("letter", "merci_facteur", &own, &headers, "", "event=x&detail=y"), None);
    let body = form("pdd", "scan_pdd", json!({ "pdd_base64_pdf": STANDARD.encode("%PDF-1.4 proof") }));
    let incoming = Incoming { header: &|_| None, url: None, query: "", body: body.as_bytes(), certificate: None, now: NOW };
    let [proof] = proofs("merci_facteur", &incoming).try_into().unwrap();
    assert_eq!((proof.kind, proof.media_type, proof.data.as_slice()), ("deposit", "application/pdf", b"%PDF-1.4 proof".as_slice()));
    assert_eq!((proof.reference.as_deref(), proof.file_name().as_str()), (reference, "deposit-proof.pdf"));
}

#[test]
fn maileva_tells_of_sendings_and_recipients_and_ar24_only_makes_us_ask() {
    let own = json!({ "webhook_password": "hunter2" });
    let headers = [("authorization", "Bearer hunter2")];
    let told = |event: &str| {
        let body = json!({"event_type": event, "resource_type": "registered_mail/v2/sendings", "resource_id": "110e", "resource_custom_id": "rl_abcdefgh12345678",
            "event_date": "2026-11-05T16:33:54Z"});
        receive("letter", "maileva", &own, &headers, "", &body.to_string())
    };
    let reference = Some("rl_abcdefgh12345678");
    assert_eq!(told("ON_STATUS_ACCEPTED"), one(ReceiptKind::Accepted, reference, "110e"));
    assert_eq!(told("ON_MAIN_DELIVERY_STATUS_FIRST_PRESENTATION"), one(ReceiptKind::Presented, reference, "110e"));
    assert_eq!(told("ON_STATUS_ARCHIVED"), Some(Vec::new()));
    assert_eq!(receive("letter", "maileva", &json!({}), &headers, "", "{}"), None, "without a password none is taken");
    assert_eq!(receive("letter", "ar24", &json!({}), &[], "", "id_mail=4711&new_state=AR"), Some(Vec::new()));
    let body = b"id_mail=4711&new_state=AR";
    let incoming = Incoming { header: &|_| None, url: None, query: "ref=rl_abcdefgh12345678", body, certificate: None, now: NOW };
    let [about] = hint("ar24", &incoming).unwrap().try_into().unwrap();
    assert_eq!((about.provider_id.as_deref(), about.reference.as_deref()), (Some("4711"), reference), "the id may be new to us");
    assert_eq!(receive("letter", "ar24", &json!({}), &[], "", "<html>"), None);
}

#[test]
fn a_gateway_is_read_and_verified_as_its_settings_say() {
    use ReceiptKind::{Accepted, Delivered, HardBounce, OptedOut, SoftBounce};
    let reference = Some("rl_abcdefgh12345678");
    let json_own = |verify: Value| {
        let mut own = json!({"url": "https://a.example", "media_type": "json", "secrets": {"hook": "s3cr3t"},
            "receipts": {"media_type": "json", "list": "/results", "reference": "/ref", "id": "/id", "status": "/status/code", "reason": "/status/text", "at": "/at",
                "accepted": ["0"], "delivered": ["1"], "bounced_hard": ["5"], "bounced_soft": ["2"], "opted_out": ["9"]}});
        own["receipts"]["verify"] = verify;
        own
    };
    let several = json!({"results": [
        {"ref": "rl_abcdefgh12345678", "id": 4711, "status": {"code": 1}, "at": 1_790_000_000},
        {"ref": "rl_abcdefgh12345678", "id": 4711, "status": {"code": "5", "text": "unknown +33612345678"}},
        {"ref": "somebody-elses", "status": {"code": 1}},
        {"ref": "rl_abcdefgh12345678", "id": 4711, "status": {"code": 77}},
        {"inbound": "STOP"}]})
    .to_string();
    let both = Some(vec![
        (Delivered, reference.map(str::to_owned), Some("4711".into())),
        (HardBounce, reference.map(str::to_owned), Some("4711".into())),
    ]);
    assert_eq!(receive("sms", "gateway", &json_own(Value::Null), &[], "", &several), both);
    for body in ["<html>", "{}", "{\"results\":{}}", "{\"results\":[1]}"] {
        assert_eq!(receive("sms", "gateway", &json_own(Value::Null), &[], "", body), None, "{body}");
    }

    let key = hmac::Key::new(hmac::HMAC_SHA256, b"s3cr3t");
    let signed = hmac::sign(&key, several.as_bytes());
    let hex: String = signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let by_hex = json_own(json!({"scheme": "hmac_sha256", "header": "X-Signature", "secret": "hook", "prefix": "sha256="}));
    let by_base64 = json_own(json!({"scheme": "hmac_sha256", "header": "X-Signature", "secret": "hook", "encoding": "base64"}));
    let by_header = json_own(json!({"scheme": "header", "header": "X-Token", "secret": "hook"}));
    let by_basic = json_own(json!({"scheme": "basic", "secret": "hook"}));
    let good = [
        (&by_hex, ("x-signature", format!("sha256={hex}"))),
        (&by_base64, ("x-signature", STANDARD.encode(signed.as_ref()))),
        (&by_header, ("x-token", "s3cr3t".to_owned())),
        (&by_basic, ("authorization", format!("Basic {}", STANDARD.encode("relance:s3cr3t")))),
        (&by_basic, ("authorization", "Bearer s3cr3t".to_owned())),
    ];
    for (own, (name, value)) in &good {
        assert_eq!(receive("sms", "gateway", own, &[(name, value)], "", &several), both, "{name}: {value}");
        assert_eq!(receive("sms", "gateway", own, &[(name, &value.replace(['3', '0', 'a'], "4"))], "", &several), None, "{value}");
        assert_eq!(receive("sms", "gateway", own, &[], "", &several), None, "unsigned");
        let mut without = (*own).clone();
        without["secrets"] = json!({});
        assert_eq!(receive("sms", "gateway", &without, &[(name, value)], "", &several), None, "no secret, no receipt");
    }
    let another = several.replace("4711", "4712");
    assert_eq!(receive("sms", "gateway", &by_hex, &[("x-signature", &format!("sha256={hex}"))], "", &another), None, "another body");

    let form = json!({"url": "https://a.example", "media_type": "form", "receipts": {"media_type": "form", "reference_parameter": "ref", "id": "messageId",
        "status": "status", "accepted": ["accepted", "buffered"], "bounced_soft": ["expired"], "opted_out": ["stop"]}});
    let said = |body: &str| receive("sms", "gateway", &form, &[], "ref=rl_abcdefgh12345678", body);
    assert_eq!(said("messageId=a-1&status=buffered"), one(Accepted, reference, "a-1"));
    assert_eq!(said("messageId=a-1&status=expired"), one(SoftBounce, reference, "a-1"));
    assert_eq!((said("messageId=a-1&status=new"), said("messageId=a-1")), (Some(Vec::new()), None));
    let mut query = form;
    query["receipts"]["media_type"] = "query".into();
    let told = receive("sms", "gateway", &query, &[], "messageId=a-1&status=stop&ref=rl_abcdefgh12345678", "");
    assert_eq!(told, one(OptedOut, reference, "a-1"));
    let silent = json!({"url": "https://a.example", "media_type": "form"});
    assert_eq!(receive("sms", "gateway", &silent, &[], "status=stop&id=1", ""), None, "a gateway without receipts tells none");
}
