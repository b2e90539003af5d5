//! What a step waits for before it leaves: a call, a person, the sales owner, the others that are due.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::evaluate,
    sim::{Sim, business, day, ladder},
    told::{at, done, planned, says, tasks},
};
use crate::{
    customer::Person,
    dunning::{Action, CallAttempt, LiveState, OpenTask, StepOutcome, StepRecord, Why},
    ids::TaskId,
    policy::Channel,
};

#[test]
fn what_is_due_joins_the_message_that_is_planned_and_not_one_that_a_person_approved() {
    let planned_first = |change: &dyn Fn(&mut Sim)| {
        let mut sim = business("2026-10-09");
        sim.invoice("F-1", "2026-10-05", 20_000);
        sim.now = at("2026-10-09T04:00:00Z");
        sim.look();
        assert_eq!(sim.snapshot.reminders.len(), 1);
        sim.invoice("F-2", "2026-10-05", 30_000);
        change(&mut sim);
        let decision = evaluate(&sim.snapshot, at("2026-10-09T04:30:00Z"));
        let superseded =
            decision.actions.iter().any(|action| matches!(action, Action::CancelReminder { reason, .. } if reason == "superseded"));
        let lines =
            decision.actions.iter().find_map(|action| if let Action::PlanReminder(plan) = action { Some(plan.lines.len()) } else { None });
        (superseded, lines)
    };
    assert_eq!(planned_first(&|_| {}), (true, Some(2)), "one message for both");
    assert_eq!(planned_first(&|sim| sim.snapshot.reminders[0].approved = true), (false, None), "it waits for the pacing instead");
    assert_eq!(
        planned_first(&|sim| sim.snapshot.reminders[0].state = LiveState::AwaitingApproval),
        (false, Some(1)),
        "what waits for a person keeps nobody waiting"
    );
    let letter = |sim: &mut Sim| sim.snapshot.reminders[0].channel = Channel::Letter;
    assert_eq!(planned_first(&letter), (false, None), "another channel is another message");
}

#[test]
fn a_notice_waits_for_one_call_and_asks_for_it_once() {
    let due = || {
        let mut sim = business("2026-10-12");
        let id = sim.invoice("F-1", "2026-08-20", 20_000);
        let before = ["precheck", "courtesy", "key_call", "first", "call", "sms", "second", "last_call", "last_letter"];
        sim.facts(id).steps = before.map(|step| done(step, StepOutcome::Sent, "2026-09-20")).into();
        sim
    };
    let noon = at("2026-10-12T10:00:00Z");
    let mut sim = due();
    let open = |kind: &str| OpenTask { id: TaskId(Uuid::from_u128(8)), kind: kind.into(), step_key: None, about: None };
    assert_eq!(tasks(&evaluate(&sim.snapshot, noon), "phone_call").len(), 1);
    sim.snapshot.open_tasks = vec![open("review")];
    assert_eq!(tasks(&evaluate(&sim.snapshot, noon), "phone_call").len(), 1, "another task is no call");
    sim.snapshot.open_tasks = vec![open("phone_call")];
    let waits = evaluate(&sim.snapshot, noon);
    assert!(tasks(&waits, "phone_call").is_empty() && says(&waits, Why::CallRequired));
    // nobody approved in time: the task stands, or was raised by this very decision
    sim.snapshot.calls.push(CallAttempt { on: day("2026-10-08"), reached: false });
    sim.snapshot.open_tasks = vec![OpenTask { about: Some("approval_expired:notice".into()), ..open("approval_expired") }];
    let expired = evaluate(&sim.snapshot, noon);
    assert!(planned(&expired).is_empty() && says(&expired, Why::ApprovalExpired));
    let mut sim = due();
    sim.snapshot.calls.push(CallAttempt { on: day("2026-10-08"), reached: false });
    (sim.approves, sim.now) = (false, noon);
    sim.look();
    let late = evaluate(&sim.snapshot, at("2026-10-20T10:00:00Z"));
    assert!(planned(&late).is_empty() && says(&late, Why::ApprovalExpired), "{late:?}");
}

