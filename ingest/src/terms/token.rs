//! Text to tokens: words folded, dates and percents recognised, sentence ends kept.

use chrono::NaiveDate;

use super::words::{self, MONTH_NAMES};
use crate::normalise::calendar;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    /// A whole number of at most four digits.
    Number(u32),
    Percent(Percent),
    Date(NaiveDate),
    /// A comma, a bracket: the clause ends, the sentence goes on.
    Comma,
    /// A full stop, a new line.
    Stop,
    /// An amount, a sign: something that is no term.
    Other,
}

/// What a percentage can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Percent {
    Zero,
    /// A rate, of a discount or a penalty.
    Rate,
    /// A share of the sum: no discount is that high.
    Share,
}

impl Percent {
    fn of(digits: &str) -> Self {
        let whole: String = digits.chars().take_while(char::is_ascii_digit).collect();
        match whole.parse::<u32>() {
            Ok(value) if value >= 20 => Self::Share,
            _ if digits.chars().any(|digit| ('1'..='9').contains(&digit)) => Self::Rate,
            _ => Self::Zero,
        }
    }
}

/// Reads a text in one pass, then joins dates written with a month's name.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = fold(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&char) = chars.get(at) {
        let start = at;
        at += 1;
        match char {
            '0'..='9' => {
                at = number_end(&chars, start);
                let raw: String = chars.get(start..at).unwrap_or_default().iter().collect();
                let percent = chars
                    .get(at..)
                    .unwrap_or_default()
                    .iter()
                    .position(|char| *char != ' ')
                    .and_then(|gap| at.checked_add(gap))
                    .filter(|sign| chars.get(*sign) == Some(&'%'));
                match percent {
                    Some(sign) => {
                        at = sign + 1;
                        found.push(Token::Percent(Percent::of(&raw)));
                    }
                    None => number(&raw, &mut found),
                }
            }
            'a'..='z' => {
                while chars.get(at).is_some_and(|char| char.is_alphabetic()) {
                    at += 1;
                }
                let word: String = chars.get(start..at).unwrap_or_default().iter().collect();
                let token = if words::is(&word, "prozent percent pourcent procent") {
                    percent_word(&mut found)
                } else if words::is(&word, words::TURNS) {
                    Token::Comma
                } else {
                    Token::Word(word)
                };
                found.push(token);
            }
            '.' | '\n' | '!' | '?' => found.push(Token::Stop),
            ',' | ';' | '(' | ')' | '|' | '[' | ']' => found.push(Token::Comma),
            ' ' | '\t' | '\r' | ':' | '#' | '/' | '-' | '–' | '—' | '"' | '«' | '»' | '*' | '=' => {}
            _ => found.push(Token::Other),
        }
    }
    join_month_names(found)
}

/// "2 Prozent": the number before turns into the percent.
fn percent_word(found: &mut Vec<Token>) -> Token {
    match found.pop() {
        Some(Token::Number(value)) => Token::Percent(Percent::of(&value.to_string())),
        Some(other) => {
            found.push(other);
            Token::Percent(Percent::Rate)
        }
        None => Token::Percent(Percent::Rate),
    }
}

/// Where a run of digits and inner separators ends.
fn number_end(chars: &[char], start: usize) -> usize {
    let mut at = start;
    loop {
        match (chars.get(at), chars.get(at + 1)) {
            (Some('0'..='9'), _) => at += 1,
            (Some('.' | ',' | '/' | '-'), Some('0'..='9')) => at += 1,
            _ => return at,
        }
    }
}

fn number(raw: &str, found: &mut Vec<Token>) {
    let parts: Vec<&str> = raw.split(['.', '/', '-', ',']).collect();
    let values: Option<Vec<u32>> = parts.iter().map(|part| part.parse().ok()).collect();
    let short = parts.iter().all(|part| part.len() <= 4);
    let token = match values.as_deref() {
        Some([value]) if short => Token::Number(*value),
        Some([a, b]) if short && raw.contains('/') => {
            found.push(Token::Number(*a));
            Token::Number(*b)
        }
        Some([a, b, c]) if !raw.contains(',') => {
            let iso = parts.first().is_some_and(|part| part.len() == 4);
            let (year, day) = if iso { (*a, *c) } else { (*c, *a) };
            let year = if year < 100 { year + 2000 } else { year };
            calendar(year, *b, day).map_or(Token::Other, Token::Date)
        }
        _ => Token::Other,
    };
    found.push(token);
}

/// "4. Juli 2018", "1er décembre 2026", "March 12, 2018".
fn join_month_names(found: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(found.len());
    let mut rest = found.as_slice();
    while let Some((token, after)) = rest.split_first() {
        let (date, used) = match rest {
            [Token::Number(day), Token::Word(month), Token::Number(year), ..] => (named(*day, month, *year), 3),
            [Token::Number(day), Token::Stop, Token::Word(month), Token::Number(year), ..] => (named(*day, month, *year), 4),
            [Token::Number(day), Token::Word(ordinal), Token::Word(month), Token::Number(year), ..]
                if words::is(ordinal, "er st nd rd th") =>
            {
                (named(*day, month, *year), 4)
            }
            [Token::Word(month), Token::Number(day), Token::Comma, Token::Number(year), ..] => (named(*day, month, *year), 4),
            _ => (None, 1),
        };
        match date {
            Some(date) => {
                joined.push(Token::Date(date));
                rest = rest.get(used..).unwrap_or_default();
            }
            None => {
                joined.push(token.clone());
                rest = after;
            }
        }
    }
    joined
}

fn named(day: u32, month: &str, year: u32) -> Option<NaiveDate> {
    let month = MONTH_NAMES.iter().position(|names| words::is(month, names))?;
    calendar(year, u32::try_from(month).ok()? + 1, day)
}

/// Lower case, accents off, mark-up out.
fn fold(text: &str) -> Vec<char> {
    let mut folded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let after = rest.get(char.len_utf8()..).unwrap_or_default();
        rest = after;
        if char == '<'
            && let Some(end) = after.char_indices().take(40).find(|(_, c)| *c == '>')
        {
            folded.push(' ');
            rest = after.get(end.0 + 1..).unwrap_or_default();
            continue;
        }
        for lower in char.to_lowercase() {
            match lower {
                'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => folded.push('a'),
                'ç' => folded.push('c'),
                'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
                'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
                'ñ' => folded.push('n'),
                'ò' | 'ó' | 'ô' | 'ö' | 'õ' | 'ø' => folded.push('o'),
                'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
                'ß' => folded.extend(['s', 's']),
                'æ' => folded.extend(['a', 'e']),
                'œ' => folded.extend(['o', 'e']),
                '\u{301}' | '\u{300}' | '\u{302}' | '\u{308}' | '\u{327}' | '\u{30a}' => {}
                '\u{a0}' | '\u{202f}' | '\u{2009}' | '’' | '\'' | '`' | '´' => folded.push(' '),
                other => folded.push(other),
            }
        }
    }
    folded
}
