//! A world in memory: applies decisions to a snapshot as the store would, and moves a clock.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    behaviour::History,
    calendar::{local_day, parse_zone, start_of_day},
    customer::{Address, Contact, ContactDetails, ContactRole, CustomerDetails, CustomerKind},
    dunning::{
        Action, BirthState, CallAttempt, ContactMade, Decision, Evidence, Hold, HoldScope, InvoiceFacts, LastLook, LiveReminder, LiveState,
        ONCE, OpenTask, RaisedOnce, Snapshot, StepOutcome, StepRecord, evaluate, look_again,
    },
    ids::{ContactId, CustomerId, HoldId, InvoiceId, PolicyId, ReminderId, TaskId},
    money::Currency,
    policy::{Channel, Policy, PolicyDocument, PolicyVersion, presets},
    settings::Settings,
};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub on: NaiveDate,
    pub step: String,
    pub channel: Channel,
    pub date: Option<NaiveDate>,
    pub lines: Vec<(String, String, i64)>,
}

#[derive(Debug, Clone)]
pub struct Sim {
    pub snapshot: Snapshot,
    pub now: DateTime<Utc>,
    pub happened: Vec<Happened>,
    /// When each message left.
    pub left_at: Vec<DateTime<Utc>>,
    pub decisions: Vec<Decision>,
    /// Calls are dialled in vain on the day they are asked for.
    pub dials: bool,
    /// Approvals are given at once.
    pub approves: bool,
    next_id: u128,
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A business under its preset.
pub fn business(starts_on: &str) -> Sim {
    Sim::new(preset("fr_business"), CustomerKind::Business, starts_on)
}

/// The day itself from Monday to Friday, else the Monday after.
pub fn weekday_from(day: NaiveDate) -> NaiveDate {
    day.iter_days().find(|day| day.weekday().num_days_from_monday() < 5).unwrap()
}

pub fn preset(key: &str) -> Policy {
    presets().iter().find(|preset| preset.key == key).unwrap().document.validate().unwrap()
}

/// A business chased by these steps, with nothing else stated in the policy.
pub fn ladder(steps: serde_json::Value, more: serde_json::Value, starts_on: &str) -> Sim {
    let mut document = serde_json::json!({"name": "Own", "steps": steps});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let policy = PolicyDocument::from_json(&document).unwrap().validate().unwrap();
    Sim::new(policy, CustomerKind::Business, starts_on)
}

impl Sim {
    pub fn new(policy: Policy, kind: CustomerKind, starts_on: &str) -> Self {
        let zone = parse_zone("Europe/Paris").unwrap();
        let now = start_of_day(day(starts_on), zone);
        let address = Address {
            lines: vec!["1 rue du Port".into()],
            postcode: Some("69003".into()),
            city: Some("Lyon".into()),
            country: "FR".into(),
        };
        let contact = ContactDetails {
            name: Some("Claire Dupont".into()),
            email: Some("compta@dupont.example".into()),
            phone: Some("+33612345678".into()),
            can_approve_payment: true,
            ..ContactDetails::new("c1", ContactRole::AccountsPayable)
        };
        let customer = CustomerDetails {
            address: Some(address.clone()),
            contacts: vec![contact.clone()],
            ..CustomerDetails::new(kind, "Boulangerie Dupont")
        };
        let settings = Settings {
            legal_name: Some("Atelier Keller".into()),
            address: Some(address),
            iban: Some("FR7630006000011234567890189".into()),
            ..Settings::default()
        };
        let snapshot = Snapshot {
            settings: settings.into(),
            customer_id: CustomerId(Uuid::from_u128(1)),
            customer,
            contacts: vec![Contact { id: ContactId(Uuid::from_u128(2)), details: contact, suppressed_channels: vec![] }],
            facts_changed_at: now - chrono::Duration::days(1),
            policy: Some(PolicyVersion { id: PolicyId(Uuid::from_u128(3)), version: 1, policy: policy.into() }),
            invoices: vec![],
            unapplied: vec![],
            holds: vec![],
            promises: vec![],
            reminders: vec![],
            contacts_made: vec![],
            calls: vec![],
            answers: vec![],
            raised_once: vec![],
            claims: vec![],
            settled_charges: vec![],
            open_tasks: vec![],
            payments_complete_until: None,
            ledger_differs: false,
            case_open: false,
            history: History::default(),
        };
        Self { snapshot, now, happened: vec![], left_at: vec![], decisions: vec![], dials: true, approves: true, next_id: 100 }
    }

