//! A ledger told by facts, as sources state them: for simulations of what the tenant does not have.

mod fill;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use self::fill::Account;
use super::course::Course;
use crate::{
    calendar::{local_day, parse_zone},
    customer::CustomerDetails,
    facts::Fact,
    settings::Settings,
};

/// A fact, and when it became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedFact {
    /// When; facts that have a day of their own (an invoice its issue, a payment its value day) need none.
    pub at: Option<DateTime<Utc>>,
    /// The fact.
    pub fact: Fact,
}

/// Something that does not fit together in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFault {
    /// Place of the fact in the list.
    pub index: usize,
    /// Member of the fact.
    pub member: &'static str,
    /// What is wrong.
    pub detail: String,
}

/// The customers of a ledger by their external ids, while it is read.
pub(super) struct Reading<'a> {
    settings: &'a Settings,
    zone: Tz,
    accounts: BTreeMap<String, Account>,
    /// Invoice → customer.
    debtors: BTreeMap<String, String>,
    /// Payment → customer.
    payers: BTreeMap<String, String>,
    made: u128,
    faults: Vec<LedgerFault>,
}

/// The courses of the customers that `facts` tell of, in the order of their external ids. Of what is stated several
/// times the highest version counts; the order of the facts does not matter.
///
/// # Errors
/// Every fact that names somebody or something the ledger does not have, or that needs to say when it became known.
pub fn courses(settings: &Settings, facts: &[TimedFact]) -> Result<Vec<Course>, Vec<LedgerFault>> {
    let zone = parse_zone(&settings.time_zone).unwrap_or(Tz::Europe__Paris);
    let mut reading = Reading {
        settings,
        zone,
        accounts: BTreeMap::new(),
        debtors: BTreeMap::new(),
        payers: BTreeMap::new(),
        made: 0,
        faults: Vec::new(),
    };
    // who, then what, then what is said of it
    let rank = |fact: &Fact| match fact {
        Fact::Customer { .. } => 0,
        Fact::Invoice { .. } => 1,
        Fact::Payment { .. } | Fact::CreditNote { .. } => 2,
        Fact::DisputeResolved { .. } => 4,
        _ => 3,
    };
    for turn in 0..=4 {
        for (index, timed) in facts.iter().enumerate().filter(|(_, timed)| rank(&timed.fact) == turn) {
            if let Err((member, detail)) = reading.take(timed) {
                reading.faults.push(LedgerFault { index, member, detail });
            }
        }
    }
    if reading.faults.is_empty() {
        Ok(reading.accounts.into_values().map(Account::course).collect())
    } else {
        reading.faults.sort_by_key(|fault| fault.index);
        Err(reading.faults)
    }
}

type Fault = (&'static str, String);

impl Reading<'_> {
    fn take(&mut self, timed: &TimedFact) -> Result<(), Fault> {
        match &timed.fact {
            Fact::Customer { external_id, source_version, details } => self.customer(external_id, *source_version, details),
            Fact::Invoice { external_id, source_version, customer_external_id, details, due_on_missing } => {
                let account = account(&mut self.accounts, customer_external_id)?;
                self.debtors.insert(external_id.clone(), customer_external_id.clone());
                let default_days = due_on_missing.then_some(self.settings.default_payment_days);
                let voided_on = timed.at.map(|at| local_day(at, self.zone));
                self.made += 1;
                account.invoice(external_id, *source_version, details, default_days, voided_on, self.made);
                Ok(())
            }
            Fact::Payment { external_id, customer_external_id, .. } => {
                self.made += 1;
                let account = account(&mut self.accounts, customer_external_id)?;
                self.payers.insert(external_id.clone(), customer_external_id.clone());
                account.payment(&timed.fact, self.made)
            }
            Fact::CreditNote { customer_external_id, .. } => {
                self.made += 1;
                account(&mut self.accounts, customer_external_id)?.credit_note(&timed.fact, self.made)
            }
            Fact::PaymentReversed { external_id, on, .. } => {
                let customer = self.payers.get(external_id).ok_or_else(|| unknown("external_id", "payment", external_id))?;
                account(&mut self.accounts, customer)?.reversed(external_id, *on);
                Ok(())
            }
            Fact::DisputeResolved { external_id, .. } => {
                let day = self.day(timed)?;
                let known = self.accounts.values_mut().any(|account| account.dispute_resolved(external_id, day));
                if known { Ok(()) } else { Err(unknown("external_id", "dispute", external_id)) }
            }
            Fact::InvoiceVoided { external_id, .. } => {
                let day = self.day(timed)?;
                self.debtor("external_id", external_id)?.voided(external_id, day);
                Ok(())
            }
            Fact::InvoiceDelivered { external_id, delivered_on } => {
                self.debtor("external_id", external_id)?.delivered(external_id, *delivered_on);
                Ok(())
            }
            Fact::EinvoiceStatusChanged { invoice_external_id, at, .. } => {
                let day = local_day(*at, self.zone);
                self.debtor("invoice_external_id", invoice_external_id)?.lifecycle(&timed.fact, day)
            }
            Fact::DisputeOpened { external_id, invoice_external_id, amount, .. } => {
                let day = self.day(timed)?;
                self.debtor("invoice_external_id", invoice_external_id)?.disputed(external_id, invoice_external_id, amount.as_deref(), day)
            }
            Fact::PromiseMade { customer_external_id, .. } => {
                let day = self.day(timed)?;
                self.made += 1;
                account(&mut self.accounts, customer_external_id)?.promised(&timed.fact, day, self.made)
            }
            Fact::ContactOptedOut { customer_external_id, channel, address } => {
                let day = self.day(timed)?;
                account(&mut self.accounts, customer_external_id)?.opted_out(channel, address, day);
                Ok(())
            }
            Fact::InsolvencyOpened { customer_external_id, judgment_on, published_on, .. } => {
                let day = timed.at.map(|at| local_day(at, self.zone)).or(*published_on).unwrap_or(*judgment_on);
                self.made += 1;
                account(&mut self.accounts, customer_external_id)?.insolvent(*judgment_on, *published_on, day, self.made);
                Ok(())
            }
        }
    }

    fn customer(&mut self, external_id: &str, version: i64, details: &CustomerDetails) -> Result<(), Fault> {
        self.made += 1;
        let (settings, made) = (self.settings, self.made);
        match self.accounts.get_mut(external_id) {
            Some(known) => known.restated(version, details),
            None => {
                let account = Account::new(settings, external_id, version, details, made);
                self.accounts.insert(external_id.to_owned(), account);
            }
        }
        Ok(())
    }

    /// The account that owes an invoice.
    fn debtor(&mut self, member: &'static str, invoice: &str) -> Result<&mut Account, Fault> {
        let customer = self.debtors.get(invoice).ok_or_else(|| unknown(member, "invoice", invoice))?;
        account(&mut self.accounts, customer)
    }

    fn day(&self, timed: &TimedFact) -> Result<NaiveDate, Fault> {
        let at = timed.at.ok_or_else(|| ("time", "Say when it became known.".to_owned()))?;
        Ok(local_day(at, self.zone))
    }
}

fn account<'a>(accounts: &'a mut BTreeMap<String, Account>, customer: &str) -> Result<&'a mut Account, Fault> {
    accounts.get_mut(customer).ok_or_else(|| unknown("customer_external_id", "customer", customer))
}

fn unknown(member: &'static str, kind: &str, external_id: &str) -> Fault {
    (member, format!("The ledger has no {kind} {external_id}."))
}
