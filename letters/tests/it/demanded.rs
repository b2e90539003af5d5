//! What each message must say, whichever of its wordings is sent: one table, six languages.

use relance_letters::*;

use crate::{
    fixtures::{full, kind_for},
    languages::{LANGUAGES, spaces, voiced},
};

/// One thing that messages must say.
struct Demand {
    what: &'static str,
    of: Vec<&'static str>,
    /// By language, the phrases of which one must stand in the message.
    phrases: Vec<(&'static str, Vec<&'static str>)>,
}

/// The table, as `demands.txt` has it.
fn demands() -> Vec<Demand> {
    let mut demands: Vec<Demand> = Vec::new();
    for line in include_str!("demands.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("  ") {
            Some(phrase) => {
                let (language, phrases) = phrase.split_once(' ').unwrap();
                demands.last_mut().unwrap().phrases.push((language, phrases.split(" | ").collect()));
            }
            None => {
                let (what, of) = line.split_once(": ").unwrap();
                demands.push(Demand { what, of: of.split(' ').collect(), phrases: Vec::new() });
            }
        }
    }
    demands
}

/// All that goes out on the ladder by mail or letter.
const LADDER: &[&str] = &[
    "courtesy",
    "first_reminder",
    "second_reminder",
    "final_reminder",
    "formal_notice",
    "formal_notice_consumer",
    "public_status",
    "public_reminder",
    "public_demand",
];

/// Facts of every message of the ladder that read alike in all languages.
const ALWAYS: &[&str] = &[
    "FA-2026-0117",
    "FA-2026-0121",
    "Ateliers Dumas",
    "SIREN 732 829 320",
    "RCS Lyon",
    "Hélène Garnier",
    "04 78 00 11 22",
    "compta@ateliers-dumas.example",
    "FR76 3000 6000 0112 3456 7890 189",
    "AGRIFRPP",
    "R-20418",
    "https://payer.ateliers-dumas.example/r/8fk2?x=1&y=2",
    "https://ateliers-dumas.example/donnees",
    "chèque à l’ordre",
    "FA-2026-0140",
    "FA-2026-0099",
];

/// What one wording of a message does not say, though it must.
fn unsaid(name: &str, language: &str, text: &str, demands: &[Demand]) -> Vec<String> {
    let mut unsaid = Vec::new();
    for demand in demands.iter().filter(|demand| demand.of.contains(&name)) {
        let (_, phrases) = demand.phrases.iter().find(|(of, _)| *of == language).unwrap();
        if !phrases.iter().any(|phrase| text.contains(phrase)) {
            unsaid.push(format!("{} ({phrases:?})", demand.what));
        }
    }
    unsaid.extend(ALWAYS.iter().filter(|fact| LADDER.contains(&name) && !text.contains(**fact)).map(|fact| (*fact).to_owned()));
    unsaid
}

#[test]
fn every_wording_of_every_message_says_what_is_demanded_of_it() {
    let demands = demands();
    let mut missing = Vec::new();
    for name in template_names() {
        for language in LANGUAGES {
            for formality in [Formality::Vous, Formality::Tu] {
                for seed in 0..3 {
                    let text = spaces(&render_email(&voiced(name, language, formality, seed)).unwrap().text);
                    let unsaid = unsaid(name, language, &text, &demands);
                    missing.extend(unsaid.into_iter().map(|what| format!("{name} {language} {formality:?} {seed}: {what}")));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_table_asks_something_of_every_message_in_every_language() {
    let demands = demands();
    assert!(demands.len() > 60, "{}", demands.len());
    for demand in &demands {
        assert!(demand.of.iter().all(|name| template_names().contains(name)), "{}", demand.what);
        assert_eq!(demand.phrases.iter().map(|(language, _)| *language).collect::<Vec<_>>(), LANGUAGES, "{}", demand.what);
    }
    for name in template_names() {
        assert!(*name == "sms_reminder" || demands.iter().any(|demand| demand.of.contains(name)), "nothing is demanded of {name}");
    }
}

#[test]
fn a_consumer_reads_of_no_charge_in_any_language() {
    const NEVER: &[&str] = &[
        "441-10",
        "indemnit",
        "pénalit",
        "penalt",
        "compensation",
        "Pauschale",
        "Verzugszinsen",
        "indemniz",
        "intereses de demora",
        "indennizz",
        "interessi di mora",
        "vergoeding",
        "vertragingsrente",
    ];
    for name in template_names() {
        for language in LANGUAGES {
            for seed in 0..3 {
                let mut ctx = MessageContext { variant_seed: seed, ..full(name, language, "consumer") };
                ctx.charges = full("formal_notice", language, "business").charges;
                let text = render_email(&ctx).unwrap().text;
                for word in NEVER {
                    assert!(!text.contains(word), "{word} in {name} {language}: {text}");
                }
            }
        }
    }
}

#[test]
fn another_countrys_regime_is_not_called_french() {
    for (regime, named) in [("eu_ecb_plus_8", "2011/7/"), ("de_b2b", "2011/7/"), ("be_b2b", "2011/7/"), ("uk_b2b", "Act 1998")] {
        for language in LANGUAGES {
            let mut ctx = full("formal_notice", language, kind_for("formal_notice"));
            ctx.charges.as_mut().unwrap().regime = Some(regime.to_owned());
            let text = spaces(&render_email(&ctx).unwrap().text);
            assert!(text.contains(named) && !text.contains("441-10") && !text.contains("1231-6"), "{regime} {language}: {text}");
        }
    }
}
