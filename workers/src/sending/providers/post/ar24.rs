//! AR24: registered e-letters, which the addressee gets by e-mail and accepts, refuses or leaves. Forms with token and
//! date; the date sealed in the header `signature`; answers sealed too. After public third-party clients: AR24 shows its
//! description to its customers only.

use aes::Aes256;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::{
    Decryptor, Encryptor,
    cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::Paris;
use relance_domain::{
    records::Attachment,
    sending::{Followed, Found, Handed, Proof, Receipt, ReceiptKind, Scope},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Answer, Desk, Fault, Outgoing, Posted, Request, ask, before, faulty,
    multipart::{self, Part},
    order,
    party::{Party, sheets},
};

const BASE: &str = "https://app.ar24.fr/api";
/// Mails of one page of the list.
const PAGE: usize = 50;
const PAGES: usize = 20;

pub(super) async fn send(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Handed, Handed> {
    let mail = mail(desk, channel, message).map_err(faulty)?;
    let sealed = Sealed::now(desk, message.now).map_err(faulty)?;
    let mut fields = mail;
    for (at, file) in sheets(message.content).map_err(faulty)?.into_iter().enumerate() {
        let attachment = before(desk.client, attachment(desk, message, &sealed, at, file), message.now, refused).await?;
        let opened = sealed.open(&attachment);
        if let Some(handed) = opened.as_ref().and_then(error) {
            return Err(handed);
        }
        let id = opened.as_ref().and_then(|body| first(body, &["/file_id", "/result/file_id", "/id", "/result/id"]));
        let Some(id) = id else { return Err(Handed::transient("the sheet was not taken")) };
        fields.push((format!("attachment[{at}]"), id));
    }
    let request = form(desk, "/mail", &sealed, &fields);
    let taken = |answer: &Answer| match sealed.open(answer) {
        Some(body) => error(&body).unwrap_or_else(|| Handed::accepted(first(&body, &["/id", "/result/id"]))),
        None => Handed::accepted(None),
    };
    Ok(order(desk.client, request, message.now, taken, refused).await)
}

fn mail(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Vec<(String, String)>, Fault> {
    if channel != "registered_letter" {
        return Err(Fault(Scope::Message, "AR24 hands over registered letters only".to_owned()));
    }
    let to = Party::of(message.content, "recipient")?;
    let email = message.content.headers.get("email").filter(|email| !email.is_empty());
    let email =
        email.ok_or_else(|| Fault(Scope::Message, "no contact has the e-mail address that a registered e-letter needs".to_owned()))?;
    let business = matches!(to.kind.as_deref(), Some("business" | "public_body"));
    if !business && !desk.account.flag("consumers_agreed") {
        let detail = "a registered e-letter to a consumer needs that they agreed beforehand";
        return Err(Fault(Scope::Message, detail.to_owned()));
    }
    let person = message.content.headers.get("contact").map_or(to.name(), String::as_str);
    let (first, last) = person.rsplit_once(' ').unwrap_or(("", person));
    let mut fields = vec![
        ("to_firstname", first.to_owned()),
        ("to_lastname", last.to_owned()),
        ("to_email", email.clone()),
        ("dest_statut", if business { "professionnel" } else { "particulier" }.to_owned()),
        ("content", message.content.text.clone()),
        ("ref_dossier", message.reference.to_owned()),
        ("ref_client", message.reference.to_owned()),
    ];
    if business {
        fields.push(("to_company", to.name().to_owned()));
    }
    // its webhook tells the id alone, which we may not have heard
    fields.extend(message.callback.map(|callback| ("webhook", format!("{callback}?ref={}", message.reference))));
    Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The date of a call with what is made of it: AR24 takes it for ten minutes.
struct Sealed {
    date: String,
    signature: String,
    private_key: String,
}

impl Sealed {
    fn now(desk: &Desk<'_>, now: DateTime<Utc>) -> Result<Self, Fault> {
        let private_key = desk.account.needed("private_key")?.to_owned();
        let date = now.with_timezone(&Paris).format("%Y-%m-%d %H:%M:%S").to_string();
        let sealer = Encryptor::<Aes256>::new(&key(&private_key).into(), &iv(&private_key).into());
        let signature = STANDARD.encode(sealer.encrypt_padded_vec::<Pkcs7>(date.as_bytes()));
        Ok(Self { date, signature, private_key })
    }

    /// The answer in clear: sealed as a whole, in its `result`, or not at all when it tells an error.
    fn open(&self, answer: &Answer) -> Option<Value> {
        if answer.body.is_null() {
            return self.unseal(std::str::from_utf8(answer.bytes()).ok()?);
        }
        match answer.body.get("result").and_then(Value::as_str) {
            Some(sealed) => self.unseal(sealed),
            None => Some(answer.body.clone()),
        }
    }

    fn unseal(&self, sealed: &str) -> Option<Value> {
        serde_json::from_slice(&self.opened(sealed)?).ok()
    }

    /// What is under the seal.
    fn opened(&self, sealed: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(sealed.trim()).ok()?;
        let composite = format!("{}{}", self.date, self.private_key);
        let opener = Decryptor::<Aes256>::new(&key(&composite).into(), &iv(&self.private_key).into());
        opener.decrypt_padded_vec::<Pkcs7>(&bytes).ok()
    }
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(text.bytes()).for_each(|(byte, from)| *byte = from);
    bytes
}

/// The first 32 characters of the digest in hexadecimal: what PHP's `openssl_encrypt` makes of a longer key.
fn key(secret: &str) -> [u8; 32] {
    bytes(&hex(secret))
}

/// The first 16 characters of the digest of the digest.
fn iv(secret: &str) -> [u8; 16] {
    bytes(&hex(&hex(secret)))
}

fn attachment(desk: &Desk<'_>, message: &Outgoing<'_>, sealed: &Sealed, at: usize, file: &Attachment) -> Result<Request, Fault> {
    let account = desk.account;
    // the addressee sees it
    let name = if at == 0 { "letter.pdf" } else { file.name.as_str() };
    let parts = [
        Part::text("token", account.needed("token")?),
        Part::text("date", &sealed.date),
        Part::text("id_user", account.needed("user_id")?),
        Part::text("file_name", name),
        Part::pdf("file", if at == 0 { "letter.pdf" } else { "enclosed.pdf" }, &file.data),
    ];
    let (media_type, body) = multipart::body(message.key, &parts);
    Request::bytes(&account.base(BASE), "/attachment", &media_type, body)?.header("signature", &sealed.signature)
}

fn form(desk: &Desk<'_>, path: &str, sealed: &Sealed, fields: &[(String, String)]) -> Result<Request, Fault> {
    let account = desk.account;
    let mut all = vec![("token", account.needed("token")?), ("date", sealed.date.as_str()), ("id_user", account.needed("user_id")?)];
    all.extend(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Request::form(&account.base(BASE), path, &all)?.header("signature", &sealed.signature)
}

fn get(desk: &Desk<'_>, path: &str, sealed: &Sealed, query: &[(&str, &str)]) -> Result<Request, Fault> {
    let account = desk.account;
    let mut request = Request::get(&account.base(BASE), path)?.query("token", account.needed("token")?).query("date", &sealed.date);
    for (name, value) in query {
        request = request.query(name, value);
    }
    request.header("signature", &sealed.signature)
}

fn first(body: &Value, places: &[&str]) -> Option<String> {
    places.iter().find_map(|place| match body.pointer(place)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// `{"status":"ERROR","slug":…}` comes in clear, with whatever HTTP status.
fn error(body: &Value) -> Option<Handed> {
    let status = body.get("status").and_then(Value::as_str)?;
    if status.eq_ignore_ascii_case("maintenance") {
        return Some(Handed::transient("AR24 is being maintained"));
    }
    status.eq_ignore_ascii_case("error").then(|| by_slug(body))
}

fn by_slug(body: &Value) -> Handed {
    let said = ["slug", "message"].into_iter().find_map(|name| body.get(name)?.as_str()).unwrap_or("no reason given");
    let lower = said.to_lowercase();
    let account = ["token", "signature", "date", "user", "access", "credit", "payment", "paiement", "subscription", "otp", "ip_"];
    let scope = if account.iter().any(|word| lower.contains(word)) { Scope::Account } else { Scope::Message };
    Handed::refused(scope, said)
}

fn refused(answer: &Answer) -> Handed {
    match answer.status {
        401..=403 => Handed::refused(Scope::Account, &format!("status {}", answer.status)),
        _ => by_slug(&answer.body),
    }
}

/// The newest letter of the user is asked for: who may read it may order one.
pub(super) async fn enter(desk: &Desk<'_>, now: DateTime<Utc>) -> Result<(), Handed> {
    let sealed = Sealed::now(desk, now).map_err(faulty)?;
    let user = desk.account.needed("user_id").map_err(faulty)?;
    let request = get(desk, "/user/mail", &sealed, &[("id_user", user), ("start", "0"), ("max", "1")]);
    let answer = before(desk.client, request, now, refused).await?;
    match sealed.open(&answer) {
        Some(body) => error(&body).map_or(Ok(()), Err),
        None => Err(Handed::refused(Scope::Account, "its answer does not open with this private key")),
    }
}

/// Through the list of the user's mails, for one that bears our reference.
pub(super) async fn look_up(desk: &Desk<'_>, reference: &str, now: DateTime<Utc>) -> Found {
    let Ok(sealed) = Sealed::now(desk, now) else { return Found::Unclear };
    let Ok(user) = desk.account.needed("user_id") else { return Found::Unclear };
    for page in 0..PAGES {
        let (start, most) = ((page * PAGE).to_string(), PAGE.to_string());
        let request = get(desk, "/user/mail", &sealed, &[("id_user", user), ("start", &start), ("max", &most)]);
        let Some(exchange) = ask(desk.client, request).await else { return Found::Unclear };
        let Some(body) = sealed.open(&Answer::of(&exchange)) else { return Found::Unclear };
        let list = ["/result", "/mails", ""].into_iter().find_map(|place| body.pointer(place)?.as_array());
        let Some(list) = list else { return Found::Unclear };
        let ours = |one: &&Value| one.get("ref_dossier").and_then(Value::as_str) == Some(reference);
        if let Some(one) = list.iter().find(ours) {
            return Found::Taken { provider_id: first(one, &["/id"]) };
        }
        if list.len() < PAGE {
            return Found::NotSeen;
        }
    }
    Found::Unclear
}

/// The mail with its dates and proofs.
pub(super) async fn follow(desk: &Desk<'_>, letter: &Posted<'_>, id: &str) -> Option<Followed> {
    let sealed = Sealed::now(desk, letter.now).ok()?;
    let exchange = ask(desk.client, get(desk, "/mail", &sealed, &[("id", id)])).await?;
    let body = sealed.open(&Answer::of(&exchange))?;
    let mail = body.get("result").filter(|result| result.is_object()).unwrap_or(&body);
    if error(&body).is_some() || first(mail, &["/id"]).as_deref() != Some(id) {
        return None;
    }
    let mut followed = Followed::default();
    // date, what it shows, its proof
    let dated = [
        ("date", ReceiptKind::Accepted, "proof_dp_url", "deposit"),
        ("ts_ev_date", ReceiptKind::Presented, "proof_ev_url", "deposit"),
        ("view_date", ReceiptKind::Delivered, "proof_ar_url", "acknowledgement"),
        ("refused_date", ReceiptKind::Declined, "proof_rf_url", "refusal"),
        ("negligence_date", ReceiptKind::Unclaimed, "proof_ng_url", "non_claim"),
        ("bounced_date", ReceiptKind::Failed, "proof_bc_url", "refusal"),
    ];
    let (mut ended, mut lacking) = (false, false);
    for (field, kind, proof_field, proof_kind) in dated {
        let text = |name: &str| mail.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let Some(date) = text(field) else { continue };
        followed.receipts.push(Receipt {
            dedupe_key: format!("asked:{id}:{}:{date}", kind.as_str()),
            reference: Some(letter.reference.to_owned()),
            provider_id: Some(id.to_owned()),
            kind,
            detail: None,
            at: instant(date),
        });
        let last = matches!(kind, ReceiptKind::Delivered | ReceiptKind::Declined | ReceiptKind::Unclaimed | ReceiptKind::Failed);
        let known = letter.proofs.iter().any(|known| known == proof_kind) || followed.proofs.iter().any(|proof| proof.kind == proof_kind);
        if known {
            ended |= last;
            continue;
        }
        // the address bears its own key
        let Some(url) = text(proof_field) else { continue };
        let Some(proof) = proof(desk, letter, proof_kind, url).await else {
            lacking = true;
            continue;
        };
        followed.proofs.push(proof);
        ended |= last;
    }
    followed.done = ended && !lacking;
    Some(followed)
}

/// The file at `url`, if it came whole and is one; else it is asked for again later.
async fn proof(desk: &Desk<'_>, letter: &Posted<'_>, kind: &'static str, url: &str) -> Option<Proof> {
    let data = ask(desk.client, Request::get(url, "")).await?.body.to_vec();
    let media_type = Proof::media_type_of(&data)?;
    Some(Proof { reference: Some(letter.reference.to_owned()), provider_id: None, kind, media_type, data })
}

/// Local time of Paris.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    Paris.from_local_datetime(&local).earliest().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of AR24's installation guide, as its third-party clients keep it.
    #[test]
    fn the_date_is_sealed_and_the_answer_opened_as_ar24_shows() {
        let private_key = "7X9gx9E3Qx4EiUdB63nc".to_owned();
        let date = "2021-05-26 14:00:00";
        let sealer = Encryptor::<Aes256>::new(&key(&private_key).into(), &iv(&private_key).into());
        let signature = STANDARD.encode(sealer.encrypt_padded_vec::<Pkcs7>(date.as_bytes()));
        assert_eq!(signature, "bDop0cbjKpkySlpvnNGvBMg7PuYFFgPPqTTS2RAHoY0=");
        let sealed = Sealed { date: date.to_owned(), signature, private_key };
        // the guide's example is no JSON: its member has no quotes
        let opened = sealed.opened("WwBOU6s8DaMWmYdctBJwfuoujFgVygBUjhsbdf8eWqQ=").unwrap();
        assert_eq!(String::from_utf8(opened).unwrap(), r#"{status: "SUCCESS"}"#);
        assert_eq!(instant(date).unwrap().to_rfc3339(), "2021-05-26T12:00:00+00:00");
    }
}
