//! What rests the chase of a customer without a hold that somebody placed: the same blocks that decisions see, as one list.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{
    blocks::{self, Block},
    context::{Context, is_open},
    expiries,
    outcome::Draft,
};
use crate::{
    calendar::local_day,
    dunning::{
        Change, Why,
        decision::Held,
        snapshot::{HoldScope, Snapshot},
    },
};

/// One thing that rests the chase by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestingOn {
    /// The customer when all that is open rests on it, else the invoice; or a contact that is left in peace.
    pub scope: HoldScope,
    /// Why.
    pub code: Why,
    /// Who or what, since when, until when, and what lifts it.
    pub held: Held,
    /// Last day, where it is known.
    pub until_on: Option<NaiveDate>,
}

/// Everything that rests the chase at `now` and that nobody placed by hand.
pub fn resting(snapshot: &Snapshot, now: DateTime<Utc>) -> Vec<RestingOn> {
    let context = Context::new(snapshot, now);
    let settled = expiries::work_off(&context, &mut Draft::new(now));
    let blocks = blocks::find(&context, &settled);
    let own: Vec<&Block> = blocks.all().filter(|block| held_by_nobody(block)).collect();
    let open = snapshot.invoices.iter().filter(|invoice| is_open(invoice)).count();
    let same = |one: &Block, other: &Block| one.reason.code == other.reason.code && one.reason.params == other.reason.params;
    let mut list: Vec<RestingOn> = Vec::new();
    for (place, block) in own.iter().enumerate() {
        let all = open > 1 && own.iter().filter(|other| same(block, other)).count() == open;
        if all && own.iter().take(place).any(|earlier| same(block, earlier)) {
            continue; // said once, of the customer
        }
        let scope = if all { HoldScope::Customer(snapshot.customer_id) } else { HoldScope::Invoice(block.invoice) };
        let Some(held) = block.reason.held.as_deref().cloned() else { continue };
        let until_on = held.until.and_then(|end| local_day(end, context.tenant_zone).checked_sub_days(Days::new(1)));
        list.push(RestingOn { scope, code: block.reason.code, held, until_on });
    }
    list.extend(silent_contacts(snapshot));
    list
}

fn held_by_nobody(block: &Block) -> bool {
    block.reason.held.as_ref().is_some_and(|held| held.hold_id.is_none())
}

/// Contacts with a channel that is never used again: they opted out, or messages came back.
fn silent_contacts(snapshot: &Snapshot) -> impl Iterator<Item = RestingOn> + '_ {
    snapshot.contacts.iter().filter(|contact| !contact.suppressed_channels.is_empty()).map(|contact| RestingOn {
        scope: HoldScope::Contact(contact.id),
        code: Why::ContactSuppressed,
        held: Held {
            placed_by: format!("opt_out: {}", contact.suppressed_channels.join(", ")),
            since: None,
            until: None,
            lifted_by: Change::ReachableContact,
            hold_id: None,
        },
        until_on: None,
    })
}
