//! From the ledger of a customer to its course: what was due, day by day, as it was known then.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::course::{Course, Dated, News};
use crate::{
    behaviour::{History, PastInvoice, PromisesMade},
    calendar::{parse_zone, start_of_day},
    dunning::{InvoiceFacts, Snapshot, Unapplied},
    ids::InvoiceId,
    ledger::{Allocation, Balance, LedgerFacts, LedgerInvoice, Origin, allocate, balance_on},
    money::Money,
};

/// What a course is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// The customer, without anything that the rest tells.
    pub snapshot: Snapshot,
    /// The source's id, where the ledger is not the tenant's own.
    pub external_id: Option<String>,
    /// Every invoice, with the steps that were done before; what is due on it comes from the ledger.
    pub invoices: Vec<InvoiceFacts>,
    /// Invoices, money, and how it was set against them.
    pub ledger: LedgerFacts,
    /// When invoices were withdrawn.
    pub voided_on: BTreeMap<InvoiceId, NaiveDate>,
    /// Money is matched day by day, with what was known that day; else as the allocations say that it was.
    pub match_anew: bool,
    /// Everything else that came in.
    pub news: Vec<Dated>,
}

impl Material {
    /// The course: an invoice is known from its day of issue, money from its value day, each at midnight of the
    /// tenant's zone.
    pub fn course(self) -> Course {
        let zone = parse_zone(&self.snapshot.settings.time_zone).unwrap_or(Tz::Europe__Paris);
        let (mut news, made) = self.amounts(zone);
        let history = History { invoices: Arc::new(self.past(&made)), promises: PromisesMade::default() };
        news.extend(self.receipts(zone));
        news.extend(self.news);
        // at one instant: debts first, then words about them, then money, so that a promise sees what comes in on its day
        news.sort_by_key(|dated| (dated.at, order(&dated.news)));
        Course { snapshot: Snapshot { history, ..self.snapshot }, external_id: self.external_id, news }
    }

    fn days(&self) -> BTreeSet<NaiveDate> {
        let LedgerFacts { invoices, credits, payments, .. } = &self.ledger;
        let taken_back = payments.iter().filter_map(|payment| payment.reversed_on);
        let days = invoices.iter().map(|invoice| invoice.issued_on).chain(credits.iter().map(|credit| credit.issued_on));
        days.chain(payments.iter().map(|payment| payment.paid_on)).chain(taken_back).chain(self.voided_on.values().copied()).collect()
    }

    /// How every invoice was settled in the end: on an earlier day, what was paid later was owed.
    fn past(&self, made: &[Allocation]) -> Vec<PastInvoice> {
        let balance = balance_on(&self.ledger, made, None);
        let owed: BTreeMap<InvoiceId, i64> = balance.invoices.iter().map(|line| (line.invoice, line.amount_due)).collect();
        let mut settled = BTreeMap::<InvoiceId, Vec<(NaiveDate, i64)>>::new();
        let paid = |one: &&Allocation| matches!(one.origin, Origin::Payment(_)) && one.reversed_on.is_none();
        for one in made.iter().filter(paid) {
            settled.entry(one.invoice).or_default().push((one.on, one.amount));
        }
        let stands = |invoice: &&LedgerInvoice| !invoice.voided && !self.voided_on.contains_key(&invoice.id);
        let past = |invoice: &LedgerInvoice| PastInvoice {
            due_on: invoice.due_on,
            currency: invoice.currency,
            settled: settled.remove(&invoice.id).unwrap_or_default(),
            open: owed.get(&invoice.id).copied().unwrap_or_default(),
        };
        self.ledger.invoices.iter().filter(stands).map(past).collect()
    }

