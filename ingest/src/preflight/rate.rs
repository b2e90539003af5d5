//! The rate of late-payment penalties as an invoice prints it, and the least that the law allows.

use chrono::NaiveDate;
use relance_domain::charges::{HalfYear, Rate, RateBook, Series};

/// Words of the sentence that states the penalties.
const PENALTIES: [&str; 6] = ["pénalit", "penalit", "intérêts de retard", "interets de retard", "late payment", "late-payment"];
/// Words that make the figure points above the ECB's rate.
const ABOVE_ECB: [&str; 5] = ["bce", "banque centrale", "ecb", "central bank", "refinancement"];
/// Words that make the figure a monthly one.
const A_MONTH: [&str; 4] = ["par mois", "mensuel", "per month", "a month"];

/// Is the rate that these words (in small letters) print under three times the legal rate of the half-year of issue
/// (C. com. L441-10 II)? `None`: no figure that can be read, or no published rate to compare it with. The statutory default,
/// ECB + 10 points, has no floor.
pub(super) fn is_under_floor(said: &str, issued_on: NaiveDate) -> Option<bool> {
    let (book, half_year) = (RateBook::built_in(), HalfYear::of(issued_on));
    let floor = book.rate(Series::LegalAutres, half_year).ok()?.times(3);
    let sentence = sentences(said).into_iter().find(|sentence| has(sentence, &PENALTIES) && figure(sentence).is_some())?;
    let figure = figure(&sentence)?;
    let printed = if has(&sentence, &ABOVE_ECB) {
        if figure.micro() >= Rate::points(10).micro() {
            return Some(false);
        }
        book.rate(Series::EcbMro, half_year).ok()?.plus(figure)
    } else if has(&sentence, &A_MONTH) {
        figure.times(12)
    } else {
        figure
    };
    Some(printed.micro() < floor.micro())
}

fn has(sentence: &str, words: &[&str]) -> bool {
    words.iter().any(|word| sentence.contains(word))
}

/// A full stop ends one when no digit follows.
fn sentences(said: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut letters = said.chars().peekable();
    while let Some(letter) = letters.next() {
        let stop = letter == '.' && !letters.peek().is_some_and(char::is_ascii_digit);
        if stop || matches!(letter, ';' | '\n') {
            all.push(String::new());
        } else if let Some(last) = all.last_mut() {
            last.push(letter);
        }
    }
    all
}

/// The first number before a percent sign or the word point(s).
fn figure(sentence: &str) -> Option<Rate> {
    let plain = sentence.replace(',', ".");
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.iter().enumerate().find_map(|(at, word)| {
        let next = words.get(at + 1).copied().unwrap_or_default();
        let (number, unit) = match word.split_once('%') {
            Some((number, _)) => (number, true),
            None => (*word, next.starts_with('%') || next.starts_with("point") || next.starts_with("pour")),
        };
        unit.then(|| number.trim_start_matches(['+', '(', '=']).parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_rate_is_held_against_three_times_the_legal_rate_of_its_half_year() {
        let on = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(); // 3 x 2.62 = 7.86
        for (said, under) in [
            ("pénalités de retard : 5 % l’an", Some(true)),
            ("pénalités de retard au taux annuel de 7,85%", Some(true)),
            ("pénalités de retard au taux annuel de 7,86 %", Some(false)),
            ("escompte de 2 % à dix jours. pénalités de retard : 12 %", Some(false)),
            ("pénalités de retard : taux de la bce majoré de 3 points", Some(true)),
            ("pénalités de retard : taux de refinancement de la bce majoré de 10 %", Some(false)),
            ("pénalités de retard : 1 % par mois", Some(false)),
            ("pénalités de retard : 0.5 % par mois", Some(true)),
            ("pénalités de retard : trois fois le taux d’intérêt légal", None),
            ("tva 20 %", None),
        ] {
            assert_eq!(is_under_floor(said, on), under, "{said}");
        }
        assert_eq!(is_under_floor("pénalités de retard : 5 %", NaiveDate::from_ymd_opt(2027, 2, 1).unwrap()), None, "no rate is known yet");
    }
}
