//! Telephone numbers in the one form providers take: E.164, and only numbers that receive text messages.

/// Mobile ranges of overseas France, written `06…` at home: national prefix → country code.
const OVERSEAS: [(&str, &str); 8] = [
    ("690", "590"), // Guadeloupe, Saint-Martin, Saint-Barthélemy
    ("691", "590"),
    ("692", "262"), // La Réunion
    ("693", "262"),
    ("639", "262"), // Mayotte
    ("694", "594"), // Guyane
    ("696", "596"), // Martinique
    ("697", "596"),
];

/// The number as `+33612345678`; `None` when it cannot receive text messages or does not read.
/// Numbers without a country code are read as French, wherever the customer lives.
pub fn mobile(text: &str) -> Option<String> {
    let digits = digits(text)?;
    let (international, number) = match digits.strip_prefix('+').or_else(|| digits.strip_prefix("00")) {
        Some(rest) => (true, rest),
        None => (false, digits.as_str()),
    };
    if let Some(national) = french(number, international) {
        return french_mobile(national);
    }
    let overseas = OVERSEAS.iter().find_map(|(prefix, country)| {
        number.strip_prefix(country).map(|rest| (rest, *prefix)).filter(|(rest, prefix)| rest.trim_start_matches('0').starts_with(prefix))
    });
    if let Some((rest, _)) = overseas.filter(|_| international) {
        return french_mobile(rest.trim_start_matches('0'));
    }
    let known_country = OVERSEAS.iter().any(|(_, country)| number.starts_with(country));
    let plausible = international && !known_country && (8..=15).contains(&number.len()) && !number.starts_with('0');
    plausible.then(|| format!("+{number}"))
}

/// A French number in E.164 as it is dialled at home, `0612345678`, overseas too; `None` for other countries'.
pub fn national(e164: &str) -> Option<String> {
    let codes = std::iter::once("33").chain(OVERSEAS.iter().map(|(_, country)| *country));
    let number = e164.strip_prefix('+')?;
    let national = codes.into_iter().find_map(|code| number.strip_prefix(code)).filter(|rest| rest.len() == 9)?;
    Some(format!("0{national}"))
}

/// Keeps a leading `+` and digits; `(0)` after a country code is no part of the number.
fn digits(text: &str) -> Option<String> {
    let mut kept = String::new();
    for letter in text.trim().replace("(0)", "").chars() {
        match letter {
            '0'..='9' => kept.push(letter),
            '+' if kept.is_empty() => kept.push('+'),
            '.' | '-' | '/' | '(' | ')' => {}
            space if space.is_whitespace() => {}
            _ => return None,
        }
    }
    (!kept.is_empty()).then_some(kept)
}

/// The nine digits behind the trunk prefix of a French number.
fn french(number: &str, international: bool) -> Option<&str> {
    let national = match number.strip_prefix("33") {
        Some(rest) if international || number.len() == 11 => rest.strip_prefix('0').unwrap_or(rest),
        _ if international => return None,
        _ => number.strip_prefix('0')?,
    };
    (national.len() == 9).then_some(national)
}

fn french_mobile(national: &str) -> Option<String> {
    if national.len() != 9 {
        return None;
    }
    if let Some((_, country)) = OVERSEAS.iter().find(|(prefix, _)| national.starts_with(prefix)) {
        return Some(format!("+{country}{national}"));
    }
    national.starts_with(['6', '7']).then(|| format!("+33{national}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_at_home_in_france_only() {
        for (number, home) in [
            ("+33612345678", Some("0612345678")),
            ("+262692123456", Some("0692123456")),
            ("+590690123456", Some("0690123456")),
            ("+4915112345678", None),
            ("+336123", None),
            ("0612345678", None),
        ] {
            assert_eq!(national(number).as_deref(), home, "{number}");
        }
    }

    #[test]
    fn every_spelling_of_a_french_mobile_is_one_number() {
        for text in [
            "06 12 34 56 78",
            "06.12.34.56.78",
            "0033612345678",
            "33612345678",
            "+33 (0)6 12 34 56 78",
            "+33\u{202f}612345678",
            "+330612345678",
        ] {
            assert_eq!(mobile(text).as_deref(), Some("+33612345678"), "{text}");
        }
    }

    #[test]
    fn overseas_france_has_country_codes_of_its_own() {
        for (text, expected) in [
            ("0692 12 34 56", "+262692123456"),
            ("0690123456", "+590690123456"),
            ("+33 692 12 34 56", "+262692123456"),
            ("+262 692 12 34 56", "+262692123456"),
        ] {
            assert_eq!(mobile(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn landlines_short_codes_and_words_get_no_text_message() {
        for text in ["04 78 00 11 22", "+33 1 23 45 67 89", "3639", "", "06 12 34", "call me", "0612345678 / 0698765432"] {
            assert_eq!(mobile(text), None, "{text}");
        }
        assert_eq!(mobile("+32 470 12 34 56").as_deref(), Some("+32470123456"));
    }
}
