//! The ladder by which a message of unknown fate is settled (`providers.md` §2, rungs a to e). Text messages
//! and letters are never handed over a second time unless the provider itself makes that harmless; an e-mail
//! goes at most once more, with its Message-ID.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Capabilities, Found, Idempotency, Lookup};

/// A repeat that the provider makes harmless.
const PROTECTED_AFTER: TimeDelta = TimeDelta::minutes(1);
/// When a provider is asked, counted from the doubt.
const LOOK_UPS: [TimeDelta; 4] = [TimeDelta::minutes(1), TimeDelta::minutes(5), TimeDelta::minutes(15), TimeDelta::minutes(60)];
/// How long a receipt is waited for.
const RECEIPT_WITHIN: TimeDelta = TimeDelta::hours(4);
/// An e-mail is sent once more after this long, when nothing else tells.
const REPEAT_AFTER: TimeDelta = TimeDelta::minutes(30);

/// What is known of the doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// Since when nobody knows.
    pub since: DateTime<Utc>,
    /// Attempts that ended so before the latest.
    pub before: usize,
    /// Was the provider told where to send its receipts?
    pub receipts: bool,
}

/// What is done next, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// The same bytes with the same key.
    Repeat {
        /// When.
        at: DateTime<Utc>,
    },
    /// The provider is asked.
    LookUp {
        /// When.
        at: DateTime<Utc>,
    },
    /// A receipt is waited for; then a person looks.
    Wait {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// A person looks now: it may have been sent.
    GiveUp,
}

impl Rung {
    /// The word that is kept.
    pub fn word(self) -> &'static str {
        match self {
            Self::Repeat { .. } => "repeat",
            Self::LookUp { .. } => "look_up",
            Self::Wait { .. } => "wait",
            Self::GiveUp => "give_up",
        }
    }
}

fn after(from: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    from.checked_add_signed(by).unwrap_or(from)
}

/// The first rung that applies.
pub fn first(can: Capabilities, doubt: Doubt) -> Rung {
    let harmless = match can.idempotency {
        Idempotency::None => None,
        Idempotency::Refuses { for_long } | Idempotency::Replays { for_long } => Some(for_long / 2),
    };
    if doubt.before == 0 && harmless.is_some_and(|long| PROTECTED_AFTER < long) {
        return Rung::Repeat { at: after(doubt.since, PROTECTED_AFTER) };
    }
    match can.lookup {
        Lookup::ByOurReference { .. } => Rung::LookUp { at: after(doubt.since, LOOK_UPS[0]) },
        Lookup::None => untold(can, doubt, doubt.since),
    }
}

/// The rung after a look-up at `now`; `None`: it was found, and all is told. What the provider does not know
/// three times its lag later was not taken; a text message goes to a person all the same.
pub fn look_up_said(can: Capabilities, doubt: Doubt, found: &Found, now: DateTime<Utc>) -> Option<Rung> {
    let Lookup::ByOurReference { lag } = can.lookup else { return Some(untold(can, doubt, now)) };
    let next = LOOK_UPS.iter().map(|after_so_long| after(doubt.since, *after_so_long)).find(|at| *at > now);
    match found {
        Found::Taken { .. } => None,
        Found::Unsupported => Some(untold(can, doubt, now)),
        Found::NotSeen if now - doubt.since >= lag * 3 => Some(absent(can, doubt, now)),
        Found::NotSeen | Found::Unclear => Some(next.map_or_else(|| untold(can, doubt, now), |at| Rung::LookUp { at })),
    }
}

/// The provider says that it does not have it.
fn absent(can: Capabilities, doubt: Doubt, now: DateTime<Utc>) -> Rung {
    if can.repeatable && doubt.before == 0 { Rung::Repeat { at: now } } else { Rung::GiveUp }
}

