//! The last look, inside the send.

use chrono::{DateTime, Utc};

use super::{
    blocks,
    context::{Context, PolicyContext},
    expiries, guard,
    outcome::Draft,
    pacing, printed, standing,
};
use crate::{
    dunning::{
        Params, Why,
        decision::{LastLook, Reason},
        params,
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
        return LastLook::Cancel { reason: reason.to_string() };
    }
    let Some(policy) = &context.policy else { return LastLook::Cancel { reason: Why::PolicyNotActive.to_string() } };
    let Some(step) = policy.policy.step(&reminder.step_key) else { return LastLook::Cancel { reason: Why::Superseded.to_string() } };
    if let Some(later) = not_now(&context, policy, reminder) {
        return later;
    }
    let printed = || printed::dates(&context, policy, step, reminder.channel);
    let (pay_before_on, deadline_on) = reminder.copy_of.map_or_else(printed, |copy| (copy.pay_before_on, copy.deadline_on));
    LastLook::Go { pay_before_on, deadline_on }
}

/// Until when a message of this channel still leaves on the day of `now`: the end of the policy's hours where the customer is.
pub fn leaves_until(snapshot: &Snapshot, channel: Channel, now: DateTime<Utc>) -> DateTime<Utc> {
    Context::new(snapshot, now).policy.map_or(now, |policy| policy.calendar.closes_at(channel, now))
}

fn not_now(context: &Context<'_>, policy: &PolicyContext<'_>, reminder: &LiveReminder) -> Option<LastLook> {
    // a copy is the same contact as the message it repeats, which kept the pacing
    if reminder.channel != Channel::WebhookOnly && reminder.copy_of.is_none() {
        let (day, rule) = pacing::first_day(context.caps(), &policy.policy.pacing, &context.snapshot.contacts_made, context.today);
        if day > context.today {
            let at = policy.calendar.first_slot(reminder.channel, context.day_start(day));
            return Some(LastLook::Later { at, reason: guard::paced(context, rule, &reminder.step_key, day) });
        }
    }
    if let Some(at) = guard::hours_open_at(context, policy, reminder.channel, context.now) {
        return Some(LastLook::Later { at, reason: guard::untimely(context, reminder.channel, &reminder.step_key, at) });
    }
    if policy.calendar.is_open(reminder.channel, context.now) {
        return None;
    }
    let at = policy.calendar.first_slot(reminder.channel, context.now);
    Some(later(at, Why::WindowClosed, params![channel = reminder.channel, at = at], "policy.window"))
}

fn later(at: DateTime<Utc>, code: Why, params: Params, rule: &str) -> LastLook {
    LastLook::Later { at, reason: Reason::new(code, params, rule, None) }
}
