//! What passes for an e-mail address.

/// Something before and after one `@`, and nothing that could break a header. A domain without a
/// dot (`localhost`) is for one's own network and is refused.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty() && !part.chars().any(|letter| letter.is_whitespace() || letter.is_control() || "<>,;\"@()[]\\".contains(letter))
    };
    text.len() <= 254 && plain(local) && plain(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_break_a_header_is_no_address() {
        for text in ["compta@dupont.example", "a+b@c.d.example"] {
            assert!(is_email(text), "{text}");
        }
        for text in ["", "a", "a@b", "a@@b.c", "a b@c.d", "a@b.c\r\nBcc: x@y.z", "<a@b.c>", "a@b.c,d@e.f", "a@.c."] {
            assert!(!is_email(text), "{text}");
        }
    }
}
