//! The template files of the program in one strict environment: a missing fact fails a render
//! instead of leaving a hole, nothing is read from disk, and no text may loop for ever.

use std::sync::OnceLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use crate::error::RenderError;

/// Instructions one render may use: some hundred invoices need a tenth of it.
const FUEL: u64 = 2_000_000;

static ENVIRONMENT: OnceLock<Result<Environment<'static>, String>> = OnceLock::new();

macro_rules! messages {
    ($($name:literal),* $(,)?) => {
        /// Messages that have a file in every language.
        const NAMES: &[&str] = &[$($name),*];
        const FILES: &[(&str, &str)] = &[$(
            (concat!("fr/", $name), include_str!(concat!("../templates/fr/", $name, ".txt"))),
            (concat!("en/", $name), include_str!(concat!("../templates/en/", $name, ".txt"))),
        )*];
    };
}

macro_rules! parts {
    ($($file:literal),* $(,)?) => {
        const PARTS: &[(&str, &str)] = &[$(
            (concat!("fr/", $file), include_str!(concat!("../templates/fr/", $file))),
            (concat!("en/", $file), include_str!(concat!("../templates/en/", $file))),
        )*];
    };
}

messages!(
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
);

parts!(
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
);

/// Names of all built-in templates.
pub fn template_names() -> &'static [&'static str] {
    NAMES
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
    for (name, source) in FILES.iter().chain(PARTS) {
        environment.add_template(name, source)?;
    }
    environment.add_template("layout.html", include_str!("../templates/layout.html"))?;
    Ok(environment)
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
