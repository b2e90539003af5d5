//! The text of a key: `rlk_test_<id8>_<37 random letters><6 of checksum>`. The checksum is CRC-32 over all that
//! stands before it, in base 62: a scanner of source code is never wrong, and a mistyped key is refused without
//! the database. It protects nothing.

use crate::{StoreError, seal::random};

/// Letters of the part that is looked up.
const LOOKUP: usize = 8;
const LOOKUP_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Random letters of the secret: 220 bits.
const RANDOM: usize = 37;
const CHECKSUM: usize = 6;
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key's text, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub live: bool,
    /// The public part.
    pub lookup: &'a str,
    /// The secret part, checksum included.
    pub secret: &'a str,
}

/// A new key: its public part, its secret part, its whole text.
pub(super) fn generate(live: bool) -> Result<(String, String, String), StoreError> {
    let lookup: String =
        random::<LOOKUP>()?.into_iter().map(|byte| LOOKUP_LETTERS.get(usize::from(byte & 31)).copied().map_or('0', char::from)).collect();
    let body = format!("rlk_{}_{lookup}_{}", if live { "live" } else { "test" }, letters()?);
    let text = format!("{body}{}", checksum(&body));
    let secret = text.rsplit('_').next().unwrap_or_default().to_owned();
    Ok((lookup, secret, text))
}

/// Random letters, each as likely as any: bytes that would favour some are thrown away.
fn letters() -> Result<String, StoreError> {
    let mut text = String::with_capacity(RANDOM);
    while text.len() < RANDOM {
        let fair = random::<64>()?.into_iter().filter(|byte| usize::from(*byte) < 4 * LETTERS.len());
        let some = fair.filter_map(|byte| LETTERS.get(usize::from(byte) % LETTERS.len()).copied().map(char::from));
        text.extend(some.take(RANDOM - text.len()));
    }
    Ok(text)
}

fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut letters = [b'0'; CHECKSUM];
    for place in letters.iter_mut().rev() {
        *place = LETTERS.get((rest % 62) as usize).copied().unwrap_or(b'0');
        rest /= 62;
    }
    letters.iter().copied().map(char::from).collect()
}

/// The parts of a key's text; `None` when it cannot be one.
pub(super) fn split(text: &str) -> Option<Parts<'_>> {
    let (live, rest) = match text.strip_prefix("rlk_live_") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix("rlk_test_")?),
    };
    let (lookup, secret) = rest.split_once('_')?;
    let shaped = text.is_ascii()
        && lookup.len() == LOOKUP
        && lookup.bytes().all(|byte| LOOKUP_LETTERS.contains(&byte))
        && secret.len() == RANDOM + CHECKSUM
        && secret.bytes().all(|byte| LETTERS.contains(&byte));
    let (body, sum) = text.split_at_checked(text.len().checked_sub(CHECKSUM)?)?;
    (shaped && checksum(body) == sum).then_some(Parts { live, lookup, secret })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_no_two_are_the_same() {
        let (lookup, secret, text) = generate(true).unwrap();
        assert_eq!(split(&text), Some(Parts { live: true, lookup: &lookup, secret: &secret }));
        assert_eq!((text.len(), secret.len()), (61, 43));
        assert_ne!(generate(true).unwrap().2, text);
    }

    #[test]
    fn a_key_with_one_letter_changed_or_missing_is_no_key() {
        let (_, _, text) = generate(false).unwrap();
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(split(std::str::from_utf8(&changed).unwrap()), None, "{at}");
            assert_eq!(split(&text[..at]), None, "{at}");
        }
        assert_eq!(split(&text.replace("rlk_test", "rlk_live")), None);
        assert_eq!(split("rlk_test_é"), None);
    }
}
