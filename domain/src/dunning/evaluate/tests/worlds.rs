//! Any policy, any customer: what the properties are told about.

use chrono::{Duration, NaiveDate, NaiveTime, Weekday};
use chrono_tz::TZ_VARIANTS;
use proptest::prelude::*;

use super::sim::{Sim, day, preset};
use crate::{
    customer::{CustomerKind, Person},
    dunning::{Promise, Unapplied},
    ids::PromiseId,
    money::Currency,
    policy::{Channel, OnlyIf, Pacing, Policy, Step, UnappliedCash, Window},
};

/// A customer's life to be lived.
#[derive(Debug, Clone)]
pub struct World {
    policy: Policy,
    kind: CustomerKind,
    zone: &'static str,
    /// (due after 15 July 2026, minor units)
    invoices: Vec<(i64, i64)>,
    /// Invoice → the day before which it is paid.
    pub payments: Vec<(usize, NaiveDate)>,
    dials: bool,
    approves: bool,
    owner: bool,
    payment_days: Vec<String>,
    stray: Option<i64>,
    promise: Option<i64>,
    hold: Option<(usize, i64)>,
}

impl World {
    /// Before anything happened.
    pub fn begin(&self) -> Sim {
        let mut sim = Sim::new(self.policy.clone(), self.kind, "2026-07-01");
        (sim.dials, sim.approves) = (self.dials, self.approves);
        sim.snapshot.customer.time_zone = Some(self.zone.to_owned());
        sim.snapshot.customer.payment_days.clone_from(&self.payment_days);
        sim.snapshot.customer.sales_owner = self.owner.then(|| Person { name: "A. Keller".into(), email: None });
        for (n, (days, amount)) in self.invoices.iter().enumerate() {
            sim.invoice(&format!("F-{n}"), &(day("2026-07-15") + Duration::days(*days)).to_string(), *amount);
        }
        if let Some(amount) = self.stray {
            sim.snapshot.unapplied.push(Unapplied { money: Currency::EUR.minor(amount), since_on: day("2026-08-10") });
        }
        if let Some(days) = self.promise {
            let promised_on = day("2026-08-01") + Duration::days(days);
            sim.snapshot.promises.push(Promise {
                id: PromiseId(uuid::Uuid::from_u128(9)),
                invoices: vec![],
                amount: Currency::EUR.minor(1_000),
                made_on: day("2026-08-01"),
                made_by: None,
                ended_before: 0,
                promised_on,
                grace_until_on: promised_on + Duration::days(2),
                received_since: 0,
            });
        }
        if let Some((which, days)) = self.hold {
            let invoice = sim.snapshot.invoices.get(which).map(|invoice| invoice.id);
            sim.hold(invoice, Some(day("2026-08-01") + Duration::days(days)));
        }
        sim
    }

    /// Lived to the end.
    pub fn live(&self) -> Sim {
        let mut sim = self.begin();
        let mut payments = self.payments.clone();
        payments.sort_by_key(|(_, on)| *on);
        for (which, on) in payments {
            sim.run_until(&on.to_string());
            let id = sim.snapshot.invoices[which].id;
            sim.facts(id).amount_due = 0;
        }
        sim.run_until("2027-09-01");
        sim
    }
}

fn weekdays() -> impl Strategy<Value = Vec<Weekday>> {
    prop::sample::subsequence(vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun], 1..=7)
}

fn window() -> impl Strategy<Value = Window> {
    (weekdays(), 0_u32..22, 1_u32..3, any::<bool>()).prop_map(|(weekdays, from, hours, skip_public_holidays)| Window {
        weekdays,
        from: NaiveTime::from_hms_opt(from, 15, 0).unwrap(),
        to: NaiveTime::from_hms_opt((from + hours).min(23), 45, 0).unwrap(),
        skip_public_holidays,
        by_channel: vec![],
    })
}

