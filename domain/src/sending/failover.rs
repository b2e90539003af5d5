//! When a message leaves by the second provider of its channel (`providers.md` §2): only when it is known that nobody has it.

use chrono::{DateTime, Utc};

use super::{Stop, Stopped};

/// Behind the name of a channel: the settings of its second provider.
const BEHIND: &str = "_fallback";

/// The settings that stand in for those of a channel; `None`: a letter has no second provider.
pub fn fallback_of(channel: &str) -> Option<&'static str> {
    match channel {
        "email" => Some("email_fallback"),
        "sms" => Some("sms_fallback"),
        _ => None,
    }
}

/// The channel that settings are for: a fallback's is that of the first.
pub fn channel_of(settings: &str) -> &str {
    settings.strip_suffix(BEHIND).unwrap_or(settings)
}

/// Do attempts that ended so leave no doubt that nobody has the message?
pub fn nobody_has_it<'a>(outcomes: impl IntoIterator<Item = &'a str>) -> bool {
    outcomes.into_iter().all(|outcome| matches!(outcome, "refused" | "throttled" | "transient"))
}

/// Which of the two a message leaves by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The first.
    First,
    /// The second.
    Fallback,
    /// Neither for now.
    Wait {
        /// When to ask again.
        at: DateTime<Utc>,
    },
}

/// Which way a message goes that nobody has. `diverted`: the first would not take it. A stop is waited for as long as the
/// message still leaves in time, `until`; an open circuit of the first is not: it says nothing of when it closes.
pub fn way(diverted: bool, first: Result<(), Stop>, fallback: Result<(), Stop>, until: DateTime<Utc>) -> Way {
    match (first, fallback) {
        (Ok(()), _) if !diverted => Way::First,
        (Err(stop), _) if !diverted && stop.why != Stopped::Open && stop.at < until => Way::Wait { at: stop.at },
        (_, Ok(())) => Way::Fallback,
        (_, Err(stop)) if diverted && stop.at < until => Way::Wait { at: stop.at },
        (Ok(()), Err(_)) => Way::First,
        (Err(first), Err(fallback)) => Way::Wait { at: first.at.min(fallback.at) },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    fn stop(why: Stopped, minutes: i64) -> Result<(), Stop> {
        Err(Stop { at: at(minutes), why })
    }

    #[test]
    fn a_message_leaves_by_the_first_as_long_as_it_can() {
        let until = at(60);
        assert_eq!(way(false, Ok(()), Ok(()), until), Way::First);
        assert_eq!(way(false, stop(Stopped::Paused, 59), Ok(()), until), Way::Wait { at: at(59) }, "in time");
        assert_eq!(way(false, stop(Stopped::Paused, 60), Ok(()), until), Way::Fallback, "too late");
        assert_eq!(way(false, stop(Stopped::Open, 5), Ok(()), until), Way::Fallback, "a circuit is not waited for");
        assert_eq!(way(true, Ok(()), Ok(()), until), Way::Fallback, "the first would not take it");
    }

    #[test]
    fn it_waits_for_whichever_is_there_first_when_neither_is() {
        let until = at(60);
        assert_eq!(way(false, stop(Stopped::Open, 5), stop(Stopped::Paused, 3), until), Way::Wait { at: at(3) });
        assert_eq!(way(true, Ok(()), stop(Stopped::Open, 9), until), Way::Wait { at: at(9) }, "in time");
        assert_eq!(way(true, Ok(()), stop(Stopped::Paused, 90), until), Way::First, "it may have been mended");
        assert_eq!(way(true, stop(Stopped::Open, 70), stop(Stopped::Open, 90), until), Way::Wait { at: at(70) });
    }

    #[test]
    fn no_message_of_unknown_fate_is_anybodys_but_its_providers() {
        assert!(nobody_has_it([]) && nobody_has_it(["refused", "throttled", "transient"]));
        for outcome in ["unknown", "calling", "accepted", "of_another_release"] {
            assert!(!nobody_has_it(["refused", outcome]), "{outcome}");
        }
        for channel in ["email", "sms"] {
            assert_eq!(fallback_of(channel).map(channel_of), Some(channel));
        }
        assert_eq!((fallback_of("letter"), fallback_of("sms_fallback"), channel_of("letter")), (None, None, "letter"));
    }
}
