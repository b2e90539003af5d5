//! Merci Facteur, API 1.2 (its README at github.com/MerciFacteur/Merci-facteur-API). `antidoublon` refuses the same
//! letter again for thirty days: the refusal proves that the first was taken.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use relance_domain::{
    records::MessageContent,
    sending::{Followed, Handed, Proof, Receipt, ReceiptKind, Scope, merci_facteur_state},
};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    Answer, Desk, Fault, Outgoing, Posted, Request, ask, before,
    countries::country,
    faulty, order,
    party::{Party, cut, fits, sheets},
    tokens::Token,
};

const BASE: &str = "https://www.merci-facteur.com/api/1.2/prod/service";
/// What stands for "no address" where the restriction to addresses is lifted.
const ANY_IP: &str = "111.111.111";

pub(super) async fn send(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Handed, Handed> {
    let letter = letter(desk, channel, message).map_err(faulty)?;
    let token = token(desk, message.now).await?;
    let handed = order(desk.client, letter.and_token(desk, &token.text), message.now, taken, refused).await;
    Ok(desk.tokens.judged(&credentials(desk).map_err(faulty)?, &token, handed))
}

struct Letter(Vec<(&'static str, String)>);

impl Letter {
    fn and_token(&self, desk: &Desk<'_>, token: &str) -> Result<Request, Fault> {
        let fields: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (*name, value.as_str())).collect();
        with_token(desk, Request::form(&desk.account.base(BASE), "/sendCourrier", &fields)?, token)
    }
}

fn mode<'a>(desk: &Desk<'a>, channel: &str) -> &'a str {
    match channel {
        "registered_letter" => desk.account.setting("registered_mode").unwrap_or("lrare"),
        _ => desk.account.setting("letter_mode").unwrap_or("suivi"),
    }
}

/// `adress` has one d, every one of its keys is there, and what is empty is written `""`.
fn letter(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Letter, Fault> {
    let (from, to) = (Party::of(message.content, "sender")?, Party::of(message.content, "recipient")?);
    let (mut exp, mut dest) = (address(&from, "")?, address(&to, message.reference)?);
    let mode = mode(desk, channel);
    if mode.starts_with("ere_") {
        electronic(desk, mode, message.content, (&from, &to), (&mut exp, &mut dest))?;
    }
    let files: Vec<String> = sheets(message.content)?.into_iter().map(|file| STANDARD.encode(&file.data)).collect();
    let content = json!({
        "letter": { "files": "", "base64files": files, "print_sides": "rectoverso", "final_filename": message.reference },
        "photo": "",
        "card": "",
    });
    let mut fields = vec![
        ("idUser", desk.account.needed("user_id")?.to_owned()),
        ("modeEnvoi", mode.to_owned()),
        ("adress", json!({ "exp": exp, "dest": [dest] }).to_string()),
        ("content", content.to_string()),
        ("designation", message.reference.to_owned()),
        ("antidoublon", message.reference.to_owned()),
    ];
    if matches!(mode, "normal" | "suivi") {
        fields.push(("gestionNpai", "1".to_owned()));
    }
    Ok(Letter(fields))
}

/// A registered e-letter names an e-mail address or a number of both sides, and the consent of a consumer.
fn electronic(
    desk: &Desk<'_>,
    mode: &str,
    content: &MessageContent,
    (from, to): (&Party, &Party),
    (exp, dest): (&mut Value, &mut Value),
) -> Result<(), Fault> {
    let consumer = !matches!(to.kind.as_deref(), Some("business" | "public_body"));
    let agreed = desk.account.flag("consumers_agreed");
    if consumer && !agreed {
        let detail = "a registered e-letter to a consumer needs that they agreed beforehand";
        return Err(Fault(Scope::Message, detail.to_owned()));
    }
    let of = |name: &str| content.headers.get(name).map(String::as_str).unwrap_or_default();
    let needed = if mode == "ere_otp_sms" { "phone" } else { "email" };
    if of(needed).is_empty() {
        return Err(Fault(Scope::Message, "no contact has the address that a registered e-letter needs".to_owned()));
    }
    let own = [("email", from.email.as_deref()), ("phone", from.phone.as_deref())];
    if !own.iter().any(|(name, value)| *name == needed && value.is_some_and(|value| !value.is_empty())) {
        return Err(Fault(Scope::Account, format!("a registered e-letter needs the creditor's own {needed} in the settings")));
    }
    for (name, value) in own {
        exp[name] = value.unwrap_or_default().into();
        dest[name] = of(name).into();
    }
    dest["consent"] = 1.into();
    Ok(())
}

fn address(party: &Party, reference: &str) -> Result<Value, Fault> {
    if [party.postcode(), party.city()].iter().any(|part| part.trim().is_empty()) {
        return Err(Fault(Scope::Message, "an address lacks its postcode or town".to_owned()));
    }
    Ok(json!({
        "civilite": "",
        "nom": "",
        "prenom": "",
        "societe": fits("the name", party.name(), 90)?,
        "adresse1": fits("a line of an address", &party.line(0, 3), 90)?,
        "adresse2": fits("a line of an address", &party.line(1, 3), 90)?,
        "adresse3": fits("a line of an address", &party.line(2, 3), 90)?,
        "cp": fits("the postcode", party.postcode(), 12)?,
        "ville": fits("the town", party.city(), 70)?,
        "pays": country(party.country())?,
        "reference": cut(reference, 30),
    }))
}

fn credentials<'a>(desk: &Desk<'a>) -> Result<[&'a str; 3], Fault> {
    Ok(["merci_facteur", desk.account.needed("service_id")?, desk.account.needed("secret_key")?])
}

