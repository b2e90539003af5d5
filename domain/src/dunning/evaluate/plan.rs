//! From due steps to one message per customer and channel, and to tasks.

use chrono::{DateTime, Utc};

use super::{
    charges, contact,
    context::{Context, PolicyContext, plus_days},
    copies,
    due::{Ask, Due, effective_channel},
    guard,
    outcome::Draft,
    pacing, printed, small,
    standing::Live,
    tasks::{Raise, raise},
};
use crate::{
    calendar::{add_business_days, local_day},
    dunning::{
        Change, Language, Param, Title, Why,
        decision::{Action, BirthState, NewTask, PlannedReminder},
        params,
        snapshot::{ContactMade, LiveState, ReminderLine},
        title::french_sums,
    },
    money::totals,
    policy::{Channel, Step},
};

/// Asks that go out together.
struct Group<'s, 'p> {
    channel: Channel,
    /// The most advanced step among them.
    step: &'p Step,
    position: usize,
    asks: Vec<Ask<'s, 'p>>,
}

/// Plans what is due: the most advanced first, the rest as pacing allows.
pub(super) fn plan(context: &Context<'_>, policy: &PolicyContext<'_>, due: Due<'_, '_>, live: &Live<'_>, draft: &mut Draft) {
    let small = small::is_small(context, policy);
    let mut too_small = Vec::new();
    let mut made = contacts_made(context, live);
    for group in groups(policy, due.asks) {
        if small && group.step.offset_days > 0 && own_currency(policy, &group) {
            too_small.extend(lines(&group));
        } else if group.channel.is_task() {
            plan_task(context, policy, &group, draft);
        } else if let Some(contact) = plan_reminder(context, policy, &group, &due.left_out, live, &made, draft) {
            made.push(contact);
        }
    }
    if !too_small.is_empty() {
        small::review(context, policy, too_small, draft);
    }
}

fn own_currency(policy: &PolicyContext<'_>, group: &Group<'_, '_>) -> bool {
    group.asks.iter().all(|ask| ask.invoice.currency == policy.policy.currency)
}

/// What was really made, and what already stands to leave.
fn contacts_made(context: &Context<'_>, live: &Live<'_>) -> Vec<ContactMade> {
    let planned =
        live.reminders.iter().filter(|reminder| reminder.state == LiveState::Planned && reminder.copy_of.is_none()).map(|reminder| {
            ContactMade {
                on: local_day(reminder.send_at, context.zone),
                channel: reminder.channel.as_str().to_owned(),
                step_key: Some(reminder.step_key.clone()),
            }
        });
    context.snapshot.contacts_made.iter().cloned().chain(planned).collect()
}

