//! Bytes to text: UTF-8 with or without BOM, UTF-16, and the Latin family when declared.

use std::borrow::Cow;

use crate::guard::MAX_BYTES;
use crate::refusal::Refusal;

/// Decodes a document. Valid UTF-8 wins over whatever the declaration says: wrong declarations
/// (`UTF-8-W/O-BOM`) circulate.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::too_large(format!("{} bytes; the limit is {MAX_BYTES}", bytes.len())));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::malformed("the document is empty"));
    }
    if bytes.starts_with(b"%PDF-") {
        return Err(Refusal::unsupported("a PDF: the XML it may carry has to be taken out first"));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return utf16(rest, u16::from_le_bytes).map(Cow::Owned);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return utf16(rest, u16::from_be_bytes).map(Cow::Owned);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        // Some writers leave blank lines before the declaration, which strict readers refuse.
        Ok(text) => Ok(Cow::Borrowed(text.trim_start())),
        Err(error) => match Latin::declared(bytes) {
            Some(latin) => Ok(Cow::Owned(bytes.iter().map(|&byte| latin.char(byte)).collect())),
            None => Err(Refusal::malformed(format!("not UTF-8 from byte {} on, and no Latin encoding declared", error.valid_up_to()))),
        },
    }
}

fn utf16(bytes: &[u8], join: fn([u8; 2]) -> u16) -> Result<String, Refusal> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Refusal::malformed("UTF-16 with an odd number of bytes"));
    }
    char::decode_utf16(pairs.iter().map(|&pair| join(pair)))
        .collect::<Result<String, _>>()
        .map_err(|error| Refusal::malformed(format!("UTF-16 with a lone surrogate {error}")))
}

#[derive(Clone, Copy)]
enum Latin {
    /// ISO-8859-1, read as its superset windows-1252, as browsers do.
    Western,
    /// ISO-8859-15.
    Nine,
}

impl Latin {
    /// The encoding named in the XML declaration, when it is one of this family.
    fn declared(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..bytes.len().min(200))?;
        let head: String = head.iter().map(|&byte| char::from(byte).to_ascii_lowercase()).collect();
        let declaration = head.split("?>").next()?;
        let after = declaration.split_once("encoding")?.1;
        let value = after.trim_start_matches([' ', '\t', '=']).trim_start_matches(['"', '\'']);
        let name = value.split(['"', '\'']).next()?;
        match name {
            "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" => Some(Self::Western),
            "iso-8859-15" | "iso8859-15" | "iso_8859-15" | "latin9" | "latin-9" => Some(Self::Nine),
            _ => None,
        }
    }

    fn char(self, byte: u8) -> char {
        const C1: [char; 32] = [
            '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”',
            '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
        ];
        match (self, byte) {
            (Self::Western, 0x80..=0x9F) => C1.get(usize::from(byte & 0x1F)).copied().unwrap_or(char::from(byte)),
            (Self::Nine, 0xA4) => '€',
            (Self::Nine, 0xA6) => 'Š',
            (Self::Nine, 0xA8) => 'š',
            (Self::Nine, 0xB4) => 'Ž',
            (Self::Nine, 0xB8) => 'ž',
            (Self::Nine, 0xBC) => 'Œ',
            (Self::Nine, 0xBD) => 'œ',
            (Self::Nine, 0xBE) => 'Ÿ',
            _ => char::from(byte),
        }
    }
}
