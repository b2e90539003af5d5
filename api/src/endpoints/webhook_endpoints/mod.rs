//! `/v1/webhook_endpoints`: where events are sent to.

mod create;
mod delete;
mod deliveries;
mod enable;
mod get;
mod list;
mod patch;
mod recover;
mod rotate_secret;
mod try_out;

use relance_domain::{
    egress::Blocked,
    event::{EventType, matches},
};
use relance_openapi::{events::Payload, problem::Code};

use crate::{
    body::Faults,
    problem::{Answer, Refusal},
    routes::Registry,
    state::App,
};

/// Longest words about an endpoint, in characters.
const MAX_DESCRIPTION: usize = 500;

/// Longest URL, in bytes.
const MAX_URL: usize = 2_048;
/// Words in a list.
const MAX_WORDS: usize = 100;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_webhook_endpoints)
        .service(create::create_webhook_endpoint)
        .service(get::get_webhook_endpoint)
        .service(patch::update_webhook_endpoint)
        .service(delete::delete_webhook_endpoint)
        .service(rotate_secret::rotate_webhook_endpoint_secret)
        .service(try_out::test_webhook_endpoint)
        .service(enable::enable_webhook_endpoint)
        .service(recover::recover_webhook_endpoint)
        .service(deliveries::list_webhook_endpoint_deliveries);
}

/// Notes what is wrong with a list of event types.
fn judge_types(faults: &mut Faults, types: &[String]) {
    if types.is_empty() || types.len() > MAX_WORDS {
        faults.invalid("/event_types", "Name one to a hundred types of events; * is all, invoice.* a group.");
    }
    let known = |word: &str| EventType::ALL.iter().any(|kind| matches(word, kind.as_str()));
    for (at, word) in types.iter().enumerate().filter(|(_, word)| !known(word)) {
        faults.invalid(format!("/event_types/{at}"), format!("There is no event type {word}; GET /v1/event_types lists them."));
    }
}

/// Notes what is wrong with a list of segments.
fn judge_segments(faults: &mut Faults, segments: &[String]) {
    if segments.len() > MAX_WORDS {
        faults.invalid("/segments", "At most a hundred segments.");
    }
    for (at, word) in segments.iter().enumerate() {
        faults.text(&format!("/segments/{at}"), word, 100);
    }
}

/// Notes what is wrong with the other members.
fn judge_words(faults: &mut Faults, payload: Option<&str>, ordering: Option<&str>, description: Option<&str>) {
    if payload.is_some_and(|word| Payload::parse(word).is_none()) {
        faults.invalid("/payload", "This must be one of: full, thin.");
    }
    if let Some(word) = ordering {
        faults.word("/ordering", word, &["none", "subject"]);
    }
    if description.is_some_and(|text| text.chars().count() > MAX_DESCRIPTION || text.contains('\0')) {
        faults.invalid("/description", format!("At most {MAX_DESCRIPTION} characters, no NUL."));
    }
}

/// Notes what is no URL at all; whether it may be called is [`check_address`].
fn judge_url(faults: &mut Faults, url: &str) {
    if !url.contains("://") || url.len() > MAX_URL {
        faults.invalid("/url", format!("This is {}.", Blocked::Malformed));
    }
}

/// May the URL be called from here? Its name is resolved now, and again at every call.
///
/// # Errors
/// 422 `blocked_address`.
async fn check_address(app: &App, url: &str) -> Answer<()> {
    app.egress.check(url).await.map_err(|reason| Refusal::field(Code::BlockedAddress, "/url", reason))
}
