//! From what is known about a reminder to the words and files of its message. The sender and the
//! preview use the same functions, so that an approver reads what will leave.

mod content;
mod notice;
mod occurred;
mod parties;
mod postal;
mod rows;

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    charges::{InvoiceCharges, Line},
    customer,
    money::Money,
    policy::LateChargesMode,
    records::{EarlierContact, MessageFacts, Occurred, PromiseRecord},
};

pub use content::{Sender, content, content_with, said_by, statement_pdf};
pub use notice::disabled_endpoint;
pub(crate) use parties::{creditor, reader};

use crate::context::{
    Amount, Charges, ChargesMode, Formality, Interest, MessageContext, OwnText, PreviousContact, PromiseInfo, RenderChannel,
};

/// The dates that the message prints, computed for the day it leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PrintedDates {
    /// Date to pay before.
    pub pay_before_on: Option<NaiveDate>,
    /// Deadline of a notice.
    pub deadline_on: Option<NaiveDate>,
}

/// The context of the message that `facts` make at `now`.
pub fn message_context(facts: &MessageFacts, dates: PrintedDates, now: DateTime<Utc>) -> MessageContext {
    let reminder = &facts.reminder;
    let today = facts.day(now);
    let rows = rows::of(facts, today);
    let context = MessageContext {
        language: language(facts),
        formality: formality(facts),
        template: reminder.template.clone().unwrap_or_default(),
        channel: channel(&reminder.channel),
        today,
        payments_known_until: facts.payments_complete_until.map_or(today, |at| facts.day(at)).min(today),
        creditor: parties::creditor(&facts.settings),
        logo: facts.logo.clone(),
        customer: parties::recipient(facts),
        totals: reminder.body.totals.iter().map(amount).collect(),
        payment_url: rows::payment_url(facts),
        step_rows: rows.at_step,
        other_rows: rows.others,
        upcoming_rows: rows.upcoming,
        not_claimed: rows.not_claimed,
        pay_before_on: dates.pay_before_on,
        deadline_on: dates.deadline_on,
        deadline_days: facts.step.as_ref().and_then(|step| step.deadline_days),
        charges: charges(facts),
        previous: concerning(facts).map(previous).collect(),
        reference: reminder.reference.clone(),
        payment_reference: rows::payment_reference(facts),
        variant_seed: seed(facts),
        first_message: !facts.earlier.iter().any(|earlier| earlier.step_key.is_some() && is_written(earlier)),
        promise: facts.promise.as_ref().map(promise),
        enclosures: content::enclosed(facts),
        event: occurred::facts(facts),
        calendar_of: calendar_of(facts),
        ..MessageContext::default()
    };
    MessageContext { own: own_text(facts, &context), ..context }
}

/// Whose entries a calendar keeps apart: a promise's, else the customer's. The same due day told again by another
/// message takes the place of its entry.
fn calendar_of(facts: &MessageFacts) -> String {
    match (&facts.occurred, &facts.promise) {
        (Some(Occurred::Promise), Some(promise)) => promise.id.to_string(),
        _ => facts.reminder.customer_id.to_string(),
    }
}

/// The tenant's own text of the message and language that are really used.
fn own_text(facts: &MessageFacts, context: &MessageContext) -> Option<OwnText> {
    let (template, language) = (context.effective_template(), context.lang().code());
    let own = facts.own_texts.iter().find(|text| text.template == template && text.language == language)?;
    Some(OwnText { body: own.body.clone(), sms: own.sms.clone() })
}

/// Contact, else customer, else creditor.
fn language(facts: &MessageFacts) -> String {
    let contact = facts.contact.as_ref().and_then(|contact| contact.details.language.clone());
    contact.or_else(|| facts.customer.language.clone()).unwrap_or_else(|| facts.settings.language.clone())
}

fn formality(facts: &MessageFacts) -> Formality {
    match facts.contact.as_ref().map(|contact| contact.details.formality) {
        Some(customer::Formality::Tu) => Formality::Tu,
        _ => Formality::Vous,
    }
}

