//! AR24: forms with token, date and the sealed date; answers sealed under date and private key, errors in clear.

use aes::Aes256;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Account, Asked, Letter, Said};

pub const PRIVATE_KEY: &str = "7X9gx9E3Qx4EiUdB63nc";

pub fn work(account: &mut Account, asked: &Asked) -> Said {
    if let Some(kind) = asked.path.strip_prefix("/proof/") {
        return match account.proofs.get(kind) {
            Some(data) => ("200 OK", "application/pdf", data.clone()),
            None => ("404 Not Found", "text/html", b"no such file".to_vec()),
        };
    }
    let date = date(asked);
    if asked.header("signature") != seal(&date, PRIVATE_KEY) {
        return clear("invalid_signature");
    }
    let answer = match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/attachment") => {
            let start = asked.body.windows(4).position(|four| four == b"%PDF").expect("a sheet");
            account.sheets.push(asked.body[start..].to_vec());
            json!({"status": "SUCCESS", "result": {"file_id": account.sheets.len().to_string()}})
        }
        ("POST", "/mail") => {
            let form = asked.form();
            if let Some(code) = account.refuses {
                return clear(code);
            }
            let id = account.next_id().to_string();
            let sheets = form.keys().filter(|name| name.starts_with("attachment[")).count();
            account.orders.push(json!(form));
            account.letters.push(Letter { id: id.clone(), reference: form["ref_dossier"].clone(), sheets, ..Letter::default() });
            json!({"status": "SUCCESS", "result": {"id": id.parse::<u64>().unwrap()}})
        }
        ("GET", "/user/mail") => {
            let one = |letter: &Letter| json!({"id": letter.id.parse::<u64>().unwrap(), "ref_dossier": letter.reference});
            json!({"status": "SUCCESS", "result": account.letters.iter().map(one).collect::<Vec<_>>()})
        }
        ("GET", "/mail") => {
            let Some(letter) = account.letters.iter().find(|letter| asked.query.get("id") == Some(&letter.id)) else {
                return clear("mail_not_exists");
            };
            let mut mail = json!({"id": letter.id.parse::<u64>().unwrap(), "ref_dossier": letter.reference});
            for (field, date) in &account.states {
                mail[field] = date.as_str().into();
            }
            for kind in account.proofs.keys() {
                mail[format!("proof_{kind}_url")] = format!("{}/proof/{kind}", asked.base).into();
            }
            json!({"status": "SUCCESS", "result": mail})
        }
        other => panic!("AR24 has no {other:?}"),
    };
    let composite = format!("{date}{PRIVATE_KEY}");
    ("200 OK", "text/html", sealed(&answer, &composite).into_bytes())
}

fn clear(slug: &str) -> Said {
    ("200 OK", "application/json", json!({"status": "ERROR", "slug": slug}).to_string().into_bytes())
}

fn sealed(answer: &Value, composite: &str) -> String {
    seal(&answer.to_string(), composite)
}

/// The key of the composite, the vector of the private key alone.
fn seal(text: &str, composite: &str) -> String {
    let (key, vector) = (bytes::<32>(&hex(composite)), bytes::<16>(&hex(&hex(PRIVATE_KEY))));
    STANDARD.encode(Encryptor::<Aes256>::new(&key.into(), &vector.into()).encrypt_padded_vec::<Pkcs7>(text.as_bytes()))
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    text.as_bytes()[..N].try_into().unwrap()
}

fn date(asked: &Asked) -> String {
    if let Some(date) = asked.query.get("date") {
        return date.clone();
    }
    if asked.path == "/mail" {
        return asked.form()["date"].clone();
    }
    let text = String::from_utf8_lossy(&asked.body).into_owned();
    text.split("name=\"date\"\r\n\r\n").nth(1).unwrap().lines().next().unwrap().to_owned()
}
