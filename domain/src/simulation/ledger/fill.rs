//! One customer's account, filled fact by fact.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::{Fault, unknown};
use crate::{
    behaviour::History,
    calendar::{parse_zone, start_of_day},
    customer::{Contact, CustomerDetails},
    dunning::{Evidence, Hold, HoldScope, InvoiceFacts, Promise, Snapshot},
    facts::Fact,
    ids::{ContactId, CreditNoteId, CustomerId, HoldId, InvoiceId, PaymentId, PromiseId},
    invoice::{CARRIAGE, EinvoiceStatus, InvoiceDetails},
    law::PaymentTerm,
    ledger::{LedgerCredit, LedgerFacts, LedgerInvoice, LedgerPayment},
    settings::Settings,
    simulation::{
        Course, Material,
        course::{Dated, News},
    },
};

/// An account while it is filled.
pub(super) struct Account {
    material: Material,
    zone: Tz,
    version: i64,
    /// External id of an invoice → (version, place in the material).
    invoices: BTreeMap<String, (i64, usize)>,
}

impl Account {
    pub fn new(settings: &Settings, external_id: &str, version: i64, details: &CustomerDetails, made: u128) -> Self {
        let snapshot = blank(settings, CustomerId(Uuid::from_u128(made)), details);
        let material = Material {
            snapshot,
            external_id: Some(external_id.to_owned()),
            invoices: Vec::new(),
            ledger: LedgerFacts::default(),
            voided_on: BTreeMap::new(),
            match_anew: true,
            news: Vec::new(),
        };
        let zone = parse_zone(&settings.time_zone).unwrap_or(Tz::Europe__Paris);
        Self { material, zone, version, invoices: BTreeMap::new() }
    }

    pub fn course(self) -> Course {
        self.material.course()
    }

    pub fn restated(&mut self, version: i64, details: &CustomerDetails) {
        if version >= self.version {
            self.version = version;
            let snapshot = &mut self.material.snapshot;
            snapshot.contacts = contacts(snapshot.customer_id, details);
            snapshot.customer = details.clone();
        }
    }

    pub fn invoice(
        &mut self,
        external_id: &str,
        version: i64,
        details: &InvoiceDetails,
        default_days: Option<u16>,
        stated_on: Option<NaiveDate>,
        made: u128,
    ) {
        let due_on = default_days.map_or(details.due_on, |days| PaymentTerm::of(&self.material.snapshot.customer, days).due_on(details));
        let details = InvoiceDetails { due_on, ..details.clone() };
        let id = match self.invoices.get(external_id) {
            Some((known, _)) if *known > version => return,
            Some((_, at)) => self.material.invoices.get(*at).map(|invoice| invoice.id),
            None => None,
        };
        let place = self.invoices.get(external_id).map_or(self.material.invoices.len(), |(_, at)| *at);
        let id = id.unwrap_or(InvoiceId(Uuid::from_u128(made)));
        self.invoices.insert(external_id.to_owned(), (version, place));
        if details.voided {
            self.material.voided_on.insert(id, stated_on.unwrap_or(details.issued_on));
        }
        put(&mut self.material.invoices, place, facts(id, &details));
        put(&mut self.material.ledger.invoices, place, ledger_invoice(id, external_id, &details));
    }

    pub fn payment(&mut self, fact: &Fact, made: u128) -> Result<(), Fault> {
        let Fact::Payment { external_id, amount, paid_on, reference, allocations, .. } = fact else { return Ok(()) };
        let stated = allocations.as_ref().map(|list| {
            let one = |(invoice, part): &(String, i64)| Ok((self.id("allocations", invoice)?, *part));
            list.iter().map(one).collect::<Result<Vec<_>, Fault>>()
        });
        let payment = LedgerPayment {
            id: PaymentId(Uuid::from_u128(made)),
            external_id: external_id.clone(),
            paid_on: *paid_on,
            currency: amount.currency,
            amount: amount.minor,
            reference: reference.clone(),
            stated: stated.transpose()?,
            reversed_on: None,
        };
        self.material.ledger.payments.retain(|known| known.external_id != *external_id);
        self.material.ledger.payments.push(payment);
        Ok(())
    }

