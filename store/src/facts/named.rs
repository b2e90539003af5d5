//! What the facts of a batch name, and so what has to be read.

use std::collections::BTreeSet;

use relance_domain::facts::Fact;

use super::names::{Name, names};

/// Source and external id.
pub(super) type Pairs<'a> = BTreeSet<(&'a str, &'a str)>;

/// Everything the facts name, and which tables they speak of.
#[derive(Default)]
pub(super) struct Named<'a> {
    pub customers: Pairs<'a>,
    pub invoices: Pairs<'a>,
    pub credit_notes: Pairs<'a>,
    pub payments: Pairs<'a>,
    pub disputes: Pairs<'a>,
    pub promises: Pairs<'a>,
    /// Customers whose money moves.
    pub paying: Pairs<'a>,
    /// Invoices, money or disputes are spoken of.
    pub ledger: bool,
    /// A customer says which policy is its own.
    pub policies: bool,
    pub insolvency: bool,
    pub people: bool,
    /// What is said depends on what is known of the customer itself.
    pub details: bool,
}

impl<'a> Named<'a> {
    /// Reads the facts of a batch, and those that waited for them; each with its source.
    pub fn of(facts: impl Iterator<Item = (&'a str, &'a Fact)>) -> Self {
        let mut named = Self::default();
        for (source, fact) in facts {
            named.note(source, fact);
            for name in names(fact) {
                match name {
                    Name::Customer(id) => named.customers.insert((source, id)),
                    Name::Invoice(id) => named.invoices.insert((source, id)),
                    Name::CreditNote(id) => named.credit_notes.insert((source, id)),
                    Name::Payment(id) => named.payments.insert((source, id)),
                    Name::Dispute(id) => named.disputes.insert((source, id)),
                    Name::Promise(id) => named.promises.insert((source, id)),
                };
            }
        }
        named
    }

    fn note(&mut self, source: &'a str, fact: &'a Fact) {
        match fact {
            Fact::Customer { details, .. } => {
                (self.people, self.details) = (true, true);
                self.policies |= details.policy_id.is_some();
            }
            Fact::ContactOptedOut { .. } => (self.people, self.details) = (true, true),
            Fact::InsolvencyOpened { .. } => self.insolvency = true,
            // the term is the customer's
            Fact::Invoice { due_on_missing: true, .. } => (self.ledger, self.details) = (true, true),
            Fact::PromiseMade { .. } => (self.ledger, self.details) = (true, true),
            Fact::Payment { customer_external_id, .. } | Fact::CreditNote { customer_external_id, .. } => {
                self.ledger = true;
                self.paying.insert((source, customer_external_id));
            }
            _ => self.ledger = true,
        }
    }
}
