//! The last look, inside the send.

use chrono::{DateTime, Utc};

use super::{
    blocks,
    context::{Context, PolicyContext},
    expiries,
    outcome::Draft,
    pacing, printed, standing,
};
use crate::{
    dunning::{
        decision::{LastLook, Reason},
        snapshot::{LiveReminder, Snapshot},
    },
    policy::Channel,
};

/// May this reminder leave now? Looks again at balance, holds, promises, disputes, freshness, contact,
/// window and pacing; dates are computed for the day it really leaves.
pub fn look_again(snapshot: &Snapshot, reminder: &LiveReminder, now: DateTime<Utc>) -> LastLook {
    let context = Context::new(snapshot, now);
    let settled = expiries::work_off(&context, &mut Draft::new(now));
    let blocks = blocks::find(&context, &settled);
    if let Some(reason) = standing::fault(&context, &blocks, reminder) {
        return LastLook::Cancel { reason };
    }
    let Some(policy) = &context.policy else { return LastLook::Cancel { reason: "policy_not_active".to_owned() } };
    let Some(step) = policy.policy.step(&reminder.step_key) else { return LastLook::Cancel { reason: "superseded".to_owned() } };
    if let Some(later) = not_now(&context, policy, reminder) {
        return later;
    }
    let (pay_before_on, deadline_on) = printed::dates(&context, policy, step, reminder.channel);
    LastLook::Go { pay_before_on, deadline_on }
}

fn not_now(context: &Context<'_>, policy: &PolicyContext<'_>, reminder: &LiveReminder) -> Option<LastLook> {
    if reminder.channel != Channel::WebhookOnly {
        let (day, rule) = pacing::first_day(&policy.policy.pacing, &context.snapshot.contacts_made, context.today);
        if day > context.today {
            let at = policy.calendar.first_slot(reminder.channel, context.day_start(day));
            return Some(later(at, "pacing", format!("Messages are paced: not before {day}."), rule.unwrap_or("policy.pacing")));
        }
    }
    if policy.calendar.is_open(reminder.channel, context.now) {
        return None;
    }
    let at = policy.calendar.first_slot(reminder.channel, context.now);
    Some(later(at, "window_closed", "The sending window is closed.".to_owned(), "policy.window"))
}

fn later(at: DateTime<Utc>, code: &str, message: String, rule: &str) -> LastLook {
    let reason = Reason { code: code.to_owned(), message, rule: rule.to_owned(), citation: None, invoice_id: None };
    LastLook::Later { at, reason }
}
