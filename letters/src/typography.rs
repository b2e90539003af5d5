//! Small typographic repairs of finished prose, and the cleaning of values from outside.

use crate::format::{Lang, NBSP};

/// A value from outside on one line: no control characters, no line breaks, no bold marks. So a
/// name can neither add a mail header nor start a block of the text.
pub(crate) fn clean(raw: &str) -> String {
    let spaced: String =
        raw.chars().map(|c| if c.is_control() || is_bidi(c) || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    let mut out = String::with_capacity(spaced.len());
    for word in spaced.split(' ').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.replace("**", "*")
}

/// Marks that reverse what a reader sees (an IBAN, an amount).
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
}

/// A cleaned value, or none when nothing is left.
pub(crate) fn clean_option(raw: Option<&String>) -> Option<String> {
    raw.map(|text| clean(text)).filter(|text| !text.is_empty())
}

/// "L. 441-10", "n° 3" do not break, nor do French spaces before `: ; ? ! »` and after `«`.
pub(crate) fn polish(text: &str, lang: Lang) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = [' ', ' '];
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let in_number = matches!(before, [_, '°' | 'º'] | ['L' | 'R' | 'D', '.']) && next.is_ascii_digit();
        let in_french = lang == Lang::Fr && (matches!(next, ':' | ';' | '?' | '!' | '»' | '%') || before[1] == '«');
        out.push(if c == ' ' && (in_number || in_french) { NBSP } else { c });
        before = [before[1], c];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_break_out_of_its_line() {
        assert_eq!(clean("Dupont\r\nBcc: x@y\t& fils "), "Dupont Bcc: x@y & fils");
        assert_eq!(clean("\n@claim **x**"), "@claim *x*");
        assert_eq!(clean("ab\u{202E}cd"), "ab cd");
        assert_eq!(clean_option(Some(&" \n".to_owned())), None);
    }

    #[test]
    fn french_marks_keep_their_space() {
        assert_eq!(polish("Où : « ici » ?", Lang::Fr), "Où\u{A0}: «\u{A0}ici\u{A0}» ?".replace(" ?", "\u{A0}?"));
        assert_eq!(polish("Here : there, L. 441-10", Lang::En), "Here : there, L.\u{A0}441-10");
    }
}
