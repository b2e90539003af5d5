//! Receipts of e-mail providers.

use relance_domain::sending::{Receipt, ReceiptKind};
use serde_json::Value;

use super::read::{at, detail, key, ours, text, word};

/// `event` words; there is no event id, and `date` is local: `ts_epoch` is not.
pub(super) fn brevo(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Clicked, Complained, Deferred, Delivered, Failed, HardBounce, Opened, OptedOut, SoftBounce};
    let kind = match word(event, "/event") {
        "request" | "requests" | "sent" => Accepted,
        "delivered" => Delivered,
        "hard_bounce" | "hardBounce" | "invalid_email" | "invalid" => HardBounce,
        "soft_bounce" | "softBounce" => SoftBounce,
        "spam" | "complaint" => Complained,
        "unique_opened" | "opened" | "proxy_open" | "unique_proxy_open" => Opened,
        "click" => Clicked,
        "blocked" | "error" => Failed,
        "deferred" => Deferred,
        "unsubscribed" => OptedOut,
        _ => return None,
    };
    let provider_id = text(event, "/message-id");
    let stamp = text(event, "/ts_epoch").or_else(|| text(event, "/ts_event")).unwrap_or_default();
    let parts = [provider_id.as_deref().unwrap_or_default(), word(event, "/event"), &stamp, word(event, "/link")];
    Some(Receipt {
        dedupe_key: key(parts),
        reference: ours(text(event, "/X-Mailin-custom")).or_else(|| ours(text(event, "/tags/0"))).or_else(|| ours(text(event, "/tag"))),
        kind,
        detail: detail(event, &["/reason"]),
        at: at(event, "/ts_epoch").or_else(|| at(event, "/ts_event")),
        provider_id,
    })
}

/// A bounce says itself whether it is hard.
pub(super) fn mailjet(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Clicked, Complained, Delivered, Failed, HardBounce, Opened, OptedOut, SoftBounce};
    let hard = event.get("hard_bounce").is_some_and(|hard| hard == true || hard == 1);
    let kind = match word(event, "/event") {
        "sent" => Delivered,
        "bounce" if hard => HardBounce,
        "bounce" => SoftBounce,
        "spam" => Complained,
        "open" => Opened,
        "click" => Clicked,
        // on Mailjet's own list
        "blocked" if matches!(word(event, "/error"), "preblocked" | "blacklisted") => HardBounce,
        "blocked" => Failed,
        "unsub" => OptedOut,
        _ => return None,
    };
    // larger than a float holds; some forms have it as a text
    let provider_id = text(event, "/MessageID");
    let time = text(event, "/time").unwrap_or_default();
    let parts = [provider_id.as_deref().unwrap_or_default(), word(event, "/event"), &time, word(event, "/url")];
    Some(Receipt {
        dedupe_key: key(parts),
        reference: ours(text(event, "/CustomID")),
        kind,
        detail: detail(event, &["/error", "/comment"]),
        at: at(event, "/time"),
        provider_id,
    })
}

/// By `RecordType`, and `Type` for bounces.
pub(super) fn postmark(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Clicked, Complained, Deferred, Delivered, Failed, HardBounce, Opened, OptedOut, SoftBounce};
    let kind = match (word(event, "/RecordType"), word(event, "/Type")) {
        ("Delivery", _) => Delivered,
        ("Bounce", "HardBounce" | "BadEmailAddress") => HardBounce,
        ("Bounce", "Transient" | "DnsError") => Deferred,
        ("Bounce", "SpamComplaint") | ("SpamComplaint", _) => Complained,
        ("Bounce", "SMTPApiError" | "Blocked" | "SpamNotification" | "DMARCPolicy" | "TemplateRenderingFailed") => Failed,
        ("Bounce", "Unsubscribe") => OptedOut,
        ("Bounce", _) => SoftBounce,
        ("Open", _) => Opened,
        ("Click", _) => Clicked,
        ("SubscriptionChange", _) if event.get("SuppressSending") == Some(&Value::Bool(true)) => OptedOut,
        _ => return None,
    };
    let provider_id = text(event, "/MessageID");
    let stamps = ["/ID", "/DeliveredAt", "/BouncedAt", "/ReceivedAt", "/ChangedAt"];
    let stamp = stamps.iter().find_map(|pointer| text(event, pointer)).unwrap_or_default();
    Some(Receipt {
        dedupe_key: key([word(event, "/RecordType"), provider_id.as_deref().unwrap_or_default(), &stamp]),
        reference: ours(text(event, "/Metadata/ref")),
        kind,
        detail: detail(event, &["/Description", "/Details"]),
        at: stamps.iter().find_map(|pointer| at(event, pointer).filter(|_| *pointer != "/ID")),
        provider_id,
    })
}

