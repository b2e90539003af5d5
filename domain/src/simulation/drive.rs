//! One customer's course, from instant to instant.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{
    course::{Course, Dated},
    entry::Entry,
    state::{self, State},
    withheld::{Keeping, Withheld},
};
use crate::{
    dunning::{
        Action, BirthState, CallAttempt, ClaimSent, ContactMade, Decision, FixedCompensation, LastLook, LiveReminder, LiveState, NewTask,
        ONCE, OpenTask, PlannedReminder, RaisedOnce, ReminderLine, Snapshot, StepOutcome, StepRecord, evaluate, look_again,
    },
    ids::{CustomerId, ReminderId, TaskId},
    policy::{Channel, PolicyVersion},
};

/// Rounds at one instant before what keeps coming up is put off by a day, as the test clock does.
const MOST_ROUNDS: usize = 200;

/// What people are taken to do while nobody asks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumptions {
    /// Approvals are given at once; else never.
    pub approvals_given: bool,
    /// Calls are dialled when they are asked for, and nobody answers; else never.
    pub calls_made: bool,
}

/// From when until when (inclusive), and what people do meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first look.
    pub from: DateTime<Utc>,
    /// Nothing later is done.
    pub until: DateTime<Utc>,
    /// What people do.
    pub people: Assumptions,
}

/// A message that left, or a task of the ladder that was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Customer.
    pub customer_id: CustomerId,
    /// When.
    pub at: DateTime<Utc>,
    /// Day of the customer.
    pub on: NaiveDate,
    /// Most advanced step among its rows.
    pub step_key: String,
    /// Channel.
    pub channel: Channel,
    /// Channels by which copies left with it: the same contact, told again.
    pub copies: Vec<Channel>,
    /// Date printed to pay before.
    pub pay_before_on: Option<NaiveDate>,
    /// Deadline printed.
    pub deadline_on: Option<NaiveDate>,
    /// Its rows.
    pub lines: Vec<ReminderLine>,
    /// Fixed compensation mentioned or claimed.
    pub fixed_compensation: Option<FixedCompensation>,
}

/// What came of a course.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lived {
    /// What was done, oldest first.
    pub done: Vec<Done>,
    /// What was withheld.
    pub withheld: Vec<Withheld>,
    /// How many decisions were made.
    pub looks: u64,
    /// Work came up again and again at one instant and was put off: a fault of the policy or of ours.
    pub put_off: u32,
}

/// Drives a customer under a policy (`None`: none is in force) from `span.from` to `span.until`. What was heard before
/// `from` is known, and was not acted on then. `entry`: the policy comes into force at `from`.
pub fn drive(course: &Course, policy: Option<PolicyVersion>, span: Span, entry: Option<Entry>) -> Lived {
    let mut drive = Drive::new(course, policy, span);
    if let Some(entry) = entry {
        drive.next_check = entry.apply(&mut drive.state, span.from);
    }
    drive.run();
    drive.keeping.end(drive.state.day(span.until).succ_opt().unwrap_or_default());
    drive.lived.withheld = drive.keeping.closed;
    drive.lived
}

struct Drive<'a> {
    state: State,
    ahead: std::iter::Peekable<std::slice::Iter<'a, Dated>>,
    span: Span,
    now: DateTime<Utc>,
    next_check: Option<DateTime<Utc>>,
    /// Compensation of reminders that have not left.
    charges: Vec<(ReminderId, FixedCompensation)>,
    /// Copies by other channels of reminders that have not left.
    copies: Vec<(ReminderId, Channel)>,
    keeping: Keeping,
    lived: Lived,
}

impl<'a> Drive<'a> {
    fn new(course: &'a Course, policy: Option<PolicyVersion>, span: Span) -> Self {
        let mut drive = Self {
            state: State::new(Snapshot { policy, ..course.snapshot.clone() }),
            ahead: course.news.iter().peekable(),
            span,
            now: span.from,
            next_check: Some(span.from),
            charges: Vec::new(),
            copies: Vec::new(),
            keeping: Keeping::default(),
            lived: Lived::default(),
        };
        while let Some(dated) = drive.ahead.next_if(|dated| dated.at < span.from) {
            drive.state.hear(&dated.news, dated.at);
        }
        // promises that ended before are history: they were judged then
        let today = drive.state.tenant_day(span.from);
        drive.state.snapshot.promises.retain(|promise| promise.grace_until_on >= today || course.news.is_empty());
        if span.people.approvals_given {
            for reminder in drive.state.snapshot.reminders.iter_mut().filter(|reminder| reminder.state == LiveState::AwaitingApproval) {
                (reminder.state, reminder.approved, reminder.send_at) = (LiveState::Planned, true, span.from);
            }
        }
        drive
    }

