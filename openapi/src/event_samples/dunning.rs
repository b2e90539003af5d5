//! Samples of what comes of facts.

use chrono::Days;
use relance_domain::{
    dunning::ReminderLine,
    event::EventType,
    ids::{CaseId, ChargeId, ContactId, CustomerId, DisputeId, HoldId, InvoiceId, PolicyId, PromiseId, ReminderId, TaskId},
    money::Currency,
    records::{
        By, CaseRecord, DisputeRecord, FIXED_COMPENSATION, HoldRecord, LateChargeBody, LateChargeRecord, PromiseRecord, ReminderBody,
        ReminderRecord, TaskRecord, Waiver,
    },
};

use super::{Sample, eur, id};

impl Sample {
    pub(super) fn line(&self) -> ReminderLine {
        ReminderLine {
            invoice_id: InvoiceId(id(3)),
            number: "FA-2026-0042".to_owned(),
            step_key: if self.kind == EventType::FormalNoticeSent { "notice" } else { "first" }.to_owned(),
            amount_due: 120_000,
            currency: Currency::EUR,
        }
    }

    pub(super) fn reminder(&self) -> ReminderRecord {
        let notice = self.kind == EventType::FormalNoticeSent;
        let status = match self.kind {
            EventType::ReminderPlanned => "planned",
            EventType::ReminderApprovalRequested => "awaiting_approval",
            EventType::ReminderDelivered => "delivered",
            EventType::ReminderBounced => "bounced",
            EventType::ReminderFailed => "failed",
            EventType::ReminderCancelled => "cancelled",
            _ => "sent",
        };
        let left = matches!(status, "sent" | "delivered" | "bounced");
        let (step_key, channel, template) =
            if notice { ("notice", "registered_letter", "formal_notice") } else { ("first", "email", "first_reminder") };
        let in_a_week = self.today.checked_add_days(Days::new(8));
        ReminderRecord {
            id: ReminderId(id(6)),
            customer_id: CustomerId(id(2)),
            case_id: Some(CaseId(id(11))),
            contact_id: Some(ContactId(id(14))),
            policy_id: PolicyId(id(12)),
            policy_version: 1,
            step_key: step_key.to_owned(),
            channel: channel.to_owned(),
            template: Some(template.to_owned()),
            status: status.to_owned(),
            approved: notice,
            scheduled_at: self.at,
            planned_at: self.at,
            sent_at: left.then_some(self.at),
            pay_before_on: in_a_week.filter(|_| !notice),
            deadline_on: in_a_week.filter(|_| notice),
            presented_on: None,
            postal: None,
            copy_of: None,
            answers: None,
            body: ReminderBody {
                lines: vec![self.line()],
                left_out: Vec::new(),
                totals: vec![eur(120_000)],
                fixed_compensation: None,
                contact_reason: "accounts_payable".to_owned(),
                verdicts: Vec::new(),
                copies: Vec::new(),
            },
            decision_id: None,
            cancel_reason: (status == "cancelled").then(|| "paid".to_owned()),
            reference: "R-SAMPLE".to_owned(),
            attempts: Vec::new(),
            row_version: 1,
            created_at: self.at,
        }
    }

    pub(super) fn task(&self) -> TaskRecord {
        let done = self.kind == EventType::TaskCompleted;
        TaskRecord {
            id: TaskId(id(7)),
            customer_id: Some(CustomerId(id(2))),
            kind: "call".to_owned(),
            step_key: Some("call".to_owned()),
            channel: Some("phone_task".to_owned()),
            about: None,
            status: if done { "completed" } else { "open" }.to_owned(),
            title: "Call the customer: 1 invoice(s), 1200.00 EUR.".to_owned(),
            title_fr: Some("Appelez le client : 1 facture(s), 1\u{202f}200,00 EUR.".to_owned()),
            due_on: self.today,
            lines: vec![self.line()],
            assign_to: Vec::new(),
            contact_id: Some(ContactId(id(14))),
            amount: Some(eur(120_000)),
            outcome: done.then(|| "reached".to_owned()),
            reason_code: None,
            comment: None,
            summary: None,
            completed_by: done.then(|| By { name: "A. Keller".to_owned(), email: "keller@atelier.example".to_owned() }),
            completed_at: done.then_some(self.at),
            decision_id: None,
            row_version: 1,
            created_at: self.at,
        }
    }

