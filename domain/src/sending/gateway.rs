//! An SMS gateway that its settings describe: what its answers mean and how it is asked. How a request is written
//! from its templates, and how its receipts read, follow from the same description elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Found, Scope};

/// How a gateway is called, answers, is asked and tells. As it stands in a channel's settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Gateway {
    /// `POST`, `PUT` or `GET`.
    pub method: Option<String>,
    /// Where messages go.
    pub url: String,
    /// `json`, `form`, or `query`: parameters of the address, and no body.
    pub media_type: String,
    /// Headers; each value is a template.
    #[serde(default)]
    pub headers: Vec<Field>,
    /// Of `json`: an object whose texts are templates.
    pub body: Option<Value>,
    /// Of `form` and `query`; each value is a template.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Who we are.
    pub auth: Option<Auth>,
    /// Name → secret, for `secrets.…` in templates.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// What its answers mean.
    #[serde(default)]
    pub answer: Reading,
    /// How it is asked for a message.
    pub look_up: Option<LookUp>,
    /// How it tells what became of a message.
    pub receipts: Option<Receipts>,
}

/// A name, and a template of its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Template.
    pub value: String,
}

/// The header `Authorization`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Auth {
    /// `basic` or `bearer`.
    pub scheme: String,
    /// Of `basic`.
    pub username: Option<String>,
    /// Name of the secret that is the password or token.
    pub secret: String,
}

/// What its answers mean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Reading {
    /// JSON pointer of its id of the message.
    pub id: Option<String>,
    /// JSON pointer of the reason of a refusal, for a person.
    pub reason: Option<String>,
    /// What a 2xx says: where some of them are refusals.
    pub status: Option<Codes>,
    /// What a 4xx says.
    pub error: Option<Codes>,
    /// JSON pointer of the seconds to wait.
    pub retry_after: Option<String>,
    /// Header with the seconds to wait, or the date until when, beside `Retry-After`.
    pub retry_after_header: Option<String>,
}

/// Values at a place, by what they mean. As texts: `0` and `"0"` are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Codes {
    /// JSON pointer of the value.
    pub pointer: String,
    /// It has the message. When there are any, every other value in a 2xx is a refusal.
    #[serde(default)]
    pub taken: Vec<String>,
    /// Refused for this number.
    #[serde(default)]
    pub recipient: Vec<String>,
    /// Refused for this message.
    #[serde(default)]
    pub message: Vec<String>,
    /// Refused for our account.
    #[serde(default)]
    pub account: Vec<String>,
    /// Not taken now: come again.
    #[serde(default)]
    pub throttled: Vec<String>,
}

/// How it is asked for a message by our reference.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LookUp {
    /// Template of the address.
    pub url: String,
    /// JSON pointer of a list of messages.
    pub list: Option<String>,
    /// JSON pointer of the message, instead of a list.
    pub item: Option<String>,
    /// JSON pointer of our reference inside the message: another's does not count.
    pub reference: Option<String>,
    /// JSON pointer of its id inside the message.
    pub id: Option<String>,
}

/// How it tells what became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Receipts {
    /// `json`, `form` or `query`.
    pub media_type: String,
    /// Of `json`: pointer of the list of receipts; without it the body is one, or a list of them.
    pub list: Option<String>,
    /// Pointer or name of our reference.
    pub reference: Option<String>,
    /// Name of the parameter of the address that is our reference.
    pub reference_parameter: Option<String>,
    /// Pointer or name of the gateway's id.
    pub id: Option<String>,
    /// Pointer or name of what became of it.
    pub status: String,
    /// Pointer or name of the reason, for a person.
    pub reason: Option<String>,
    /// Pointer or name of the instant.
    pub at: Option<String>,
    /// Values of the status: it has it and tries.
    #[serde(default)]
    pub accepted: Vec<String>,
    /// The handset has it.
    #[serde(default)]
    pub delivered: Vec<String>,
    /// Never again to this number.
    #[serde(default)]
    pub bounced_hard: Vec<String>,
    /// Not this time.
    #[serde(default)]
    pub bounced_soft: Vec<String>,
    /// Given up or blocked.
    #[serde(default)]
    pub failed: Vec<String>,
    /// Wants no more.
    #[serde(default)]
    pub opted_out: Vec<String>,
    /// How a receipt shows where it comes from; without it, by its address alone.
    pub verify: Option<Verify>,
}