    fn run(&mut self) {
        while let Some(next) = self.next_instant().filter(|at| *at <= self.span.until) {
            self.now = next.max(self.now);
            self.hear();
            self.instant();
        }
    }

    /// The next look, send or news.
    fn next_instant(&mut self) -> Option<DateTime<Utc>> {
        let send = self.planned().map(|reminder| reminder.send_at).min();
        let news = self.ahead.peek().map(|dated| dated.at);
        [self.next_check, send, news].into_iter().flatten().min()
    }

    fn planned(&self) -> impl Iterator<Item = &LiveReminder> {
        self.state.snapshot.reminders.iter().filter(|reminder| reminder.state == LiveState::Planned)
    }

    /// Takes in what is known by now; it makes a look due.
    fn hear(&mut self) {
        while let Some(dated) = self.ahead.next_if(|dated| dated.at <= self.now) {
            self.state.hear(&dated.news, dated.at);
            self.next_check = Some(self.now);
        }
    }

    /// Works everything due at this instant: looks, then sends, until nothing is left.
    fn instant(&mut self) {
        for _ in 0..MOST_ROUNDS {
            if self.next_check.is_some_and(|at| at <= self.now) {
                self.look();
                continue;
            }
            let due: Vec<LiveReminder> = self.planned().filter(|reminder| reminder.send_at <= self.now).cloned().collect();
            if due.is_empty() {
                return;
            }
            self.send(due);
        }
        self.lived.put_off += 1;
        let tomorrow = self.now + Duration::days(1);
        self.next_check = self.next_check.map(|at| at.max(tomorrow));
        for reminder in self.state.snapshot.reminders.iter_mut().filter(|reminder| reminder.send_at <= self.now) {
            reminder.send_at = tomorrow;
        }
    }

    fn look(&mut self) {
        if self.state.snapshot.payments_complete_until.is_some() {
            self.state.snapshot.payments_complete_until = Some(self.now); // heartbeats are taken to go on
        }
        let decision = evaluate(&self.state.snapshot, self.now);
        self.lived.looks += 1;
        let today = self.state.day(self.now);
        self.keeping.note(&self.state.snapshot, &decision, today, self.state.tenant_day(self.now));
        // a decision that asks to be made again at once would be made for ever
        self.next_check = decision.next_check_at.map(|at| if at > self.now { at } else { self.now + Duration::days(1) });
        self.apply(decision);
        self.state.sort_out();
    }

    fn apply(&mut self, decision: Decision) {
        for action in decision.actions {
            match action {
                Action::PlanReminder(plan) => self.plan(*plan),
                Action::CreateTask(task) => self.create(*task),
                Action::WaiveStep { invoice_id, step_key, reason, on } => {
                    let record =
                        StepRecord { step_key, outcome: StepOutcome::Waived, done_on: on, granted_until: None, reason: Some(reason) };
                    self.state.step_done(invoice_id, record);
                }
                Action::CancelReminder { reminder_id, .. } => self.withdraw(reminder_id),
                Action::RescheduleReminder { reminder_id, send_at } => self.leave_at(reminder_id, send_at),
                Action::AnnounceOverdue { invoice_id } => {
                    if let Some(invoice) = self.state.invoice(invoice_id) {
                        invoice.overdue_announced = true;
                    }
                }
                Action::BreakPromise { promise_id } => {
                    self.state.snapshot.history.promises.broken += 1;
                    self.state.promise_ended(promise_id);
                }
                Action::KeepPromise { promise_id } => {
                    self.state.snapshot.history.promises.kept += 1;
                    self.state.snapshot.promises.retain(|promise| promise.id != promise_id);
                }
                Action::ReleaseHold { hold_id } => self.state.snapshot.holds.retain(|hold| hold.id != hold_id),
                Action::OpenCase => self.state.snapshot.case_open = true,
                Action::CloseCase { .. } => self.state.case_closed(),
                Action::SayDataStale => {}
            }
        }
    }

    fn plan(&mut self, plan: PlannedReminder) {
        let id = ReminderId(self.state.id());
        let waits = plan.state == BirthState::AwaitingApproval;
        let approved = waits && self.span.people.approvals_given;
        if approved {
            self.next_check = Some(self.now); // a person's word is a change to look at
        }
        for line in &plan.lines {
            self.state.retake(line.invoice_id, &line.step_key);
        }
        let compensations = plan.fixed_compensation.as_ref().map_or(0, |fixed| fixed.count);
        self.charges.extend(plan.fixed_compensation.map(|charge| (id, charge)));
        self.state.snapshot.reminders.push(LiveReminder {
            id,
            state: if waits && !approved { LiveState::AwaitingApproval } else { LiveState::Planned },
            approved,
            step_key: plan.step_key,
            channel: plan.channel,
            contact_id: plan.contact_id,
            lines: plan.lines,
            compensations,
            planned_at: self.now,
            send_at: if approved { self.now } else { plan.send_at },
            copy_of: None,
        });
        self.copies.extend(plan.copies.iter().map(|copy| (id, copy.channel)));
    }

