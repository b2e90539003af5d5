//! One step of the ladder.

use super::{
    super::{Channel, LateChargesMode, PayerCondition, Step, StepDocument},
    MOST_DAYS,
    faults::Faults,
    terms, words,
};
use crate::{customer::CustomerKind, money::Currency};

/// Furthest a step may stand from the due date, either side, in days.
const FURTHEST_OFFSET: u32 = 400;
/// What a formal notice may grant, in days (`presets.md` §1 rule 7).
const NOTICE_DEADLINES: [u16; 2] = [8, 15];
/// What a formal notice to a public body grants, in days: its payment circuit is two offices.
const PUBLIC_DEADLINE: u16 = 30;

/// What the fields of a step are checked against.
pub(super) struct Terms<'a> {
    /// Kinds of customer the policy is for; empty: any.
    pub(super) kinds: &'a [CustomerKind],
    /// The policy's currency.
    pub(super) currency: Currency,
    /// May the policy's customers be asked for late charges?
    pub(super) fees_allowed: bool,
}

/// A step's document, where it stands, and whether it is a formal notice.
struct Checked<'a> {
    stated: &'a StepDocument,
    at: String,
    notice: bool,
}

/// Is the step a formal notice by its template?
pub(super) fn is_formal_notice(stated: &StepDocument) -> bool {
    let template = stated.template.as_deref();
    words::TEMPLATES.iter().any(|(name, notice)| *notice && template == Some(*name))
}

/// A message that would leave without a person.
pub(super) fn is_unasked_message(stated: &StepDocument) -> bool {
    let leaves = Channel::parse(&stated.channel).is_some_and(|channel| channel.is_message() && channel != Channel::WebhookOnly);
    leaves && stated.approval.as_deref() != Some("required")
}

/// The step at this place; none when its channel is unknown.
pub(super) fn step(stated: &StepDocument, place: usize, terms: &Terms<'_>, faults: &mut Faults) -> Option<Step> {
    let this = Checked { stated, at: format!("/steps/{place}"), notice: is_formal_notice(stated) };
    let channel = faults.word(this.field("channel"), &stated.channel, &words::channels());
    this.key_and_offset(faults);
    this.numbers(faults);
    this.deadline(terms.kinds, faults);
    let (min_amount_due, max_amount_due) = this.amounts(terms.currency, faults);
    let step = Step {
        key: stated.key.clone(),
        offset_days: stated.offset_days,
        channel: channel.unwrap_or(Channel::ReviewTask), // an unknown one never gets out of here
        template: stated.template.clone(),
        tone: stated.tone.clone(),
        min_amount_due,
        max_amount_due,
        only_if: stated.only_if.as_deref().and_then(|word| faults.word(this.field("only_if"), word, &words::ONLY_IF)),
        payer: this.payer(faults),
        customer_kinds: faults.words(
            &this.field("customer_kinds"),
            stated.customer_kinds.as_deref().unwrap_or_default(),
            &words::CUSTOMER_KINDS,
        ),
        segments: this.segments(faults),
        pay_within_days: stated.pay_within_days,
        after_previous_days: stated.after_previous_days,
        deadline_days: stated.deadline_days,
        late_charges: this.late_charges(terms.fees_allowed, faults),
        approval_required: this.approval(channel, faults),
        requires_call_within_days: stated.requires_call_within_days,
        once_per_days: stated.once_per_days,
        to: faults.words(&this.field("to"), stated.to.as_deref().unwrap_or_default(), &words::ROLES),
        cc: stated.cc.clone().unwrap_or_default(),
        also_by: this.also_by(channel, faults),
        attach: stated.attach.clone().unwrap_or_default(),
        assign_to: stated.assign_to.clone().unwrap_or_default(),
        task_days: stated.task_days,
        notify_owner_days: stated.notify_owner_days,
        offer_plan: stated.offer_plan.unwrap_or(false),
        credit_hold: stated.credit_hold.clone(),
    };
    this.kept_words(faults);
    this.template(channel, faults);
    channel.map(|_| step)
}

