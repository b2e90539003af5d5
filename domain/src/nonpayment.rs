//! Why a customer has not paid, and what follows each reason (`presets.md` §5), as one table.

use chrono::NaiveDate;

use crate::{
    calendar::{Region, add_business_days},
    dunning::told,
    hold::HoldReason,
};

told! {
    /// Why a customer has not paid.
    pub NonPayment {
        /// It was forgotten.
        Oversight = "oversight", "an oversight", "un oubli";
        /// Somebody has to approve the invoice.
        AwaitingApproval = "awaiting_approval", "it awaits approval", "elle attend une validation";
        /// A document or an order number is missing.
        DocumentMissing = "document_missing", "a document or an order number is missing", "il manque un document ou un numéro de commande";
        /// The customer disputes it.
        Disputed = "disputed", "it is disputed", "elle est contestée";
        /// The creditor is wrong.
        OurError = "our_error", "an error of ours", "une erreur de notre part";
        /// The customer says that it paid.
        SaysPaid = "says_paid", "the customer says that it paid", "le client dit avoir payé";
        /// It is in the customer's next payment run.
        InPaymentRun = "in_payment_run", "it is in a payment run", "elle est dans un prochain règlement";
        /// Whoever was written to is not the right person.
        WrongContact = "wrong_contact", "the wrong person was asked", "le mauvais interlocuteur a été sollicité";
        /// The customer is short of cash.
        CashTrouble = "cash_trouble", "cash trouble", "des difficultés de trésorerie";
        /// The line is dead, letters come back, the firm looks insolvent.
        LooksInsolvent = "looks_insolvent", "the customer looks insolvent or cannot be reached", "le client semble insolvable ou injoignable";
        /// Insolvency proceedings are open.
        Proceedings = "proceedings", "insolvency proceedings", "une procédure collective";
        /// A commission examines the customer's over-indebtedness.
        OverIndebted = "over_indebted", "a file of over-indebtedness", "un dossier de surendettement";
        /// The customer died or is under guardianship.
        DiedOrProtected = "died_or_protected", "death or guardianship", "un décès ou une tutelle";
        /// The customer refuses to pay.
        Refuses = "refuses", "the customer refuses", "le client refuse";
        /// The customer is hostile.
        Hostile = "hostile", "the customer is hostile", "le client est hostile";
    }
}

told! {
    /// What a person has to do about a reason for non-payment.
    pub Errand {
        /// Oversight.
        AskForDate = "ask_for_date", "Agree on a date of payment and send it with a calendar entry.", "Convenir d’une date de paiement et l’envoyer avec un rappel d’agenda.";
        /// Awaiting approval.
        NameApprover = "name_approver", "Write down who approves the invoice and on which run it will be paid.", "Noter qui valide la facture et à quelle échéance elle sera payée.";
        /// A document is missing.
        SendDocument = "send_document", "Send the missing document or order number at once.", "Envoyer immédiatement le document ou le numéro de commande manquant.";
        /// Disputed.
        AnswerDispute = "answer_dispute", "Answer what the customer disputes.", "Répondre à la contestation du client.";
        /// Our error.
        CorrectInvoice = "correct_invoice", "Apologise, correct the invoice and deliver it: its term starts again.", "Présenter des excuses, corriger la facture et la remettre : le délai repart.";
        /// Says that it paid.
        SearchBank = "search_bank", "Ask for date and reference of the payment and search the bank for it.", "Demander la date et la référence du règlement et le rechercher en banque.";
        /// Wrong contact.
        CorrectContact = "correct_contact", "Find the right person and correct the contact.", "Trouver le bon interlocuteur et corriger le contact.";
        /// Cash trouble.
        OfferPlan = "offer_plan", "Offer an instalment plan.", "Proposer un échéancier.";
        /// Cash trouble.
        ProposeCreditHold = "propose_credit_hold", "Decide whether to deliver on credit.", "Décider si les livraisons à crédit continuent.";
        /// Looks insolvent.
        CheckInsolvency = "check_insolvency", "Decide how to go on with a customer who looks insolvent or cannot be reached; search the BODACC.", "Décider de la suite avec un client qui semble insolvable ou injoignable ; consulter le BODACC.";
        /// Refuses.
        ManagerCalls = "manager_calls", "Call the customer, who refuses to pay; the formal notice comes next.", "Appeler le client, qui refuse de payer ; la mise en demeure vient ensuite.";
        /// Hostile.
        DecideOnTone = "decide_on_tone", "The customer was hostile: decide who speaks to it, and how.", "Le client a été hostile : décider qui lui parle, et comment.";
    }
}

impl Errand {
    /// Kind of the task.
    pub fn kind(self) -> &'static str {
        match self {
            Self::ManagerCalls => "phone_call",
            Self::ProposeCreditHold => "credit_hold",
            Self::SendDocument => "document_request",
            Self::AnswerDispute => "dispute",
            Self::CorrectInvoice | Self::CorrectContact => "own_error",
            Self::SearchBank => "bank_search",
            Self::AskForDate | Self::NameApprover | Self::OfferPlan | Self::CheckInsolvency | Self::DecideOnTone => "review",
        }
    }

    /// Who has to do it.
    pub fn role(self) -> &'static str {
        match self {
            Self::CheckInsolvency | Self::ManagerCalls | Self::DecideOnTone | Self::ProposeCreditHold => "manager",
            Self::AnswerDispute => "sales_owner",
            _ => "collector",
        }
    }
}

