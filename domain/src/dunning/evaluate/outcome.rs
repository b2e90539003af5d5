//! Collecting what is decided, and the summary of it.

use chrono::{DateTime, Utc};

use super::{
    blocks::Blocks,
    contact,
    context::{Context, is_open},
    standing::Live,
};
use crate::{
    dunning::{
        decision::{Action, Decision, InvoiceDunning, Outcome, Reason},
        snapshot::{InvoiceFacts, LiveState, StepOutcome},
        why::{Change, Params, Why},
    },
    ids::InvoiceId,
    policy::{Channel, Policy},
};

/// Where an invoice's ladder goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NextStep {
    pub step_key: String,
    pub at: DateTime<Utc>,
}

/// A decision in the making.
pub(super) struct Draft {
    pub now: DateTime<Utc>,
    pub actions: Vec<Action>,
    pub reasons: Vec<Reason>,
    pub would_change: Vec<Change>,
    looks: Vec<DateTime<Utc>>,
    next: Vec<(InvoiceId, NextStep)>,
    completed: Vec<InvoiceId>,
}

impl Draft {
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            actions: Vec::new(),
            reasons: Vec::new(),
            would_change: Vec::new(),
            looks: Vec::new(),
            next: Vec::new(),
            completed: Vec::new(),
        }
    }

    pub fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Says why: `draft.reason(Why::StepDue, params![step = &step.key, invoices = lines.len()], "ladder", None)`.
    pub fn reason(&mut self, code: Why, params: Params, rule: &str, invoice_id: Option<InvoiceId>) {
        self.add_reason(Reason::new(code, params, rule, invoice_id));
    }

    /// Says why, once.
    pub fn add_reason(&mut self, reason: Reason) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// Says what would change the decision.
    pub fn would_change(&mut self, what: Change) {
        if !self.would_change.contains(&what) {
            self.would_change.push(what);
        }
    }

    /// Something due is withheld because payment data are too old.
    pub fn say_data_stale(&mut self) {
        if !self.actions.contains(&Action::SayDataStale) {
            self.act(Action::SayDataStale);
        }
    }

    /// Look again at this instant; instants that have passed are no look.
    pub fn look_at(&mut self, at: DateTime<Utc>) {
        if at > self.now {
            self.looks.push(at);
        }
    }

    /// The ladder of an invoice goes on with this step.
    pub fn goes_on(&mut self, invoice: InvoiceId, step_key: &str, at: DateTime<Utc>) {
        self.next.retain(|(id, _)| *id != invoice);
        self.next.push((invoice, NextStep { step_key: step_key.to_owned(), at }));
    }

    /// The ladder of an invoice is at its end.
    pub fn completes(&mut self, invoice: InvoiceId) {
        self.next.retain(|(id, _)| *id != invoice);
        self.completed.push(invoice);
    }
}

/// Turns the draft into the decision.
pub(super) fn finish(context: &Context<'_>, blocks: &Blocks, live: &Live<'_>, mut draft: Draft) -> Decision {
    let open: Vec<&InvoiceFacts> = context.snapshot.invoices.iter().filter(|invoice| is_open(invoice)).collect();
    for block in blocks.all() {
        if !draft.reasons.contains(&block.reason) {
            draft.reasons.push(block.reason.clone());
        }
        draft.would_change(block.lifted_by);
        if let Some(until) = block.until {
            draft.look_at(until);
        }
    }
    contact::say_who_is_left_in_peace(context, &mut draft);
    let invoices: Vec<(InvoiceId, InvoiceDunning)> =
        context.snapshot.invoices.iter().map(|invoice| (invoice.id, stand(context, blocks, live, &draft, invoice))).collect();
    let acts = draft.actions.iter().any(|action| !matches!(action, Action::AnnounceOverdue { .. } | Action::SayDataStale));
    let state = |word: &str| invoices.iter().any(|(_, dunning)| dunning.state == word);
    let outcome = if acts {
        Outcome::Act
    } else if open.is_empty() {
        Outcome::Stop
    } else if state("scheduled") || state("awaiting_approval") {
        Outcome::Wait
    } else if state("held") {
        Outcome::Hold
    } else {
        Outcome::Stop
    };
    if draft.reasons.is_empty() {
        let code = if open.is_empty() { Why::NothingDue } else { Why::LadderCompleted };
        draft.reason(code, Params::default(), "ladder", None);
    }
    Decision {
        customer_id: context.snapshot.customer_id,
        at: draft.now,
        outcome,
        actions: draft.actions,
        reasons: draft.reasons,
        would_change: draft.would_change,
        policy: context.snapshot.policy.as_ref().map(|version| (version.id, version.version)),
        next_check_at: draft.looks.into_iter().min(),
        invoices,
    }
}

