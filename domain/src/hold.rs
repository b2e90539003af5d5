//! Why a person may rest the chase: a closed list, each with its usual end and with who may lift it.

use chrono::NaiveDate;

use crate::{
    calendar::{Region, add_business_days},
    dunning::{Change, Why},
};

/// Who may lift a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifter {
    /// Whoever works the cases (`reminders:write`).
    Collector,
    /// Whoever decides on policies too (`policies:write`): chasing again may break the law.
    Decider,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $days:expr, $lifter:ident, $why:ident, $lifted:ident;)+) => {
        /// Why a person rests the chase.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum HoldReason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl HoldReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Every word.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+)),+ }
            }

            /// Business days it lasts unless an end is stated; `None`: until it is lifted.
            pub fn usual_days(self) -> Option<u32> {
                match self { $(Self::$name => $days),+ }
            }

            /// Who may lift it.
            pub fn lifter(self) -> Lifter {
                match self { $(Self::$name => Lifter::$lifter),+ }
            }

            /// The code by which decisions name it.
            pub fn why(self) -> Why {
                match self { $(Self::$name => Why::$why),+ }
            }

            /// What lifts it.
            pub fn lifted_by(self) -> Change {
                match self { $(Self::$name => Change::$lifted),+ }
            }
        }
    };
}

reasons! {
    /// A person decided, for reasons of his own.
    Manual = "manual", None, Collector, Held, ReleaseHold;
    /// A person negotiates with the customer.
    Negotiation = "negotiation", Some(20), Collector, Negotiation, ReleaseHold;
    /// An instalment plan was agreed and is kept.
    InstalmentPlan = "instalment_plan", None, Collector, InstalmentPlan, PlanEnded;
    /// The customer says that the payment is on its way.
    PaymentAnnounced = "payment_announced", Some(5), Collector, PaymentAnnounced, PaymentArrives;
    /// The customer says that it paid: the bank is searched.
    SaysPaid = "says_paid", Some(5), Collector, Held, EndOfHold;
    /// A missing document was sent.
    DocumentSent = "document_sent", Some(5), Collector, Held, EndOfHold;
    /// The invoice waits for somebody's approval at the customer's.
    CustomerApproval = "customer_approval", Some(10), Collector, Held, EndOfHold;
    /// After a hostile word: some days of silence.
    CoolingOff = "cooling_off", Some(5), Collector, Held, EndOfHold;
    /// The customer replied, and a person has to deal with it.
    UnreadReply = "unread_reply", None, Collector, UnreadReply, ReadReply;
    /// Something of our own seems wrong.
    OwnErrorSuspected = "own_error_suspected", None, Collector, Held, ReleaseHold;
    /// The invoice was sold.
    Factored = "factored", None, Collector, Factored, FactorDetails;
    /// Insolvency proceedings: debts from before the judgment are neither paid nor pursued (C. com. L622-7, L622-21).
    Insolvency = "insolvency", None, Decider, Insolvency, ProceedingsEnd;
    /// A file of over-indebtedness was accepted (C. conso. L722-2, L722-5).
    OverIndebtedness = "over_indebtedness", None, Decider, OverIndebtedness, ProceedingsEnd;
    /// The customer died, or is under guardianship (C. civ. 467, 475, 877).
    DeathOrGuardianship = "death_or_guardianship", None, Decider, DeathOrGuardianship, ReleaseHold;
    /// The debt can no longer be claimed (C. conso. L218-2).
    TimeBarred = "time_barred", None, Decider, Held, TimeBar;
}

impl HoldReason {
    /// Reads the word on the wire.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == word)
    }

    /// A reason in a person's own words (a sentence, not a word of the list) is a decision of that person.
    pub fn of(text: &str) -> Option<Self> {
        let prose = text.trim().contains(char::is_whitespace);
        Self::parse(text).or(prose.then_some(Self::Manual))
    }

    /// The last day held when it is placed on `today` and no end is stated.
    pub fn usual_end(self, today: NaiveDate, region: Region) -> Option<NaiveDate> {
        self.usual_days().map(|days| add_business_days(today, days, region))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dunning::Language;

    #[test]
    fn a_word_of_the_list_or_a_sentence_is_a_reason_and_a_mistyped_word_is_none() {
        for reason in HoldReason::ALL {
            assert_eq!(HoldReason::of(reason.as_str()), Some(*reason));
            assert!(!reason.meaning().is_empty() && !reason.lifted_by().sentence(Language::French).is_empty());
        }
        assert_eq!(HoldReason::of("They are moving house"), Some(HoldReason::Manual));
        for unknown in ["", " ", "negociation", "insolvent"] {
            assert_eq!(HoldReason::parse(unknown), None);
        }
        assert_eq!(HoldReason::of("negociation"), None);
    }

    #[test]
    fn an_announced_payment_rests_for_five_business_days() {
        let friday = "2026-10-09".parse().unwrap();
        let region = Region::resolve(Some("FR"), None, None);
        assert_eq!(HoldReason::PaymentAnnounced.usual_end(friday, region), "2026-10-16".parse().ok());
        assert_eq!(HoldReason::Insolvency.usual_end(friday, region), None);
    }

    #[test]
    fn what_the_law_stops_only_a_decider_starts_again() {
        for reason in HoldReason::ALL.iter().filter(|reason| reason.why().article().is_some()) {
            let sold = *reason == HoldReason::Factored; // mended by giving the factor's details
            assert_eq!(reason.lifter(), if sold { Lifter::Collector } else { Lifter::Decider }, "{reason:?}");
            assert_eq!(reason.usual_days(), None, "{reason:?} does not end by itself");
        }
    }
}
