//! One value of a request. A text that is one expression keeps the expression's own type; every other is a text.

use std::sync::OnceLock;

use minijinja::{
    Environment, Error, ErrorKind, Value,
    value::{Serde, ValueKind},
};
use serde_json::Value as Json;

use crate::{
    error::RenderError,
    own::{Bounded, allowed, bare, told},
};

static SANDBOX: OnceLock<Environment<'static>> = OnceLock::new();

fn sandbox() -> &'static Environment<'static> {
    SANDBOX.get_or_init(|| {
        let mut environment = bare();
        environment.add_filter("int", minijinja::filters::int);
        environment
    })
}

/// What `source` gives with the facts of `view`; null when that is nothing.
///
/// # Errors
/// A sentence for its author.
pub(super) fn value(source: &str, view: &Json) -> Result<Json, String> {
    if !source.contains("{{") && !source.contains("{%") {
        return Ok(source.into());
    }
    allowed(source)?;
    if let Some(expression) = expression(source) {
        let value = sandbox().compile_expression(expression).and_then(|expression| expression.eval(Serde(view))).map_err(said)?;
        return typed(&value);
    }
    let template = sandbox().template_from_str(source).map_err(said)?;
    let mut out = Bounded::default();
    template.render_captured_to(Serde(view), &mut out).map_err(said)?;
    let text = String::from_utf8(out.0).map_err(|_| "it is not text".to_owned())?;
    Ok(if text.is_empty() { Json::Null } else { text.into() })
}

fn said(error: Error) -> String {
    use ErrorKind::{UnknownFilter, UnknownFunction, UnknownMethod, UnknownTest};
    if matches!(error.kind(), UnknownFilter | UnknownFunction | UnknownMethod | UnknownTest) {
        return "templates of a gateway know the filter int, and no functions".to_owned();
    }
    match told(error) {
        RenderError::OwnText(detail) => detail,
        other => other.to_string(),
    }
}

/// The same as text.
pub(super) fn text(source: &str, view: &Json) -> Result<Option<String>, String> {
    Ok(match value(source, view)? {
        Json::Null => None,
        Json::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

/// The expression that the text is nothing but.
fn expression(source: &str) -> Option<&str> {
    let inside = source.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let alone = !["{{", "}}", "{%", "{#"].iter().any(|mark| inside.contains(mark));
    alone.then(|| inside.trim_start_matches(['-', '+']).trim_end_matches(['-', '+']))
}

fn typed(value: &Value) -> Result<Json, String> {
    match value.kind() {
        ValueKind::Undefined => Err("a name that no message has".to_owned()),
        ValueKind::None => Ok(Json::Null),
        ValueKind::String => Ok(value.as_str().filter(|text| !text.is_empty()).map_or(Json::Null, Json::from)),
        ValueKind::Bool => Ok(value.is_true().into()),
        ValueKind::Number => match i64::try_from(value.clone()) {
            Ok(number) => Ok(number.into()),
            Err(_) => Err("a number here is a whole one".to_owned()),
        },
        _ => Err("this is no text, number or truth value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn view() -> Json {
        json!({"to": "+33612345678", "to_digits": "33612345678", "parts": 2, "text": "Dû {{ to }} \"x\"", "callback_url": null, "encoding": "gsm7", "secrets": {"key": "k"}})
    }

    #[test]
    fn a_text_that_is_one_expression_keeps_its_type() {
        for (source, gives) in [
            ("{{ parts }}", json!(2)),
            ("{{ to_digits | int }}", json!(33_612_345_678_i64)),
            ("{{ encoding != 'gsm7' }}", json!(false)),
            ("{{ 'unicode' if encoding != 'gsm7' else 'text' }}", json!("text")),
            ("{{ callback_url }}", Json::Null),
            ("{{ text }}", json!("Dû {{ to }} \"x\"")),
            ("{{- to -}}", json!("+33612345678")),
            ("AccessKey {{ secrets.key }}", json!("AccessKey k")),
            ("{{ to }}{{ parts }}", json!("+336123456782")),
            ("{% if callback_url %}{{ callback_url }}?x=1{% endif %}", Json::Null),
            ("plain", json!("plain")),
            ("", json!("")),
        ] {
            assert_eq!(value(source, &view()), Ok(gives), "{source}");
        }
        assert_eq!(text("{{ parts }}", &view()), Ok(Some("2".to_owned())));
    }

    #[test]
    fn what_does_not_exist_grows_or_never_ends_is_refused() {
        for (source, why) in [
            ("{{ nothing }}", "a name that no message has"),
            ("{{ secrets.other }}", "a name that no message has"),
            ("x{{ nothing }}", "a name that no message has"),
            ("{{ callback_url }}?ref=1", "ask for it with"),
            ("{{ text * 1000 }}", "do not multiply"),
            ("{% set x = 1 %}", "not a statement"),
            ("{% include \"pay\" %}", "no such shared part"),
            ("{{ to | upper }}", "no functions"),
            ("{{ parts / 4 }}", "a whole one"),
            ("{{ secrets }}", "no text"),
            (
                "{% for a in text %}{% for b in text %}{% for c in text %}{% for d in text %}{% for e in text %}{{ a }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
                "too long",
            ),
            ("{{ to | }}", "not the template language"),
        ] {
            let error = value(source, &view()).expect_err(source);
            assert!(error.contains(why), "{source}: {error}");
        }
    }
}