fn stand(context: &Context<'_>, blocks: &Blocks, live: &Live<'_>, draft: &Draft, invoice: &InvoiceFacts) -> InvoiceDunning {
    let version = context.snapshot.policy.as_ref();
    let mut dunning = InvoiceDunning {
        state: "idle".to_owned(),
        policy_id: version.map(|version| version.id),
        policy_version: version.map(|version| version.version),
        last_step: invoice.steps.iter().rev().find(|step| step.outcome != StepOutcome::Waived).map(|step| step.step_key.clone()),
        ..InvoiceDunning::default()
    };
    let held: Vec<_> = blocks.of(invoice.id).collect();
    dunning.holds = held.iter().map(|block| block.reason.code.to_string()).collect();
    dunning.holds.dedup();
    let next = draft.next.iter().find(|(id, _)| *id == invoice.id).map(|(_, next)| next);
    if !is_open(invoice) || handed_over(invoice, version.map(|version| version.policy.as_ref())) {
        dunning.state = "stopped".to_owned();
        dunning.holds.clear();
    } else if let Some(reminder) = live.carrying(invoice.id) {
        let waits = reminder.state == LiveState::AwaitingApproval;
        dunning.state = if waits { "awaiting_approval" } else { "scheduled" }.to_owned();
        dunning.next_step = Some(reminder.step_key.clone());
        dunning.next_action_at = (!waits).then_some(reminder.send_at);
    } else if !held.is_empty() {
        dunning.state =
            if held.iter().any(|block| matches!(block.reason.code, Why::Insolvency | Why::TimeBarred)) { "stopped" } else { "held" }
                .to_owned();
        dunning.next_step = next.map(|next| next.step_key.clone());
        dunning.next_action_at = held.iter().map(|block| block.until).collect::<Option<Vec<_>>>().and_then(|ends| ends.into_iter().max());
    } else if let Some(next) = next {
        dunning.state = "scheduled".to_owned();
        dunning.next_step = Some(next.step_key.clone());
        dunning.next_action_at = Some(next.at);
    } else if draft.completed.contains(&invoice.id) {
        dunning.state = "completed".to_owned();
    }
    planned_now(draft, invoice.id, &mut dunning);
    dunning
}

/// A reminder or task of this very decision says where the invoice stands.
fn planned_now(draft: &Draft, invoice: InvoiceId, dunning: &mut InvoiceDunning) {
    for action in &draft.actions {
        match action {
            Action::PlanReminder(plan) if plan.lines.iter().any(|line| line.invoice_id == invoice) => {
                let waits = plan.state == crate::dunning::BirthState::AwaitingApproval;
                dunning.state = if waits { "awaiting_approval" } else { "scheduled" }.to_owned();
                dunning.next_step = plan.lines.iter().find(|line| line.invoice_id == invoice).map(|line| line.step_key.clone());
                dunning.next_action_at = (!waits).then_some(plan.send_at);
            }
            Action::CreateTask(task) if task.step_key.is_some() => {
                if let Some(line) = task.lines.iter().find(|line| line.invoice_id == invoice) {
                    dunning.last_step = Some(line.step_key.clone());
                }
            }
            _ => {}
        }
    }
}

fn handed_over(invoice: &InvoiceFacts, policy: Option<&Policy>) -> bool {
    invoice.steps.iter().any(|step| {
        step.outcome != StepOutcome::Waived
            && policy.and_then(|policy| policy.step(&step.step_key)).is_some_and(|step| step.channel == Channel::Handover)
    })
}