    fn id(&mut self) -> Uuid {
        self.next_id += 1;
        Uuid::from_u128(self.next_id)
    }

    pub fn invoice(&mut self, number: &str, due_on: &str, amount: i64) -> InvoiceId {
        let id = InvoiceId(self.id());
        self.snapshot.invoices.push(InvoiceFacts {
            id,
            number: number.into(),
            issued_on: day(due_on) - chrono::Duration::days(30),
            due_on: day(due_on),
            delivered_on: None,
            received_on: None,
            currency: Currency::EUR,
            amount_due: amount,
            disputed: 0,
            voided: false,
            direct_debit: false,
            factored: false,
            payee_name: None,
            payee_iban: None,
            payment_url: None,
            payee_confirmed: false,
            overdue_announced: false,
            lifecycle_status: None,
            steps: vec![],
            evidence: Evidence::default(),
        });
        id
    }

    pub fn facts(&mut self, id: InvoiceId) -> &mut InvoiceFacts {
        self.snapshot.invoices.iter_mut().find(|invoice| invoice.id == id).unwrap()
    }

    fn today(&self) -> NaiveDate {
        local_day(self.now, parse_zone(self.snapshot.customer.time_zone.as_deref().unwrap_or("Europe/Paris")).unwrap())
    }

    /// Works every due instant until the start of that day, inclusive.
    pub fn run_until(&mut self, until: &str) {
        let end = start_of_day(day(until), parse_zone("Europe/Paris").unwrap());
        let mut turns = 0;
        loop {
            turns += 1;
            assert!(turns < 5_000, "the decision never comes to rest");
            let next_check = self.look();
            let send = self.snapshot.reminders.iter().filter(|r| r.state == LiveState::Planned).map(|r| r.send_at).min();
            let Some(next) = [next_check, send].into_iter().flatten().min() else { break };
            if next > end {
                break;
            }
            self.now = next.max(self.now);
            self.send_due();
        }
        self.now = end.max(self.now);
    }

    /// One look: decide, apply, until nothing is left to do at this instant.
    pub fn look(&mut self) -> Option<DateTime<Utc>> {
        let mut made: Vec<Action> = Vec::new();
        for _ in 0..50 {
            let decision = evaluate(&self.snapshot, self.now);
            let idle = decision.actions.iter().all(|action| matches!(action, Action::SayDataStale));
            let next = decision.next_check_at;
            assert!(next.is_none_or(|at| at > self.now), "the next look is in the future: {decision:?}");
            for action in decision.actions.iter().filter(|action| !matches!(action, Action::SayDataStale)) {
                assert!(!made.contains(action), "decided twice: {action:?}");
                made.push(action.clone());
                self.apply(action.clone());
            }
            self.decisions.push(decision);
            if idle {
                self.something_is_to_come(next);
                return next;
            }
        }
        panic!("one instant never comes to rest");
    }

