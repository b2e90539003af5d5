//! A text message written as a gateway wants it that its settings describe: JSON is built leaf by leaf, never joined
//! from texts, so that no text of a message can become part of its structure.

mod template;

use relance_domain::{
    phone,
    sending::gateway::{Field, Gateway, LookUp},
};
use serde_json::{Map, Value, json};

/// What a message has for the templates of a gateway.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The number, E.164.
    pub to: &'a str,
    /// The sender.
    pub from: Option<&'a str>,
    /// What is said.
    pub text: &'a str,
    /// Our reference.
    pub reference: &'a str,
    /// `gsm7` or `ucs2`.
    pub encoding: &'a str,
    /// Messages that the text is billed as.
    pub parts: u8,
    /// Where receipts go.
    pub callback_url: Option<&'a str>,
    /// Whose it is.
    pub tenant: &'a str,
}

/// A message as examples write it: a text with quotes, accents and a brace.
pub const SAMPLE: Facts<'static> = Facts {
    to: "+33612345678",
    from: Some("DUMAS"),
    text: "Ateliers Dumas : facture \"FA-{1}\" de 1 234,56 EUR échue.\nMerci.",
    reference: "rl_7k2m9c4t8w1x5z3b",
    encoding: "gsm7",
    parts: 1,
    callback_url: Some("https://relance.example/v1/receipts/0a1b2c"),
    tenant: "ten_01900000-0000-7000-8000-000000000000",
};

/// A request, written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// Headers.
    pub headers: Vec<Field>,
    /// Fields of the form, or parameters of the address.
    pub fields: Vec<Field>,
    /// The JSON.
    pub body: Option<Value>,
}

/// What does not read, and where in the gateway's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer inside the gateway's own object.
    pub pointer: String,
    /// A sentence for its author.
    pub detail: String,
}

/// Writes a message; what gives nothing is left out.
///
/// # Errors
/// Every template that does not give a value.
pub fn write(gateway: &Gateway, facts: &Facts<'_>) -> Result<Written, Vec<Fault>> {
    let view = view(gateway, facts);
    let mut faults = Vec::new();
    let headers = fields("/headers", &gateway.headers, &view, &mut faults);
    let fields = fields("/fields", &gateway.fields, &view, &mut faults);
    let body = gateway.body.as_ref().and_then(|body| leaf("/body", body, &view, &mut faults));
    if faults.is_empty() { Ok(Written { headers, fields, body }) } else { Err(faults) }
}

/// The address at which a message is asked for. It knows `reference`, `to_digits` and `tenant` only: nothing that
/// would have to be written otherwise in an address, and nothing secret.
///
/// # Errors
/// A sentence for its author.
pub fn look_up_url(look_up: &LookUp, facts: &Facts<'_>) -> Result<String, String> {
    let view = json!({ "reference": facts.reference, "to_digits": digits(facts.to), "tenant": facts.tenant });
    template::text(&look_up.url, &view)?.ok_or_else(|| "it gives no address".to_owned())
}

fn digits(number: &str) -> &str {
    number.trim_start_matches('+')
}

fn view(gateway: &Gateway, facts: &Facts<'_>) -> Value {
    let mut view = json!({
        "to": facts.to,
        "to_digits": digits(facts.to),
        "from": facts.from,
        "text": facts.text,
        "reference": facts.reference,
        "encoding": facts.encoding,
        "parts": facts.parts,
        "callback_url": facts.callback_url,
        "tenant": facts.tenant,
        "secrets": gateway.secrets,
    });
    // a number without one is refused rather than sent without a recipient
    if let Some(national) = phone::national(facts.to) {
        view["to_national"] = national.into();
    }
    view
}

fn fields(place: &str, list: &[Field], view: &Value, faults: &mut Vec<Fault>) -> Vec<Field> {
    let mut written = Vec::new();
    for (at, Field { name, value }) in list.iter().enumerate() {
        match template::text(value, view) {
            Ok(Some(value)) => written.push(Field { name: name.clone(), value }),
            Ok(None) => {}
            Err(detail) => faults.push(Fault { pointer: format!("{place}/{at}/value"), detail }),
        }
    }
    written
}

/// A value of the body; `None` is left out.
fn leaf(pointer: &str, value: &Value, view: &Value, faults: &mut Vec<Fault>) -> Option<Value> {
    match value {
        Value::String(source) => match template::value(source, view) {
            Ok(Value::Null) => None,
            Ok(value) => Some(value),
            Err(detail) => {
                faults.push(Fault { pointer: pointer.to_owned(), detail });
                None
            }
        },
        Value::Array(list) => {
            let written = list.iter().enumerate().filter_map(|(at, one)| leaf(&format!("{pointer}/{at}"), one, view, faults));
            Some(written.collect())
        }
        Value::Object(members) => {
            let mut written = Map::new();
            for (name, one) in members {
                let place = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                if let Some(one) = leaf(&place, one, view, faults) {
                    written.insert(name.clone(), one);
                }
            }
            Some(Value::Object(written))
        }
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(body: &Value) -> Gateway {
        let own = json!({"url": "https://a.example", "media_type": "json", "secrets": {"key": "s3cr3t"}, "body": body,
            "headers": [{"name": "X-Key", "value": "{{ secrets.key }}"}, {"name": "X-Back", "value": "{{ callback_url }}"}]});
        Gateway::read(&own).unwrap()
    }

    #[test]
    fn a_message_cannot_break_out_of_its_place() {
        let body = json!({"messages": [{"to": ["{{ to_digits | int }}"], "text": "{{ text }}", "parts": "{{ parts }}", "flash": false, "ttl": 3600, "nothing": null,
            "back": "{{ callback_url }}", "tag": "relance {{ reference }}"}]});
        let text = "\",\"to\":[1],\"x\":\"{{ secrets.key }}\\";
        let written = write(&gateway(&body), &Facts { text, callback_url: None, ..SAMPLE }).unwrap();
        let message = &written.body.unwrap()["messages"][0];
        assert_eq!(
            message,
            &json!({"to": [33_612_345_678_i64], "text": text, "parts": 1, "flash": false, "ttl": 3600, "nothing": null, "tag": "relance rl_7k2m9c4t8w1x5z3b"})
        );
        assert_eq!(written.headers, [Field { name: "X-Key".into(), value: "s3cr3t".into() }]);
    }

    #[test]
    fn every_template_that_fails_is_named() {
        let body = json!({"a/b": {"c": ["{{ nope }}", "{{ to_national }}"]}, "d": "{{ callback_url }}x"});
        let faults = write(&gateway(&body), &Facts { to: "+4915112345678", callback_url: None, ..SAMPLE }).unwrap_err();
        let places: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/body/a~1b/c/0", "/body/a~1b/c/1", "/body/d"]);
        assert!(write(&gateway(&json!({"to": "{{ to_national }}"})), &SAMPLE).is_ok());
    }

    #[test]
    fn an_address_knows_nothing_secret() {
        let look_up = |url: &str| LookUp { url: url.to_owned(), list: None, item: None, reference: None, id: None };
        let url = look_up_url(&look_up("https://a.example/m?ref={{ reference }}&to={{ to_digits }}"), &SAMPLE);
        assert_eq!(url.as_deref(), Ok("https://a.example/m?ref=rl_7k2m9c4t8w1x5z3b&to=33612345678"));
        for url in ["https://a.example/{{ secrets.key }}", "https://a.example/{{ text }}", "{% if reference == 'x' %}a{% endif %}"] {
            assert!(look_up_url(&look_up(url), &SAMPLE).is_err(), "{url}");
        }
    }
}
