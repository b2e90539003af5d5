//! The template files of the program in one strict environment: a missing fact fails a render
//! instead of leaving a hole, nothing is read from disk, and no text may loop for ever.

use std::sync::OnceLock;

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};

use crate::{context::Formality, error::RenderError, format::Lang, phrasing::written_out};

/// Instructions one render may use: some hundred invoices need a tenth of it.
const FUEL: u64 = 2_000_000;

static ENVIRONMENT: OnceLock<Result<Environment<'static>, String>> = OnceLock::new();

macro_rules! in_every_language {
    ($list:ident, [$($name:literal),* $(,)?], $end:literal) => {
        const $list: &[File] = &[$(File {
            name: $name,
            sources: [
                (Lang::Fr, include_str!(concat!("../templates/fr/", $name, $end))),
                (Lang::En, include_str!(concat!("../templates/en/", $name, $end))),
                (Lang::De, include_str!(concat!("../templates/de/", $name, $end))),
                (Lang::Es, include_str!(concat!("../templates/es/", $name, $end))),
                (Lang::It, include_str!(concat!("../templates/it/", $name, $end))),
                (Lang::Nl, include_str!(concat!("../templates/nl/", $name, $end))),
            ],
        }),*];
    };
}

/// One file in every language.
struct File {
    name: &'static str,
    sources: [(Lang, &'static str); 6],
}

in_every_language!(
    MESSAGES,
    [
        "courtesy",
        "first_reminder",
        "sms_reminder",
        "second_reminder",
        "final_reminder",
        "formal_notice",
        "formal_notice_consumer",
        "public_status",
        "public_reminder",
        "public_demand",
        "promise_confirmation",
        "promise_broken",
        "plan_confirmation",
        "dispute_acknowledgment",
        "thank_you",
        "call_summary",
        "document_sent",
    ],
    ".txt"
);

in_every_language!(
    PARTS,
    [
        "_hello.txt",
        "_other.txt",
        "_pay.txt",
        "_questions.txt",
        "_enclosed.txt",
        "_charges.txt",
        "_close.txt",
        "_formal_close.txt",
        "_deadline.txt",
        "sms_reminder.sms.txt",
    ],
    ""
);

/// Names of all built-in templates.
pub fn template_names() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| MESSAGES.iter().map(|file| file.name).collect())
}

pub(crate) fn environment() -> Result<&'static Environment<'static>, RenderError> {
    let built = ENVIRONMENT.get_or_init(|| build().map_err(|error| error.to_string()));
    built.as_ref().map_err(|error| RenderError::Templates(error.clone()))
}

fn build() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    // An error must not carry names and amounts into a log.
    environment.set_debug(false);
    environment.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    for file in MESSAGES.iter().chain(PARTS) {
        for (lang, source) in &file.sources {
            add(&mut environment, file.name, *lang, source, Formality::Vous)?;
            if lang.has_tu() {
                add(&mut environment, file.name, *lang, source, Formality::Tu)?;
            }
        }
    }
    environment.add_template("layout.html", include_str!("../templates/layout.html"))?;
    Ok(environment)
}

/// The built-in source of a message in a language, its marks as their author wrote them.
pub(crate) fn source(name: &str, lang: Lang) -> Option<&'static str> {
    let file = MESSAGES.iter().find(|file| file.name == name)?;
    file.sources.iter().find(|(of, _)| *of == lang).map(|(_, source)| *source)
}

/// The built-in text message of a language, its marks as their author wrote them.
pub(crate) fn sms_source(lang: Lang) -> Option<&'static str> {
    let file = PARTS.iter().find(|file| file.name == "sms_reminder.sms.txt")?;
    file.sources.iter().find(|(of, _)| *of == lang).map(|(_, source)| *source)
}

/// Adds the parts that messages share to an environment, in every language and both ways of addressing.
pub(crate) fn add_parts(environment: &mut Environment<'_>) -> Result<(), minijinja::Error> {
    for file in PARTS.iter().filter(|file| file.name.starts_with('_')) {
        for (lang, source) in &file.sources {
            for formality in [Formality::Vous, Formality::Tu] {
                add(environment, file.name, *lang, source, formality)?;
            }
        }
    }
    Ok(())
}

/// The folder of a language's texts for one way of addressing the reader: `fr`, `fr-tu`.
pub(crate) fn folder(lang: Lang, formality: Formality) -> String {
    match formality {
        Formality::Tu if lang.has_tu() => format!("{}-tu", lang.code()),
        _ => lang.code().to_owned(),
    }
}

/// Adds one file, its marks written out; its parts are taken from the same folder.
fn add(environment: &mut Environment<'_>, name: &str, lang: Lang, source: &str, formality: Formality) -> Result<(), minijinja::Error> {
    let folder = folder(lang, formality);
    let written =
        written_out(source, formality).map_err(|error| minijinja::Error::new(ErrorKind::SyntaxError, format!("{name}: {error}")))?;
    let own_parts = written.replace(&format!("{{% include \"{}/", lang.code()), &format!("{{% include \"{folder}/"));
    environment.add_template_owned(format!("{folder}/{name}"), own_parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses() {
        environment().unwrap();
        assert_eq!(template_names().len(), 17);
    }
}
