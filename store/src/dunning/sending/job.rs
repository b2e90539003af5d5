//! One reminder with all that its send needs.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use relance_domain::{
    dunning::{CopyOf, LiveReminder, LiveState, Occasion},
    ids::ReminderId,
    policy::{Channel, Policy},
    records::{MessageContent, MessageFacts, Occurred},
    sending::nobody_has_it,
};

/// What is to be done about a message that may have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubted {
    /// `repeat`, `look_up`, `wait` or `give_up`.
    pub by: String,
    /// Who may have it.
    pub provider: Option<String>,
    /// Whose settings it left by.
    pub via: Option<String>,
}

/// One reminder with all that its send needs.
#[derive(Debug, Clone, PartialEq)]
pub struct SendJob {
    /// What its message is made from.
    pub facts: MessageFacts,
    /// The version of the policy that planned it.
    pub policy: Option<Arc<Policy>>,
    /// Attempts so far.
    pub attempts: i32,
    /// What may have left before: it leaves again as it was, or not at all.
    pub frozen: Option<MessageContent>,
    /// How its fate is settled, while it is unknown.
    pub doubted: Option<Doubted>,
    /// The first provider would not take it: it leaves by the fallback.
    pub diverted: bool,
}

impl SendJob {
    /// Which reminder.
    pub fn id(&self) -> ReminderId {
        self.facts.reminder.id
    }

    /// Its channel; `None` for a word of another release.
    pub fn channel(&self) -> Option<Channel> {
        Channel::parse(&self.facts.reminder.channel)
    }

    /// May it have left already?
    pub fn is_unknown(&self) -> bool {
        self.facts.reminder.status == "unknown"
    }

    /// Is it certain that nobody has it, whatever was tried?
    pub fn nobody_has_it(&self) -> bool {
        !self.is_unknown() && nobody_has_it(self.facts.reminder.attempts.iter().map(|tried| tried.outcome.as_str()))
    }

    /// What it answers by itself; `None` for a step of the ladder.
    pub fn answers(&self) -> Option<Occasion> {
        self.facts.reminder.answers.as_ref().and_then(|_| Occasion::parse(&self.facts.reminder.step_key))
    }

    /// Is what it answers still so? A step of the ladder answers nothing.
    pub fn stands(&self) -> bool {
        match (self.answers(), &self.facts.occurred) {
            (Some(Occasion::PromiseMade), _) => self.facts.promise.as_ref().is_some_and(|promise| promise.status == "open"),
            (Some(Occasion::PromiseBroken), _) => self.facts.promise.as_ref().is_some_and(|promise| promise.status == "broken"),
            (Some(Occasion::DisputeOpened), Some(Occurred::Dispute(dispute))) => dispute.status == "open",
            _ => true,
        }
    }

    /// The reminder as the last look wants it, also while it is unknown.
    pub fn live_reminder(&self) -> Option<LiveReminder> {
        let reminder = &self.facts.reminder;
        Some(LiveReminder {
            id: reminder.id,
            state: LiveState::Planned,
            approved: reminder.approved,
            step_key: reminder.step_key.clone(),
            channel: self.channel()?,
            contact_id: reminder.contact_id,
            lines: reminder.body.lines.clone(),
            compensations: reminder.body.fixed_compensation.as_ref().map_or(0, |fixed| fixed.count),
            planned_at: reminder.planned_at,
            send_at: reminder.scheduled_at,
            copy_of: reminder.copy_of.map(|reminder_id| CopyOf {
                reminder_id,
                pay_before_on: reminder.pay_before_on,
                deadline_on: reminder.deadline_on,
            }),
        })
    }

    /// The day that the message gives for the lines of each step that gives one.
    pub fn granted(&self, pay_before_on: Option<NaiveDate>, deadline_on: Option<NaiveDate>) -> BTreeMap<String, NaiveDate> {
        let lines = self.facts.reminder.body.lines.iter();
        let given = pay_before_on.max(deadline_on);
        lines
            .filter_map(|line| {
                let step = self.policy.as_ref()?.step(&line.step_key)?;
                let gives = step.pay_within_days.is_some() || step.deadline_days.is_some();
                Some((line.step_key.clone(), given.filter(|_| gives)?))
            })
            .collect()
    }
}