/// How long a reason rests the chase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rests {
    /// Not at all.
    No,
    /// Business days.
    Days(HoldReason, u32),
    /// To the day that was said, and not longer than so many business days.
    ToDay(HoldReason, u32),
    /// To the day that was said and so many business days more; without a day the usual days of the hold.
    AfterDay(HoldReason, u32),
    /// Until somebody lifts it.
    Open(HoldReason),
}

/// Everything that follows a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// The hold, with its last day where it has one.
    pub hold: Option<(HoldReason, Option<NaiveDate>)>,
    /// What people have to do, and by when.
    pub errands: Vec<(Errand, NaiveDate)>,
    /// The invoices are disputed: what is disputed is not asked for.
    pub disputes: bool,
    /// What was sent last went to the wrong person: its step does not count.
    pub uncounts: bool,
}

impl NonPayment {
    /// The row of the table: how long the chase rests, and what people do within how many business days.
    fn row(self) -> (Rests, &'static [(Errand, u32)]) {
        match self {
            Self::Oversight => (Rests::No, &[(Errand::AskForDate, 1)]),
            Self::AwaitingApproval => (Rests::ToDay(HoldReason::CustomerApproval, 10), &[(Errand::NameApprover, 1)]),
            Self::DocumentMissing => (Rests::Days(HoldReason::DocumentSent, 5), &[(Errand::SendDocument, 0)]),
            Self::Disputed => (Rests::No, &[(Errand::AnswerDispute, 10)]),
            Self::OurError => (Rests::Open(HoldReason::OwnErrorSuspected), &[(Errand::CorrectInvoice, 1)]),
            Self::SaysPaid => (Rests::Days(HoldReason::SaysPaid, 5), &[(Errand::SearchBank, 1)]),
            Self::InPaymentRun => (Rests::AfterDay(HoldReason::PaymentAnnounced, 2), &[]),
            Self::WrongContact => (Rests::No, &[(Errand::CorrectContact, 1)]),
            Self::CashTrouble => (Rests::No, &[(Errand::OfferPlan, 2), (Errand::ProposeCreditHold, 2)]),
            Self::LooksInsolvent => (Rests::No, &[(Errand::CheckInsolvency, 0)]),
            // the dated task comes with the hold, as the law has it
            Self::Proceedings => (Rests::Open(HoldReason::Insolvency), &[]),
            Self::OverIndebted => (Rests::Open(HoldReason::OverIndebtedness), &[]),
            Self::DiedOrProtected => (Rests::Open(HoldReason::DeathOrGuardianship), &[]),
            Self::Refuses => (Rests::No, &[(Errand::ManagerCalls, 1)]),
            Self::Hostile => (Rests::Days(HoldReason::CoolingOff, 5), &[(Errand::DecideOnTone, 1)]),
        }
    }

    /// What follows when it is said on `today`, with the day on which the customer says that it will be paid or approved.
    pub fn follow_up(self, today: NaiveDate, said_on: Option<NaiveDate>, region: Region) -> FollowUp {
        let (rests, errands) = self.row();
        let after = |days| add_business_days(today, days, region);
        let hold = match rests {
            Rests::No => None,
            Rests::Days(reason, days) => Some((reason, Some(after(days)))),
            Rests::ToDay(reason, most) => Some((reason, Some(said_on.map_or(after(most), |day| day.clamp(today, after(most)))))),
            Rests::AfterDay(reason, days) => {
                let end = said_on.map(|day| add_business_days(day.max(today), days, region));
                Some((reason, end.or_else(|| reason.usual_end(today, region))))
            }
            Rests::Open(reason) => Some((reason, None)),
        };
        FollowUp {
            hold,
            errands: errands.iter().map(|(errand, days)| (*errand, after(*days))).collect(),
            disputes: self == Self::Disputed,
            uncounts: self == Self::WrongContact,
        }
    }
}

