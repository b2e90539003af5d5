//! What would change a decision: a closed list.

use super::list::told;

told! {
    /// What would change a decision, or what has to be mended before.
    pub Change {
        /// A policy.
        ActivatePolicy = "activate_policy", "activating a policy that applies to this customer", "activer une politique qui s’applique à ce client";
        /// A hold, by a person.
        ReleaseHold = "release_hold", "releasing the hold", "lever la suspension";
        /// A hold that ends by itself.
        EndOfHold = "end_of_hold", "the end of the hold, or releasing it", "la fin de la suspension, ou sa levée";
        /// A promise.
        PromiseSettled = "promise_settled", "the promised payment, or the promise being broken", "le paiement promis, ou la promesse non tenue";
        /// An instalment plan.
        PlanEnded = "plan_ended", "the plan being paid, or an instalment being missed", "le plan soldé, ou une échéance manquée";
        /// A dispute.
        ResolveDispute = "resolve_dispute", "resolving the dispute", "régler le litige";
        /// A direct debit.
        DebitSettled = "debit_settled", "the debit being paid or returned", "le prélèvement payé ou rejeté";
        /// Open items.
        ItemsAgree = "items_agree", "open items that agree", "des postes ouverts qui concordent";
        /// Payment data.
        Heartbeat = "heartbeat", "a heartbeat of the source", "un signal de la source";
        /// Unapplied cash.
        AllocateCash = "allocate_cash", "allocating the unapplied cash", "affecter le règlement non lettré";
        /// An announced payment.
        PaymentArrives = "payment_arrives", "the payment arriving, or its time passing", "l’arrivée du paiement, ou l’expiration du délai";
        /// An e-invoice that did not reach the buyer.
        ReissueInvoice = "reissue_invoice", "a later status, or issuing the invoice again", "un statut ultérieur, ou une nouvelle émission de la facture";
        /// An e-invoice that the buyer refuses or disputes.
        BuyerAgrees = "buyer_agrees", "a later status by which the buyer accepts the invoice", "un statut ultérieur par lequel l’acheteur accepte la facture";
        /// Insolvency proceedings.
        ProceedingsEnd = "proceedings_end", "the end of the proceedings, recorded by a person", "la fin de la procédure, constatée par une personne";
        /// Time bar.
        TimeBar = "time_bar", "an act that interrupted the time bar, recorded by a person", "un acte interruptif de prescription, constaté par une personne";
        /// A reply.
        ReadReply = "read_reply", "a person dealing with the reply", "le traitement de la réponse par une personne";
        /// Creditor's name.
        CreditorName = "creditor_name", "say the creditor's legal name in the settings", "indiquer la dénomination du créancier dans les paramètres";
        /// Creditor's address.
        CreditorAddress = "creditor_address", "say the creditor's address in the settings", "indiquer l’adresse du créancier dans les paramètres";
        /// Way to pay.
        WayToPay = "way_to_pay", "give a way to pay: an IBAN, a link or a direct debit", "donner un moyen de payer : un IBAN, un lien ou un prélèvement";
        /// Somebody to write to.
        UsableContact = "usable_contact", "give the customer a contact with an e-mail address, a telephone number or an address", "donner au client un contact joignable par courriel, téléphone ou courrier";
        /// Account of the payee.
        ConfirmPayee = "confirm_payee", "confirm the account on the invoice: it is not the one in the settings", "confirmer le compte de la facture : ce n’est pas celui des paramètres";
        /// Factor.
        FactorDetails = "factor_details", "give the factor's name and account: the invoice was sold", "donner le nom et le compte du factor : la facture a été cédée";
        /// Approval.
        Approval = "approval", "a person's approval", "l’approbation d’une personne";
        /// Small balance.
        MoreOverdue = "more_overdue", "more becoming overdue", "un montant échu plus élevé";
        /// Call.
        DialledCall = "dialled_call", "a dialled call", "un appel passé";
        /// Approval that expired.
        CompleteApprovalTask = "complete_approval_task", "completing the task about the approval", "terminer la tâche relative à l’approbation";
        /// Contact.
        ReachableContact = "reachable_contact", "a contact that can be reached over this channel", "un contact joignable par ce canal";
        /// Charges that are left.
        SettleCharges = "settle_charges", "completing the task about the charges", "terminer la tâche relative aux frais";
        /// Time.
        NextStepDay = "next_step_day", "the day of the next step", "le jour de la prochaine étape";
        /// Internal error.
        ErrorMended = "error_mended", "the error being mended; the next look is tomorrow", "la correction de l’erreur ; le prochain examen a lieu demain";
        /// A day on which contact is allowed.
        AllowedDay = "allowed_day", "a day on which contact is allowed", "un jour où le contact est permis";
    }
}
