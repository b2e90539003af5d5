//! The language of own texts: conditions, loops over what the message has, the shared parts. Nothing that computes,
//! remembers or calls, so that a short text cannot become a long one.

use std::{io, sync::OnceLock};

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value,
    value::{Serde, ValueKind},
};
use serde::Serialize;

use crate::{context::Formality, environment::add_parts, error::RenderError, phrasing::written_out};

/// Instructions one rendering may use: ten times what the longest built-in text takes.
const FUEL: u64 = 200_000;
/// Bytes of prose that one message may have; its tables are not in it.
const MOST_BYTES: usize = 100_000;
/// Statements that may stand in `{% %}`.
const STATEMENTS: [&str; 7] = ["if", "elif", "else", "endif", "for", "endfor", "include"];

static SANDBOX: OnceLock<Result<Environment<'static>, String>> = OnceLock::new();

/// Renders `source` as a text of `folder`.
///
/// # Errors
/// [`RenderError::OwnText`] with a sentence for its author.
pub(crate) fn render(folder: &str, source: &str, formality: Formality, view: &impl Serialize) -> Result<String, RenderError> {
    allowed(source).map_err(RenderError::OwnText)?;
    let written = written_out(source, formality).map_err(RenderError::OwnText)?;
    let environment = SANDBOX.get_or_init(|| build().map_err(|error| error.to_string()));
    let environment = environment.as_ref().map_err(|error| RenderError::Templates(error.clone()))?;
    let name = format!("{folder}/own");
    let template = environment.template_from_named_str(&name, &written).map_err(told)?;
    let mut out = Bounded::default();
    template.render_captured_to(Serde(view), &mut out).map_err(told)?;
    String::from_utf8(out.0).map_err(|_| RenderError::OwnText("it is not text".to_owned()))
}

/// A language that knows every name it is asked for, ends, and prints nothing that is missing; no filter, no function.
pub(crate) fn bare() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(false);
    // a fact that may be missing and is not asked for first would print "none"
    environment.set_formatter(|out, state, value| match value.kind() {
        ValueKind::None => Err(Error::new(ErrorKind::InvalidOperation, "a fact that may be missing: ask for it with {% if … %} first")),
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment
}

fn build() -> Result<Environment<'static>, Error> {
    let mut environment = bare();
    environment.add_filter("join", join);
    environment.add_filter("length", |list: &Value| list.len().unwrap_or_default());
    environment.set_path_join_callback(|name, parent| match parent.split_once('/') {
        Some((folder, _)) if !name.contains('/') => format!("{folder}/_{name}.txt").into(),
        _ => name.into(),
    });
    add_parts(&mut environment)?;
    Ok(environment)
}

/// Of lists only: a text that is joined by texts would grow with each time.
fn join(list: &Value, between: &str) -> Result<String, Error> {
    if list.kind() != ValueKind::Seq {
        return Err(Error::new(ErrorKind::InvalidOperation, "join is for lists"));
    }
    Ok(list.try_iter()?.map(|item| item.to_string()).collect::<Vec<_>>().join(between))
}

/// Statements that only choose, repeat what is there, or take in a shared part; expressions that do not multiply.
pub(crate) fn allowed(source: &str) -> Result<(), String> {
    for tag in source.split("{%").skip(1) {
        let inside = tag.split("%}").next().unwrap_or_default();
        let word = inside.trim_start_matches(['-', '+']).split_whitespace().next().unwrap_or_default();
        if !STATEMENTS.contains(&word.trim_end_matches(['-', '+'])) {
            return Err(format!("{{% {word} %}} is not a statement of own texts: they know {}", STATEMENTS.join(", ")));
        }
        if inside.contains('*') {
            return Err("own texts do not multiply".to_owned());
        }
        if word == "include" && inside.contains('/') {
            return Err("a shared part is named without a folder".to_owned());
        }
    }
    let multiplies = source.split("{{").skip(1).any(|tag| tag.split("}}").next().unwrap_or_default().contains('*'));
    if multiplies { Err("own texts do not multiply".to_owned()) } else { Ok(()) }
}

/// The reason in the author's words: which name, which line.
pub(crate) fn told(error: Error) -> RenderError {
    let line = error.line().map(|line| format!(" (line {line})")).unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::UndefinedError => "a name that no message has",
        ErrorKind::SyntaxError => "this is not the template language",
        ErrorKind::OutOfFuel => "it takes too long",
        ErrorKind::WriteFailure => "it is too long",
        ErrorKind::TemplateNotFound => "there is no such shared part",
        ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest | ErrorKind::UnknownMethod => {
            "own texts know the filters join and length, and no functions"
        }
        _ => "it cannot be rendered",
    };
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    RenderError::OwnText(format!("{what}{detail}{line}"))
}

/// Takes so much and no more.
#[derive(Default)]
pub(crate) struct Bounded(pub Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(source: &str) -> Result<String, String> {
        let view = json!({"one": true, "variant": 1, "letter": false, "name": "Dumas", "missing": null, "list": ["a", "b"],
            "long": (0..2_000).collect::<Vec<_>>()});
        render("fr", source, Formality::Vous, &view).map_err(|error| error.to_string())
    }

    #[test]
    fn it_chooses_repeats_and_takes_in_shared_parts() {
        assert_eq!(rendered("{{ name }} ((seul|plusieurs)) <<a||b||c>> {{ list|join(\", \") }}").unwrap(), "Dumas seul b a, b");
        assert_eq!(rendered("{% include \"formal_close\" %}").unwrap(), "Veuillez agréer, Madame, Monsieur, nos salutations distinguées.");
    }

    #[test]
    fn what_grows_loops_or_reaches_out_is_refused() {
        for (source, why) in [
            ("{{ nothing }}", "a name that no message has"),
            ("{{ missing }}", "ask for it with"),
            ("{% set x = name %}", "not a statement"),
            ("{%- macro m() %}{% endmacro %}", "not a statement"),
            ("{% raw %}", "not a statement"),
            ("{{ name * 1000000 }}", "do not multiply"),
            ("{% if name * 9 %}{% endif %}", "do not multiply"),
            ("{{ name|replace(\"D\", name) }}", "no functions"),
            ("{{ range(10) }}", "no functions"),
            ("{{ name|join(name) }}", "join is for lists"),
            ("{% include \"fr/_pay.txt\" %}", "without a folder"),
            ("{% include \"layout.html\" %}", "no such shared part"),
            ("{% include \"own\" %}", "no such shared part"),
            ("{% for a in long %}{% for b in long %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}", "takes too long"),
            (&format!("{{% for a in long %}}{}{{% endfor %}}", "x".repeat(100)), "too long"),
            ("{% if %}", "not the template language"),
            ("<<a||b>>", "three sides"),
        ] {
            let error = rendered(source).expect_err(source);
            assert!(error.contains(why), "{source}: {error}");
        }
    }
}
