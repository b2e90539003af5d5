//! Samples of facts.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use relance_domain::{
    customer::{Address, Contact, ContactDetails, ContactRole, CustomerDetails, CustomerKind, Formality},
    dunning::InvoiceDunning,
    event::EventType,
    ids::{AllocationId, ContactId, CreditNoteId, CustomerId, InvoiceId, PaymentId, PolicyId},
    invoice::{CreditMode, InvoiceDetails},
    money::Currency,
    records::{AllocationRecord, CreditNoteRecord, CustomerRecord, InvoiceRecord, InvoiceStatus, PaymentRecord},
};

use super::{Sample, eur, id};

impl Sample {
    pub(super) fn customer(&self) -> CustomerRecord {
        let contact = ContactDetails {
            external_id: "c1".to_owned(),
            name: Some("Claire Dupont".to_owned()),
            role: ContactRole::AccountsPayable,
            email: None,
            phone: None,
            preferred_channel: Some("email".to_owned()),
            can_approve_payment: true,
            language: Some("fr".to_owned()),
            formality: Formality::Vous,
        };
        let address = Address {
            lines: vec!["3 place du Marché".to_owned()],
            postcode: Some("69003".to_owned()),
            city: Some("Lyon".to_owned()),
            country: "FR".to_owned(),
        };
        CustomerRecord {
            id: CustomerId(id(2)),
            source: "erp".to_owned(),
            external_id: "C42".to_owned(),
            source_version: 3,
            details: CustomerDetails {
                kind: CustomerKind::Business,
                name: "Boulangerie Dupont".to_owned(),
                language: Some("fr".to_owned()),
                time_zone: Some("Europe/Paris".to_owned()),
                region: None,
                siren: Some("732829320".to_owned()),
                vat_id: None,
                address: Some(address),
                registered_address: None,
                legal_form: None,
                payment_days: Vec::new(),
                public_body_type: None,
                segment: Some("standard".to_owned()),
                policy_id: None,
                sales_owner: None,
                contacts: vec![contact.clone()],
            },
            contacts: vec![Contact { id: ContactId(id(14)), details: contact, suppressed_channels: Vec::new() }],
            next_check_at: None,
            row_version: 3,
            created_at: self.at,
            updated_at: self.at,
        }
    }

    pub(super) fn invoice(&self) -> InvoiceRecord {
        let (paid, status) = match self.kind {
            EventType::InvoicePartiallyPaid => (50_000, InvoiceStatus::Open),
            EventType::InvoicePaid => (120_000, InvoiceStatus::Paid),
            EventType::InvoiceVoided => (0, InvoiceStatus::Void),
            _ => (0, InvoiceStatus::Open),
        };
        let overdue = self.kind == EventType::InvoiceOverdue;
        let open = status == InvoiceStatus::Open;
        InvoiceRecord {
            id: InvoiceId(id(3)),
            source: "erp".to_owned(),
            external_id: "F42".to_owned(),
            source_version: 1,
            customer_id: CustomerId(id(2)),
            details: self.invoice_details(status == InvoiceStatus::Void, if overdue { 1 } else { 0 }),
            paid,
            credited: 0,
            amount_due: if open { 120_000 - paid } else { 0 },
            status,
            disputed: 0,
            overdue,
            days_overdue: i64::from(overdue),
            dunning: InvoiceDunning {
                state: if open { "scheduled" } else { "stopped" }.to_owned(),
                policy_id: Some(PolicyId(id(12))),
                policy_version: Some(1),
                last_step: None,
                next_step: open.then(|| "first".to_owned()),
                next_action_at: open.then_some(self.at + TimeDelta::days(4)),
                holds: Vec::new(),
                decision_id: None,
            },
            row_version: 1,
            created_at: self.at,
            updated_at: self.at,
        }
    }

    pub(super) fn invoice_details(&self, voided: bool, overdue_days: u64) -> InvoiceDetails {
        InvoiceDetails {
            number: "FA-2026-0042".to_owned(),
            kind: "invoice".to_owned(),
            issued_on: self.day(30 + overdue_days),
            due_on: self.day(overdue_days),
            currency: Currency::EUR,
            total: 120_000,
            payable: 120_000,
            payment_reference: None,
            direct_debit: false,
            service_done_on: None,
            delivered_on: None,
            received_on: None,
            document_url: None,
            payment_url: None,
            origin: Some("Travaux de menuiserie, commande 118".to_owned()),
            purchase_order: None,
            buyer_reference: None,
            delivery_reference: None,
            payee_name: None,
            payee_iban: None,
            factored: false,
            voided,
            einvoice: None,
            provenance: BTreeMap::new(),
        }
    }

    pub(super) fn allocation(&self, amount: i64) -> AllocationRecord {
        AllocationRecord {
            id: AllocationId(id(15)),
            invoice_id: InvoiceId(id(3)),
            amount: eur(amount),
            on: self.today,
            rule: "reference".to_owned(),
        }
    }

    pub(super) fn credit_note(&self) -> CreditNoteRecord {
        CreditNoteRecord {
            id: CreditNoteId(id(4)),
            source: "erp".to_owned(),
            external_id: "A7".to_owned(),
            source_version: 1,
            customer_id: CustomerId(id(2)),
            number: "AV-2026-0007".to_owned(),
            issued_on: self.today,
            total: eur(20_000),
            unapplied: eur(0),
            mode: CreditMode::FromDate,
            invoice_id: Some(InvoiceId(id(3))),
            allocations: vec![self.allocation(20_000)],
            row_version: 1,
            created_at: self.at,
        }
    }

    pub(super) fn payment(&self) -> PaymentRecord {
        let reversed = self.kind == EventType::PaymentReversed;
        let unapplied = self.kind == EventType::PaymentUnapplied;
        PaymentRecord {
            id: PaymentId(id(5)),
            source: "bank".to_owned(),
            external_id: "B1".to_owned(),
            source_version: 1,
            customer_id: CustomerId(id(2)),
            amount: eur(50_000),
            unapplied: eur(if unapplied { 50_000 } else { 0 }),
            paid_on: self.today,
            method: Some("transfer".to_owned()),
            reference: Some("FA-2026-0042".to_owned()),
            status: if reversed { "reversed" } else { "recorded" }.to_owned(),
            reversed_on: reversed.then_some(self.today),
            reversal_reason: reversed.then(|| "returned".to_owned()),
            allocations: if reversed || unapplied { Vec::new() } else { vec![self.allocation(50_000)] },
            row_version: 1,
            created_at: self.at,
        }
    }
}
