//! Maileva of La Poste: registered_mail/v2 and mail/v2. A sending is drafted, filled and submitted; drafts are not
//! letters, so nothing is ordered before the last call. It is found again by `custom_id`, which is our reference.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    records::Attachment,
    sending::{Followed, Found, Handed, Proof, Receipt, ReceiptKind, Scope, maileva_state},
};
use serde_json::{Map, Value, json};

use super::{
    Answer, Desk, Fault, Outgoing, Posted, Request, ask, before, faulty,
    multipart::{self, Part},
    order,
    party::{Party, fits, sheets},
    tokens::Token,
};

const BASE: &str = "https://api.maileva.com";
const AUTH: &str = "https://connexion.maileva.com";
const TOKEN: &str = "/auth/realms/services/protocol/openid-connect/token";
/// Characters of a line of an address.
const LINE: usize = 38;
/// Sheets that fit into its largest envelope.
const SHEETS: usize = 45;
/// Lists are asked for by so many, the most that is allowed.
const PAGE: u64 = 500;
/// And so many pages at most.
const PAGES: u64 = 20;

fn api(channel: &str) -> &'static str {
    if channel == "registered_letter" { "/registered_mail/v2" } else { "/mail/v2" }
}

pub(super) async fn send(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Handed, Handed> {
    let draft = sending(desk, channel, message).map_err(faulty)?;
    let to = recipient(message).map_err(faulty)?;
    let token = token(desk, message.now).await?;
    let handed = submitted(desk, channel, message, (&draft, &to), &token.text).await.unwrap_or_else(|early| early);
    Ok(desk.tokens.judged(&credentials(desk).map_err(faulty)?, &token, handed))
}

/// Draft, sheets, addressee; then the order.
async fn submitted(
    desk: &Desk<'_>,
    channel: &str,
    message: &Outgoing<'_>,
    (draft, to): (&Value, &Value),
    token: &str,
) -> Result<Handed, Handed> {
    let now = message.now;
    let base = format!("{}{}", desk.account.base(BASE), api(channel));
    let made = Request::json(&base, "/sendings", draft).and_then(|request| request.bearer(token));
    let made = before(desk.client, made, now, refused).await?;
    let id = made.id("/id").or_else(|| Some(made.header("location")?.rsplit('/').next()?.to_owned())).filter(|id| is_id(id));
    let Some(id) = id else { return Err(Handed::transient("no draft was made")) };
    let path = format!("/sendings/{id}");
    for (at, file) in sheets(message.content).map_err(faulty)?.into_iter().enumerate() {
        let document = document(&base, &path, message, at + 1, file).and_then(|request| request.bearer(token));
        added(&before(desk.client, document, now, refused).await?, "the sheet was not taken")?;
    }
    let to = Request::json(&base, &format!("{path}/recipients"), to).and_then(|request| request.bearer(token));
    added(&before(desk.client, to, now, refused).await?, "the addressee was not taken")?;
    let submit = Request::empty(&base, &format!("{path}/submit")).and_then(|request| request.bearer(token));
    Ok(order(desk.client, submit, now, |_| Handed::accepted(Some(id.clone())), refused).await)
}

/// A 2xx that somebody else answered added nothing to the draft.
fn added(answer: &Answer, otherwise: &str) -> Result<(), Handed> {
    if answer.body.is_object() { Ok(()) } else { Err(Handed::transient(otherwise)) }
}

/// What bears our reference is settled first: what was submitted is the letter; a draft that could still be deleted never
/// was and never will be, so that the letter is ordered anew.
pub(super) async fn send_again(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Handed, Handed> {
    let token = token(desk, message.now).await?;
    let base = format!("{}{}", desk.account.base(BASE), api(channel));
    let Some(ours) = ours(desk, &base, message.reference, &token.text).await else {
        return Err(Handed::unknown("it was not said whether it is there"));
    };
    if let Some(sending) = ours.iter().find(|sending| !sending.is_draft) {
        return Ok(Handed::accepted(Some(sending.id.clone())));
    }
    if ours.is_empty() {
        return Err(Handed::unknown("no draft is there yet"));
    }
    for draft in &ours {
        let request = Request::get(&base, &format!("/sendings/{}", draft.id)).and_then(|request| request.bearer(&token.text));
        let deleted = request.map_err(faulty)?.delete(desk.client).await;
        let Ok(exchange) = deleted else { return Err(Handed::unknown("its draft may have been deleted or not")) };
        if !exchange.is_success() {
            let handed = refused(&Answer::of(&exchange));
            return Err(Handed::unknown(match &handed {
                Handed::Refused { detail, .. } | Handed::Unknown { detail } => detail,
                _ => "its draft was not deleted",
            }));
        }
    }
    send(desk, channel, message).await
}

/// Part of an address from now on.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn sending(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Value, Fault> {
    let from = Party::of(message.content, "sender")?;
    let pages = message.content.headers.get("pages").and_then(|pages| pages.parse::<usize>().ok());
    if pages.is_some_and(|pages| pages.div_ceil(2) > SHEETS) {
        return Err(Fault(Scope::Message, format!("the letter has more than {SHEETS} sheets")));
    }
    let mut body = json!({
        "name": message.reference,
        "custom_id": message.reference,
        "custom_data": message.reference,
        "color_printing": desk.account.flag("color"),
        "duplex_printing": true,
        "optional_address_sheet": false,
        "notification_email": desk.account.needed("notification_email")?,
        "sender_country_code": from.country(),
    });
    if channel == "registered_letter" {
        body["acknowledgement_of_receipt"] = true.into();
        body["acknowledgement_of_receipt_scanning"] = true.into();
    } else {
        body["print_sender_address"] = true.into();
        body["treat_undelivered_mail"] = false.into();
    }
    if let Value::Object(body) = &mut body {
        body.extend(lines(&from, "sender_address_line_")?);
    }
    Ok(body)
}

/// Six lines of at most 38 characters; the sixth is postcode and town, what is empty is left out. A name that is too long
/// for the first goes on in the second where that is free.
fn lines(party: &Party, prefix: &str) -> Result<Map<String, Value>, Fault> {
    let street = [party.line(0, 4), party.line(1, 4), party.line(2, 4), party.line(3, 4)];
    let filled: Vec<&String> = street.iter().filter(|line| !line.is_empty()).collect();
    // the street itself is the fourth line; what stands before it the second and third
    let places: &[usize] = match filled.len() {
        0 => &[],
        1 => &[4],
        2 => &[3, 4],
        3 => &[3, 4, 5],
        _ => &[2, 3, 4, 5],
    };
    let mut lines = Map::new();
    let (name, rest) = halves(party.name(), LINE);
    lines.insert(format!("{prefix}1"), fits("the name", name, LINE)?.into());
    if !rest.is_empty() {
        if places.contains(&2) {
            return Err(Fault(Scope::Message, format!("the name has more than {LINE} characters")));
        }
        lines.insert(format!("{prefix}2"), fits("the name", rest, LINE)?.into());
    }
    for (place, line) in places.iter().zip(filled) {
        lines.insert(format!("{prefix}{place}"), fits("a line of an address", line, LINE)?.into());
    }
    let town = format!("{} {}", party.postcode(), party.city());
    if party.country().eq_ignore_ascii_case("FR") && (party.postcode().len() != 5 || party.city().is_empty()) {
        return Err(Fault(Scope::Message, "an address in France needs a postcode of five digits and a town".to_owned()));
    }
    lines.insert(format!("{prefix}6"), fits("postcode and town", town.trim(), LINE)?.into());
    Ok(lines)
}

/// The words that fit, and the others.
fn halves(text: &str, most: usize) -> (&str, &str) {
    if text.chars().count() <= most {
        return (text, "");
    }
    let ends = text.char_indices().enumerate().filter(|(count, (_, letter))| *count <= most && *letter == ' ');
    match ends.last() {
        Some((_, (at, _))) => {
            let (first, rest) = text.split_at(at);
            (first, rest.trim())
        }
        None => (text, ""),
    }
}

fn recipient(message: &Outgoing<'_>) -> Result<Value, Fault> {
    let to = Party::of(message.content, "recipient")?;
    let mut body = json!({ "custom_id": message.reference, "country_code": to.country() });
    if let Value::Object(body) = &mut body {
        body.extend(lines(&to, "address_line_")?);
    }
    Ok(body)
}

fn document(base: &str, path: &str, message: &Outgoing<'_>, priority: usize, file: &Attachment) -> Result<Request, Fault> {
    let name = format!("{priority}.pdf");
    let metadata = json!({ "priority": priority, "name": name }).to_string();
    let parts = [Part::pdf("document", &name, &file.data), Part::json("metadata", &metadata)];
    let (media_type, body) = multipart::body(message.key, &parts);
    Request::bytes(base, &format!("{path}/documents"), &media_type, body)
}

fn credentials<'a>(desk: &Desk<'a>) -> Result<[&'a str; 5], Fault> {
    let account = desk.account;
    let needed = |name| account.needed(name);
    Ok(["maileva", needed("client_id")?, needed("client_secret")?, needed("username")?, needed("password")?])
}