    pub fn record(&mut self, invoice: InvoiceId, step: &str, outcome: StepOutcome, granted: Option<NaiveDate>) {
        let done_on = self.today();
        let steps = &mut self.facts(invoice).steps;
        // joined by a later notice, what was waived for its amount is done after all
        steps.retain(|record| record.step_key != step || record.reason.as_deref() != Some("below_minimum"));
        assert!(steps.iter().all(|record| record.step_key != step), "step {step} twice");
        steps.push(StepRecord { step_key: step.into(), outcome, done_on, granted_until: granted, reason: None });
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::PlanReminder(plan) => {
                let id = ReminderId(self.id());
                let approved = plan.state == BirthState::AwaitingApproval && self.approves;
                let waits = plan.state == BirthState::AwaitingApproval && !approved;
                self.snapshot.reminders.push(LiveReminder {
                    id,
                    state: if waits { LiveState::AwaitingApproval } else { LiveState::Planned },
                    approved,
                    step_key: plan.step_key,
                    channel: plan.channel,
                    contact_id: plan.contact_id,
                    lines: plan.lines,
                    compensations: plan.fixed_compensation.map_or(0, |fixed| fixed.count),
                    planned_at: self.now,
                    send_at: plan.send_at,
                    copy_of: None,
                });
            }
            Action::CreateTask(task) => {
                let id = TaskId(self.id());
                let (en, fr) = (&task.title.en, &task.title.fr);
                assert!(en != fr && !en.is_empty() && fr.ends_with('.'), "told in both languages: {:?}", task.title);
                if let Some(about) = task.about.clone().filter(|about| about.starts_with(ONCE)) {
                    let on = self.today();
                    self.snapshot.raised_once.push(RaisedOnce { about, on });
                }
                if let Some(step) = &task.step_key {
                    let on = self.today();
                    let channel = self.snapshot.policy.as_ref().unwrap().policy.step(step).unwrap().channel;
                    let lines = task.lines.iter().map(|l| (l.number.clone(), l.step_key.clone(), l.amount_due)).collect();
                    self.happened.push(Happened { on, step: step.clone(), channel, date: None, lines });
                    for line in &task.lines {
                        self.record(line.invoice_id, &line.step_key, StepOutcome::TaskCreated, None);
                    }
                }
                if task.kind == "phone_call" && self.dials {
                    let on = self.today();
                    self.snapshot.calls.push(CallAttempt { on, reached: false });
                    self.snapshot.contacts_made.push(ContactMade { on, channel: "phone".into(), step_key: task.step_key.clone() });
                } else {
                    self.snapshot.open_tasks.push(OpenTask { id, kind: task.kind, step_key: task.step_key, about: task.about });
                }
            }
            Action::WaiveStep { invoice_id, step_key, reason, .. } => {
                self.record(invoice_id, &step_key, StepOutcome::Waived, None);
                self.facts(invoice_id).steps.last_mut().unwrap().reason = Some(reason);
            }
            Action::CancelReminder { reminder_id, .. } => self.snapshot.reminders.retain(|reminder| reminder.id != reminder_id),
            Action::RescheduleReminder { reminder_id, send_at } => {
                self.snapshot.reminders.iter_mut().filter(|r| r.id == reminder_id).for_each(|r| r.send_at = send_at);
            }
            Action::AnnounceOverdue { invoice_id } => self.facts(invoice_id).overdue_announced = true,
            Action::KeepPromise { promise_id } | Action::BreakPromise { promise_id } => {
                self.snapshot.promises.retain(|p| p.id != promise_id)
            }
            Action::ReleaseHold { hold_id } => self.snapshot.holds.retain(|hold| hold.id != hold_id),
            Action::OpenCase => self.snapshot.case_open = true,
            Action::CloseCase { .. } => self.snapshot.case_open = false,
            Action::SayDataStale => {}
        }
    }

    fn send_due(&mut self) {
        let due: Vec<LiveReminder> =
            self.snapshot.reminders.iter().filter(|r| r.state == LiveState::Planned && r.send_at <= self.now).cloned().collect();
        for reminder in due {
            match look_again(&self.snapshot, &reminder, self.now) {
                LastLook::Go { pay_before_on, deadline_on } => self.sent(&reminder, pay_before_on.or(deadline_on)),
                LastLook::Later { at, .. } => {
                    assert!(at > self.now);
                    self.apply(Action::RescheduleReminder { reminder_id: reminder.id, send_at: at });
                }
                LastLook::Cancel { .. } => self.snapshot.reminders.retain(|other| other.id != reminder.id),
            }
        }
    }

