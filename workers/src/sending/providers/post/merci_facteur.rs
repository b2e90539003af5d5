//! Merci Facteur, API 1.2 (its README at github.com/MerciFacteur/Merci-facteur-API). `antidoublon` refuses the same
//! letter again for thirty days: the refusal proves that the first was taken.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use relance_domain::sending::{Followed, Handed, Proof, Receipt, ReceiptKind, Scope, merci_facteur_state};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    Answer, Desk, Fault, Outgoing, Posted, Request, ask, before, faulty, order,
    party::{Party, cut, sheet},
};

const BASE: &str = "https://www.merci-facteur.com/api/1.2/prod/service";
/// What stands for "no address" where the restriction to addresses is lifted.
const ANY_IP: &str = "111.111.111";

pub(super) async fn send(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Handed, Handed> {
    let letter = letter(desk, channel, message).map_err(faulty)?;
    let token = token(desk, message.now).await?;
    let handed = order(desk.client, letter.and_token(desk, &token), message.now, taken, refused).await;
    if matches!(handed, Handed::Refused { scope: Scope::Account, .. }) {
        desk.tokens.forget(&credentials(desk).map_err(faulty)?);
    }
    Ok(handed)
}

struct Letter(Vec<(&'static str, String)>);

impl Letter {
    fn and_token(&self, desk: &Desk<'_>, token: &str) -> Result<Request, Fault> {
        let fields: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (*name, value.as_str())).collect();
        with_token(desk, Request::form(&desk.account.base(BASE), "/sendCourrier", &fields)?, token)
    }
}

/// `adress` has one d, every one of its eleven keys is there, and what is empty is written `""`.
fn letter(desk: &Desk<'_>, channel: &str, message: &Outgoing<'_>) -> Result<Letter, Fault> {
    let (from, to) = (Party::of(message.content, "sender")?, Party::of(message.content, "recipient")?);
    let mut dest = address(&to, message.reference);
    let mode = match channel {
        "registered_letter" => desk.account.setting("registered_mode").unwrap_or("lrare"),
        _ => desk.account.setting("letter_mode").unwrap_or("suivi"),
    };
    if mode.starts_with("ere_") {
        let consumer = to.kind.as_deref() != Some("business") && to.kind.as_deref() != Some("public_body");
        let agreed = desk.account.flag("consumers_agreed");
        if consumer && !agreed {
            let detail = "a registered e-letter to a consumer needs that they agreed beforehand";
            return Err(Fault(Scope::Message, detail.to_owned()));
        }
        let email = message.content.headers.get("email").cloned().unwrap_or_default();
        let phone = message.content.headers.get("phone").cloned().unwrap_or_default();
        if (mode == "ere_otp_mail" && email.is_empty()) || (mode == "ere_otp_sms" && phone.is_empty()) {
            return Err(Fault(Scope::Message, "no contact has the address that a registered e-letter needs".to_owned()));
        }
        dest["email"] = email.into();
        dest["phone"] = phone.into();
        dest["consent"] = i32::from(agreed).into();
    }
    let content = json!({
        "letter": {
            "files": "",
            "base64files": [STANDARD.encode(sheet(message.content)?)],
            "print_sides": "rectoverso",
            "final_filename": message.reference,
        },
        "photo": "",
        "card": "",
    });
    let mut fields = vec![
        ("idUser", desk.account.needed("user_id")?.to_owned()),
        ("modeEnvoi", mode.to_owned()),
        ("adress", json!({ "exp": address(&from, ""), "dest": [dest] }).to_string()),
        ("content", content.to_string()),
        ("designation", message.reference.to_owned()),
        ("antidoublon", message.reference.to_owned()),
    ];
    if matches!(mode, "normal" | "suivi") {
        fields.push(("gestionNpai", "1".to_owned()));
    }
    Ok(Letter(fields))
}

fn address(party: &Party, reference: &str) -> Value {
    json!({
        "civilite": "",
        "nom": "",
        "prenom": "",
        "societe": cut(party.name(), 90),
        "adresse1": cut(&party.line(0, 3), 90),
        "adresse2": cut(&party.line(1, 3), 90),
        "adresse3": cut(&party.line(2, 3), 90),
        "cp": cut(party.postcode(), 12),
        "ville": cut(party.city(), 70),
        "pays": country(party.country()),
        "reference": cut(reference, 30),
    })
}

/// The spelling that its list of countries has; the code where we do not know it, which it refuses.
fn country(code: &str) -> String {
    let name = match code.to_ascii_uppercase().as_str() {
        "FR" => "FRANCE",
        "GP" => "GUADELOUPE",
        "GF" => "GUYANE FRANCAISE",
        "MQ" => "MARTINIQUE",
        "YT" => "MAYOTTE",
        "RE" => "REUNION",
        "BL" => "SAINT BARTHELEMY",
        "MF" => "SAINT MARTIN",
        "AT" => "AUTRICHE",
        "BE" => "BELGIQUE",
        "CH" => "SUISSE",
        "DE" => "ALLEMAGNE",
        "DK" => "DANEMARK",
        "ES" => "ESPAGNE",
        "GB" => "ROYAUME UNI",
        "IE" => "IRLANDE",
        "IT" => "ITALIE",
        "LU" => "LUXEMBOURG",
        "NL" => "PAYS BAS",
        "PL" => "POLOGNE",
        "PT" => "PORTUGAL",
        "SE" => "SUEDE",
        other => return other.to_owned(),
    };
    name.to_owned()
}

fn credentials<'a>(desk: &Desk<'a>) -> Result<[&'a str; 3], Fault> {
    Ok(["merci_facteur", desk.account.needed("service_id")?, desk.account.needed("secret_key")?])
}

/// Granted for a day; the same as long as it holds.
pub(super) async fn token(desk: &Desk<'_>, now: DateTime<Utc>) -> Result<String, Handed> {
    let credentials = credentials(desk).map_err(faulty)?;
    if let Some(token) = desk.tokens.get(&credentials, now) {
        return Ok(token);
    }
    let answer = before(desk.client, grant(desk, now), now, refused).await?;
    let Some(token) = answer.id("/token") else { return Err(unreadable(&answer)) };
    let until = answer.number("/expire").and_then(|until| DateTime::from_timestamp(until, 0));
    desk.tokens.put(&credentials, &token, until.unwrap_or(now));
    Ok(token)
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

fn said(answer: &Answer) -> String {
    let places = ["/error/code", "/error/text", "/error"];
    let said = places.iter().find_map(|place| answer.body.pointer(place)?.as_str()).unwrap_or("no reason given");
    format!("status {}: {said}", answer.status)
}

/// By the words of its error code; what is known already was taken.
fn refused(answer: &Answer) -> Handed {
    let code = said(answer);
    let upper = code.to_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    if has(&["DOUBLON", "DUPLICAT", "ALREADY_SENT"]) {
        return Handed::accepted(None);
    }
    let account =
        ["TOKEN", "SERVICE", "SIGNATURE", "TIMESTAMP", "_IP", "CREDIT", "QUOTA", "PAYMENT", "PAIEMENT", "USER", "ACCOUNT", "COMPTE"];
    if matches!(answer.status, 401..=403) || has(&account) {
        return Handed::refused(Scope::Account, &code);
    }
    Handed::refused(Scope::Message, &code)
}

/// `getSuiviEnvoi`, and `getProof` once there is a number to ask by.
pub(super) async fn follow(desk: &Desk<'_>, letter: &Posted<'_>) -> Option<Followed> {
    let id = letter.provider_id?;
    let token = token(desk, letter.now).await.ok()?;
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
    if let Some(number) = field(["refTracking", "ref_tracking"]) {
        for (document, kind) in [("depot", "deposit"), ("reception", "acknowledgement")] {
            if letter.proofs.iter().any(|known| known == kind) {
                continue;
            }
            let asked = get("/getProof")
                .map(|request| request.query("trackingNumber", number).query("document", document))
                .and_then(|request| with_token(desk, request, &token));
            followed.proofs.extend(ask(desk.client, asked).await.and_then(|exchange| proof(letter, kind, &exchange.body)));
        }
    }
    let all = letter.proofs.len() + followed.proofs.len() >= 2;
    let ended = matches!(state, Some(ReceiptKind::Delivered | ReceiptKind::Returned | ReceiptKind::Declined | ReceiptKind::Unclaimed));
    followed.done = came_back.is_some() || (ended && (all || letter.channel == "letter"));
    Some(followed)
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
    let data = STANDARD.decode(body.get("document")?.as_str()?).ok()?;
    let media_type = Proof::media_type_of(&data)?;
    Some(Proof { reference: Some(letter.reference.to_owned()), provider_id: None, kind, media_type, data })
}
