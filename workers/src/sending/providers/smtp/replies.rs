//! What a server's refusal means (`providers.md` §6). The enhanced code (RFC 3463) wins where both are there.

use chrono::TimeDelta;

use crate::sending::providers::{Handed, RefusalScope};

/// How far the exchange had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Connecting, greeting, TLS.
    Connect,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Recipient,
    /// DATA and the body before its end.
    Data,
    /// From the final dot on: it may have been taken.
    End,
}

/// Reads a negative reply.
pub(super) fn refusal(stage: Stage, code: u16, text: &str) -> Handed {
    let enhanced = enhanced(text);
    let detail = format!("{code} {text}");
    if code < 500 {
        return Handed::transient(&detail);
    }
    if enhanced == Some((2, 2)) {
        // full: another try tomorrow
        return Handed::Throttled { retry_after: Some(TimeDelta::days(1)), detail: super::super::without_addresses(&detail) };
    }
    Handed::refused(scope(stage, code, enhanced, &text.to_lowercase()), &detail)
}

fn scope(stage: Stage, code: u16, enhanced: Option<(u16, u16)>, text: &str) -> RefusalScope {
    let about_us = ["spf", "dkim", "dmarc", "relay", "authenticat"].iter().any(|word| text.contains(word));
    match (stage, enhanced) {
        (Stage::Connect | Stage::Auth, _) => RefusalScope::Account,
        _ if matches!(code, 530 | 534 | 535 | 538) => RefusalScope::Account,
        (_, Some((7, 8 | 26))) => RefusalScope::Account,
        (Stage::Mail, Some((1, 0..=6 | 10))) | (Stage::Recipient | Stage::Data | Stage::End, Some((1, _) | (2, 1))) => {
            RefusalScope::Recipient
        }
        (_, Some((3, 4) | (6, _))) => RefusalScope::Message,
        _ if about_us => RefusalScope::Account,
        (_, Some((7, _))) => RefusalScope::Message,
        (Stage::Mail, _) if code != 552 => RefusalScope::Account,
        (Stage::Recipient, _) if matches!(code, 550 | 551 | 553) => RefusalScope::Recipient,
        _ => RefusalScope::Message,
    }
}

/// Subject and detail of `5.1.1 …`.
fn enhanced(text: &str) -> Option<(u16, u16)> {
    let mut parts = text.split_whitespace().next()?.split('.');
    let class: u16 = parts.next()?.parse().ok()?;
    let (subject, detail) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (matches!(class, 2 | 4 | 5) && parts.next().is_none()).then_some((subject, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_enhanced_code_wins_and_the_stage_tells_the_rest() {
        use RefusalScope::{Account, Message, Recipient};
        for (stage, code, text, expected) in [
            (Stage::Recipient, 550, "5.1.1 user unknown", Recipient),
            (Stage::Recipient, 550, "no such user", Recipient),
            (Stage::Recipient, 553, "mailbox name not allowed", Recipient),
            (Stage::Recipient, 550, "5.7.1 relaying denied", Account),
            (Stage::Recipient, 550, "5.7.1 rejected by policy", Message),
            (Stage::Recipient, 554, "5.2.1 disabled", Recipient),
            (Stage::Data, 552, "5.3.4 too big", Message),
            (Stage::End, 554, "5.6.0 content", Message),
            (Stage::End, 550, "5.7.26 DMARC", Account),
            (Stage::End, 550, "SPF check failed", Account),
            (Stage::End, 550, "5.1.1 nobody there", Recipient),
            (Stage::Auth, 535, "5.7.8 bad credentials", Account),
            (Stage::Mail, 530, "5.7.0 authenticate first", Account),
            (Stage::Mail, 550, "sender not verified", Account),
            (Stage::End, 554, "spam", Message),
        ] {
            let Handed::Refused { scope, .. } = refusal(stage, code, text) else { panic!("{text}") };
            assert_eq!(scope, expected, "{code} {text}");
        }
    }

    #[test]
    fn what_is_refused_for_now_is_tried_again() {
        assert!(matches!(refusal(Stage::Recipient, 451, "4.7.1 greylisted"), Handed::Transient { .. }));
        assert!(matches!(refusal(Stage::Connect, 421, "busy"), Handed::Transient { .. }));
        let full = refusal(Stage::Recipient, 552, "5.2.2 mailbox full");
        assert!(matches!(full, Handed::Throttled { retry_after: Some(day), .. } if day == TimeDelta::days(1)));
    }
}
