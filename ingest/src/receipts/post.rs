//! Receipts of letters: what Merci Facteur and Maileva tell of them.

use base64::{Engine, engine::general_purpose::STANDARD};
use relance_domain::sending::{Proof, Receipt, ReceiptKind, merci_facteur_state};
use serde_json::Value;
use url::form_urlencoded;

use super::{
    Incoming,
    read::{at, detail, key, ours, text, word},
};

/// Which letter it is worth asking after.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hint {
    /// Our reference, if it is told.
    pub reference: Option<String>,
    /// The provider's id, if it is told.
    pub provider_id: Option<String>,
}

/// The letters that a provider's word is about, in its body and the query of the address it was told; `None` when it does
/// not read.
pub fn hint(provider: &str, incoming: &Incoming<'_>) -> Option<Vec<Hint>> {
    let body = incoming.body;
    match provider {
        "merci_facteur" => {
            let (_, details) = events(body)?;
            let hint = |one: &Value| Hint { reference: ours(text(one, "/ref_interne")), provider_id: text(one, "/id_envoi") };
            Some(details.iter().map(hint).collect())
        }
        "maileva" => {
            let event: Value = serde_json::from_slice(body).ok()?;
            let list = if let Value::Array(list) = event { list } else { vec![event] };
            Some(list.iter().map(|one| Hint { reference: ours(text(one, "/resource_custom_id")), provider_id: None }).collect())
        }
        // a form or JSON with the id of the mail
        "ar24" => {
            let id = match serde_json::from_slice::<Value>(body) {
                Ok(event) => ["/id_mail", "/id", "/mail/id"].iter().find_map(|place| text(&event, place)),
                Err(_) => field(body, "id_mail").or_else(|| field(body, "id")),
            };
            let told = form_urlencoded::parse(incoming.query.as_bytes()).find(|(key, _)| key == "ref");
            Some(vec![Hint { reference: ours(told.map(|(_, value)| value.into_owned())), provider_id: Some(id?) }])
        }
        _ => None,
    }
}

fn field(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
}

/// A form of two fields, each JSON: `event` and `detail`, a list of letters that the event befell.
fn events(body: &[u8]) -> Option<(Value, Vec<Value>)> {
    let event: Value = serde_json::from_str(&field(body, "event")?).ok()?;
    match serde_json::from_str(&field(body, "detail")?).ok()? {
        Value::Array(list) => Some((event, list)),
        one @ Value::Object(_) => Some((event, vec![one])),
        _ => None,
    }
}

pub(super) fn merci_facteur(body: &[u8]) -> Option<Vec<Receipt>> {
    let (event, details) = events(body)?;
    let when = text(&event, "/date_event").unwrap_or_default();
    let receipt = |one: &Value| {
        let state = word(one, "/statut_courrier");
        let provider_id = text(one, "/id_envoi");
        Some(Receipt {
            dedupe_key: key([provider_id.as_deref().unwrap_or_default(), word(one, "/ref_courrier"), state, &when]),
            reference: ours(text(one, "/ref_interne")),
            kind: merci_facteur_state(state)?,
            detail: detail(one, &["/statut_description"]),
            at: at(&event, "/date_event"),
            provider_id,
        })
    };
    Some(details.iter().filter_map(receipt).collect())
}

/// Deposit proof and acknowledgement ride in the event that announces them.
pub(super) fn merci_facteur_proofs(body: &[u8]) -> Vec<Proof> {
    let Some((_, details)) = events(body) else { return Vec::new() };
    let of = |one: &Value, place: &str, kind: &'static str| {
        let data = STANDARD.decode(text(one, place)?).ok()?;
        let media_type = Proof::media_type_of(&data)?;
        let (reference, provider_id) = (ours(text(one, "/ref_interne")), text(one, "/id_envoi"));
        Some(Proof { reference, provider_id, kind, media_type, data })
    };
    let both = |one: &Value| [of(one, "/pdd_base64_pdf", "deposit"), of(one, "/are_base64_jpeg", "acknowledgement")];
    details.iter().flat_map(both).flatten().collect()
}

/// A notification of the notification center; of a sending or of its one recipient, both bear our reference.
pub(super) fn maileva(event: &Value) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Delivered, Failed, Posted, Presented, Printed, Returned};
    let word_of = word(event, "/event_type");
    let kind = match word_of {
        "ON_STATUS_ACCEPTED" => Accepted,
        "ON_STATUS_REJECTED" | "ON_STATUS_PROCESSED_WITH_ERRORS" => Failed,
        "ON_STATUS_PROCESSED" => Printed,
        "ON_DEPOSIT_PROOF_RECEIVED" | "ON_GLOBAL_DEPOSIT_PROOF_RECEIVED" => Posted,
        "ON_MAIN_DELIVERY_STATUS_FIRST_PRESENTATION" => Presented,
        "ON_MAIN_DELIVERY_STATUS_DELIVERED" => Delivered,
        "ON_MAIN_DELIVERY_STATUS_UNDELIVERED" | "ON_UNDELIVERED_MAIL_RECEIVED" => Returned,
        _ => return None,
    };
    let reference = ours(text(event, "/resource_custom_id"));
    let id = text(event, "/resource_id");
    Some(Receipt {
        dedupe_key: key([id.as_deref().unwrap_or_default(), word_of]),
        reference,
        // a recipient's id is none that we know
        provider_id: id.filter(|_| word(event, "/resource_type").ends_with("sendings")),
        kind,
        detail: detail(event, &["/event_detail", "/status_detail"]),
        at: at(event, "/event_date"),
    })
}
