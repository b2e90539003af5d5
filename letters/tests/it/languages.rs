//! Six languages, two ways of addressing a reader, three wordings: the same message each time.

use relance_domain::law;
use relance_letters::*;

use crate::fixtures::{full, kind_for, minimal};

pub const LANGUAGES: [&str; 6] = ["fr", "en", "de", "es", "it", "nl"];

pub fn spaces(text: &str) -> String {
    text.replace(['\u{A0}', '\u{202F}'], " ")
}

/// One message in one wording.
pub fn voiced(template: &str, language: &str, formality: Formality, seed: u64) -> MessageContext {
    MessageContext { formality, variant_seed: seed, ..full(template, language, kind_for(template)) }
}

/// Every wording of every message, with what it is.
fn all() -> impl Iterator<Item = (String, &'static str, MessageContext)> {
    let names = template_names().iter().flat_map(|name| LANGUAGES.map(|language| (*name, language)));
    let voices = names.flat_map(|(name, language)| [Formality::Vous, Formality::Tu].map(|formality| (name, language, formality)));
    voices.flat_map(|(name, language, formality)| {
        [0, 1, 2].map(|seed| (format!("{name} {language} {formality:?} {seed}"), language, voiced(name, language, formality, seed)))
    })
}

fn is_formal_demand(template: &str) -> bool {
    matches!(template, "formal_notice" | "formal_notice_consumer" | "public_demand")
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

#[test]
fn no_mark_of_the_authors_is_left_in_any_wording() {
    for (what, _, ctx) in all() {
        let minimal = MessageContext {
            formality: ctx.formality,
            variant_seed: ctx.variant_seed,
            ..minimal(&ctx.template, &ctx.language, &ctx.customer.kind)
        };
        let one = MessageContext { step_rows: ctx.step_rows[..1].to_vec(), totals: Vec::new(), ..ctx.clone() };
        for ctx in [&ctx, &minimal, &one] {
            let mail = render_email(ctx).unwrap_or_else(|error| panic!("{what}: {error}"));
            for text in [&mail.subject, &mail.text] {
                for left in
                    ["[[", "]]", "((", "))", "<<", ">>", "||", "{{", "{%", "none", "undefined", "  .", " ,", " .", ",,", "..\n", ". ."]
                {
                    assert!(!text.contains(left), "{left:?} in {what}: {text}");
                }
            }
            assert!(!mail.text.lines().any(|line| line.contains("   ")), "{what}: {}", mail.text);
        }
    }
}

#[test]
fn three_wordings_of_a_message_are_three_and_the_seed_picks_one() {
    for name in template_names() {
        for language in LANGUAGES {
            for formality in [Formality::Vous, Formality::Tu] {
                let texts: Vec<RenderedEmail> =
                    (0..6).map(|seed| render_email(&voiced(name, language, formality, seed)).unwrap()).collect();
                for (one, other) in [(0, 1), (1, 2), (0, 2)] {
                    assert_ne!(texts[one].text, texts[other].text, "{name} {language} {formality:?}: {one} and {other}");
                    assert_eq!(texts[one].subject, texts[other].subject, "one thread keeps one subject");
                }
                assert_eq!(texts[..3], texts[3..], "{name} {language}");
            }
        }
    }
}

/// (language, words only said to a stranger, words only said to a friend). Case counts.
const ADDRESS: &[(&str, &[&str], &[&str])] = &[
    ("fr", &["vous", "Vous", "votre", "Votre", "vos", "Veuillez"], &["tu", "te", "toi", "ton", "Ton", "ta"]),
    ("de", &["Sie", "Ihnen", "Ihr", "Ihre", "Ihrem", "Ihres", "Ihren"], &["du", "dich", "dir", "dein", "Dein", "deine", "deinem"]),
    ("es", &["usted", "ustedes", "Usted"], &["tu", "Tu", "te", "Te", "ti"]),
    ("it", &["Suo", "Sua", "Lei", "Vi"], &["tuo", "tua", "ti", "te"]),
    ("nl", &["u", "U", "uw", "Uw"], &["je", "Je", "jou", "jij"]),
];

#[test]
fn a_friend_is_addressed_as_one_and_a_stranger_never_is() {
    for (language, to_a_stranger, to_a_friend) in ADDRESS {
        for name in template_names() {
            for seed in 0..3 {
                let says = |formality| {
                    let mut ctx = voiced(name, language, formality, seed);
                    // what a person wrote in French stays French
                    ctx.event.call = Some(CallFacts { on: ctx.today, ..CallFacts::default() });
                    let mail = render_email(&ctx).unwrap();
                    let letter = if *name == "final_reminder" && seed == 0 { render_letter(&ctx).unwrap().text } else { String::new() };
                    let sms = if is_formal_demand(name) { String::new() } else { render_sms(&ctx).unwrap().text };
                    [mail.subject, mail.text, letter, sms].join("\n")
                };
                let (vous, tu) = (says(Formality::Vous), says(Formality::Tu));
                for word in words(&vous) {
                    assert!(!to_a_friend.contains(&word), "{word} said to a stranger in {name} {language}: {vous}");
                }
                if is_formal_demand(name) {
                    assert_eq!(vous, tu, "a formal demand knows no friend: {name} {language}");
                    continue;
                }
                assert_ne!(vous, tu, "{name} {language}");
                assert!(words(&tu).iter().any(|word| to_a_friend.contains(word)), "{name} {language}: {tu}");
                for word in words(&tu) {
                    assert!(!to_a_stranger.contains(&word), "{word} said to a friend in {name} {language}: {tu}");
                }
            }
        }
    }
}

#[test]
fn no_wording_threatens() {
    for (what, _, ctx) in all() {
        let mail = render_email(&ctx).unwrap();
        for text in [&mail.subject, &mail.text, &mail.html] {
            let found = law::threats(text);
            assert!(found.is_empty(), "{found:?} in {what}: {text}");
        }
        assert!(!mail.text.contains('!'), "{what} shouts");
    }
}

#[test]
fn neither_subject_nor_preview_tells_an_amount() {
    for (what, _, ctx) in all() {
        let mail = render_email(&ctx).unwrap();
        let (_, hidden) = mail.html.split_once("mso-hide:all;\">").unwrap();
        let (preview, _) = hidden.split_once("</div>").unwrap();
        for text in [mail.subject.as_str(), preview] {
            assert!(!text.contains(|c: char| c.is_ascii_digit() || c == '€'), "{what}: {text}");
        }
    }
}

#[test]
fn french_spaces_and_marks_are_those_of_a_printer() {
    for (what, _, ctx) in all().filter(|(_, language, _)| *language == "fr") {
        let mail = render_email(&ctx).unwrap();
        for text in [&mail.subject, &mail.text] {
            for wrong in [" :", " ;", " ?", " !", " »", "« ", " %", "'", "\"", " €", "n° "] {
                assert!(!text.contains(wrong), "{wrong:?} in {what}: {text}");
            }
        }
    }
}

#[test]
fn every_language_fits_one_or_two_text_messages() {
    for language in LANGUAGES {
        let mut seen = Vec::new();
        for formality in [Formality::Vous, Formality::Tu] {
            for seed in 0..3 {
                let mut ctx = voiced("sms_reminder", language, formality, seed);
                ctx.step_rows.truncate(1);
                ctx.totals.clear();
                let sms = render_sms(&ctx).unwrap();
                assert_eq!(sms.encoding, SmsEncoding::Gsm7, "{}", sms.text);
                assert!(sms.parts <= 2, "{}", sms.text);
                for said in ["Ateliers Dumas", "04 78 00 11 22", "FA-2026-0117", "30"] {
                    assert!(sms.text.contains(said), "{said} missing: {}", sms.text);
                }
                assert!(!sms.text.contains("1 234") && !sms.text.contains('€') && law::threats(&sms.text).is_empty(), "{}", sms.text);
                seen.push(sms.text);
            }
        }
        seen.sort();
        seen.dedup();
        assert!(seen.len() >= if language == "en" { 3 } else { 5 }, "{seen:?}");
    }
}
