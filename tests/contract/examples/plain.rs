//! What differs from run to run is replaced: ids, secrets, real time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Real time is after the story; the story ends before.
const AFTER: &str = "2026-11-20";

/// The recording with ids by their order, and no secrets.
pub fn plain(said: Value) -> Value {
    let mut known = BTreeMap::new();
    replace(said, "", &mut known)
}

fn replace(value: Value, name: &str, known: &mut BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(replace_text(text, name, known)),
        Value::Array(list) => list.into_iter().map(|value| replace(value, name, known)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let value = match name.as_str() {
                    "duration_ms" => Value::from(12),
                    _ => replace(value, &name, known),
                };
                (replace_text(name, "", known), value)
            })
            .collect(),
        other => other,
    }
}

fn replace_text(text: String, name: &str, known: &mut BTreeMap<String, String>) -> String {
    match name {
        "api_key" => return "rlk_test_7f3k9q2m_EXAMPLEexampleEXAMPLEexampleEXAMPLEexample0".to_owned(),
        "prefix" => return "rlk_test_7f3k9q2m".to_owned(),
        "secret" => return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        "request_id" => return "req_5f0c6f8e3f7f4c2ab9f4a1de0b2f9c11".to_owned(),
        "sha256" => return "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        "next_cursor" if !text.starts_with("evt_") => return "eyJhZnRlciI6IjAxajl6M2s1eDhxMnY3dzRuNm0xYjBjOWQ4In0".to_owned(),
        "receipts_path" => return "/v1/receipts/5f0c6f8e3f7f4c2ab9f4a1de0b2f9c1102468ace".to_owned(),
        "url" => return "https://erp.example.com/hooks/relance".to_owned(),
        "reference" if text.starts_with("R-") => return "R-7F3K9Q2M".to_owned(),
        _ => {}
    }
    let instant = text.len() == 24 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    if instant && text.as_str() > AFTER {
        return "2026-11-20T09:00:00.000Z".to_owned();
    }
    let parts: Vec<String> =
        text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').map(|part| id(part, known)).collect();
    parts.concat()
}

/// `inv_01kab…` becomes the first, second, … invoice.
fn id(part: &str, known: &mut BTreeMap<String, String>) -> String {
    let bare = part.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let is = bare
        .split_once('_')
        .is_some_and(|(kind, rest)| kind.len() == 3 && rest.len() == 26 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if bare.len() == 19 && bare.starts_with("rl_") {
        return part.replace(bare, "rl_7f3k9q2m5x8w1c4d");
    }
    if !is {
        return part.to_owned();
    }
    let next = known.len() + 1;
    let plain = known.entry(bare.to_owned()).or_insert_with(|| format!("{}_01kt3e5w00000000000000{next:04}", &bare[..3]));
    format!("{plain}{}", &part[bare.len()..])
}

/// Which members there are and of what type; entries of lists are taken together.
pub fn shape(value: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    walk(value, String::new(), &mut all);
    all
}

fn walk(value: &Value, place: String, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| walk(value, format!("{place}/{name}"), all)),
        Value::Array(list) => list.iter().for_each(|value| walk(value, format!("{place}[]"), all)),
        Value::String(_) => all.extend([format!("{place}: text")]),
        Value::Number(_) => all.extend([format!("{place}: number")]),
        Value::Bool(_) => all.extend([format!("{place}: true or false")]),
        Value::Null => all.extend([format!("{place}: null")]),
    }
}