    /// An open case is never forgotten: a look, a message, a task, or a person who holds it.
    fn something_is_to_come(&self, next: Option<DateTime<Utc>>) {
        let waits = next.is_some() || !self.snapshot.reminders.is_empty() || !self.snapshot.open_tasks.is_empty();
        let at_rest = |state: &str| ["completed", "stopped", "held"].contains(&state);
        let all_at_rest = self.decisions.last().unwrap().invoices.iter().all(|(_, dunning)| at_rest(&dunning.state));
        assert!(!self.snapshot.case_open || waits || all_at_rest, "an open case without a next action: {:#?}", self.decisions.last());
    }

    /// Holds the invoice, or everything, until the day or for ever.
    pub fn hold(&mut self, invoice: Option<InvoiceId>, until_on: Option<NaiveDate>) {
        let scope = invoice.map_or(HoldScope::Tenant, HoldScope::Invoice);
        let id = HoldId(self.id());
        let (placed_by, placed_at) = (Some("controller".into()), self.now);
        let hold = Hold { id, scope, reason: "manual".into(), until_on, before_on: None, published_on: None, placed_by, placed_at };
        self.snapshot.holds.push(hold);
    }

    pub fn hold_everything(&mut self, until_on: Option<NaiveDate>) {
        self.hold(None, until_on);
    }

    fn sent(&mut self, reminder: &LiveReminder, date: Option<NaiveDate>) {
        for line in &reminder.lines {
            let invoice = self.snapshot.invoices.iter().find(|invoice| invoice.id == line.invoice_id).unwrap();
            assert!(invoice.amount_due >= line.amount_due && line.amount_due > 0, "a message about what is paid");
            let held = |hold: &Hold| hold.scope == HoldScope::Tenant || hold.scope == HoldScope::Invoice(invoice.id);
            let over = |hold: &Hold| hold.until_on.is_some_and(|day| day < local_day(self.now, parse_zone("Europe/Paris").unwrap()));
            assert!(!self.snapshot.holds.iter().any(|hold| held(hold) && !over(hold)), "a message about what is held");
        }
        self.left_at.push(self.now);
        self.snapshot.reminders.retain(|other| other.id != reminder.id);
        let on = self.today();
        for line in &reminder.lines {
            let step = self.snapshot.policy.as_ref().unwrap().policy.step(&line.step_key).unwrap().clone();
            let granted = (step.pay_within_days.is_some() || step.deadline_days.is_some()).then_some(date).flatten();
            self.record(line.invoice_id, &line.step_key, StepOutcome::Sent, granted);
        }
        let lines = reminder.lines.iter().map(|l| (l.number.clone(), l.step_key.clone(), l.amount_due)).collect();
        self.happened.push(Happened { on, step: reminder.step_key.clone(), channel: reminder.channel, date, lines });
        self.snapshot.contacts_made.push(ContactMade {
            on,
            channel: reminder.channel.as_str().into(),
            step_key: Some(reminder.step_key.clone()),
        });
    }

    /// Everything that was planned.
    pub fn plans(&self) -> impl Iterator<Item = &crate::dunning::PlannedReminder> {
        self.decisions.iter().flat_map(|decision| &decision.actions).filter_map(|action| match action {
            Action::PlanReminder(plan) => Some(plan.as_ref()),
            _ => None,
        })
    }

    /// Every task that was raised.
    pub fn tasks(&self) -> impl Iterator<Item = &crate::dunning::NewTask> {
        self.decisions.iter().flat_map(|decision| &decision.actions).filter_map(|action| match action {
            Action::CreateTask(task) => Some(task.as_ref()),
            _ => None,
        })
    }

    /// `2026-10-09 first (2026-10-16)` for everything that happened.
    pub fn story(&self) -> Vec<String> {
        self.happened.iter().map(|h| format!("{} {}{}", h.on, h.step, h.date.map(|d| format!(" ({d})")).unwrap_or_default())).collect()
    }
}