impl Checked<'_> {
    fn field(&self, name: &str) -> String {
        format!("{}/{name}", self.at)
    }

    fn key_and_offset(&self, faults: &mut Faults) {
        let key = self.stated.key.as_bytes();
        let plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if !(1..=40).contains(&key.len()) || !key.iter().all(plain) {
            faults.add(self.field("key"), "malformed", "must be 1 to 40 of a-z, 0-9 and _");
        }
        if self.stated.offset_days.unsigned_abs() > FURTHEST_OFFSET {
            let detail = format!("at most {FURTHEST_OFFSET} days from the due date");
            faults.add(self.field("offset_days"), "out_of_range", detail);
        }
    }

    fn numbers(&self, faults: &mut Faults) {
        let stated = self.stated;
        for (name, number, least) in [
            ("pay_within_days", stated.pay_within_days, 1),
            ("after_previous_days", stated.after_previous_days, 0),
            ("requires_call_within_days", stated.requires_call_within_days, 1),
            ("once_per_days", stated.once_per_days, 1),
            ("notify_owner_days", stated.notify_owner_days, 0),
            ("task_days", stated.task_days, 1),
        ] {
            faults.within(self.field(name), number, least, MOST_DAYS);
        }
    }

    /// A formal notice grants a deadline and stands after the due date: before it nobody is late. Only a
    /// formal notice grants one: any other message names a date by `pay_within_days`.
    fn deadline(&self, kinds: &[CustomerKind], faults: &mut Faults) {
        let pointer = self.field("deadline_days");
        let public = |kind: &CustomerKind| *kind == CustomerKind::PublicBody;
        let (may_be_public, only_public) = (kinds.is_empty() || kinds.iter().any(public), !kinds.is_empty() && kinds.iter().all(public));
        let granted = |days| (NOTICE_DEADLINES.contains(&days) && !only_public) || (days == PUBLIC_DEADLINE && may_be_public);
        let detail = match (may_be_public, only_public) {
            (_, true) => "a formal notice to a public body grants 30 days",
            (true, false) => "a formal notice grants 8 or 15 days, to a public body 30",
            (false, _) => "a formal notice grants 8 or 15 days",
        };
        match self.stated.deadline_days {
            None if self.notice => faults.add(pointer, "missing_field", detail),
            Some(days) if self.notice && !granted(days) => faults.add(pointer, "out_of_range", detail),
            Some(_) if !self.notice => {
                faults.add(pointer, "not_allowed", "only a formal notice grants a deadline: give a notice template or pay_within_days");
            }
            _ => {}
        }
        if self.notice && self.stated.offset_days < 1 {
            faults.add(self.field("offset_days"), "not_allowed", "no formal notice before the due date has passed");
        }
    }

    fn amounts(&self, currency: Currency, faults: &mut Faults) -> (Option<i64>, Option<i64>) {
        let mut read = |name: &str, text: &Option<String>| text.as_deref().and_then(|text| faults.amount(self.field(name), text, currency));
        let least = read("min_amount_due", &self.stated.min_amount_due);
        let most = read("max_amount_due", &self.stated.max_amount_due);
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            faults.add(self.field("max_amount_due"), "out_of_order", "must not be below min_amount_due");
        }
        (least, most)
    }

    /// Charges only where every customer owes them, and only once an invoice is late
    /// (C. com. L441-10: from the day after the due date).
    fn late_charges(&self, fees_allowed: bool, faults: &mut Faults) -> LateChargesMode {
        let pointer = self.field("late_charges");
        let word = self.stated.late_charges.as_deref();
        let mode = word.and_then(|word| faults.word(&pointer, word, &words::LATE_CHARGES));
        let mode = mode.unwrap_or(LateChargesMode::None);
        if mode == LateChargesMode::None {
            return mode;
        }
        if !fees_allowed {
            let detail =
                "a policy that may meet consumers or customers of unknown kind speaks of no late charges (CPCE L111-8, C. conso. L121-21)";
            faults.add(&pointer, "fees_on_consumer", detail);
        }
        if self.stated.offset_days < 1 {
            faults.add(&pointer, "not_allowed", "no late charges before the due date has passed");
        }
        mode
    }

    /// A person approves every registered letter, every formal notice and every handover (`law.md` §6.3, GDPR art. 22).
    fn approval(&self, channel: Option<Channel>, faults: &mut Faults) -> bool {
        let pointer = self.field("approval");
        let stated = self.stated.approval.as_deref();
        let required = stated.and_then(|word| faults.word(&pointer, word, &words::APPROVAL)).unwrap_or(false);
        let registered = channel == Some(Channel::RegisteredLetter);
        if !required && (self.notice || registered || channel == Some(Channel::Handover)) {
            let detail = "a person approves this step, no machine alone (GDPR art. 22): \"approval\":\"required\"";
            faults.add(pointer, "approval_required", detail);
        }
        required
    }

    /// Words that the policy keeps as they are written.
    fn kept_words(&self, faults: &mut Faults) {
        let stated = self.stated;
        if let Some(tone) = &stated.tone {
            faults.word(self.field("tone"), tone, &words::TONES);
        }
        if let Some(hold) = &stated.credit_hold {
            faults.word(self.field("credit_hold"), hold, &words::CREDIT_HOLD);
        }
        for (name, list, known) in [
            ("cc", &stated.cc, words::HOUSE_ROLES.as_slice()),
            ("assign_to", &stated.assign_to, words::HOUSE_ROLES.as_slice()),
            ("attach", &stated.attach, words::ATTACHMENTS.as_slice()),
        ] {
            faults.words(&self.field(name), list.as_deref().unwrap_or_default(), known);
        }
    }

    /// A condition that asks for nothing, or for what cannot be, is a slip of the pen.
    fn payer(&self, faults: &mut Faults) -> Option<PayerCondition> {
        let stated = self.stated.payer.as_ref()?;
        let at = |name: &str| self.field(&format!("payer/{name}"));
        for (least, most, bound) in [
            (("min_average_days_late", stated.min_average_days_late), ("max_average_days_late", stated.max_average_days_late), MOST_DAYS),
            (("min_late_share_percent", stated.min_late_share_percent), ("max_late_share_percent", stated.max_late_share_percent), 100),
        ] {
            faults.within(at(least.0), least.1, 0, bound);
            faults.within(at(most.0), most.1, 0, bound);
            if least.1.zip(most.1).is_some_and(|(least, most)| least > most) {
                faults.add(at(most.0), "out_of_order", format!("must not be below {}", least.0));
            }
        }
        faults.within(at("min_broken_promises"), stated.min_broken_promises, 1, 100);
        let condition = PayerCondition {
            min_average_days_late: stated.min_average_days_late,
            max_average_days_late: stated.max_average_days_late,
            min_late_share_percent: stated.min_late_share_percent,
            max_late_share_percent: stated.max_late_share_percent,
            min_broken_promises: stated.min_broken_promises,
            any_sign_of: faults.words(&at("any_sign_of"), stated.any_sign_of.as_deref().unwrap_or_default(), &words::signs()),
        };
        if condition == PayerCondition::default() {
            faults.add(self.field("payer"), "missing_field", "say at least one thing that must be true of the payer");
        }
        Some(condition)
    }

    fn segments(&self, faults: &mut Faults) -> Vec<String> {
        let segments = self.stated.segments.clone().unwrap_or_default();
        for (n, segment) in segments.iter().enumerate() {
            terms::check_name(format!("{}/{n}", self.field("segments")), segment, faults);
        }
        segments
    }

    fn also_by(&self, channel: Option<Channel>, faults: &mut Faults) -> Vec<Channel> {
        let pointer = self.field("also_by");
        let stated = self.stated.also_by.as_deref().unwrap_or_default();
        let also_by = faults.words(&pointer, stated, &words::message_channels());
        if channel.is_some_and(|channel| also_by.contains(&channel)) {
            faults.add(pointer, "duplicate", "the step's own channel");
        }
        also_by
    }

    fn template(&self, channel: Option<Channel>, faults: &mut Faults) {
        let pointer = self.field("template");
        match (&self.stated.template, channel) {
            (Some(template), _) => {
                faults.word(pointer, template, &words::TEMPLATES);
            }
            (None, Some(Channel::Email | Channel::Sms | Channel::Letter | Channel::RegisteredLetter)) => {
                faults.add(pointer, "template_required", "a message has a template");
            }
            (None, _) => {}
        }
    }
}
