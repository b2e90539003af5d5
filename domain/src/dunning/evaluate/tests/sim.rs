//! A world in memory: applies decisions to a snapshot as the store would, and moves a clock.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    calendar::{local_day, parse_zone, start_of_day},
    customer::{Address, Contact, ContactDetails, ContactRole, CustomerDetails, CustomerKind, Formality},
    dunning::{
        Action, BirthState, CallAttempt, ContactMade, Decision, Evidence, InvoiceFacts, LastLook, LiveReminder, LiveState, OpenTask,
        Snapshot, StepOutcome, StepRecord, evaluate, look_again,
    },
    ids::{ContactId, CustomerId, InvoiceId, PolicyId, ReminderId, TaskId},
    money::Currency,
    policy::{Channel, Policy, PolicyVersion, presets},
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

pub struct Sim {
    pub snapshot: Snapshot,
    pub now: DateTime<Utc>,
    pub happened: Vec<Happened>,
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

pub fn preset(key: &str) -> Policy {
    presets().iter().find(|preset| preset.key == key).unwrap().document.validate().unwrap()
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
            external_id: "c1".into(),
            name: Some("Claire Dupont".into()),
            role: ContactRole::AccountsPayable,
            email: Some("compta@dupont.example".into()),
            phone: Some("+33612345678".into()),
            preferred_channel: None,
            can_approve_payment: true,
            language: None,
            formality: Formality::Vous,
        };
        let customer = CustomerDetails {
            kind,
            name: "Boulangerie Dupont".into(),
            language: None,
            time_zone: None,
            region: None,
            siren: None,
            vat_id: None,
            address: Some(address.clone()),
            registered_address: None,
            legal_form: None,
            payment_days: vec![],
            public_body_type: None,
            segment: None,
            policy_id: None,
            sales_owner: None,
            contacts: vec![contact.clone()],
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
            open_tasks: vec![],
            payments_complete_until: None,
            ledger_differs: false,
            case_open: false,
        };
        Self { snapshot, now, happened: vec![], decisions: vec![], dials: true, approves: true, next_id: 100 }
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
        for _ in 0..50 {
            let decision = evaluate(&self.snapshot, self.now);
            let idle = decision.actions.iter().all(|action| matches!(action, Action::SayDataStale));
            let next = decision.next_check_at;
            assert!(next.is_none_or(|at| at > self.now), "the next look is in the future: {decision:?}");
            for action in &decision.actions {
                self.apply(action.clone());
            }
            self.decisions.push(decision);
            if idle {
                return next;
            }
        }
        panic!("one instant never comes to rest");
    }

    fn record(&mut self, invoice: InvoiceId, step: &str, outcome: StepOutcome, granted: Option<NaiveDate>) {
        let done_on = self.today();
        let steps = &mut self.facts(invoice).steps;
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
                    planned_at: self.now,
                    send_at: plan.send_at,
                });
            }
            Action::CreateTask(task) => {
                let id = TaskId(self.id());
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
            Action::WaiveStep { invoice_id, step_key, .. } => self.record(invoice_id, &step_key, StepOutcome::Waived, None),
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

    fn sent(&mut self, reminder: &LiveReminder, date: Option<NaiveDate>) {
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

    /// `2026-10-09 first (2026-10-16)` for everything that happened.
    pub fn story(&self) -> Vec<String> {
        self.happened.iter().map(|h| format!("{} {}{}", h.on, h.step, h.date.map(|d| format!(" ({d})")).unwrap_or_default())).collect()
    }
}