fn channel(word: &str) -> RenderChannel {
    match word {
        "sms" => RenderChannel::Sms,
        "letter" | "registered_letter" => RenderChannel::Letter,
        _ => RenderChannel::Email,
    }
}

fn amount(money: &Money) -> Amount {
    Amount::new(money.currency.code(), money.minor, money.currency.exponent())
}

/// Interest has a figure only in a claim whose terms the creditor confirmed; elsewhere it is named without one.
fn charges(facts: &MessageFacts) -> Option<Charges> {
    let mode = match facts.step.as_ref()?.late_charges {
        LateChargesMode::None => return None,
        LateChargesMode::Mention => ChargesMode::Mention,
        LateChargesMode::Claim => ChargesMode::Claim,
    };
    let fixed = facts.reminder.body.fixed_compensation.as_ref();
    if mode == ChargesMode::Claim && facts.interest_settled && fixed.is_none() {
        return None; // nothing is left to claim
    }
    Some(Charges {
        mode,
        fixed_compensation: fixed.map(|fixed| amount(&fixed.amount)),
        fixed_count: fixed.map_or(0, |fixed| fixed.count),
        interest: facts.charges.iter().flat_map(|charges| interest(facts, charges)).collect(),
        interest_settled: facts.interest_settled,
        regime: facts.regime.clone(),
    })
}

/// The lines of one invoice; the last says what each further day costs, unless a rate is missing.
fn interest(facts: &MessageFacts, charges: &InvoiceCharges) -> Vec<Interest> {
    let number = facts.invoices.iter().find(|invoice| invoice.id == charges.invoice).map(|invoice| invoice.details.number.clone());
    let (Some(done), Some(number)) = (&charges.reckoning, number) else { return Vec::new() };
    let last = done.lines.len().saturating_sub(1);
    let daily = |line: &Line| (charges.unknown.is_none() && done.principal_due == line.principal).then(|| line.a_day());
    let one = |(n, line): (usize, &Line)| Interest {
        invoice_number: number.clone(),
        from_on: line.from,
        until_on: line.to,
        days: line.days,
        rate_percent: line.rate.to_string(),
        amount: amount(&charges.currency.minor(line.interest)),
        daily_amount: daily(line).filter(|_| n == last).map(|minor| amount(&charges.currency.minor(minor))),
    };
    done.lines.iter().enumerate().map(one).collect()
}

/// Earlier contacts that can have been about these invoices: none was before the first of them was issued.
fn concerning(facts: &MessageFacts) -> impl Iterator<Item = &EarlierContact> {
    let lines = &facts.reminder.body.lines;
    let claimed = facts.invoices.iter().filter(|invoice| lines.iter().any(|line| line.invoice_id == invoice.id));
    let issued = claimed.map(|invoice| invoice.details.issued_on).min();
    facts.earlier.iter().filter(move |earlier| issued.is_none_or(|issued| earlier.on >= issued))
}

fn previous(earlier: &EarlierContact) -> PreviousContact {
    PreviousContact { on: earlier.on, channel: earlier.channel.clone(), step_key: earlier.step_key.clone().unwrap_or_default() }
}

fn is_written(earlier: &EarlierContact) -> bool {
    matches!(earlier.channel.as_str(), "email" | "letter" | "registered_letter")
}

/// The same facts always open with the same words, and the next message with others: a hash (FNV-1a) of
/// the first invoice's number, moved on by each earlier message.
fn seed(facts: &MessageFacts) -> u64 {
    let number = facts.reminder.body.lines.first().map_or("", |line| line.number.as_str());
    let hash = number.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let before = facts.earlier.iter().filter(|earlier| is_written(earlier)).count();
    (hash >> 8).wrapping_add(u64::try_from(before).unwrap_or_default())
}

fn promise(promise: &PromiseRecord) -> PromiseInfo {
    PromiseInfo {
        amount: amount(&promise.amount),
        promised_on: promise.promised_on,
        method: promise.method.clone(),
        made_by: promise.made_by.clone(),
    }
}