/// `custom_args` stand among the members of the event; the id is that of the answer and a dot behind it.
pub(super) fn sendgrid(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Clicked, Complained, Deferred, Delivered, Failed, HardBounce, Opened, OptedOut, SoftBounce};
    let kind = match (word(event, "/event"), word(event, "/type")) {
        ("processed", _) => Accepted,
        ("delivered", _) => Delivered,
        ("bounce", "blocked") => SoftBounce,
        ("bounce", _) => HardBounce,
        ("spamreport", _) => Complained,
        ("open", _) => Opened,
        ("click", _) => Clicked,
        ("dropped", _) => Failed,
        ("deferred", _) => Deferred,
        ("unsubscribe" | "group_unsubscribe", _) => OptedOut,
        _ => return None,
    };
    let id = text(event, "/sg_message_id");
    Some(Receipt {
        dedupe_key: text(event, "/sg_event_id")?,
        reference: ours(text(event, "/ref")),
        provider_id: id.and_then(|id| id.split('.').next().map(str::to_owned)),
        kind,
        detail: detail(event, &["/reason", "/response"]),
        at: at(event, "/timestamp"),
    })
}

/// The message inside an SNS notification.
pub(super) fn ses(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Clicked, Complained, Deferred, Delivered, Failed, HardBounce, Opened, OptedOut, SoftBounce};
    let name = [word(event, "/eventType"), word(event, "/notificationType")].into_iter().find(|name| !name.is_empty())?;
    let (kind, place) = match (name, word(event, "/bounce/bounceType")) {
        ("Send", _) => (Accepted, "/mail/timestamp"),
        ("Delivery", _) => (Delivered, "/delivery/timestamp"),
        ("Bounce", "Permanent") => (HardBounce, "/bounce/timestamp"),
        ("Bounce", _) => (SoftBounce, "/bounce/timestamp"),
        ("Complaint", _) => (Complained, "/complaint/timestamp"),
        ("Open", _) => (Opened, "/open/timestamp"),
        ("Click", _) => (Clicked, "/click/timestamp"),
        ("Reject" | "Rendering Failure", _) => (Failed, "/mail/timestamp"),
        ("DeliveryDelay", _) => (Deferred, "/deliveryDelay/timestamp"),
        ("Subscription", _) => (OptedOut, "/mail/timestamp"),
        _ => return None,
    };
    let provider_id = text(event, "/mail/messageId");
    let stamp = word(event, place);
    Some(Receipt {
        dedupe_key: key([provider_id.as_deref().unwrap_or_default(), name, stamp]),
        reference: ours(text(event, "/mail/tags/relance_ref/0")),
        kind,
        detail: detail(event, &["/bounce/bounceSubType", "/complaint/complaintFeedbackType", "/reject/reason"]),
        at: at(event, place),
        provider_id,
    })
}

pub(super) fn scaleway(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Complained, Deferred, Delivered, Failed, HardBounce};
    let name = [word(event, "/type"), word(event, "/event_type")].into_iter().find(|name| !name.is_empty())?;
    let kind = match name {
        "email_queued" => Accepted,
        "email_delivered" => Delivered,
        "email_deferred" => Deferred,
        "email_dropped" => Failed,
        "email_spam" => Complained,
        "email_mailbox_not_found" | "email_blocklisted" => HardBounce,
        _ => return None,
    };
    let provider_id = text(event, "/email_id");
    let stamp = text(event, "/created_at").unwrap_or_default();
    Some(Receipt {
        dedupe_key: key([provider_id.as_deref().unwrap_or_default(), name, &stamp]),
        reference: None,
        kind,
        detail: detail(event, &["/email_response_message"]),
        at: at(event, "/created_at"),
        provider_id,
    })
}