    pub fn reversed(&mut self, external_id: &str, on: NaiveDate) {
        for payment in self.material.ledger.payments.iter_mut().filter(|payment| payment.external_id == external_id) {
            payment.reversed_on = Some(on);
        }
    }

    pub fn credit_note(&mut self, fact: &Fact, made: u128) -> Result<(), Fault> {
        let Fact::CreditNote { external_id, issued_on, total, invoice_external_id, .. } = fact else { return Ok(()) };
        let invoice = invoice_external_id.as_deref().map(|name| self.id("invoice_external_id", name)).transpose()?;
        self.material.ledger.credits.retain(|known| known.external_id != *external_id);
        self.material.ledger.credits.push(LedgerCredit {
            id: CreditNoteId(Uuid::from_u128(made)),
            external_id: external_id.clone(),
            issued_on: *issued_on,
            currency: total.currency,
            total: total.minor,
            invoice,
        });
        Ok(())
    }

    pub fn voided(&mut self, external_id: &str, on: NaiveDate) {
        if let Ok(id) = self.id("external_id", external_id) {
            self.material.voided_on.insert(id, on);
        }
    }

    pub fn delivered(&mut self, external_id: &str, on: NaiveDate) {
        if let Ok(invoice) = self.id("external_id", external_id) {
            self.hear(on, News::Delivered { invoice, on });
        }
    }

    pub fn lifecycle(&mut self, fact: &Fact, on: NaiveDate) -> Result<(), Fault> {
        let Fact::EinvoiceStatusChanged { invoice_external_id, status_code, at, reason_code, amount } = fact else { return Ok(()) };
        let invoice = self.id("invoice_external_id", invoice_external_id)?;
        let amount = amount.as_deref().map(|text| self.amount(invoice, text)).transpose()?;
        let status = EinvoiceStatus { code: status_code.clone(), at: *at, reason_code: reason_code.clone(), amount };
        self.hear(on, News::Lifecycle { invoice, status });
        Ok(())
    }

    /// An amount in the currency of an invoice, minor units.
    fn amount(&self, invoice: InvoiceId, text: &str) -> Result<i64, Fault> {
        let currency = self.material.invoices.iter().find(|facts| facts.id == invoice).map(|facts| facts.currency);
        let money = currency.and_then(|currency| currency.parse(text).ok());
        money.map(|money| money.minor).ok_or_else(|| ("amount", "This is no amount of the invoice's currency.".to_owned()))
    }

    pub fn disputed(&mut self, dispute: &str, external_id: &str, amount: Option<&str>, on: NaiveDate) -> Result<(), Fault> {
        let invoice = self.id("invoice_external_id", external_id)?;
        let amount = amount.map(|text| self.amount(invoice, text)).transpose()?;
        self.hear(on, News::Disputed { dispute: dispute.to_owned(), invoice, amount });
        Ok(())
    }

    /// False when no dispute of this account is called so.
    pub fn dispute_resolved(&mut self, dispute: &str, on: NaiveDate) -> bool {
        let known = self.material.news.iter().any(|dated| matches!(&dated.news, News::Disputed { dispute: open, .. } if open == dispute));
        if known {
            self.hear(on, News::DisputeResolved(dispute.to_owned()));
        }
        known
    }

    pub fn promised(&mut self, fact: &Fact, on: NaiveDate, made: u128) -> Result<(), Fault> {
        let Fact::PromiseMade { invoice_external_ids, amount, promised_on, .. } = fact else { return Ok(()) };
        let names = invoice_external_ids.iter().flatten();
        let invoices = names.map(|name| self.id("invoice_external_ids", name)).collect::<Result<Vec<_>, Fault>>()?;
        let promise = Promise {
            id: PromiseId(Uuid::from_u128(made)),
            invoices,
            amount: *amount,
            promised_on: *promised_on,
            grace_until_on: *promised_on,
            received_since: 0,
            made_on: on,
            made_by: None,
            ended_before: 0,
        };
        self.hear(on, News::Promised(promise));
        Ok(())
    }

    pub fn opted_out(&mut self, channel: &str, address: &str, on: NaiveDate) {
        self.hear(on, News::OptedOut { channel: channel.to_owned(), address: address.to_owned() });
    }

