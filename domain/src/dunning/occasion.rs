//! What a message of its own answers: something that happened, told to the customer the same day (`presets.md` §2,
//! `event_templates`). It is no step of a ladder and asks for nothing that a step would.

use crate::event::EventType;

/// Something that happened and that a message answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// A call took place, and its summary was written down.
    CallCompleted,
    /// The customer promised to pay.
    PromiseMade,
    /// The promised amount did not come in.
    PromiseBroken,
    /// A part or the whole of an invoice is disputed.
    DisputeOpened,
    /// Everything that was chased is paid.
    CaseClosed,
}

impl Occasion {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::CallCompleted, Self::PromiseMade, Self::PromiseBroken, Self::DisputeOpened, Self::CaseClosed];

    /// The word used in settings and as the message's step: no step of a policy can bear it, as it has a point in it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CallCompleted => "call.completed",
            Self::PromiseMade => "promise.made",
            Self::PromiseBroken => "promise.broken",
            Self::DisputeOpened => "dispute.opened",
            Self::CaseClosed => "case.closed",
        }
    }

    /// The occasion of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.as_str() == word)
    }

    /// The one message that has this to say.
    pub fn template(self) -> &'static str {
        match self {
            Self::CallCompleted => "call_summary",
            Self::PromiseMade => "promise_confirmation",
            Self::PromiseBroken => "promise_broken",
            Self::DisputeOpened => "dispute_acknowledgment",
            Self::CaseClosed => "thank_you",
        }
    }

    /// The occasion that an event may be; a completed task is one only when it was a call with a summary.
    pub fn of(event: EventType) -> Option<Self> {
        match event {
            EventType::TaskCompleted => Some(Self::CallCompleted),
            EventType::PromiseMade => Some(Self::PromiseMade),
            EventType::PromiseBroken => Some(Self::PromiseBroken),
            EventType::DisputeOpened => Some(Self::DisputeOpened),
            EventType::CaseClosed => Some(Self::CaseClosed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_occasion_has_its_word_and_its_message() {
        for occasion in Occasion::ALL {
            assert_eq!(Occasion::parse(occasion.as_str()), Some(occasion));
            assert!(occasion.as_str().contains('.'), "a step of a policy may be called so");
        }
        assert_eq!(Occasion::parse("promise.kept"), None);
        for (event, template) in [
            (EventType::TaskCompleted, "call_summary"),
            (EventType::PromiseMade, "promise_confirmation"),
            (EventType::PromiseBroken, "promise_broken"),
            (EventType::DisputeOpened, "dispute_acknowledgment"),
            (EventType::CaseClosed, "thank_you"),
        ] {
            assert_eq!(Occasion::of(event).map(Occasion::template), Some(template));
        }
        assert_eq!(Occasion::of(EventType::InvoicePaid), None);
    }
}