pub(super) async fn token(desk: &Desk<'_>, now: DateTime<Utc>) -> Result<Token, Handed> {
    let credentials = credentials(desk).map_err(faulty)?;
    if let Some(token) = desk.tokens.get(&credentials, now) {
        return Ok(token);
    }
    let answer = before(desk.client, grant(desk), now, |answer| answer.refused(Scope::Account)).await?;
    let Some(token) = answer.id("/access_token") else { return Err(Handed::transient("no token came")) };
    let seconds = answer.number("/expires_in").unwrap_or_default().clamp(0, 86_400);
    Ok(desk.tokens.put(&credentials, token, now + TimeDelta::seconds(seconds)))
}

fn grant(desk: &Desk<'_>) -> Result<Request, Fault> {
    let [_, id, secret, user, password] = credentials(desk)?;
    // a base of one's own serves both, unless another is named
    let own = desk.account.setting("auth_url").or_else(|| desk.account.setting("base_url")).unwrap_or(AUTH);
    let fields = [("grant_type", "password"), ("username", user), ("password", password)];
    Request::form(own.trim_end_matches('/'), TOKEN, &fields)?.basic(id, secret)
}

/// `{code, message}` or `{errors: [{code, message}]}`. What is no draft any more was submitted before.
fn refused(answer: &Answer) -> Handed {
    let codes: Vec<&str> =
        [answer.body.get("code"), answer.body.pointer("/errors/0/code")].into_iter().flatten().filter_map(Value::as_str).collect();
    let said = format!("status {}: {}", answer.status, codes.first().copied().unwrap_or("no reason given"));
    if codes.contains(&"SENDING_STATUS_IS_NOT_DRAFT") {
        return Handed::unknown(&said);
    }
    match answer.status {
        401 | 403 => Handed::refused(Scope::Account, &said),
        404 | 405 => Handed::refused(Scope::Account, &said),
        _ => Handed::refused(Scope::Message, &said),
    }
}