/// One group per channel; formal notices and handovers carry only invoices at that very step.
fn groups<'s, 'p>(policy: &PolicyContext<'p>, asks: Vec<Ask<'s, 'p>>) -> Vec<Group<'s, 'p>> {
    let mut groups: Vec<Group<'s, 'p>> = Vec::new();
    for ask in asks {
        let channel = effective_channel(policy, &ask);
        let alone = matches!(channel, Channel::RegisteredLetter | Channel::Handover);
        let position = policy.policy.position(&ask.step.key).unwrap_or_default();
        let home = groups.iter_mut().find(|group| group.channel == channel && (!alone || group.step.key == ask.step.key));
        match home {
            Some(group) => {
                if position > group.position {
                    (group.position, group.step) = (position, ask.step);
                }
                group.asks.push(ask);
            }
            None => groups.push(Group { channel, step: ask.step, position, asks: vec![ask] }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.position));
    groups
}

fn lines(group: &Group<'_, '_>) -> Vec<ReminderLine> {
    let mut asks: Vec<&Ask<'_, '_>> = group.asks.iter().collect();
    asks.sort_by_key(|ask| (ask.invoice.due_on, ask.invoice.number.clone()));
    asks.iter()
        .map(|ask| ReminderLine {
            invoice_id: ask.invoice.id,
            number: ask.invoice.number.clone(),
            step_key: ask.step.key.clone(),
            amount_due: ask.amount,
            currency: ask.invoice.currency,
        })
        .collect()
}

fn slot(context: &Context<'_>, policy: &PolicyContext<'_>, channel: Channel, draft: &mut Draft) -> Option<DateTime<Utc>> {
    let slot = policy.calendar.slot_on(channel, context.today, context.now);
    if slot.is_none() {
        let at = policy.calendar.first_slot(channel, context.now);
        draft.look_at(at);
        draft.reason(Why::WindowClosed, params![channel = channel, at = at], "policy.window", None);
    }
    slot
}

fn plan_task(context: &Context<'_>, policy: &PolicyContext<'_>, group: &Group<'_, '_>, draft: &mut Draft) {
    let Some(at) = slot(context, policy, group.channel, draft) else { return };
    if at > context.now {
        draft.look_at(at);
        return;
    }
    let kind = match group.channel {
        Channel::PhoneTask => "phone_call",
        Channel::VisitTask => "visit",
        Channel::Handover => "handover",
        _ => "review",
    };
    let lines = lines(group);
    let sums = totals(lines.iter().map(|line| line.currency.minor(line.amount_due)));
    let english = sums.iter().map(|sum| format!("{sum} {}", sum.currency)).collect::<Vec<String>>().join(" + ");
    let (en, fr) = task_words(kind);
    let title = Title::new(
        format!("{en}: {} invoice(s), {english}.", lines.len()),
        format!("{fr} : {} facture(s), {}.", lines.len(), french_sums(&sums)),
    );
    draft.reason(Why::StepDue, params![step = &group.step.key, invoices = lines.len()], "ladder", None);
    draft.act(Action::CreateTask(Box::new(NewTask {
        kind: kind.to_owned(),
        step_key: Some(group.step.key.clone()),
        lines,
        about: None,
        title,
        due_on: add_business_days(context.today, u32::from(group.step.task_days.unwrap_or(1)), context.region),
        assign_to: group.step.assign_to.clone(),
        contact_id: contact::choose(context, group.step).and_then(|chosen| chosen.contact_id),
    })));
    propose_credit_hold(context, group, draft);
    // the ladder goes on from what was just done
    draft.look_at(context.day_start(plus_days(context.today, 1)));
}

/// A person decides whether deliveries on credit rest; the step itself places nothing.
fn propose_credit_hold(context: &Context<'_>, group: &Group<'_, '_>, draft: &mut Draft) {
    if group.asks.iter().all(|ask| ask.step.credit_hold.is_none()) {
        return;
    }
    let title = Title::new(
        "Decide whether to deliver on credit: the last call before the notice is due.",
        "Décidez si l’on livre encore à crédit : c’est le dernier appel avant la mise en demeure.",
    );
    let about = "credit_hold".to_owned();
    raise(context, draft, Raise { kind: "credit_hold", about, title, lines: lines(group), assign_to: "manager", days: 2 });
}

/// What a task asks for, in English and in French.
fn task_words(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "phone_call" => ("Call the customer", "Appelez le client"),
        "visit" => ("Visit the customer", "Rendez visite au client"),
        "handover" => ("Decide on the handover", "Décidez de la transmission au contentieux"),
        _ => ("Decide how to go on", "Décidez de la suite"),
    }
}

fn plan_reminder(
    context: &Context<'_>,
    policy: &PolicyContext<'_>,
    group: &Group<'_, '_>,
    left_out: &[crate::dunning::LeftOut],
    live: &Live<'_>,
    made: &[ContactMade],
    draft: &mut Draft,
) -> Option<ContactMade> {
    let merged = mergeable(live, group.channel);
    let before: Vec<ContactMade> = if merged.is_some() { context.snapshot.contacts_made.clone() } else { made.to_vec() };
    let (day, rule) = if group.channel == Channel::WebhookOnly {
        (context.today, None)
    } else {
        pacing::first_day(context.caps(), &policy.policy.pacing, &before, context.today)
    };
    if day > context.today {
        let day = policy.calendar.next_sending_day(day);
        draft.look_at(context.day_start(day));
        draft.add_reason(guard::paced(context, rule, &group.step.key, day));
        for ask in &group.asks {
            draft.goes_on(ask.invoice.id, &ask.step.key, policy.calendar.first_slot(group.channel, context.day_start(day)));
        }
        return None;
    }
    if waits_for_call(context, group, draft) || waits_for_manager(context, group, draft) {
        return None;
    }
    let mut send_at = slot(context, policy, group.channel, draft)?;
    if let Some(at) = guard::hours_open_at(context, policy, group.channel, send_at) {
        draft.add_reason(guard::untimely(context, group.channel, &group.step.key, at));
        if local_day(at, context.zone) > context.today {
            draft.look_at(context.day_start(local_day(at, context.zone)));
            for ask in &group.asks {
                draft.goes_on(ask.invoice.id, &ask.step.key, at);
            }
            return None;
        }
        send_at = at;
    }
    let Some(chosen) = contact::choose(context, group.step) else {
        no_contact(context, group, draft);
        return None;
    };
    let mut lines = lines(group);
    if let Some(old) = merged {
        // one message per customer and channel: what was planned today goes out with this
        lines.splice(0..0, old.lines.iter().cloned());
        draft.act(Action::CancelReminder { reminder_id: old.id, reason: "superseded".to_owned() });
    }
    let (pay_before_on, deadline_on) = printed::dates(context, policy, group.step, group.channel);
    if let (true, Some(days)) = (group.step.approval_required, policy.policy.approval_expires_days) {
        let last_day = add_business_days(context.today, u32::from(days), context.region);
        draft.look_at(context.day_start(plus_days(last_day, 1)));
    }
    propose_credit_hold(context, group, draft);
    charges::unconfirmed_rate(context, policy, group.step, draft);
    let fixed_compensation = charges::compensation(context, policy, group.step, &lines, draft);
    draft.reason(Why::StepDue, params![step = &group.step.key, invoices = lines.len()], "ladder", None);
    let copies = copies::of(context, group.step, group.channel, draft);
    let contact_reason = chosen.why.told(&chosen.params, Language::English);
    draft.reason(chosen.why, chosen.params, "step.to", None);
    draft.act(Action::PlanReminder(Box::new(PlannedReminder {
        step_key: group.step.key.clone(),
        channel: group.channel,
        template: group.step.template.clone(),
        contact_id: chosen.contact_id,
        contact_reason,
        totals: totals(lines.iter().map(|line| line.currency.minor(line.amount_due))),
        fixed_compensation,
        lines,
        left_out: left_out.to_vec(),
        send_at,
        state: if group.step.approval_required { BirthState::AwaitingApproval } else { BirthState::Planned },
        pay_before_on,
        deadline_on,
        copies,
    })));
    Some(ContactMade { on: context.today, channel: group.channel.as_str().to_owned(), step_key: Some(group.step.key.clone()) })
}

