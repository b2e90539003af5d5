//! Who gets the message, and why them.

use super::{context::Context, outcome::Draft};
use crate::{
    customer::{Contact, ContactRole},
    dunning::{
        Param, Params, Why,
        decision::{Action, Reason},
        params,
        snapshot::HoldScope,
    },
    ids::ContactId,
    policy::{Channel, Step},
};

/// A recipient with the reason for the choice; letters go to the house.
pub(super) struct Chosen {
    pub contact_id: Option<ContactId>,
    /// Why this recipient.
    pub why: Why,
    /// What that speaks of.
    pub params: Params,
}

fn held(context: &Context<'_>, contact: &Contact) -> bool {
    context
        .snapshot
        .holds
        .iter()
        .any(|hold| hold.scope == HoldScope::Contact(contact.id) && hold.until_on.is_none_or(|day| day >= context.tenant_today))
}

fn reachable(context: &Context<'_>, contact: &Contact, channel: Channel) -> bool {
    let address = match channel {
        Channel::Email => contact.details.email.is_some(),
        Channel::Sms | Channel::PhoneTask => contact.details.phone.is_some(),
        _ => true,
    };
    address && !contact.suppressed_channels.iter().any(|word| word == channel.as_str()) && !held(context, contact)
}

/// When a message goes out or finds nobody, says how many contacts are not written to over its channel, and why.
pub(super) fn say_who_is_left_in_peace(context: &Context<'_>, draft: &mut Draft) {
    for channel in [Channel::Email, Channel::Sms] {
        let planned = |action: &Action| matches!(action, Action::PlanReminder(plan) if plan.channel == channel);
        let nobody = |reason: &Reason| reason.code == Why::NoContact && reason.params.get("channel") == Some(&Param::from(channel));
        if !draft.actions.iter().any(planned) && !draft.reasons.iter().any(nobody) {
            continue;
        }
        let silent = |contact: &&Contact| contact.suppressed_channels.iter().any(|word| word == channel.as_str()) || held(context, contact);
        let contacts = context.snapshot.contacts.iter().filter(silent).count();
        if contacts > 0 {
            draft.reason(Why::ContactSuppressed, params![contacts = contacts, channel = channel], "contacts.suppressed", None);
        }
    }
}

/// Is anybody at this customer reachable at all, by any channel?
pub(super) fn any_usable(context: &Context<'_>) -> bool {
    let customer = &context.snapshot.customer;
    let person = |contact: &Contact| reachable(context, contact, Channel::Email) || reachable(context, contact, Channel::Sms);
    customer.address.is_some() || customer.registered_address.is_some() || context.snapshot.contacts.iter().any(person)
}

/// Is a telephone number known?
pub(super) fn any_phone(context: &Context<'_>) -> bool {
    context.snapshot.contacts.iter().any(|contact| reachable(context, contact, Channel::PhoneTask))
}

/// Is this contact still fit to get this?
pub(super) fn still_fit(context: &Context<'_>, id: ContactId, channel: Channel) -> bool {
    context.snapshot.contacts.iter().any(|contact| contact.id == id && reachable(context, contact, channel))
}

/// Chooses the recipient of a step: its roles in order, then the usual contact.
pub(super) fn choose(context: &Context<'_>, step: &Step) -> Option<Chosen> {
    let customer = &context.snapshot.customer;
    if matches!(step.channel, Channel::Letter | Channel::RegisteredLetter) {
        let office = customer.registered_address.is_some();
        return (office || customer.address.is_some()).then(|| Chosen {
            contact_id: by_roles(context, &step.to, step.channel).map(|contact| contact.id),
            why: if office { Why::ContactOffice } else { Why::ContactAddress },
            params: Params::default(),
        });
    }
    if !matches!(step.channel, Channel::Email | Channel::Sms) {
        let contact = by_roles(context, &step.to, Channel::PhoneTask).or_else(|| usual(context, Channel::PhoneTask));
        return Some(Chosen { contact_id: contact.map(|contact| contact.id), why: Why::ContactUsual, params: Params::default() });
    }
    if let Some(contact) = by_roles(context, &step.to, step.channel) {
        let params = params![contact = Param::Word(contact.details.role.as_str().to_owned())];
        return Some(Chosen { contact_id: Some(contact.id), why: Why::ContactByRole, params });
    }
    let contact = usual(context, step.channel)?;
    Some(Chosen { contact_id: Some(contact.id), why: Why::ContactUsual, params: Params::default() })
}

/// Chooses the recipient of a copy by another channel; that of a formal notice goes to the usual contact.
pub(super) fn for_copy(context: &Context<'_>, step: &Step, channel: Channel) -> Option<Chosen> {
    let to = if step.is_formal_notice() { Vec::new() } else { step.to.clone() };
    choose(context, &Step { channel, to, ..step.clone() })
}

fn by_roles<'a>(context: &'a Context<'_>, roles: &[ContactRole], channel: Channel) -> Option<&'a Contact> {
    roles.iter().find_map(|role| {
        context.snapshot.contacts.iter().find(|contact| {
            let fits = contact.details.role == *role || (*role == ContactRole::Approver && contact.details.can_approve_payment);
            fits && reachable(context, contact, channel)
        })
    })
}

/// The contact that deals with payments, else the first that can be reached.
pub(super) fn usual<'a>(context: &'a Context<'_>, channel: Channel) -> Option<&'a Contact> {
    let reachable = |contact: &&Contact| reachable(context, contact, channel);
    let payable = |contact: &&Contact| contact.details.role == ContactRole::AccountsPayable;
    context.snapshot.contacts.iter().filter(reachable).find(payable).or_else(|| context.snapshot.contacts.iter().find(reachable))
}
