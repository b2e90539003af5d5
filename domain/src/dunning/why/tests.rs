//! Every reason can be told, in every language, and says what it rests on.

use std::collections::BTreeSet;

use super::{Basis, Change, Language, Param, Params, Why, words};
use crate::{dunning::params, money::Currency};

/// `{names}` of a sentence.
fn names(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_code_is_told_in_every_language_and_speaks_of_the_same_things() {
    for why in Why::ALL {
        assert_eq!(Why::parse(why.as_str()), Some(*why));
        assert!(!why.meaning().trim().is_empty(), "{why}");
        let [english, french] = Language::ALL.map(|language| why.sentence(language));
        assert_eq!(names(english), names(french), "{why}");
        assert_ne!(english, french, "{why}");
        for sentence in [english, french] {
            assert!(sentence.ends_with('.') && sentence.starts_with(|first: char| first.is_uppercase() || first == '{'), "{sentence}");
        }
    }
}

#[test]
fn every_change_is_told_in_every_language() {
    for change in Change::ALL {
        assert_eq!(Change::parse(change.as_str()), Some(*change));
        let [english, french] = Language::ALL.map(|language| change.sentence(language));
        assert!(!english.is_empty() && !french.is_empty() && english != french, "{change:?}");
    }
}

#[test]
fn where_the_law_decides_the_article_is_named() {
    for why in Why::ALL {
        match why.basis() {
            Basis::Law(article) => {
                assert!(article.starts_with("C. ") || article.starts_with("CPCE "), "{why}: {article}");
                assert!(article.chars().any(|letter| letter.is_ascii_digit()), "{why}: {article}");
                assert_eq!(why.article(), Some(article));
            }
            Basis::Policy | Basis::Facts | Basis::Person => assert_eq!(why.article(), None),
        }
    }
}

#[test]
fn words_that_stand_inside_a_sentence_are_known_once() {
    let spelt: Vec<&str> = words::WORDS.iter().map(|(word, ..)| *word).collect();
    let once: BTreeSet<&str> = spelt.iter().copied().collect();
    assert_eq!(once.len(), spelt.len());
}

#[test]
fn days_and_amounts_are_written_as_people_write_them() {
    let day = "2026-11-01".parse().unwrap();
    let params = params![amount = Currency::EUR.minor(-123_456_789), day = chrono::NaiveDate::to_owned(&day)];
    let told = |language| Why::PromiseOpen.told(&params, language);
    assert_eq!(told(Language::English), "-1,234,567.89 EUR are promised for 1 November 2026.");
    assert_eq!(told(Language::French), "-1\u{202f}234\u{202f}567,89 EUR sont promis pour le 1er novembre 2026.");
}

#[test]
fn thousands_are_set_apart_between_digits_only() {
    for (minor, told) in
        [(12_000, "120.00 EUR"), (120_000, "1,200.00 EUR"), (12_345_678_900, "123,456,789.00 EUR"), (-12_000, "-120.00 EUR")]
    {
        assert_eq!(Param::from(Currency::EUR.minor(minor)).told(Language::English), told);
    }
}

#[test]
fn what_is_kept_is_a_code_and_its_parameters() {
    let params = params![step = "first", invoices = 2_usize];
    let kept = serde_json::to_string(&(Why::StepDue, &params)).unwrap();
    assert_eq!(kept, r#"["step_due",{"invoices":{"number":2},"step":{"text":"first"}}]"#);
    let read: (Why, Params) = serde_json::from_str(&kept).unwrap();
    assert_eq!(read, (Why::StepDue, params));
    assert_eq!(read.1.get("step"), Some(&Param::Text("first".to_owned())));
    assert_eq!(read.1.names().collect::<Vec<_>>(), ["invoices", "step"]);
}

#[test]
fn the_language_of_a_reader_is_the_one_he_likes_best_among_ours() {
    for (header, language) in [
        ("", Language::English),
        ("fr", Language::French),
        ("fr-CA, en;q=0.8", Language::French),
        ("de, fr;q=0.5, en;q=0.9", Language::English),
        ("de-DE", Language::English),
        ("en;q=0, fr;q=0.1", Language::French),
        ("fr;q=1.5, en", Language::English),
    ] {
        assert_eq!(Language::preferred(header), language, "{header:?}");
    }
}