/// Does a word of the customer wait for a person (`presets.md` §1 rule 5)? A reply by mail, SMS, letter or on the debtor's
/// page does; an automatic answer does not, nor what was said to a person, on the telephone or face to face.
pub fn waits_for_person(channel: &str, automatic: bool) -> bool {
    !automatic && !matches!(channel, "phone" | "visit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dunning::Language;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Said on Friday 9 October 2026.
    fn told(reason: NonPayment, said_on: Option<&str>) -> FollowUp {
        reason.follow_up(day("2026-10-09"), said_on.map(day), Region::Fr)
    }

    #[test]
    fn each_reason_is_followed_by_its_row_of_the_table() {
        use HoldReason::{
            CoolingOff, CustomerApproval, DeathOrGuardianship, DocumentSent, Insolvency, OverIndebtedness, OwnErrorSuspected,
            PaymentAnnounced, SaysPaid,
        };
        type Row<'a> = (&'a str, Option<&'a str>, Option<(HoldReason, Option<&'a str>)>, &'a [(Errand, &'a str)]);
        let rows: &[Row<'_>] = &[
            ("oversight", None, None, &[(Errand::AskForDate, "2026-10-12")]),
            ("awaiting_approval", None, Some((CustomerApproval, Some("2026-10-23"))), &[(Errand::NameApprover, "2026-10-12")]),
            (
                "awaiting_approval",
                Some("2026-10-15"),
                Some((CustomerApproval, Some("2026-10-15"))),
                &[(Errand::NameApprover, "2026-10-12")],
            ),
            (
                "awaiting_approval",
                Some("2026-12-31"),
                Some((CustomerApproval, Some("2026-10-23"))),
                &[(Errand::NameApprover, "2026-10-12")],
            ),
            ("document_missing", None, Some((DocumentSent, Some("2026-10-16"))), &[(Errand::SendDocument, "2026-10-09")]),
            ("disputed", None, None, &[(Errand::AnswerDispute, "2026-10-23")]),
            ("our_error", None, Some((OwnErrorSuspected, None)), &[(Errand::CorrectInvoice, "2026-10-12")]),
            ("says_paid", None, Some((SaysPaid, Some("2026-10-16"))), &[(Errand::SearchBank, "2026-10-12")]),
            ("in_payment_run", None, Some((PaymentAnnounced, Some("2026-10-16"))), &[]),
            ("in_payment_run", Some("2026-10-30"), Some((PaymentAnnounced, Some("2026-11-03"))), &[]),
            ("wrong_contact", None, None, &[(Errand::CorrectContact, "2026-10-12")]),
            ("cash_trouble", None, None, &[(Errand::OfferPlan, "2026-10-13"), (Errand::ProposeCreditHold, "2026-10-13")]),
            ("looks_insolvent", None, None, &[(Errand::CheckInsolvency, "2026-10-09")]),
            ("proceedings", None, Some((Insolvency, None)), &[]),
            ("over_indebted", None, Some((OverIndebtedness, None)), &[]),
            ("died_or_protected", None, Some((DeathOrGuardianship, None)), &[]),
            ("refuses", None, None, &[(Errand::ManagerCalls, "2026-10-12")]),
            ("hostile", None, Some((CoolingOff, Some("2026-10-16"))), &[(Errand::DecideOnTone, "2026-10-12")]),
        ];
        for (word, said_on, hold, errands) in rows {
            let reason = NonPayment::parse(word).unwrap();
            let found = told(reason, *said_on);
            assert_eq!(found.hold, hold.map(|(reason, end)| (reason, end.map(day))), "{word}");
            assert_eq!(found.errands, errands.iter().map(|(errand, on)| (*errand, day(on))).collect::<Vec<_>>(), "{word}");
            assert_eq!((found.disputes, found.uncounts), (*word == "disputed", *word == "wrong_contact"), "{word}");
        }
        let named: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.0).collect();
        assert_eq!(named.len(), NonPayment::ALL.len(), "no row is left out");
    }

    #[test]
    fn a_day_that_has_passed_holds_nothing_back() {
        assert_eq!(
            told(NonPayment::AwaitingApproval, Some("2026-10-01")).hold,
            Some((HoldReason::CustomerApproval, Some(day("2026-10-09"))))
        );
        assert_eq!(told(NonPayment::InPaymentRun, Some("2026-10-01")).hold, Some((HoldReason::PaymentAnnounced, Some(day("2026-10-13")))));
    }

    #[test]
    fn a_manager_decides_where_it_is_hard_and_everything_is_told_in_both_languages() {
        for (errand, kind, role) in [
            (Errand::ManagerCalls, "phone_call", "manager"),
            (Errand::CheckInsolvency, "review", "manager"),
            (Errand::DecideOnTone, "review", "manager"),
            (Errand::ProposeCreditHold, "credit_hold", "manager"),
            (Errand::AnswerDispute, "dispute", "sales_owner"),
            (Errand::SendDocument, "document_request", "collector"),
            (Errand::CorrectInvoice, "own_error", "collector"),
            (Errand::SearchBank, "bank_search", "collector"),
        ] {
            assert_eq!((errand.kind(), errand.role()), (kind, role), "{errand:?}");
        }
        for errand in Errand::ALL {
            assert_ne!(errand.sentence(Language::English), errand.sentence(Language::French));
        }
    }

    #[test]
    fn a_reply_waits_for_a_person_unless_a_machine_wrote_it_or_a_person_heard_it() {
        for (channel, automatic, waits) in [
            ("email", false, true),
            ("sms", false, true),
            ("other", false, true),
            ("letter", false, true),
            ("email", true, false),
            ("phone", false, false),
            ("visit", false, false),
        ] {
            assert_eq!(waits_for_person(channel, automatic), waits, "{channel}");
        }
    }
}