    /// Debts from before the judgment are stopped (C. com. L622-7, L622-21).
    pub fn insolvent(&mut self, judgment_on: NaiveDate, published_on: Option<NaiveDate>, on: NaiveDate, made: u128) {
        let hold = Hold {
            id: HoldId(Uuid::from_u128(made)),
            scope: HoldScope::Customer(self.material.snapshot.customer_id),
            reason: "insolvency".to_owned(),
            until_on: None,
            before_on: Some(judgment_on),
            published_on,
            placed_by: Some("ledger".to_owned()),
            placed_at: start_of_day(on, self.zone),
        };
        self.hear(on, News::Held(hold));
    }

    fn hear(&mut self, on: NaiveDate, news: News) {
        self.material.news.push(Dated { at: start_of_day(on, self.zone), news });
    }

    fn id(&self, member: &'static str, external_id: &str) -> Result<InvoiceId, Fault> {
        let place = self.invoices.get(external_id).map(|(_, at)| *at);
        let invoice = place.and_then(|at| self.material.invoices.get(at));
        invoice.map(|invoice| invoice.id).ok_or_else(|| unknown(member, "invoice", external_id))
    }
}

fn put<T>(list: &mut Vec<T>, at: usize, item: T) {
    match list.get_mut(at) {
        Some(place) => *place = item,
        None => list.push(item),
    }
}

/// A customer of whom nothing but its details is known.
fn blank(settings: &Settings, id: CustomerId, details: &CustomerDetails) -> Snapshot {
    Snapshot {
        settings: Arc::new(settings.clone()),
        customer_id: id,
        customer: details.clone(),
        contacts: contacts(id, details),
        facts_changed_at: DateTime::<Utc>::MIN_UTC,
        policy: None,
        invoices: Vec::new(),
        unapplied: Vec::new(),
        holds: Vec::new(),
        promises: Vec::new(),
        reminders: Vec::new(),
        contacts_made: Vec::new(),
        calls: Vec::new(),
        answers: Vec::new(),
        open_tasks: Vec::new(),
        raised_once: Vec::new(),
        claims: Vec::new(),
        settled_charges: Vec::new(),
        payments_complete_until: None,
        ledger_differs: false,
        case_open: false,
        history: History::default(),
    }
}

fn contacts(customer: CustomerId, details: &CustomerDetails) -> Vec<Contact> {
    let number = |at: usize| u128::try_from(at).unwrap_or_default() + 1;
    let id = |at: usize| ContactId(Uuid::from_u128((customer.0.as_u128() << 32) + number(at)));
    let list = details.contacts.iter().enumerate();
    list.map(|(at, details)| Contact { id: id(at), details: details.clone(), suppressed_channels: Vec::new() }).collect()
}

fn facts(id: InvoiceId, details: &InvoiceDetails) -> InvoiceFacts {
    InvoiceFacts {
        id,
        number: details.number.clone(),
        issued_on: details.issued_on,
        due_on: details.due_on,
        delivered_on: details.delivered_on,
        received_on: details.received_on,
        currency: details.currency,
        amount_due: details.payable.max(0),
        disputed: 0,
        voided: false,
        direct_debit: details.direct_debit,
        factored: details.factored,
        payee_name: details.payee_name.clone(),
        payee_iban: details.payee_iban.clone(),
        payment_url: details.payment_url.clone(),
        payee_confirmed: true, // nobody is there to be asked
        overdue_announced: false,
        lifecycle_status: None,
        steps: Vec::new(),
        evidence: Evidence { service_done_on: details.service_done_on, carriage: details.kind == CARRIAGE, ..Evidence::default() },
    }
}

fn ledger_invoice(id: InvoiceId, external_id: &str, details: &InvoiceDetails) -> LedgerInvoice {
    LedgerInvoice {
        id,
        number: details.number.clone(),
        external_id: external_id.to_owned(),
        payment_reference: details.payment_reference.clone(),
        issued_on: details.issued_on,
        due_on: details.due_on,
        currency: details.currency,
        payable: details.payable,
        voided: false,
    }
}