    /// What was due from day to day, and how money was set against it in the end.
    fn amounts(&self, zone: Tz) -> (Vec<Dated>, Vec<Allocation>) {
        let facts: BTreeMap<InvoiceId, &InvoiceFacts> = self.invoices.iter().map(|invoice| (invoice.id, invoice)).collect();
        let mut news = Vec::new();
        let mut due: BTreeMap<InvoiceId, i64> = BTreeMap::new();
        let mut unapplied: Vec<Unapplied> = Vec::new();
        let mut made: Vec<Allocation> = Vec::new();
        for day in self.days() {
            let at = start_of_day(day, zone);
            let balance = if self.match_anew {
                let known = self.known(day, made);
                made = allocate(&known, at);
                balance_on(&known, &made, None)
            } else {
                balance_on(&self.standing(day), &self.ledger.allocations, Some(day))
            };
            for line in &balance.invoices {
                let before = due.insert(line.invoice, line.amount_due);
                let told = match before {
                    None => facts.get(&line.invoice).map(|facts| News::Invoice(Box::new(self.as_known(facts, line.amount_due)))),
                    Some(before) if before != line.amount_due => {
                        Some(News::AmountDue { invoice: line.invoice, amount_due: line.amount_due })
                    }
                    Some(_) => None,
                };
                news.extend(told.map(|news| Dated { at, news }));
            }
            let now = self.unapplied(&balance);
            if now != unapplied {
                news.push(Dated { at, news: News::Unapplied(now.clone()) });
                unapplied = now;
            }
        }
        (news, if self.match_anew { made } else { self.ledger.allocations.clone() })
    }

    /// An invoice as it was before it was withdrawn.
    fn as_known(&self, facts: &InvoiceFacts, amount_due: i64) -> InvoiceFacts {
        let voided = facts.voided && !self.voided_on.contains_key(&facts.id);
        InvoiceFacts { amount_due, voided, ..facts.clone() }
    }

    /// The ledger with what was withdrawn by the end of a day, and no more.
    fn standing(&self, day: NaiveDate) -> Cow<'_, LedgerFacts> {
        let mut ledger = Cow::Borrowed(&self.ledger);
        if !self.voided_on.is_empty() {
            for invoice in &mut ledger.to_mut().invoices {
                invoice.voided = self.voided_on.get(&invoice.id).map_or(invoice.voided, |on| *on <= day);
            }
        }
        ledger
    }

    /// The ledger as it was known at the end of a day.
    fn known(&self, day: NaiveDate, allocations: Vec<Allocation>) -> LedgerFacts {
        let mut invoices: Vec<_> = self.ledger.invoices.iter().filter(|invoice| invoice.issued_on <= day).cloned().collect();
        for invoice in &mut invoices {
            invoice.voided |= self.voided_on.get(&invoice.id).is_some_and(|on| *on <= day);
        }
        let mut payments: Vec<_> = self.ledger.payments.iter().filter(|payment| payment.paid_on <= day).cloned().collect();
        for payment in &mut payments {
            payment.reversed_on = payment.reversed_on.filter(|on| *on <= day);
        }
        let credits = self.ledger.credits.iter().filter(|credit| credit.issued_on <= day).cloned().collect();
        LedgerFacts { invoices, credits, payments, allocations }
    }

    fn unapplied(&self, balance: &Balance) -> Vec<Unapplied> {
        let since = |origin: &Origin| match origin {
            Origin::Payment(id) => self.ledger.payments.iter().find(|payment| payment.id == *id).map(|payment| payment.paid_on),
            Origin::CreditNote(id) => self.ledger.credits.iter().find(|credit| credit.id == *id).map(|credit| credit.issued_on),
        };
        let one = |(origin, money): &(Origin, Money)| Some(Unapplied { money: *money, since_on: since(origin)? });
        balance.unapplied.iter().filter_map(one).collect()
    }

    /// Money in and taken back, for promises.
    fn receipts(&self, zone: Tz) -> Vec<Dated> {
        let mut news = Vec::new();
        for payment in &self.ledger.payments {
            let mut told = |on: NaiveDate, minor: i64| {
                news.push(Dated { at: start_of_day(on, zone), news: News::Received(payment.currency.minor(minor)) });
            };
            told(payment.paid_on, payment.amount);
            if let Some(on) = payment.reversed_on {
                told(on, payment.amount.saturating_neg());
            }
        }
        news
    }
}

/// The order of news at one instant.
fn order(news: &News) -> u8 {
    match news {
        News::Invoice(_) => 0,
        News::Promised(_) | News::Disputed { .. } | News::Held(_) => 1,
        News::Received(_) => 3,
        _ => 2,
    }
}
