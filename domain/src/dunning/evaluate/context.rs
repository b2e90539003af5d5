//! The snapshot with its calendar worked out.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{SETTLE_SECONDS, cash};
use crate::{
    calendar::{Region, SendingCalendar, add_business_days, local_day, parse_zone, start_of_day},
    customer::CustomerDetails,
    dunning::snapshot::{InvoiceFacts, Snapshot},
    law::{self, Cap, Pack},
    policy::Policy,
    settings::Settings,
};

/// A snapshot at an instant, with zones, region and days worked out.
pub(super) struct Context<'a> {
    pub snapshot: &'a Snapshot,
    pub now: DateTime<Utc>,
    /// Judges whether an invoice is overdue, and promises and holds.
    pub tenant_zone: Tz,
    pub tenant_today: NaiveDate,
    /// Judges steps, windows and holidays.
    pub zone: Tz,
    pub today: NaiveDate,
    pub region: Region,
    /// The law of contact where the customer is, today.
    pub law: &'static Pack,
    pub policy: Option<PolicyContext<'a>>,
}

/// The policy in force with its sending calendar.
pub(super) struct PolicyContext<'a> {
    pub policy: &'a Policy,
    pub calendar: SendingCalendar<'a>,
}

impl<'a> Context<'a> {
    pub fn new(snapshot: &'a Snapshot, now: DateTime<Utc>) -> Self {
        let tenant_zone = parse_zone(&snapshot.settings.time_zone).unwrap_or(Tz::Europe__Paris);
        let zone = snapshot.customer.time_zone.as_deref().and_then(parse_zone).unwrap_or(tenant_zone);
        let region = region_of(&snapshot.customer, &snapshot.settings);
        let policy = snapshot.policy.as_ref().map(|version| PolicyContext {
            policy: &version.policy,
            calendar: SendingCalendar { window: &version.policy.window, region, zone },
        });
        let law = law::pack(country_of(&snapshot.customer, &snapshot.settings), local_day(now, zone));
        Self {
            law,
            snapshot,
            now,
            tenant_zone,
            tenant_today: local_day(now, tenant_zone),
            zone,
            today: local_day(now, zone),
            region,
            policy,
        }
    }

    /// How often the law lets this customer be written to: a consumer, and an unknown kind counts as one. Between
    /// professionals the policy says.
    pub fn caps(&self) -> &'static [Cap] {
        if self.snapshot.customer.kind.pays_late_charges() { &[] } else { &self.law.caps }
    }

    /// Until when fresh facts rest; `None` when they have rested.
    pub fn settles_at(&self) -> Option<DateTime<Utc>> {
        let at = self.snapshot.facts_changed_at + Duration::seconds(SETTLE_SECONDS);
        (at > self.now).then_some(at)
    }

    /// First instant of a day in the customer's zone.
    pub fn day_start(&self, day: NaiveDate) -> DateTime<Utc> {
        start_of_day(day, self.zone)
    }

    /// First instant of a day in the tenant's zone.
    pub fn tenant_day_start(&self, day: NaiveDate) -> DateTime<Utc> {
        start_of_day(day, self.tenant_zone)
    }

    /// Overdue begins at 00:00 of the day after the due date, in the tenant's zone.
    pub fn is_overdue(&self, invoice: &InvoiceFacts) -> bool {
        is_open(invoice) && self.tenant_today > invoice.due_on
    }

    /// First day on which another step may go after a date given to the debtor: money needs `grace`
    /// business days to arrive, and the day after those is the first.
    pub fn day_after_grant(&self, granted_until: NaiveDate, grace: u16) -> NaiveDate {
        next_day(add_business_days(granted_until, u32::from(grace), self.region))
    }

    /// What may be asked for an invoice: the undisputed principal, lowered by unapplied cash when the
    /// policy says so (oldest invoices first).
    pub fn ask(&self, invoice: &InvoiceFacts) -> i64 {
        let principal = (invoice.amount_due - invoice.disputed).max(0);
        let mut pot = cash::of(self, invoice.currency).lowers;
        if pot <= 0 {
            return principal;
        }
        let mut older: Vec<&InvoiceFacts> =
            self.snapshot.invoices.iter().filter(|other| other.currency == invoice.currency && is_open(other)).collect();
        older.sort_by_key(|other| (other.due_on, other.id));
        for other in older.iter().take_while(|other| other.id != invoice.id) {
            pot -= (other.amount_due - other.disputed).max(0).min(pot);
        }
        principal - principal.min(pot)
    }
}

fn country_of<'a>(customer: &'a CustomerDetails, settings: &'a Settings) -> Option<&'a str> {
    customer.address.as_ref().map_or(settings.region.get(..2), |address| Some(address.country.as_str()))
}

/// The region whose holidays the customer keeps.
pub fn region_of(customer: &CustomerDetails, settings: &Settings) -> Region {
    let postcode = customer.address.as_ref().and_then(|address| address.postcode.as_deref());
    Region::resolve(customer.region.as_deref(), country_of(customer, settings), postcode)
}

/// Something is due on it.
pub(super) fn is_open(invoice: &InvoiceFacts) -> bool {
    !invoice.voided && invoice.amount_due > 0
}

/// The day after; the last day there is stays itself.
pub(super) fn next_day(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// `days` later (or earlier), clamped to the days there are.
pub(super) fn plus_days(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(Duration::days(days)).unwrap_or(day)
}