/// Granted for a day; the same as long as it holds.
pub(super) async fn token(desk: &Desk<'_>, now: DateTime<Utc>) -> Result<Token, Handed> {
    let credentials = credentials(desk).map_err(faulty)?;
    if let Some(token) = desk.tokens.get(&credentials, now) {
        return Ok(token);
    }
    let answer = before(desk.client, grant(desk, now), now, refused).await?;
    let Some(token) = answer.id("/token") else { return Err(unreadable(&answer)) };
    let until = answer.number("/expire").and_then(|until| DateTime::from_timestamp(until, 0));
    Ok(desk.tokens.put(&credentials, token, until.unwrap_or(now)))
}

/// A token that is none: refused in a 200, or no answer of the provider's at all.
fn unreadable(answer: &Answer) -> Handed {
    if answer.body.get("success") == Some(&Value::Bool(false)) {
        return Handed::refused(Scope::Account, &said(answer));
    }
    Handed::transient("no token came")
}

fn grant(desk: &Desk<'_>, now: DateTime<Utc>) -> Result<Request, Fault> {
    let [_, service, secret] = credentials(desk)?;
    let stamp = now.timestamp().to_string();
    let fault = |_| Fault(Scope::Account, "the secret key cannot sign".to_owned());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(fault)?;
    mac.update(format!("{service}{stamp}").as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Request::get(&desk.account.base(BASE), "/getToken")?
        .header("ww-service-signature", &signature)?
        .header("ww-timestamp", &stamp)?
        .header("ww-service-id", service)?
        .header("ww-authorized-ip", desk.account.setting("authorized_ip").unwrap_or(ANY_IP))
}

fn with_token(desk: &Desk<'_>, request: Request, token: &str) -> Result<Request, Fault> {
    request.header("ww-access-token", token)?.header("ww-service-id", desk.account.needed("service_id")?)
}

/// `{"success":true,"envoi_id":…}`; a refusal may come with a 200 too. What does not read was taken.
fn taken(answer: &Answer) -> Handed {
    if answer.body.get("success") == Some(&Value::Bool(false)) {
        return refused(answer);
    }
    Handed::accepted(answer.id("/envoi_id").or_else(|| answer.id("/envoi_id/0")))
}

/// `{"code","text"}`, or the code alone.
fn error(answer: &Answer) -> (String, String) {
    let at = |places: &[&str]| places.iter().find_map(|place| answer.body.pointer(place)?.as_str()).unwrap_or_default();
    (at(&["/error/code", "/error"]).to_uppercase(), at(&["/error/text"]).to_lowercase())
}

fn said(answer: &Answer) -> String {
    let (code, text) = error(answer);
    let said = [code, text].into_iter().find(|said| !said.is_empty()).unwrap_or_else(|| "no reason given".to_owned());
    format!("status {}: {said}", answer.status)
}

/// Does it say that it has this `antidoublon` already? By the code, which stays; by the words only where the code says
/// nothing of it. What is wrong with the reference itself says nothing of a letter.
fn is_known(code: &str, text: &str) -> bool {
    let any = |said: &str, words: &[&str]| words.iter().any(|word| said.contains(word));
    if any(code, &["INVALID", "MISSING", "EMPTY", "LENGTH", "TOO_LONG", "FORMAT"]) {
        return false;
    }
    any(code, &["DOUBLON", "DUPLICAT", "ALREADY_SENT"])
        || any(text, &["doublon", "duplicat"])
        || (any(text, &["déjà", "already"]) && any(text, &["envoy", "sent"]))
}

/// What is known already was taken; the rest by the words of its code.
fn refused(answer: &Answer) -> Handed {
    let (code, text) = error(answer);
    if is_known(&code, &text) {
        return Handed::accepted(None);
    }
    let account =
        ["TOKEN", "SERVICE", "SIGNATURE", "TIMESTAMP", "_IP", "CREDIT", "QUOTA", "PAYMENT", "PAIEMENT", "USER", "ACCOUNT", "COMPTE"];
    if matches!(answer.status, 401..=403) || account.iter().any(|word| code.contains(word)) {
        return Handed::refused(Scope::Account, &said(answer));
    }
    Handed::refused(Scope::Message, &said(answer))
}

/// `getSuiviEnvoi`, and `getProof` once there is a number to ask by.
pub(super) async fn follow(desk: &Desk<'_>, letter: &Posted<'_>, id: &str) -> Option<Followed> {
    let token = token(desk, letter.now).await.ok()?.text;
    let get = |path: &str| Request::get(&desk.account.base(BASE), path);
    let asked = get("/getSuiviEnvoi").map(|request| request.query("idEnvoi", id)).and_then(|request| with_token(desk, request, &token));
    let exchange = ask(desk.client, asked).await?;
    let body: Value = serde_json::from_slice(&exchange.body).ok()?;
    let one = body.pointer("/suiviCourrier/0")?;
    let field = |names: [&str; 2]| names.into_iter().find_map(|name| one.get(name)?.as_str()).filter(|text| !text.is_empty());
    let mut followed = Followed::default();
    let state = field(["lastState", "last_state"]).and_then(merci_facteur_state);
    let came_back = (field(["pnd", "PND"]) == Some("1")).then_some(ReceiptKind::Returned);
    for kind in state.into_iter().chain(came_back) {
        followed.receipts.push(receipt(letter, id, kind));
    }
    let number = field(["refTracking", "ref_tracking"]);
    let mut lacking = Vec::new();
    for (document, kind) in documents(mode(desk, letter.channel)) {
        if letter.proofs.iter().any(|known| known == kind) {
            continue;
        }
        // a scanned acknowledgement comes with the state
        let scan = field(["are_base64_jpeg", "areBase64Jpeg"]).filter(|_| *document == "reception");
        let found = match (scan.and_then(|scan| decoded(letter, kind, scan)), number) {
            (Some(found), _) => Some(found),
            (None, Some(number)) => {
                let asked = get("/getProof")
                    .map(|request| request.query("trackingNumber", number).query("document", document))
                    .and_then(|request| with_token(desk, request, &token));
                ask(desk.client, asked).await.and_then(|exchange| proof(letter, kind, &exchange.body))
            }
            (None, None) => None,
        };
        match found {
            Some(found) => followed.proofs.push(found),
            None => lacking.push(*kind),
        }
    }
    let delivered = state == Some(ReceiptKind::Delivered);
    let ended = matches!(state, Some(ReceiptKind::Returned | ReceiptKind::Declined | ReceiptKind::Unclaimed));
    // nobody acknowledged what came back
    followed.done = (delivered || ended || came_back.is_some()) && !lacking.iter().any(|kind| delivered || *kind == "deposit");
    Some(followed)
}

/// The documents that prove a letter of this mode, and what we call them.
fn documents(mode: &str) -> &'static [(&'static str, &'static str)] {
    match mode {
        "normal" => &[],
        "suivi" => &[("depot", "deposit")],
        mode if mode.starts_with("ere_") => &[("depot", "deposit"), ("telechargement", "acknowledgement")],
        _ => &[("depot", "deposit"), ("reception", "acknowledgement")],
    }
}