    pub(super) fn promise(&self) -> PromiseRecord {
        let status = match self.kind {
            EventType::PromiseKept => "kept",
            EventType::PromiseBroken => "broken",
            _ => "open",
        };
        let ago = if status == "open" { 0 } else { 12 };
        PromiseRecord {
            id: PromiseId(id(8)),
            customer_id: CustomerId(id(2)),
            invoice_ids: vec![InvoiceId(id(3))],
            amount: eur(120_000),
            promised_on: self.day(ago).checked_add_days(Days::new(10)).unwrap_or(self.today),
            grace_until_on: self.day(ago).checked_add_days(Days::new(12)).unwrap_or(self.today),
            made_on: self.day(ago),
            method: Some("transfer".to_owned()),
            made_by: Some("Claire Dupont".to_owned()),
            status: status.to_owned(),
            settled_at: (status != "open").then_some(self.at),
            row_version: 1,
            created_at: self.at,
        }
    }

    pub(super) fn dispute(&self) -> DisputeRecord {
        let resolved = self.kind == EventType::DisputeResolved;
        DisputeRecord {
            id: DisputeId(id(9)),
            customer_id: CustomerId(id(2)),
            invoice_id: InvoiceId(id(3)),
            amount: Some(eur(30_000)),
            reason_code: "goods_damaged".to_owned(),
            comment: None,
            status: if resolved { "resolved" } else { "open" }.to_owned(),
            outcome: resolved.then(|| "rejected".to_owned()),
            resolved_at: resolved.then_some(self.at),
            row_version: 1,
            created_at: self.at,
        }
    }

    pub(super) fn hold(&self) -> HoldRecord {
        let released = self.kind == EventType::HoldReleased;
        HoldRecord {
            id: HoldId(id(10)),
            scope: "customer".to_owned(),
            target_id: Some(CustomerId(id(2)).to_string()),
            customer_id: Some(CustomerId(id(2))),
            reason: "manual".to_owned(),
            until_on: self.today.checked_add_days(Days::new(7)),
            before_on: None,
            placed_by: Some("A. Keller".to_owned()),
            placed_at: self.at,
            released_at: released.then_some(self.at),
            released_by: released.then(|| "A. Keller".to_owned()),
            row_version: 1,
        }
    }

    pub(super) fn late_charge(&self) -> LateChargeRecord {
        let waived = self.kind == EventType::LateChargeWaived;
        let by = By { name: "A. Keller".to_owned(), email: "keller@atelier.example".to_owned() };
        LateChargeRecord {
            id: ChargeId(id(15)),
            customer_id: CustomerId(id(2)),
            invoice_id: InvoiceId(id(3)),
            rule: FIXED_COMPENSATION.to_owned(),
            status: if waived { "waived" } else { "accrued" }.to_owned(),
            amount: eur(4_000),
            reminder_id: Some(ReminderId(id(6))),
            body: LateChargeBody {
                number: "FA-2026-0042".to_owned(),
                regime: "fr_b2b_default".to_owned(),
                law: vec!["C. com. L441-10 II".to_owned(), "C. com. D441-5".to_owned()],
                lines: Vec::new(),
                until_on: self.today,
                missing_rate: None,
                waiver: waived.then(|| Waiver { by: Some(by), reason: "A long-standing customer.".to_owned(), at: self.at }),
            },
            row_version: if waived { 2 } else { 1 },
            created_at: self.at,
        }
    }

    pub(super) fn case(&self) -> CaseRecord {
        let closed = self.kind == EventType::CaseClosed;
        CaseRecord {
            id: CaseId(id(11)),
            customer_id: CustomerId(id(2)),
            opened_at: self.at,
            closed_at: closed.then_some(self.at),
            close_reason: closed.then(|| "paid".to_owned()),
        }
    }
}
