//! What providers tell of a message afterwards, in our words, and the state that follows from all of it.

use chrono::{DateTime, Utc};

/// What a receipt says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReceiptKind {
    /// The provider has it, and tries.
    Accepted,
    /// The provider tries again later.
    Deferred,
    /// Refused this time.
    SoftBounce,
    /// The provider gave up, or blocked it.
    Failed,
    /// A server or handset took it.
    Delivered,
    /// Somebody or something opened it: it was delivered, no more.
    Opened,
    /// A link was followed: the same.
    Clicked,
    /// Never again to this address.
    HardBounce,
    /// Reported as unwanted.
    Complained,
    /// Wants nothing more over this channel.
    OptedOut,
}

const WORDS: [(ReceiptKind, &str); 10] = [
    (ReceiptKind::Accepted, "accepted"),
    (ReceiptKind::Deferred, "deferred"),
    (ReceiptKind::SoftBounce, "soft_bounce"),
    (ReceiptKind::Failed, "failed"),
    (ReceiptKind::Delivered, "delivered"),
    (ReceiptKind::Opened, "opened"),
    (ReceiptKind::Clicked, "clicked"),
    (ReceiptKind::HardBounce, "hard_bounce"),
    (ReceiptKind::Complained, "complained"),
    (ReceiptKind::OptedOut, "opted_out"),
];

impl ReceiptKind {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        WORDS.iter().find(|(kind, _)| *kind == self).map_or("accepted", |(_, word)| word)
    }

    /// Reads a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }
}

/// A receipt, normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The same again has the same.
    pub dedupe_key: String,
    /// Our reference, if it carries it.
    pub reference: Option<String>,
    /// The provider's id of the message.
    pub provider_id: Option<String>,
    /// What it says.
    pub kind: ReceiptKind,
    /// The reason, without addresses.
    pub detail: Option<String>,
    /// When it happened, if it says so.
    pub at: Option<DateTime<Utc>>,
}

/// What all receipts of a message together say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing beyond that it left.
    Sent,
    /// It arrived.
    Delivered,
    /// It did not, this time.
    BouncedSoft,
    /// It did not, and never will at this address.
    BouncedHard,
    /// It was given up by the provider.
    Failed,
}

/// The state that follows from `kinds`, in whatever order they came: complained, hard bounce, delivered, failed,
/// soft bounce, accepted. `None` without any.
pub fn fate(kinds: &[ReceiptKind]) -> Option<Fate> {
    use ReceiptKind::{Clicked, Complained, Delivered, Failed, HardBounce, Opened, OptedOut, SoftBounce};
    let any = |wanted: &[ReceiptKind]| kinds.iter().any(|kind| wanted.contains(kind));
    if kinds.is_empty() {
        return None;
    }
    Some(match () {
        // who complains has it
        () if any(&[Complained]) => Fate::Delivered,
        () if any(&[HardBounce]) => Fate::BouncedHard,
        () if any(&[Delivered, Opened, Clicked, OptedOut]) => Fate::Delivered,
        () if any(&[Failed]) => Fate::Failed,
        () if any(&[SoftBounce]) => Fate::BouncedSoft,
        () => Fate::Sent,
    })
}

/// Why nothing more is sent to the address, if so; for good.
pub fn suppression(kinds: &[ReceiptKind]) -> Option<&'static str> {
    [(ReceiptKind::Complained, "complaint"), (ReceiptKind::OptedOut, "opt_out"), (ReceiptKind::HardBounce, "hard_bounce")]
        .into_iter()
        .find(|(kind, _)| kinds.contains(kind))
        .map(|(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::{ReceiptKind::*, *};

    #[test]
    fn the_state_does_not_depend_on_the_order() {
        for (kinds, expected) in [
            (vec![Accepted, Delivered, HardBounce], Fate::BouncedHard),
            (vec![Accepted, SoftBounce, Delivered], Fate::Delivered),
            (vec![Accepted, Failed, Delivered], Fate::Delivered),
            (vec![SoftBounce, Failed], Fate::Failed),
            (vec![Deferred, Accepted], Fate::Sent),
            (vec![Opened, Accepted], Fate::Delivered),
            (vec![HardBounce, Complained], Fate::Delivered),
        ] {
            for turn in 0..kinds.len() {
                let mut turned = kinds.clone();
                turned.rotate_left(turn);
                assert_eq!(fate(&turned), Some(expected), "{turned:?}");
                turned.reverse();
                assert_eq!(fate(&turned), Some(expected), "{turned:?}");
            }
        }
        assert_eq!(fate(&[]), None);
        assert_eq!(suppression(&[Delivered, SoftBounce, Failed]), None);
        assert_eq!(suppression(&[HardBounce]), Some("hard_bounce"));
    }

    #[test]
    fn every_word_reads_back() {
        for (kind, word) in WORDS {
            assert_eq!(ReceiptKind::parse(word), Some(kind));
            assert_eq!(kind.as_str(), word);
        }
    }
}