/// Nobody says anything: rungs d and e.
fn untold(can: Capabilities, doubt: Doubt, now: DateTime<Utc>) -> Rung {
    let until = after(doubt.since, RECEIPT_WITHIN);
    let receipt_may_come = can.tracked && doubt.receipts && until > now;
    match (can.repeatable && doubt.before == 0, receipt_may_come) {
        (true, true) => Rung::Repeat { at: until },
        (true, false) => Rung::Repeat { at: after(doubt.since, REPEAT_AFTER).max(now) },
        (false, true) => Rung::Wait { until },
        (false, false) => Rung::GiveUp,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::capabilities, *};

    fn noon() -> DateTime<Utc> {
        "2026-09-01T12:00:00Z".parse().unwrap()
    }

    fn minutes(minutes: i64) -> DateTime<Utc> {
        noon() + TimeDelta::minutes(minutes)
    }

    fn doubt(before: usize, receipts: bool) -> Doubt {
        Doubt { since: noon(), before, receipts }
    }

    #[test]
    fn a_text_message_or_letter_is_never_repeated_unless_that_is_harmless() {
        for (provider, channel) in [
            ("ovh", "sms"),
            ("brevo", "sms"),
            ("twilio", "sms"),
            ("smsmode", "sms"),
            ("http", "sms"),
            ("gateway", "sms"),
            ("x", "letter"),
            ("ar24", "registered_letter"),
        ] {
            let can = capabilities(provider, channel);
            for before in 0..3 {
                for receipts in [false, true] {
                    let doubt = doubt(before, receipts);
                    assert!(!matches!(first(can, doubt), Rung::Repeat { .. }), "{provider}");
                    for found in [Found::NotSeen, Found::Unclear, Found::Unsupported] {
                        for at in [0, 1, 5, 15, 60, 600] {
                            let next = look_up_said(can, doubt, &found, minutes(at));
                            assert!(!matches!(next, Some(Rung::Repeat { .. })), "{provider} {found:?} {at}");
                        }
                    }
                }
            }
        }
        for provider in ["print", "merci_facteur", "maileva"] {
            let can = capabilities(provider, "letter");
            assert_eq!(first(can, doubt(0, false)), Rung::Repeat { at: minutes(1) });
            assert!(!matches!(first(can, doubt(1, false)), Rung::Repeat { .. }), "{provider}");
        }
    }

    #[test]
    fn an_email_goes_once_more_at_most() {
        for provider in ["smtp", "brevo", "mailjet", "postmark", "scaleway", "ses", "sendgrid"] {
            let can = capabilities(provider, "email");
            for receipts in [false, true] {
                let again = doubt(1, receipts);
                assert!(!matches!(first(can, again), Rung::Repeat { .. }), "{provider}");
                for at in [1, 15, 60, 600] {
                    let next = look_up_said(can, again, &Found::NotSeen, minutes(at));
                    assert!(!matches!(next, Some(Rung::Repeat { .. })), "{provider} {at}");
                }
            }
        }
    }

    #[test]
    fn each_rung_comes_at_its_time() {
        let (smtp, brevo, mailjet) = (capabilities("smtp", "email"), capabilities("brevo", "email"), capabilities("mailjet", "email"));
        assert_eq!(first(smtp, doubt(0, false)), Rung::Repeat { at: minutes(30) });
        assert_eq!(first(smtp, doubt(1, false)), Rung::GiveUp);
        assert_eq!(first(brevo, doubt(0, true)), Rung::Repeat { at: minutes(1) });
        assert_eq!(first(brevo, doubt(1, true)), Rung::LookUp { at: minutes(1) });
        assert_eq!(first(mailjet, doubt(0, true)), Rung::LookUp { at: minutes(1) });
        let ses = capabilities("ses", "email");
        assert_eq!(first(ses, doubt(0, true)), Rung::Repeat { at: minutes(240) });
        assert_eq!(first(ses, doubt(0, false)), Rung::Repeat { at: minutes(30) });
        assert_eq!(first(capabilities("twilio", "sms"), doubt(0, true)), Rung::Wait { until: minutes(240) });
        assert_eq!(first(capabilities("twilio", "sms"), doubt(0, false)), Rung::GiveUp);
    }

    #[test]
    fn a_look_up_is_asked_until_the_log_cannot_be_late_any_more() {
        let mailjet = capabilities("mailjet", "email");
        let ask = |found: &Found, at| look_up_said(mailjet, doubt(0, false), found, minutes(at));
        assert_eq!(ask(&Found::Taken { provider_id: None }, 1), None);
        assert_eq!(ask(&Found::NotSeen, 1), Some(Rung::LookUp { at: minutes(5) }));
        assert_eq!(ask(&Found::NotSeen, 5), Some(Rung::LookUp { at: minutes(15) }));
        assert_eq!(ask(&Found::NotSeen, 15), Some(Rung::Repeat { at: minutes(15) }));
        assert_eq!(ask(&Found::Unclear, 15), Some(Rung::LookUp { at: minutes(60) }));
        assert_eq!(ask(&Found::Unclear, 60), Some(Rung::Repeat { at: minutes(60) }));
        let ovh = |found: &Found, at, receipts| look_up_said(capabilities("ovh", "sms"), doubt(0, receipts), found, minutes(at));
        assert_eq!(ovh(&Found::NotSeen, 15, true), Some(Rung::GiveUp));
        assert_eq!(ovh(&Found::Unclear, 60, true), Some(Rung::Wait { until: minutes(240) }));
        assert_eq!(ovh(&Found::Unclear, 60, false), Some(Rung::GiveUp));
        // a gateway whose settings name no way to ask it
        assert_eq!(ovh(&Found::Unsupported, 1, true), Some(Rung::Wait { until: minutes(240) }));
        assert_eq!(ovh(&Found::Unsupported, 1, false), Some(Rung::GiveUp));
    }
}
