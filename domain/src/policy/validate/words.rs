//! The closed lists of words that a policy is written in.

use chrono::Weekday;

use super::super::{Channel, ChargesLeft, LateChargesMode, OnlyIf, UnappliedCash};
use crate::{
    behaviour::Sign,
    charges::{DayCount, Imputation},
    customer::{ContactRole, CustomerKind},
};

/// A word with what it means.
pub(super) type Word<T> = (&'static str, T);

/// Words that the domain keeps as they are.
macro_rules! as_spelt {
    ($($word:literal),* $(,)?) => { [$(($word, $word)),*] };
}

pub(super) const CUSTOMER_KINDS: [Word<CustomerKind>; 4] = [
    ("business", CustomerKind::Business),
    ("consumer", CustomerKind::Consumer),
    ("public_body", CustomerKind::PublicBody),
    ("unknown", CustomerKind::Unknown),
];

pub(super) const WEEKDAYS: [Word<Weekday>; 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

pub(super) const ROLES: [Word<ContactRole>; 7] = [
    ("accounts_payable", ContactRole::AccountsPayable),
    ("approver", ContactRole::Approver),
    ("buyer", ContactRole::Buyer),
    ("director", ContactRole::Director),
    ("legal_representative", ContactRole::LegalRepresentative),
    ("authorising_officer", ContactRole::AuthorisingOfficer),
    ("other", ContactRole::Other),
];

pub(super) const UNAPPLIED_CASH: [Word<UnappliedCash>; 3] =
    [("hold", UnappliedCash::Hold), ("lower", UnappliedCash::Lower), ("ignore", UnappliedCash::Ignore)];

pub(super) const ONLY_IF: [Word<OnlyIf>; 3] =
    [("call_unanswered", OnlyIf::CallUnanswered), ("no_lifecycle_status", OnlyIf::NoLifecycleStatus), ("no_reply", OnlyIf::NoReply)];

pub(super) const LATE_CHARGES: [Word<LateChargesMode>; 3] =
    [("none", LateChargesMode::None), ("mention", LateChargesMode::Mention), ("claim", LateChargesMode::Claim)];

/// Is approval required?
pub(super) const APPROVAL: [Word<bool>; 2] = [("required", true), ("none", false)];

pub(super) const TONES: [Word<&str>; 4] = as_spelt!["courteous", "factual", "firm", "formal"];

/// People of the tenant's own house.
pub(super) const HOUSE_ROLES: [Word<&str>; 3] = as_spelt!["sales_owner", "collector", "manager"];

pub(super) const ATTACHMENTS: [Word<&str>; 3] = as_spelt!["invoice", "statement", "ics"];

pub(super) const CREDIT_HOLD: [Word<&str>; 1] = as_spelt!["propose"];

/// Templates of steps, with whether they are a formal notice: their deadline runs, a person
/// approves them, and nothing follows without a person (`presets.md` §1 rule 7).
pub(super) const TEMPLATES: [Word<bool>; 10] = [
    ("courtesy", false),
    ("first_reminder", false),
    ("sms_reminder", false),
    ("second_reminder", false),
    ("final_reminder", false),
    ("formal_notice", true),
    ("formal_notice_consumer", true),
    ("public_status", false),
    ("public_reminder", false),
    ("public_demand", true),
];

pub(super) const RATE_FROM: [Word<&str>; 1] = as_spelt!["invoice_terms"];

pub(super) const ALLOCATIONS: [Word<Imputation>; 3] = [
    ("principal_first", Imputation::PrincipalFirst),
    ("interest_first", Imputation::InterestFirst),
    ("interest_fee_principal", Imputation::InterestFeePrincipal),
];

pub(super) const DAY_COUNTS: [Word<DayCount>; 2] = [("act_365f", DayCount::Act365Fixed), ("act_act", DayCount::ActAct)];

pub(super) const AFTER_PRINCIPAL_PAID: [Word<ChargesLeft>; 2] = [("waive", ChargesLeft::Waive), ("task", ChargesLeft::Task)];

/// Every channel by its word.
pub(super) fn channels() -> [Word<Channel>; 9] {
    Channel::ALL.map(|channel| (channel.as_str(), channel))
}

/// Signs that a person should look at a payer.
pub(super) fn signs() -> [Word<Sign>; 4] {
    Sign::ALL.map(|sign| (sign.as_str(), sign))
}

/// The channels that make a task for a person.
pub(super) fn task_channels() -> Vec<Word<Channel>> {
    channels().into_iter().filter(|(_, channel)| channel.is_task()).collect()
}

/// The channels over which a text can also leave.
pub(super) fn message_channels() -> Vec<Word<Channel>> {
    channels().into_iter().filter(|(_, channel)| channel.is_message()).collect()
}
