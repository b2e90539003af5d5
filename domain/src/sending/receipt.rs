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
    /// A letter was printed.
    Printed,
    /// The post has it; of a registered e-letter, that it was sent.
    Posted,
    /// The first attempt to hand it over, or the notice of passage left for it.
    Presented,
    /// It came back: nobody lives there.
    Returned,
    /// The addressee refused it.
    Declined,
    /// The addressee did not fetch it in time.
    Unclaimed,
}

const WORDS: [(ReceiptKind, &str); 16] = [
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
    (ReceiptKind::Printed, "printed"),
    (ReceiptKind::Posted, "posted"),
    (ReceiptKind::Presented, "presented"),
    (ReceiptKind::Returned, "returned"),
    (ReceiptKind::Declined, "refused"),
    (ReceiptKind::Unclaimed, "unclaimed"),
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
    use ReceiptKind::{Clicked, Complained, Delivered, Failed, HardBounce, Opened, OptedOut, Returned, SoftBounce};
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
        // a letter that came back says nothing against the next one to a better address
        () if any(&[SoftBounce, Returned]) => Fate::BouncedSoft,
        () => Fate::Sent,
    })
}

/// How far a letter has come by all that was told of it, in whatever order: `ordered`, `printed`, `posted`, `presented`, then
/// `delivered`, `returned`, `refused` or `unclaimed`. `None` when nothing was told.
pub fn postal(kinds: &[ReceiptKind]) -> Option<&'static str> {
    use ReceiptKind::{Accepted, Declined, Delivered, Posted, Presented, Printed, Returned, Unclaimed};
    [
        (Delivered, "delivered"),
        (Declined, "refused"),
        (Unclaimed, "unclaimed"),
        (Returned, "returned"),
        (Presented, "presented"),
        (Posted, "posted"),
        (Printed, "printed"),
        (Accepted, "ordered"),
    ]
    .into_iter()
    .find(|(kind, _)| kinds.contains(kind))
    .map(|(_, word)| word)
}

/// Does it show that the letter was presented on its day: a first attempt, a hand-over, or a refusal at the door?
pub fn shows_presentation(kind: ReceiptKind) -> bool {
    matches!(kind, ReceiptKind::Presented | ReceiptKind::Delivered | ReceiptKind::Declined | ReceiptKind::Unclaimed)
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
    fn a_letter_is_as_far_as_the_furthest_that_was_told() {
        for (kinds, expected) in [
            (vec![Posted, Accepted, Printed], "posted"),
            (vec![Delivered, Presented, Posted], "delivered"),
            (vec![Presented, Unclaimed, Returned], "unclaimed"),
            (vec![Returned, Posted], "returned"),
        ] {
            for turn in 0..kinds.len() {
                let mut turned = kinds.clone();
                turned.rotate_left(turn);
                assert_eq!(postal(&turned), Some(expected), "{turned:?}");
            }
        }
        assert_eq!((postal(&[]), postal(&[Opened])), (None, None));
        assert_eq!(fate(&[Posted, Returned]), Some(Fate::BouncedSoft));
        assert_eq!(fate(&[Presented, Declined]), Some(Fate::Sent));
    }

    #[test]
    fn every_word_reads_back() {
        for (kind, word) in WORDS {
            assert_eq!(ReceiptKind::parse(word), Some(kind));
            assert_eq!(kind.as_str(), word);
        }
    }
}