    fn create(&mut self, task: NewTask) {
        let on = self.state.day(self.now);
        if let Some(about) = task.about.clone().filter(|about| about.starts_with(ONCE)) {
            self.state.snapshot.raised_once.push(RaisedOnce { about, on });
        }
        let mut lines = task.lines;
        if let Some(step_key) = &task.step_key {
            lines.retain(|line| {
                let record = StepRecord {
                    step_key: line.step_key.clone(),
                    outcome: StepOutcome::TaskCreated,
                    done_on: on,
                    granted_until: None,
                    reason: None,
                };
                self.state.step_done(line.invoice_id, record)
            });
            if lines.is_empty() {
                return;
            }
            self.lived.done.push(Done {
                customer_id: self.state.snapshot.customer_id,
                at: self.now,
                on,
                step_key: step_key.clone(),
                channel: channel_of(&task.kind),
                copies: Vec::new(),
                pay_before_on: None,
                deadline_on: None,
                lines,
                fixed_compensation: None,
            });
        }
        if task.kind == "phone_call" && self.span.people.calls_made {
            self.state.snapshot.calls.push(CallAttempt { on, reached: false });
            self.state.snapshot.contacts_made.push(ContactMade { on, channel: "phone".to_owned(), step_key: task.step_key });
            self.next_check = Some(self.now);
            return;
        }
        let id = TaskId(self.state.id());
        self.state.snapshot.open_tasks.push(OpenTask { id, kind: task.kind, step_key: task.step_key, about: task.about });
    }

    fn withdraw(&mut self, id: ReminderId) {
        self.state.snapshot.reminders.retain(|reminder| reminder.id != id);
        self.charges.retain(|(of, _)| *of != id);
        self.copies.retain(|(of, _)| *of != id);
    }

    fn leave_at(&mut self, id: ReminderId, at: DateTime<Utc>) {
        for reminder in self.state.snapshot.reminders.iter_mut().filter(|reminder| reminder.id == id) {
            reminder.send_at = at;
        }
    }

    /// The last look at each; those that leave together see each other in pacing, as inside one send.
    fn send(&mut self, due: Vec<LiveReminder>) {
        let on = self.state.day(self.now);
        let mut looks = Vec::with_capacity(due.len());
        let before = self.state.snapshot.contacts_made.len();
        for reminder in &due {
            let look = look_again(&self.state.snapshot, reminder, self.now);
            if matches!(look, LastLook::Go { .. }) {
                self.state.snapshot.contacts_made.push(state::contact(reminder, on));
            }
            looks.push(look);
        }
        self.state.snapshot.contacts_made.truncate(before);
        for (reminder, look) in due.into_iter().zip(looks) {
            match look {
                LastLook::Go { pay_before_on, deadline_on } => {
                    self.state.sent(&reminder, pay_before_on.max(deadline_on), self.now);
                    self.left(reminder, pay_before_on, deadline_on, on);
                    self.next_check = Some(self.now);
                }
                LastLook::Later { at, .. } => self.leave_at(reminder.id, at.max(self.now + Duration::minutes(1))),
                LastLook::Cancel { .. } => {
                    self.withdraw(reminder.id);
                    self.state.sort_out();
                    self.next_check = Some(self.now);
                }
            }
        }
    }

    fn left(&mut self, reminder: LiveReminder, pay_before_on: Option<NaiveDate>, deadline_on: Option<NaiveDate>, on: NaiveDate) {
        let charge = self.charges.iter().position(|(of, _)| *of == reminder.id).map(|at| self.charges.swap_remove(at).1);
        if let Some(claimed) = charge.as_ref().filter(|charge| charge.mode == "claim" && self.state.snapshot.case_open) {
            self.state.snapshot.claims.push(ClaimSent { reminder_id: reminder.id, amount: claimed.amount });
        }
        let (mine, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.copies).into_iter().partition(|(of, _)| *of == reminder.id);
        self.copies = others;
        self.lived.done.push(Done {
            customer_id: self.state.snapshot.customer_id,
            at: self.now,
            on,
            step_key: reminder.step_key,
            channel: reminder.channel,
            copies: mine.into_iter().map(|(_, channel)| channel).collect(),
            pay_before_on,
            deadline_on,
            lines: reminder.lines,
            fixed_compensation: charge,
        });
    }
}

fn channel_of(kind: &str) -> Channel {
    match kind {
        "phone_call" => Channel::PhoneTask,
        "visit" => Channel::VisitTask,
        "handover" => Channel::Handover,
        _ => Channel::ReviewTask,
    }
}