/// A reminder planned over the same channel that has not left and that nobody has to approve.
fn mergeable<'s>(live: &Live<'s>, channel: Channel) -> Option<&'s crate::dunning::LiveReminder> {
    let fits = |reminder: &&crate::dunning::LiveReminder| {
        reminder.channel == channel
            && reminder.state == LiveState::Planned
            && !reminder.approved
            && channel != Channel::RegisteredLetter
            && reminder.copy_of.is_none()
    };
    live.reminders.iter().copied().find(|reminder| fits(reminder))
}

/// A formal notice waits for a dialled attempt; without a known number it does not.
fn waits_for_call(context: &Context<'_>, group: &Group<'_, '_>, draft: &mut Draft) -> bool {
    let Some(days) = group.step.requires_call_within_days else { return false };
    let since = plus_days(context.today, -i64::from(days));
    if !contact::any_phone(context) || context.snapshot.calls.iter().any(|call| call.on >= since) {
        return false;
    }
    draft.reason(Why::CallRequired, params![step = &group.step.key, days = days], "step.requires_call_within_days", None);
    draft.would_change(Change::DialledCall);
    draft.look_at(context.day_start(plus_days(context.today, 1)));
    if !context.snapshot.open_tasks.iter().any(|task| task.kind == "phone_call") {
        draft.act(Action::CreateTask(Box::new(NewTask {
            kind: "phone_call".to_owned(),
            step_key: None,
            lines: lines(group),
            about: Some(format!("call_before:{}", group.step.key)),
            title: Title::new(
                format!("Call before the step {}: it waits for an attempt.", group.step.key),
                format!("Appelez avant l’étape {} : elle attend une tentative d’appel.", group.step.key),
            ),
            due_on: add_business_days(context.today, 1, context.region),
            assign_to: vec!["collector".to_owned()],
            contact_id: None,
        })));
    }
    true
}

/// After an approval that nobody gave, a person says how to go on before it is asked again.
fn waits_for_manager(context: &Context<'_>, group: &Group<'_, '_>, draft: &mut Draft) -> bool {
    let about = format!("approval_expired:{}", group.step.key);
    let open = context.snapshot.open_tasks.iter().any(|task| task.about.as_deref() == Some(about.as_str()));
    let raised =
        draft.actions.iter().any(|action| matches!(action, Action::CreateTask(task) if task.about.as_deref() == Some(about.as_str())));
    if open || raised {
        draft.reason(Why::ApprovalExpired, params![step = &group.step.key], "policy.approval_expires_days", None);
        draft.would_change(Change::CompleteApprovalTask);
    }
    open || raised
}

fn no_contact(context: &Context<'_>, group: &Group<'_, '_>, draft: &mut Draft) {
    let about = format!("no_contact:{}", group.channel.as_str());
    draft.reason(Why::NoContact, params![step = &group.step.key, channel = group.channel], "selfcheck.contact", None);
    draft.would_change(Change::ReachableContact);
    if !context.snapshot.open_tasks.iter().any(|task| task.about.as_deref() == Some(about.as_str())) {
        draft.act(Action::CreateTask(Box::new(NewTask {
            kind: "own_error".to_owned(),
            step_key: None,
            lines: lines(group),
            about: Some(about),
            title: Title::new(
                format!("Find a contact for {}: step {} has nobody to go to.", group.channel.as_str(), group.step.key),
                format!(
                    "Trouvez un contact ({}) : l’étape {} n’a pas de destinataire.",
                    Param::from(group.channel).told(Language::French),
                    group.step.key
                ),
            ),
            due_on: add_business_days(context.today, 1, context.region),
            assign_to: vec!["collector".to_owned()],
            contact_id: None,
        })));
    }
}