/// It says no instant: that of the answer stands in, which is never before the true one. A webhook tells it exactly.
fn receipt(letter: &Posted<'_>, id: &str, kind: ReceiptKind) -> Receipt {
    Receipt {
        dedupe_key: format!("asked:{id}:{}", kind.as_str()),
        reference: Some(letter.reference.to_owned()),
        provider_id: Some(id.to_owned()),
        kind,
        detail: None,
        at: None,
    }
}

fn proof(letter: &Posted<'_>, kind: &'static str, body: &[u8]) -> Option<Proof> {
    let body: Value = serde_json::from_slice(body).ok()?;
    decoded(letter, kind, body.get("document")?.as_str()?)
}

fn decoded(letter: &Posted<'_>, kind: &'static str, base64: &str) -> Option<Proof> {
    let data = STANDARD.decode(base64).ok()?;
    let media_type = Proof::media_type_of(&data)?;
    Some(Proof { reference: Some(letter.reference.to_owned()), provider_id: None, kind, media_type, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duplicate_is_known_by_its_code_then_by_its_words() {
        for (code, text) in [
            ("COURRIER_DOUBLON", ""),
            ("ANTIDOUBLON", "known"),
            ("DUPLICATE_REFERENCE", ""),
            ("ERROR_4711", "ce courrier a déjà été envoyé"),
            ("", "doublon"),
        ] {
            assert!(is_known(code, text), "{code} {text}");
        }
        for (code, text) in [
            ("INVALID_ANTIDOUBLON", "antidoublon trop long"),
            ("ANTIDOUBLON_TOO_LONG", "doublon"),
            ("LETTER_INVALID_FILES", "le fichier est déjà en cours d'envoi"),
            ("INFO_ADDRESS_MISSING", ""),
            ("", "refusé"),
        ] {
            assert!(!is_known(code, text), "{code} {text}");
        }
    }
}
