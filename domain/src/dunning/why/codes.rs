//! The closed list of reasons. A name is never used for something else.

use super::{Language, Params, list::told};

/// What a reason rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The law: the article.
    Law(&'static str),
    /// What the policy says.
    Policy,
    /// What is known about the debt, the customer or the message.
    Facts,
    /// What a person said.
    Person,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $basis:expr, $english:literal, $french:literal;)+) => {
        told! {
            /// Why something was done, waits or was withheld.
            pub Why { $($(#[doc = $doc])+ $name = $code, $english, $french;)+ }
        }

        impl Why {
            /// What it rests on.
            pub fn basis(self) -> Basis {
                match self { $(Self::$name => $basis),+ }
            }
        }
    };
}

impl Why {
    /// The article it always rests on, if any.
    pub fn article(self) -> Option<&'static str> {
        match self.basis() {
            Basis::Law(article) => Some(article),
            Basis::Policy | Basis::Facts | Basis::Person => None,
        }
    }

    /// The reason in words.
    pub fn told(self, params: &Params, language: Language) -> String {
        params.fill(self.sentence(language), language)
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

codes! {
    /// A step is due and goes out, or becomes a task.
    StepDue = "step_due", Basis::Policy,
        "Step {step} is due for {invoices} invoice(s).", "L’étape {step} est due pour {invoices} facture(s).";
    /// The recipient has the role that the step asks for.
    ContactByRole = "contact_by_role", Basis::Policy,
        "It goes to {contact}: the step asks for this role.", "Destinataire : {contact}, rôle demandé par l’étape.";
    /// Nobody has the role that the step asks for: the usual contact.
    ContactUsual = "contact_usual", Basis::Policy,
        "It goes to the usual contact: nobody who can be reached has a role that the step asks for.",
        "Destinataire : le contact habituel ; personne de joignable n’a un rôle demandé par l’étape.";
    /// A letter goes to the registered office.
    ContactOffice = "contact_office", Basis::Policy,
        "It goes to the registered office, to the legal representative.", "Destinataire : le siège, au représentant légal.";
    /// A letter goes to the customer's address.
    ContactAddress = "contact_address", Basis::Policy,
        "It goes to the customer's address.", "Destinataire : l’adresse du client.";
    /// The day of the next step has not come.
    StepNotDue = "step_not_due", Basis::Policy,
        "Step {step} of invoice {invoice} is due on {day}.", "L’étape {step} de la facture {invoice} est due le {day}.";
    /// A step is left out for an invoice, for good.
    StepWaived = "step_waived", Basis::Policy,
        "Step {step} is waived for invoice {invoice}: {cause}.", "L’étape {step} est abandonnée pour la facture {invoice} : {cause}.";
    /// A reminder stands and waits for its instant.
    ReminderPlanned = "reminder_planned", Basis::Policy,
        "Step {step} leaves on {at}.", "L’étape {step} part le {at}.";
    /// A reminder waits for a person.
    AwaitingApproval = "awaiting_approval", Basis::Person,
        "Step {step} waits for a person's approval.", "L’étape {step} attend l’approbation d’une personne.";
    /// An approval was not given in time.
    ApprovalExpired = "approval_expired", Basis::Policy,
        "Nobody approved step {step} in time.", "Personne n’a approuvé l’étape {step} à temps.";
    /// Every step of the ladder is done.
    LadderCompleted = "ladder_completed", Basis::Policy,
        "Every step of the ladder is done.", "Toutes les étapes sont faites.";
    /// Nothing is due.
    NothingDue = "nothing_due", Basis::Facts, "Nothing is due.", "Rien n’est dû.";
    /// An overdue invoice has no step now.
    NotAtStep = "not_at_step", Basis::Policy,
        "The invoice has no step now.", "La facture n’est à aucune étape en ce moment.";
    /// Too little is overdue to write about.
    SmallBalance = "small_balance", Basis::Policy,
        "Too little is overdue to write about.", "Le montant échu est trop faible pour une relance.";
    /// A friendly word before the due date that could not leave in time.
    AfterDueDate = "after_due_date", Basis::Policy,
        "Step {step} was for before the due date, which has passed.", "L’étape {step} devait précéder l’échéance, qui est passée.";
    /// The sales owner is told before a hard step, and the step waits for his days.
    OwnerTold = "owner_told", Basis::Policy,
        "The sales owner is told {days} business day(s) before step {step}, which goes on {day}.",
        "Le commercial est prévenu {days} jour(s) ouvré(s) avant l’étape {step}, qui part le {day}.";
    /// No fixed compensation is claimed on an invoice so small.
    CompensationWaived = "compensation_waived", Basis::Policy,
        "No fixed compensation is claimed on invoice {invoice}: it is waived on so small an amount.",
        "Aucune indemnité forfaitaire n’est réclamée sur la facture {invoice} : il y est renoncé pour un si petit montant.";
    /// A charge that was waived or paid is asked no more.
    ChargeSettled = "charge_settled", Basis::Facts,
        "No fixed compensation is asked on invoice {invoice}: it was waived or paid.",
        "Aucune indemnité forfaitaire n’est demandée sur la facture {invoice} : elle a été abandonnée ou réglée.";
    /// Interest is not claimed at a rate that nobody confirmed as printed on the invoices.
    RateUnconfirmed = "rate_unconfirmed", Basis::Policy,
        "Step {step} claims no interest: nobody has confirmed the rate printed on the invoices.",
        "L’étape {step} ne réclame pas d’intérêts : personne n’a confirmé le taux imprimé sur les factures.";
    /// The principal is paid; charges that were claimed are a person's to settle or waive.
    ChargesLeft = "charges_left", Basis::Policy,
        "The principal is paid; the charges of {sums} that were claimed are a person's to settle or waive.",
        "Le principal est payé ; les frais de {sums} qui ont été réclamés sont à régler ou à abandonner par une personne.";
    /// The principal is paid; charges that were claimed are waived.
    ChargesWaived = "charges_waived", Basis::Policy,
        "The principal is paid; the charges of {sums} that were claimed are waived.",
        "Le principal est payé ; les frais de {sums} qui ont été réclamés sont abandonnés.";
    /// A person settled or waived the charges that were left.
    ChargesSettled = "charges_settled", Basis::Person,
        "A person has settled or waived the charges that were left.", "Une personne a réglé ou abandonné les frais restants.";
    /// A business that is probably a public body.
    PublicBodySuspected = "public_body_suspected", Basis::Facts,
        "A SIREN that begins with 1 or 2 is probably a public body's.", "Un SIREN qui commence par 1 ou 2 est sans doute celui d’un organisme public.";
    /// Nobody said what kind of customer this is.
    KindUnknown = "kind_unknown", Basis::Facts,
        "The kind of customer is unknown: it is treated as a consumer.", "Le type de client est inconnu : il est traité comme un consommateur.";
    /// Messages are paced by the policy.
    Pacing = "pacing", Basis::Policy,
        "Messages are paced: step {step} waits until {day}.", "Les messages sont espacés : l’étape {step} attend le {day}.";
    /// The sending window is closed.
    WindowClosed = "window_closed", Basis::Policy,
        "The window of the channel {channel} opens on {at}.", "La plage du canal {channel} ouvre le {at}.";
    /// A formal notice waits for a dialled attempt.
    CallRequired = "call_required", Basis::Policy,
        "Step {step} waits: nobody has called within {days} days.", "L’étape {step} attend : personne n’a appelé dans les {days} jours.";
    /// Nobody can be reached over the channel of a step.
    NoContact = "no_contact", Basis::Facts,
        "Step {step} has nobody to go to by {channel}.", "L’étape {step} n’a aucun destinataire par {channel}.";
    /// The contact of a planned reminder can no longer be written to, or is held.
    ContactChanged = "contact_changed", Basis::Facts,
        "The contact of step {step} can no longer be written to.", "Le contact de l’étape {step} ne peut plus être joint.";
    /// Somebody asked not to be written to over a channel, or an address no longer works.
    ContactSuppressed = "contact_suppressed", Basis::Person,
        "{contacts} contact(s) are left in peace by {channel}: opted out, suppressed or held.",
        "{contacts} contact(s) ne sont plus joints par {channel} : opposition, adresse écartée ou suspension.";
    /// What a planned reminder asks for has changed.
    BalanceChanged = "balance_changed", Basis::Facts,
        "What step {step} asks for has changed.", "Ce que demande l’étape {step} a changé.";
    /// A reminder that has not left is withdrawn.
    Withdrawn = "withdrawn", Basis::Facts,
        "The reminder at step {step} is withdrawn: {cause}.", "La relance de l’étape {step} est retirée : {cause}.";
    /// A planned reminder was replaced.
    Superseded = "superseded", Basis::Facts,
        "The reminder at step {step} was replaced.", "La relance de l’étape {step} a été remplacée.";
    /// No active policy applies.
    PolicyNotActive = "policy_not_active", Basis::Policy,
        "No dunning policy is active for this customer.", "Aucune politique de relance n’est active pour ce client.";
    /// A person holds.
    Held = "held", Basis::Person,
        "A hold ({scope}) rests the chase until {end}: {cause}.", "Une suspension ({scope}) arrête les relances jusqu’à {end} : {cause}.";
    /// An open promise covers the invoice.
    PromiseOpen = "promise_open", Basis::Person,
        "{amount} are promised for {day}.", "{amount} sont promis pour le {day}.";
    /// The promised amount came in.
    PromiseKept = "promise_kept", Basis::Facts,
        "The promised {amount} came in.", "Le montant promis de {amount} est arrivé.";
    /// The promised amount did not come in.
    PromiseBroken = "promise_broken", Basis::Facts,
        "{amount} were promised for {day}; {received} came in by {until}.", "{amount} étaient promis pour le {day} ; {received} sont arrivés au {until}.";
    /// A promise was moved or broken too often before: another one rests nothing.
    PromiseOnceTooOften = "promise_once_too_often", Basis::Policy,
        "{amount} are promised for {day}; {ended} promise(s) about the same were broken or moved: this one rests nothing.",
        "{amount} sont promis pour le {day} ; {ended} promesse(s) sur les mêmes factures n’ont pas été tenues ou ont été déplacées : celle-ci n’arrête rien.";
    /// An instalment plan is kept.
    InstalmentPlan = "instalment_plan", Basis::Person,
        "An instalment plan is in good standing.", "Un échéancier est respecté.";
    /// The whole of what is due is disputed.
    Disputed = "disputed", Basis::Person, "Invoice {invoice} is disputed.", "La facture {invoice} est contestée.";
    /// The invoice is collected by direct debit.
    DirectDebitPending = "direct_debit_pending", Basis::Facts,
        "Invoice {invoice} is collected by direct debit.", "La facture {invoice} est prélevée.";
    /// The buyer's platform says that the payment is on its way (status 211), or a person does.
    PaymentAnnounced = "payment_announced", Basis::Facts,
        "The payment of invoice {invoice} is announced: nothing is asked before {day}.", "Le paiement de la facture {invoice} est annoncé : rien n’est demandé avant le {day}.";
    /// The buyer refused the e-invoice (status 210).
    EinvoiceRefused = "einvoice_refused", Basis::Facts,
        "The buyer refused invoice {invoice} (status {status}).", "L’acheteur a refusé la facture {invoice} (statut {status}).";
    /// The buyer disputes or suspends the e-invoice (statuses 206, 207, 208).
    EinvoiceDisputed = "einvoice_disputed", Basis::Facts,
        "The buyer disputes invoice {invoice} or suspends it (status {status}).", "L’acheteur conteste ou suspend la facture {invoice} (statut {status}).";
    /// The e-invoice did not validly reach the buyer (statuses 213, 221, 501): issue it again.
    EinvoiceRejected = "einvoice_rejected", Basis::Facts,
        "Invoice {invoice} did not validly reach the buyer (status {status}).", "La facture {invoice} n’est pas valablement parvenue à l’acheteur (statut {status}).";
    /// The e-invoice was cancelled (status 220).
    EinvoiceCancelled = "einvoice_cancelled", Basis::Facts,
        "Invoice {invoice} was cancelled (status {status}).", "La facture {invoice} a été annulée (statut {status}).";
    /// The invoice was sold, and the factor's details are not known.
    Factored = "factored", Basis::Law("C. civ. 1324"),
        "Invoice {invoice} was sold, and the factor's name and account are not known: paying us would not free the debtor.",
        "La facture {invoice} a été cédée et le nom et le compte du factor ne sont pas connus : nous payer ne libérerait pas le débiteur.";
    /// Insolvency proceedings: earlier debts are neither paid nor pursued.
    Insolvency = "insolvency", Basis::Law("C. com. L622-7, L622-21"),
        "Insolvency proceedings are open: debts from before {day} are neither paid nor pursued.",
        "Une procédure collective est ouverte : les créances nées avant le {day} ne sont ni payées ni poursuivies.";
    /// A commission examines the customer's over-indebtedness.
    OverIndebtedness = "over_indebtedness", Basis::Law("C. conso. L722-2, L722-5"),
        "A file of over-indebtedness was accepted: nothing is asked.", "Un dossier de surendettement est recevable : rien n’est demandé.";
    /// The customer died, or is under guardianship.
    DeathOrGuardianship = "death_or_guardianship", Basis::Law("C. civ. 467, 475, 877"),
        "The customer died or is under protection: a person says to whom to turn.",
        "Le client est décédé ou protégé : une personne dit à qui s’adresser.";
    /// A consumer's debt is more than two years old: it can no longer be claimed.
    TimeBarred = "time_barred", Basis::Law("C. conso. L218-2"),
        "The debt of invoice {invoice} is time-barred since {day}: it is no longer asked for.",
        "La créance de la facture {invoice} est prescrite depuis le {day} : elle n’est plus réclamée.";
    /// A reply waits for a person.
    UnreadReply = "unread_reply", Basis::Person,
        "The customer replied on {day}, and nobody has dealt with it.", "Le client a répondu le {day} et personne ne s’en est occupé.";
    /// A person negotiates.
    Negotiation = "negotiation", Basis::Person,
        "A person negotiates with the customer.", "Une personne négocie avec le client.";
    /// The source's open items differ from the ledger.
    LedgerDiffers = "ledger_differs", Basis::Facts,
        "The open items of the source differ from the ledger.", "Les postes ouverts de la source diffèrent du grand livre.";
    /// Payment data are too old, or nothing says until when payments are known.
    PaymentDataStale = "payment_data_stale", Basis::Policy,
        "Payments must be known within {hours} hours; last known: {known}.", "Les paiements doivent être connus à {hours} heures près ; dernière connaissance : {known}.";
    /// Money came in that matches no invoice.
    UnappliedCash = "unapplied_cash", Basis::Policy,
        "{amount} came in that match no invoice yet.", "{amount} sont arrivés sans correspondre à une facture.";
    /// Something of our own has to be mended first.
    OwnErrorSuspected = "own_error_suspected", Basis::Facts,
        "Before anybody is chased: {mend}.", "Avant toute relance : {mend}.";
    /// More contacts would be harassment, whatever the policy says.
    ContactCap = "contact_cap", Basis::Law("C. pén. 222-33-2-2, 222-16; C. conso. L121-6"),
        "At most {most} contacts in {days} days over all channels: step {step} waits until {day}.",
        "Au plus {most} contacts en {days} jours, tous canaux confondus : l’étape {step} attend le {day}.";
    /// Nobody is contacted at such an hour or on such a day, whatever the policy says.
    ContactHours = "contact_hours", Basis::Law("C. conso. L121-6, L121-7; C. pén. 222-33-2-2"),
        "Nobody is contacted by {channel} at this hour or on this day: step {step} waits until {at}.",
        "Aucun contact par {channel} à cette heure ou ce jour : l’étape {step} attend le {at}.";
    /// The customer could not be looked at.
    EvaluationFailed = "evaluation_failed", Basis::Facts,
        "The customer could not be looked at because of an internal error.", "Une erreur interne a empêché l’examen du client.";
}
