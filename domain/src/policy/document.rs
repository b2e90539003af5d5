//! A policy as it is written down: the JSON of `contract.md` §4 with the optional fields of
//! `presets.md` §2. Words, times and amounts are still text here; [`PolicyDocument::validate`]
//! makes a [`Policy`](super::Policy) of them. Written out again, a document is what was read:
//! what was left out stays out, amounts keep their digits.

mod fault;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use fault::PolicyFault;
use read::{Read, documents};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

use crate::charges::StatedRegime;

documents! {
    /// A dunning policy as written.
    PolicyDocument {
        /// Name.
        name: String,
        /// For whom; absent: for everybody.
        applies_to: Option<AppliesToDocument>,
        /// Currency of every threshold; absent: EUR.
        currency: Option<String>,
        /// Days after delivery (public bodies: reception) before any overdue step.
        delivery_grace_days: Option<u16>,
        /// Business days left for money to arrive after any date given to the debtor.
        given_date_grace_days: Option<u16>,
        /// The first overdue step waits for a payment run within this many days of the due date.
        payment_run_wait_days: Option<u16>,
        /// A direct debit neither paid nor returned makes a task after this many days.
        direct_debit_wait_days: Option<u16>,
        /// Payment data older than this holds everything; `null`: not asked.
        data_max_age_hours: Option<Option<u16>>,
        /// The same, from the tenant's first heartbeat on.
        heartbeat_max_age_hours: Option<Option<u16>>,
        /// `hold`, `lower` or `ignore`.
        unapplied_cash: Option<String>,
        /// Business days of hold before `unapplied_cash` acts as `lower`.
        unapplied_cash_hold_days: Option<u16>,
        /// Business days before an unread reply's task is overdue.
        reply_hold_days: Option<u16>,
        /// What happens to small balances.
        small_balance: Option<SmallBalanceDocument>,
        /// Business days before an approval not given is withdrawn.
        approval_expires_days: Option<u16>,
        /// How often a customer may be written to.
        pacing: Option<PacingDocument>,
        /// When messages may leave.
        window: Option<WindowDocument>,
        /// Parts of the year when channels rest.
        pauses: Option<Vec<PauseDocument>>,
        /// The ladder, in order of offsets.
        steps: Vec<StepDocument>,
        /// Promises to pay.
        promise: Option<PromiseDocument>,
        /// Instalment plans.
        plan: Option<PlanDocument>,
        /// Late charges.
        late_charges: Option<LateChargesDocument>,
    }

    /// Which customers a policy is for.
    AppliesToDocument {
        /// Kinds; absent or empty: any.
        customer_kinds: Option<Vec<String>>,
        /// Segments; absent or empty: any.
        segments: Option<Vec<String>>,
        /// Least sum overdue, decimal.
        min_amount_due: Option<String>,
    }

    /// Balances below `applies_to.min_amount_due`.
    SmallBalanceDocument {
        /// One monthly task for all of them after this many days.
        after_days: u16,
    }

    /// How often a customer may be written to, over all channels.
    PacingDocument {
        /// Days between two messages.
        min_days_between_messages: Option<u16>,
        /// At most in 7 days.
        max_per_7_days: Option<u16>,
        /// At most in 30 days.
        max_per_30_days: Option<u16>,
    }

    /// When messages may leave, in the customer's zone.
    WindowDocument {
        /// `mon` to `sun`.
        weekdays: Option<Vec<String>>,
        /// `HH:MM`, inclusive.
        from: Option<String>,
        /// `HH:MM`, exclusive.
        to: Option<String>,
        /// Never on a public holiday of the customer's region.
        skip_public_holidays: Option<bool>,
        /// Ranges of a channel instead of `from`–`to`.
        by_channel: Option<BTreeMap<String, Vec<(String, String)>>>,
    }

    /// A part of every year when some channels rest.
    PauseDocument {
        /// `MM-DD`, first day.
        from: String,
        /// `MM-DD`, last day; earlier than `from`: over New Year.
        until: String,
        /// Channels that rest.
        channels: Vec<String>,
    }

    /// One step of the ladder as written.
    StepDocument {
        /// Key, unique in the policy: `[a-z0-9_]{1,40}`.
        key: String,
        /// Days from the due date; negative: before it.
        offset_days: i32,
        /// Channel.
        channel: String,
        /// Template.
        template: Option<String>,
        /// `courteous`, `factual`, `firm` or `formal`.
        tone: Option<String>,
        /// Least undisputed principal, decimal.
        min_amount_due: Option<String>,
        /// Most undisputed principal, decimal.
        max_amount_due: Option<String>,
        /// `call_unanswered`, `no_lifecycle_status` or `no_reply`.
        only_if: Option<String>,
        /// Only for payers of whom all of this is true.
        payer: Option<PayerDocument>,
        /// Only for customers of these kinds; absent or empty: any.
        customer_kinds: Option<Vec<String>>,
        /// Only for customers of these segments; absent or empty: any.
        segments: Option<Vec<String>>,
        /// Calendar days to the printed date.
        pay_within_days: Option<u16>,
        /// Business days after the previous step really ended.
        after_previous_days: Option<u16>,
        /// Calendar days a notice grants.
        deadline_days: Option<u16>,
        /// `none`, `mention` or `claim`.
        late_charges: Option<String>,
        /// `required` or `none`.
        approval: Option<String>,
        /// A person dialled within this many days before posting.
        requires_call_within_days: Option<u16>,
        /// At most once per customer in this many days.
        once_per_days: Option<u16>,
        /// Sales owner told this many business days before.
        notify_owner_days: Option<u16>,
        /// Roles at the customer, in order of preference.
        to: Option<Vec<String>>,
        /// Internal copies.
        cc: Option<Vec<String>>,
        /// The same text over other channels.
        also_by: Option<Vec<String>>,
        /// `invoice`, `statement`, `ics`.
        attach: Option<Vec<String>>,
        /// Who does the task, in order.
        assign_to: Option<Vec<String>>,
        /// Business days each of them has.
        task_days: Option<u16>,
        /// The text offers instalments within `plan`.
        offer_plan: Option<bool>,
        /// `propose`.
        credit_hold: Option<String>,
    }

    /// How a customer has to have paid in the last year for a step to be meant for it: all that is stated must hold.
    PayerDocument {
        /// At least this many days late on average, weighted by amount.
        min_average_days_late: Option<u16>,
        /// At most this many days late on average.
        max_average_days_late: Option<u16>,
        /// At least this share of the money was or is late, percent.
        min_late_share_percent: Option<u16>,
        /// At most this share of the money was or is late, percent.
        max_late_share_percent: Option<u16>,
        /// At least this many promises were broken.
        min_broken_promises: Option<u16>,
        /// One of these signs is seen: `calls_unanswered`, `contacts_suppressed`, `promises_broken`, `getting_worse`.
        any_sign_of: Option<Vec<String>>,
    }

    /// What a promise to pay may be.
    PromiseDocument {
        /// Furthest day, from the day it is made.
        max_days: Option<u16>,
        /// Days after the promised day before it is broken.
        grace_days: Option<u16>,
        /// How often it may be renewed.
        max_renewals: Option<u16>,
        /// Longest maturity of a draft, days; 0: none.
        max_instrument_days: Option<u16>,
        /// Channel of the task that a broken promise makes.
        on_broken: Option<String>,
    }

    /// What an instalment plan may be before a person must approve it.
    PlanDocument {
        /// Most instalments.
        max_instalments: Option<u16>,
        /// Longest plan, days.
        max_days: Option<u16>,
        /// Least share of the first instalment, percent.
        first_share_percent: Option<u16>,
        /// Business days after an instalment's day before it is missed.
        grace_days: Option<u16>,
    }

    /// Late-payment interest and fixed compensation.
    LateChargesDocument {
        /// Which law or contract sets the rate.
        regime: Option<RegimeDocument>,
        /// `invoice_terms`.
        rate_from: Option<String>,
        /// 40 EUR per invoice (C. com. D441-5).
        fixed_compensation: Option<bool>,
        /// What a payment pays first.
        allocation: Option<String>,
        /// `act_365f` or `act_act`.
        day_count: Option<String>,
        /// No fixed compensation claimed on invoices below, decimal.
        claim_min_invoice_amount: Option<String>,
        /// `waive` or `task`.
        after_principal_paid: Option<String>,
    }

    /// The regime of late-payment interest, as in `law/late_charges.json`.
    RegimeDocument {
        /// `fr_b2b_default`, `fr_b2g`, `fr_legal`…
        kind: String,
        /// Column of the French legal rate.
        column: Option<String>,
        /// Contract rate, percent a year, decimal.
        contract_rate: Option<String>,
        /// `floor` or `default_rate`: when the contract rate is under the legal floor.
        below_floor: Option<String>,
        /// Points above the rate of the ECB, percent a year, decimal.
        points: Option<String>,
        /// Read a clause of 10 points as the statutory default.
        treat_as_statutory: Option<bool>,
    }
}

impl RegimeDocument {
    /// The regime in words.
    pub fn stated(&self) -> StatedRegime<'_> {
        StatedRegime {
            kind: &self.kind,
            column: self.column.as_deref(),
            contract_rate: self.contract_rate.as_deref(),
            below_floor: self.below_floor.as_deref(),
            points: self.points.as_deref(),
            treat_as_statutory: self.treat_as_statutory,
        }
    }
}

impl PolicyDocument {
    /// Reads the JSON of a policy. A `null` counts as left out, except for the two ages of data
    /// that name it as a value.
    ///
    /// # Errors
    /// Every field that is unknown, missing or of the wrong type; unknown fields alone do not
    /// hide what [`PolicyDocument::validate`] has against the others.
    pub fn from_json(value: &Value) -> Result<Self, Vec<PolicyFault>> {
        let mut faults = Vec::new();
        match Self::read(value, "", &mut faults) {
            Some(document) if faults.is_empty() => Ok(document),
            Some(document) => {
                faults.extend(document.validate().err().unwrap_or_default());
                Err(faults)
            }
            None => Err(faults),
        }
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(&value).map_err(|faults| {
            let words: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect();
            D::Error::custom(words.join("; "))
        })
    }
}
