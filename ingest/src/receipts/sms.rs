//! Receipts of text messages.

use chrono::DateTime;
use relance_domain::sending::{Receipt, ReceiptKind, without_addresses};
use serde_json::Value;
use url::form_urlencoded;

use super::read::{at, detail, key, ours, text, word};

fn field(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
}

/// A GET with `id`, `ptt`, `date`; one of them.
pub(super) fn ovh(query: &str) -> Option<Vec<Receipt>> {
    use ReceiptKind::{Accepted, Delivered, Failed, HardBounce, SoftBounce};
    let get = |name| field(query.as_bytes(), name);
    let (id, ptt) = (get("id")?, get("ptt")?);
    let kind = match ptt.as_str() {
        "1" | "2" | "3" => Accepted,
        "4" => Delivered,
        "23" | "27" => HardBounce,
        "8" | "24" | "25" | "26" => SoftBounce,
        "5" | "20" | "28" | "29" => Failed,
        _ => return Some(Vec::new()),
    };
    let date = get("date").unwrap_or_default();
    Some(vec![Receipt {
        dedupe_key: key([id.as_str(), &ptt, &date]),
        reference: ours(get("tag")),
        provider_id: Some(id),
        kind,
        detail: get("descriptionDlr").map(|text| without_addresses(&text)),
        at: None,
    }])
}

/// A form; our reference stands in the address. Error codes from 30003 say what became of it.
pub(super) fn twilio(query: &str, body: &[u8]) -> Option<Vec<Receipt>> {
    use ReceiptKind::{Accepted, Delivered, Failed, HardBounce, OptedOut, SoftBounce};
    let sid = field(body, "MessageSid").or_else(|| field(body, "SmsSid"))?;
    let status = field(body, "MessageStatus").or_else(|| field(body, "SmsStatus"))?;
    let code = field(body, "ErrorCode");
    let kind = match (status.as_str(), code.as_deref()) {
        ("accepted" | "queued" | "sending" | "sent" | "scheduled", _) => Accepted,
        ("delivered" | "read", _) => Delivered,
        ("undelivered", Some("30005" | "30006")) => HardBounce,
        ("undelivered" | "failed", Some("21610")) => OptedOut,
        ("undelivered", Some("30007")) | ("failed" | "canceled", _) => Failed,
        ("undelivered", _) => SoftBounce,
        _ => return Some(Vec::new()),
    };
    Some(vec![Receipt {
        dedupe_key: key([sid.as_str(), &status]),
        reference: ours(field(query.as_bytes(), "ref")),
        provider_id: Some(sid),
        kind,
        detail: code.map(|code| format!("error {code}")),
        at: None,
    }])
}

pub(super) fn brevo(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Delivered, Failed, HardBounce, OptedOut, SoftBounce};
    let status = word(event, "/msg_status");
    let kind = match status {
        "sent" | "accepted" => Accepted,
        "delivered" => Delivered,
        "soft_bounce" => SoftBounce,
        "hard_bounce" => HardBounce,
        "rejected" | "blocked" | "skipped" => Failed,
        "unsubscription" | "unsubscribe" => OptedOut,
        _ => return None,
    };
    let provider_id = text(event, "/messageId");
    let stamp = text(event, "/ts_event").unwrap_or_default();
    Some(Receipt {
        dedupe_key: key([provider_id.as_deref().unwrap_or_default(), status, &stamp]),
        reference: ours(text(event, "/tag")).or_else(|| ours(text(event, "/tag/0"))),
        kind,
        detail: detail(event, &["/reason", "/description"]),
        at: at(event, "/ts_event"),
        provider_id,
    })
}

pub(super) fn smsmode(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Delivered, Failed, SoftBounce};
    let status = word(event, "/status/value");
    let kind = match status {
        "SCHEDULED" | "ENROUTE" => Accepted,
        "DELIVERED" => Delivered,
        "UNDELIVERABLE" => SoftBounce,
        "UNDELIVERED" => Failed,
        _ => return None,
    };
    let provider_id = text(event, "/messageId");
    Some(Receipt {
        dedupe_key: key([provider_id.as_deref().unwrap_or_default(), status, word(event, "/status/deliveryDate")]),
        reference: ours(text(event, "/refClient")),
        kind,
        detail: detail(event, &["/status/detail"]),
        at: at(event, "/status/deliveryDate"),
        provider_id,
    })
}

/// Our own form: `docs/channels.md`.
pub(super) fn http(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Delivered, Failed, HardBounce, OptedOut, SoftBounce};
    let status = word(event, "/status");
    let kind = match status {
        "accepted" => Accepted,
        "delivered" => Delivered,
        "bounced" if event.get("permanent") == Some(&Value::Bool(true)) => HardBounce,
        "bounced" => SoftBounce,
        "failed" => Failed,
        "opted_out" => OptedOut,
        _ => return None,
    };
    let (reference, provider_id) = (ours(text(event, "/reference")), text(event, "/id"));
    let stamp = word(event, "/at");
    let parts = [reference.as_deref().unwrap_or_default(), provider_id.as_deref().unwrap_or_default(), status, stamp];
    Some(Receipt {
        dedupe_key: key(parts),
        kind,
        detail: detail(event, &["/reason"]),
        at: DateTime::parse_from_rfc3339(stamp).ok().map(|at| at.to_utc()),
        reference,
        provider_id,
    })
}