#[test]
fn the_sales_owner_is_told_where_he_has_days_and_the_step_will_go() {
    let told = |step: Value, change: &dyn Fn(&mut Sim)| {
        let mut notice = json!({"key": "hard", "offset_days": 10, "channel": "review_task"});
        notice.as_object_mut().unwrap().extend(step.as_object().unwrap().clone());
        let mut sim = ladder(json!([notice]), json!({}), "2026-10-01");
        sim.snapshot.customer.sales_owner = Some(Person { name: "A. Keller".into(), email: None });
        sim.invoice("F-1", "2026-10-05", 20_000);
        change(&mut sim);
        let decision = evaluate(&sim.snapshot, at("2026-10-13T10:00:00Z"));
        (tasks(&decision, "owner_notice").len(), decision.invoices[0].1.next_action_at.map(|at| at.date_naive().to_string()))
    };
    let on = |day: &str| Some(day.to_owned());
    let nothing: &dyn Fn(&mut Sim) = &|_| {};
    assert_eq!(told(json!({"notify_owner_days": 2}), nothing), (1, on("2026-10-15")));
    assert_eq!(told(json!({"notify_owner_days": 3}), nothing), (1, on("2026-10-16")), "told late, he still has his days");
    assert_eq!(told(json!({"notify_owner_days": 1}), nothing), (0, on("2026-10-15")), "tomorrow");
    assert_eq!(told(json!({"notify_owner_days": 0}), nothing), (0, on("2026-10-15")));
    assert_eq!(told(json!({"notify_owner_days": 2, "max_amount_due": "200.00"}), nothing).0, 1);
    assert_eq!(told(json!({"notify_owner_days": 2, "max_amount_due": "199.99"}), nothing).0, 0);
    let francs: &dyn Fn(&mut Sim) = &|sim| {
        let id = sim.invoice("F-2", "2026-10-05", 90_000);
        sim.facts(id).currency = "CHF".parse().unwrap();
        sim.facts(id).steps = vec![done("hard", StepOutcome::TaskCreated, "2026-10-09")];
        let early = sim.invoice("F-3", "2026-12-01", 90_000);
        sim.facts(early).steps = vec![done("hard", StepOutcome::TaskCreated, "2026-10-01")];
    };
    assert_eq!(
        told(json!({"notify_owner_days": 2, "min_amount_due": "200.01"}), francs).0,
        0,
        "neither francs nor what is not overdue fill it"
    );
}

#[test]
fn a_sales_owner_without_days_is_not_told_on_the_day_either() {
    let steps = json!([{"key": "hard", "offset_days": 10, "channel": "review_task", "notify_owner_days": 0}]);
    let mut sim = ladder(steps, json!({}), "2026-10-01");
    sim.snapshot.customer.sales_owner = Some(Person { name: "A. Keller".into(), email: None });
    sim.invoice("F-1", "2026-10-05", 20_000);
    let decision = evaluate(&sim.snapshot, at("2026-10-15T10:00:00Z"));
    assert_eq!((tasks(&decision, "owner_notice").len(), tasks(&decision, "review").len()), (0, 1));
}

#[test]
fn a_notice_takes_along_what_its_minimum_waived_from_the_first_day_after_a_date_that_was_given() {
    let joined = |granted: &str, today: &str| {
        let mut sim = business("2026-10-12");
        sim.snapshot.calls.push(CallAttempt { on: day("2026-10-08"), reached: false });
        let before = ["precheck", "courtesy", "key_call", "first", "call", "sms", "second", "last_call", "last_letter"];
        let old = sim.invoice("F-1", "2026-08-20", 20_000);
        sim.facts(old).steps = before.map(|step| done(step, StepOutcome::Sent, "2026-09-20")).into();
        let small = sim.invoice("F-2", "2026-08-10", 9_000);
        let mut steps: Vec<StepRecord> = before.map(|step| done(step, StepOutcome::Sent, "2026-09-10")).into();
        steps.last_mut().unwrap().granted_until = Some(day(granted));
        steps.push(StepRecord { reason: Some("below_minimum".into()), ..done("notice", StepOutcome::Waived, "2026-09-30") });
        sim.facts(small).steps = steps;
        let decision = evaluate(&sim.snapshot, at(today));
        let find = |action: &Action| if let Action::PlanReminder(plan) = action { Some(plan.lines.len()) } else { None };
        decision.actions.iter().find_map(find)
    };
    // given until Thursday the 8th: its money has Friday and Monday, from Tuesday the 13th on it is free
    let (monday, tuesday) = ("2026-10-12T10:00:00Z", "2026-10-13T10:00:00Z");
    assert_eq!((joined("2026-10-08", monday), joined("2026-10-08", tuesday)), (Some(1), Some(2)));
    assert_eq!(joined("2026-10-07", monday), Some(2), "until the 7th");
}