/// A sending that bears our reference.
struct Sending {
    id: String,
    is_draft: bool,
}

/// All of ours in the list of sendings; `None` when it was not read to its end.
async fn ours(desk: &Desk<'_>, base: &str, reference: &str, token: &str) -> Option<Vec<Sending>> {
    let mut found = Vec::new();
    for page in 0..PAGES {
        let start = (page * PAGE + 1).to_string();
        let request = Request::get(base, "/sendings")
            .map(|request| request.query("start_index", &start).query("count", &PAGE.to_string()))
            .and_then(|request| request.bearer(token));
        let exchange = ask(desk.client, request).await?;
        let body: Value = serde_json::from_slice(&exchange.body).ok()?;
        let list = body.get("sendings").and_then(Value::as_array)?;
        for one in list.iter().filter(|one| one.get("custom_id").and_then(Value::as_str) == Some(reference)) {
            let id = one.get("id").and_then(Value::as_str).filter(|id| is_id(id))?.to_owned();
            found.push(Sending { id, is_draft: one.get("status").and_then(Value::as_str) == Some("DRAFT") });
        }
        let total = body.pointer("/paging/total_results").and_then(Value::as_u64);
        let seen = page * PAGE + u64::try_from(list.len()).unwrap_or_default();
        if list.is_empty() || total.map_or(list.len() < usize::try_from(PAGE).unwrap_or_default(), |total| seen >= total) {
            return Some(found);
        }
    }
    None
}