fn pacing() -> impl Strategy<Value = Pacing> {
    (0_u16..12, 1_u16..4, 0_u16..6).prop_map(|(apart, per_7, more)| Pacing {
        min_days_between_messages: apart,
        max_per_7_days: per_7,
        max_per_30_days: per_7 + more,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let channel = prop::sample::select(vec![
        Channel::Email,
        Channel::Email,
        Channel::Sms,
        Channel::Letter,
        Channel::RegisteredLetter,
        Channel::PhoneTask,
        Channel::ReviewTask,
    ]);
    let conditions = (
        prop::option::of(prop::sample::select(vec![OnlyIf::CallUnanswered, OnlyIf::NoReply])),
        prop::option::of(1_000_i64..100_000),
        prop::option::of(1_000_i64..100_000),
        prop::option::of(1_u16..5),
    );
    (channel, -12_i32..100, prop::option::of(1_u16..20), prop::option::of(0_u16..8), conditions).prop_map(
        |(channel, offset_days, pay_within_days, after_previous_days, (only_if, least, most, owner))| {
            let mut step = preset("fr_business").steps[0].clone();
            let notice = channel == Channel::RegisteredLetter;
            step.offset_days = if notice { offset_days.max(1) } else { offset_days };
            step.channel = channel;
            step.template = Some(if notice { "formal_notice" } else { "first_reminder" }.to_owned());
            (step.min_amount_due, step.max_amount_due, step.only_if) = (least, most, only_if);
            step.pay_within_days = pay_within_days.filter(|_| channel.is_message() && !notice);
            step.deadline_days = notice.then_some(8);
            (step.approval_required, step.requires_call_within_days) = (notice, notice.then_some(15));
            (step.after_previous_days, step.once_per_days, step.notify_owner_days) = (after_previous_days, None, owner);
            step
        },
    )
}

fn policy() -> impl Strategy<Value = Policy> {
    let waits = (0_u16..4, 0_u16..12, 0_u16..10, prop::option::of(0_u16..8), 0_i64..5_000);
    (prop::collection::vec(step(), 1..8), pacing(), window(), waits, any::<bool>()).prop_map(
        |(mut steps, pacing, window, (grace, delivery, run, stray, least), pauses)| {
            steps.sort_by_key(|step| step.offset_days);
            for (n, step) in steps.iter_mut().enumerate() {
                step.key = format!("s{n}");
            }
            let mut policy = preset("fr_business");
            (policy.steps, policy.pacing, policy.window) = (steps, pacing, window);
            (policy.given_date_grace_days, policy.delivery_grace_days, policy.payment_run_wait_days) = (grace, delivery, run);
            (policy.unapplied_cash_hold_days, policy.unapplied_cash) = (stray, UnappliedCash::Hold);
            policy.applies_to.min_amount_due = least;
            if !pauses {
                policy.pauses.clear();
            }
            policy
        },
    )
}

/// Any policy of ours, or any at all.
fn any_policy() -> impl Strategy<Value = Policy> {
    let ours = prop::sample::select(vec!["fr_business", "fr_small_business", "fr_consumer", "fr_public_body"]);
    prop_oneof![1 => ours.prop_map(|key| {
        let mut policy = preset(key);
        policy.window.by_channel.clear();
        policy
    }), 3 => policy()]
}

/// Any world.
pub fn any_world() -> impl Strategy<Value = World> {
    let kind = prop::sample::select(vec![CustomerKind::Business, CustomerKind::Consumer, CustomerKind::PublicBody]);
    let zone = (0..TZ_VARIANTS.len()).prop_map(|n| TZ_VARIANTS[n].name());
    let invoices = prop::collection::vec((0_i64..120, 500_i64..400_000), 1..6);
    let people = (any::<bool>(), any::<bool>(), any::<bool>());
    let money = (prop::option::of(100_i64..50_000), prop::option::of(0_i64..60), prop::option::of((0_usize..6, 0_i64..90)));
    let days = prop::sample::select(vec![vec![], vec!["10".to_owned(), "25".to_owned()], vec!["eom".to_owned()]]);
    let paid = prop::collection::vec(prop::option::of(20_i64..200), 5);
    (any_policy(), kind, zone, invoices, people, money, days, paid).prop_map(
        |(policy, kind, zone, invoices, (dials, approves, owner), (stray, promise, hold), payment_days, paid)| {
            let paid = paid.into_iter().take(invoices.len()).enumerate();
            let payments = paid.filter_map(|(n, days)| Some((n, day("2026-07-15") + Duration::days(days?)))).collect();
            World { policy, kind, zone, invoices, payments, dials, approves, owner, payment_days, stray, promise, hold }
        },
    )
}