/// How a receipt shows where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Verify {
    /// `header`, `hmac_sha256` or `basic`.
    pub scheme: String,
    /// The header of `header` and `hmac_sha256`.
    pub header: Option<String>,
    /// Name of the secret.
    pub secret: String,
    /// Of `hmac_sha256`: `hex` or `base64`.
    pub encoding: Option<String>,
    /// Of `hmac_sha256`: what stands before the signature (`sha256=`).
    pub prefix: Option<String>,
}

/// What a value at a place of an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It has the message.
    Taken,
    /// It will not take it.
    Refused(Scope),
    /// It did not take it now.
    Throttled,
}

impl Gateway {
    /// Reads a channel's own object with its secrets; `None` when it does not read.
    pub fn read(own: &Value) -> Option<Self> {
        serde_json::from_value(own.clone()).ok()
    }

    /// The method: `POST`, but `GET` for parameters of the address.
    pub fn method(&self) -> &str {
        self.method.as_deref().unwrap_or(if self.media_type == "query" { "GET" } else { "POST" })
    }

    /// `text` without any of the secrets: a gateway may repeat what it was shown.
    pub fn without_secrets(&self, text: &str) -> String {
        self.secrets.values().filter(|secret| secret.len() > 3).fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

impl Codes {
    /// What `body` says; `None` when it says nothing of it.
    pub fn verdict(&self, body: &Value) -> Option<Verdict> {
        let value = plain(body.pointer(&self.pointer)?)?;
        let sets = [
            (&self.taken, Verdict::Taken),
            (&self.recipient, Verdict::Refused(Scope::Recipient)),
            (&self.message, Verdict::Refused(Scope::Message)),
            (&self.account, Verdict::Refused(Scope::Account)),
            (&self.throttled, Verdict::Throttled),
        ];
        sets.into_iter().find(|(values, _)| values.contains(&value)).map(|(_, verdict)| verdict)
    }

    /// Does `body` say something that is on no list, although those that mean taken are listed?
    pub fn is_stranger(&self, body: &Value) -> bool {
        !self.taken.is_empty() && self.verdict(body).is_none() && body.pointer(&self.pointer).and_then(plain).is_some()
    }

    /// Its sets with their names.
    pub fn sets(&self) -> [(&'static str, &[String]); 5] {
        [
            ("taken", &self.taken),
            ("recipient", &self.recipient),
            ("message", &self.message),
            ("account", &self.account),
            ("throttled", &self.throttled),
        ]
    }
}

impl LookUp {
    /// What an answer that reads says of the message with our `reference`. A list that is not there says nothing.
    pub fn found(&self, reference: &str, body: &Value) -> Found {
        let ours = |one: &&Value| match &self.reference {
            Some(pointer) => one.pointer(pointer).and_then(plain).as_deref() == Some(reference),
            None => !one.is_null(),
        };
        let found = match (&self.list, &self.item) {
            (Some(list), _) => match body.pointer(list).and_then(Value::as_array) {
                Some(list) => list.iter().find(ours),
                None => return Found::Unclear,
            },
            (None, Some(item)) => body.pointer(item).filter(ours),
            (None, None) => Some(body).filter(ours),
        };
        match found {
            Some(one) => Found::Taken { provider_id: self.id.as_ref().and_then(|pointer| plain(one.pointer(pointer)?)) },
            None => Found::NotSeen,
        }
    }
}

impl Receipts {
    /// Its sets of values with their names.
    pub fn sets(&self) -> [(&'static str, &[String]); 6] {
        [
            ("accepted", &self.accepted),
            ("delivered", &self.delivered),
            ("bounced_hard", &self.bounced_hard),
            ("bounced_soft", &self.bounced_soft),
            ("failed", &self.failed),
            ("opted_out", &self.opted_out),
        ]
    }
}

/// A text, number or truth value as text.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Is this a JSON pointer (RFC 6901)?
pub fn is_pointer(text: &str) -> bool {
    let whole = |part: &str| part.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    text.is_empty() || (text.starts_with('/') && whole(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes() -> Codes {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        Codes {
            pointer: "/messages/0/status".into(),
            taken: words(&["0"]),
            recipient: words(&["6"]),
            account: words(&["4"]),
            ..Codes::default()
        }
    }

    #[test]
    fn a_value_means_what_its_set_says_as_text_or_number() {
        let said = |status: Value| json!({ "messages": [{ "status": status }] });
        for (status, verdict, stranger) in [
            (json!("0"), Some(Verdict::Taken), false),
            (json!(0), Some(Verdict::Taken), false),
            (json!(6), Some(Verdict::Refused(Scope::Recipient)), false),
            (json!("4"), Some(Verdict::Refused(Scope::Account)), false),
            (json!("99"), None, true),
            (json!(null), None, false),
            (json!({}), None, false),
        ] {
            let body = said(status.clone());
            assert_eq!((codes().verdict(&body), codes().is_stranger(&body)), (verdict, stranger), "{status}");
        }
        let open = Codes { taken: Vec::new(), ..codes() };
        assert!(!open.is_stranger(&said(json!("99"))), "without a list of what is taken, what is on no list is");
        assert_eq!(codes().verdict(&Value::Null), None);
    }

    #[test]
    fn only_an_answer_that_reads_says_that_a_message_is_not_there() {
        let by_list = LookUp {
            url: String::new(),
            list: Some("/batches".into()),
            item: None,
            reference: Some("/ref".into()),
            id: Some("/id".into()),
        };
        let found = |look_up: &LookUp, body: Value| look_up.found("rl_1", &body);
        assert_eq!(
            found(&by_list, json!({"batches": [{"ref": "rl_2", "id": 1}, {"ref": "rl_1", "id": 7}]})),
            Found::Taken { provider_id: Some("7".into()) }
        );
        assert_eq!(found(&by_list, json!({"batches": [{"ref": "rl_2", "id": 1}]})), Found::NotSeen);
        assert_eq!(found(&by_list, json!({"batches": []})), Found::NotSeen);
        for other in [json!({}), json!({"error": "x"}), json!([]), json!({"batches": "none"}), Value::Null] {
            assert_eq!(found(&by_list, other.clone()), Found::Unclear, "{other}");
        }
        let by_item = LookUp { list: None, item: Some("/message".into()), reference: None, ..by_list };
        assert_eq!(found(&by_item, json!({"message": {"id": "a"}})), Found::Taken { provider_id: Some("a".into()) });
        assert_eq!(found(&by_item, json!({"message": null})), Found::NotSeen);
    }

    #[test]
    fn a_gateway_that_repeats_our_secrets_is_not_quoted() {
        let gateway =
            Gateway::read(&json!({"url": "https://a.example", "media_type": "query", "secrets": {"key": "s3cr3t", "short": "a"}})).unwrap();
        assert_eq!(gateway.without_secrets("key s3cr3t is bad"), "key … is bad");
        assert_eq!((gateway.method(), gateway.receipts.is_none()), ("GET", true));
        assert!(Gateway::read(&json!({"url": 7})).is_none());
    }

    #[test]
    fn pointers_are_rfc_6901() {
        for (text, is) in [("", true), ("/a/0/b", true), ("/a~1b~0", true), ("a", false), ("/a~2", false), ("/~", false)] {
            assert_eq!(is_pointer(text), is, "{text}");
        }
    }
}