/// Through the list of sendings, for one that bears our reference and is no draft.
pub(super) async fn look_up(desk: &Desk<'_>, channel: &str, reference: &str, now: DateTime<Utc>) -> Found {
    let Ok(token) = token(desk, now).await else { return Found::Unclear };
    let base = format!("{}{}", desk.account.base(BASE), api(channel));
    match ours(desk, &base, reference, &token.text).await {
        None => Found::Unclear,
        Some(ours) => match ours.into_iter().find(|sending| !sending.is_draft) {
            Some(sending) => Found::Taken { provider_id: Some(sending.id) },
            None => Found::NotSeen,
        },
    }
}

/// State of the sending and of its recipient, every delivery status, and the proofs.
pub(super) async fn follow(desk: &Desk<'_>, letter: &Posted<'_>, id: &str) -> Option<Followed> {
    if !is_id(id) {
        return None;
    }
    let token = token(desk, letter.now).await.ok()?.text;
    let base = format!("{}{}/sendings/{id}", desk.account.base(BASE), api(letter.channel));
    let get = async |path: &str| ask(desk.client, Request::get(&base, path).and_then(|request| request.bearer(&token))).await;
    let json = async |path: &str| serde_json::from_slice::<Value>(&get(path).await?.body).ok();
    let mut followed = Followed::default();
    let sending = json("").await?;
    let of_sending = match sending.get("status").and_then(Value::as_str) {
        Some("ACCEPTED" | "PENDING") => Some(ReceiptKind::Accepted),
        Some("PROCESSED") => Some(ReceiptKind::Printed),
        Some("REJECTED" | "PROCESSED_WITH_ERRORS") => Some(ReceiptKind::Failed),
        _ => None,
    };
    followed.receipts.extend(of_sending.map(|kind| receipt(letter, id, kind, "", None)));
    let recipients = json("/recipients").await.unwrap_or_default();
    let one = recipients.pointer("/recipients/0/id").and_then(Value::as_str).filter(|id| is_id(id));
    if let Some(one) = one {
        let statuses = json(&format!("/recipients/{one}/delivery_statuses")).await.unwrap_or_default();
        for status in statuses.get("delivery_statuses").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| status.get(name).and_then(Value::as_str).unwrap_or_default();
            let at = DateTime::parse_from_rfc3339(text("date")).ok().map(|at| at.to_utc());
            followed.receipts.extend(maileva_state(text("status")).map(|kind| receipt(letter, id, kind, text("status"), at)));
        }
    }
    let registered = letter.channel == "registered_letter";
    if registered {
        let deposit = ("deposit", "/download_deposit_proof".to_owned());
        let acknowledged = one.map(|one| ("acknowledgement", format!("/recipients/{one}/download_acknowledgement_of_receipt")));
        for (kind, path) in std::iter::once(deposit).chain(acknowledged) {
            if letter.proofs.iter().any(|known| known == kind) {
                continue;
            }
            let Some(exchange) = get(&path).await else { continue };
            let data = exchange.body.to_vec();
            let Some(media_type) = Proof::media_type_of(&data) else { continue };
            followed.proofs.push(Proof { reference: Some(letter.reference.to_owned()), provider_id: None, kind, media_type, data });
        }
    }
    let told = |kind| followed.receipts.iter().any(|receipt| receipt.kind == kind);
    let ended = [ReceiptKind::Delivered, ReceiptKind::Returned, ReceiptKind::Declined, ReceiptKind::Unclaimed].into_iter().any(told);
    let proved = letter.proofs.len() + followed.proofs.len() >= 2;
    followed.done = told(ReceiptKind::Failed) || if registered { ended && proved } else { ended || told(ReceiptKind::Printed) };
    Some(followed)
}

fn receipt(letter: &Posted<'_>, id: &str, kind: ReceiptKind, code: &str, at: Option<DateTime<Utc>>) -> Receipt {
    let stamp = at.map(|at| at.timestamp()).unwrap_or_default();
    Receipt {
        dedupe_key: format!("asked:{id}:{}:{code}:{stamp}", kind.as_str()),
        reference: Some(letter.reference.to_owned()),
        provider_id: Some(id.to_owned()),
        kind,
        detail: (!code.is_empty()).then(|| format!("status {code}")),
        at,
    }
}
