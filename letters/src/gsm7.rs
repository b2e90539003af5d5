//! GSM 03.38: what a text message may hold in seven bits, and what stands in for the rest.

/// The basic table, without the escape and the line feed and carriage return.
const BASIC: &str =
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\n";
/// Two septets each.
const EXTENSION: &str = "^{}\\[~]|€";

const ONE_GSM7: usize = 160;
const PART_GSM7: usize = 153;
const ONE_UCS2: usize = 70;
const PART_UCS2: usize = 67;

/// How a text message is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmsEncoding {
    Gsm7,
    Ucs2,
}

impl SmsEncoding {
    /// `gsm7` or `ucs2`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }
}

/// The nearest text in the seven-bit alphabet. Words with `://` are left as they are; a letter
/// that has no likeness (Greek, Chinese) stays and makes the message UCS-2.
pub(crate) fn transliterate(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if is_space(c) { ' ' } else { c }).collect();
    let words: Vec<String> = spaced.split(' ').filter(|word| !word.is_empty()).map(word).collect();
    words.join(" ")
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{A0}' | '\u{202F}')
}

fn word(raw: &str) -> String {
    if raw.contains("://") {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match likeness(c) {
            Some(text) => out.push_str(text),
            None => out.push(c),
        }
    }
    out
}

fn likeness(c: char) -> Option<&'static str> {
    Some(match c {
        '’' | '‘' | '‚' | '´' | '`' | '′' => "'",
        '«' | '»' | '“' | '”' | '„' => "\"",
        '–' | '—' | '‑' | '−' | '‐' => "-",
        '…' => "...",
        'œ' => "oe",
        'Œ' => "OE",
        '°' => "o",
        '•' | '·' => "-",
        'ç' => "c",
        'á' | 'â' | 'ã' | 'ā' => "a",
        'ê' | 'ë' | 'ē' | 'ę' => "e",
        'í' | 'î' | 'ï' => "i",
        'ó' | 'ô' | 'õ' => "o",
        'ú' | 'û' => "u",
        'ý' | 'ÿ' => "y",
        'š' => "s",
        'ž' => "z",
        'ł' => "l",
        'č' | 'ć' => "c",
        'À' | 'Á' | 'Â' | 'Ã' => "A",
        'È' | 'Ê' | 'Ë' => "E",
        'Ì' | 'Í' | 'Î' | 'Ï' => "I",
        'Ò' | 'Ó' | 'Ô' | 'Õ' => "O",
        'Ù' | 'Ú' | 'Û' => "U",
        'Ý' | 'Ÿ' => "Y",
        'Š' => "S",
        'Ž' => "Z",
        'Ł' => "L",
        'Č' | 'Ć' => "C",
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => "",
        _ => return None,
    })
}

/// Encoding, and how many parts the network will send.
pub(crate) fn measure(text: &str) -> (SmsEncoding, usize) {
    match text.chars().map(septets).collect::<Option<Vec<usize>>>() {
        Some(units) => (SmsEncoding::Gsm7, parts(&units, ONE_GSM7, PART_GSM7)),
        None => (SmsEncoding::Ucs2, parts(&text.chars().map(char::len_utf16).collect::<Vec<_>>(), ONE_UCS2, PART_UCS2)),
    }
}

fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// A character of two units is never split over two parts.
fn parts(units: &[usize], one: usize, each: usize) -> usize {
    if units.iter().sum::<usize>() <= one {
        return 1;
    }
    let mut parts = 1;
    let mut filled = 0;
    for unit in units {
        if filled + unit > each {
            parts += 1;
            filled = 0;
        }
        filled += unit;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_fits_into_seven_bits() {
        let text = transliterate("À l’été, ça coûte 1\u{202F}234,56\u{A0}€ « net » – œuvre n° 3… Ÿ https://x.fr/ê’");
        assert_eq!(text, "A l'été, ca coute 1 234,56 € \" net \" - oeuvre no 3... Y https://x.fr/ê’");
        assert_eq!(measure("é è à ù É Ç").0, SmsEncoding::Gsm7);
        assert_eq!(measure("ê").0, SmsEncoding::Ucs2);
    }

    #[test]
    fn parts_are_counted_in_septets() {
        for (text, expected) in [
            ("a".repeat(160), (SmsEncoding::Gsm7, 1)),
            ("a".repeat(161), (SmsEncoding::Gsm7, 2)),
            ("a".repeat(306), (SmsEncoding::Gsm7, 2)),
            ("a".repeat(307), (SmsEncoding::Gsm7, 3)),
            ("€".repeat(80), (SmsEncoding::Gsm7, 1)),
            // 76 euro signs fill 152 of 153: the 77th does not fit, so 153 of them need three parts.
            ("€".repeat(153), (SmsEncoding::Gsm7, 3)),
            ("ж".repeat(70), (SmsEncoding::Ucs2, 1)),
            ("ж".repeat(71), (SmsEncoding::Ucs2, 2)),
        ] {
            assert_eq!(measure(&text), expected, "{} characters", text.chars().count());
        }
    }
}
