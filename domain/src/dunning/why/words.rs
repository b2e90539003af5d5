//! Words, days and amounts as people write them.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{Change, Language};
use crate::money::Money;

/// (word, English, French).
type Named = (&'static str, &'static str, &'static str);

/// Words of closed lists that reasons speak of.
pub(super) const WORDS: &[Named] = &[
    ("email", "e-mail", "courriel"),
    ("sms", "SMS", "SMS"),
    ("letter", "letter", "lettre"),
    ("registered_letter", "registered letter", "lettre recommandée"),
    ("phone_task", "telephone", "téléphone"),
    ("visit_task", "visit", "visite"),
    ("webhook_only", "webhook", "webhook"),
    ("review_task", "review by a person", "examen par une personne"),
    ("handover", "handover", "transmission"),
    ("tenant", "everybody", "tout le monde"),
    ("customer", "customer", "client"),
    ("invoice", "invoice", "facture"),
    ("contact", "contact", "contact"),
    ("policy_not_active", "no policy is active", "aucune politique n’est active"),
    ("held", "a hold was placed", "une suspension a été posée"),
    ("promise_open", "a payment is promised", "un paiement est promis"),
    ("instalment_plan", "an instalment plan is kept", "un échéancier est respecté"),
    ("disputed", "the invoice is disputed", "la facture est contestée"),
    ("direct_debit_pending", "a direct debit is on its way", "un prélèvement est en cours"),
    ("payment_announced", "the payment is announced", "le paiement est annoncé"),
    ("einvoice_refused", "the buyer refused the invoice", "l’acheteur a refusé la facture"),
    ("einvoice_disputed", "the buyer disputes the invoice", "l’acheteur conteste la facture"),
    ("einvoice_rejected", "the invoice did not reach the buyer", "la facture n’est pas parvenue à l’acheteur"),
    ("einvoice_cancelled", "the invoice was cancelled", "la facture a été annulée"),
    ("factored", "the invoice was sold", "la facture a été cédée"),
    ("insolvency", "insolvency proceedings are open", "une procédure collective est ouverte"),
    ("over_indebtedness", "a file of over-indebtedness is open", "un dossier de surendettement est ouvert"),
    ("death_or_guardianship", "the customer died or is under protection", "le client est décédé ou protégé"),
    ("time_barred", "the debt is time-barred", "la créance est prescrite"),
    ("unread_reply", "a reply waits for a person", "une réponse attend une personne"),
    ("negotiation", "a person negotiates", "une personne négocie"),
    ("ledger_differs", "the open items differ", "les postes ouverts diffèrent"),
    ("payment_data_stale", "payments are not known well enough", "les paiements ne sont pas assez connus"),
    ("unapplied_cash", "money came in that matches no invoice", "un règlement ne correspond à aucune facture"),
    ("own_error_suspected", "something of our own has to be mended", "une erreur de notre part est à corriger"),
    ("never", "never", "jamais"),
    ("lifted", "somebody lifts it", "ce qu’on la lève"),
    ("says_paid", "the customer says that it paid", "le client dit avoir payé"),
    ("document_sent", "a missing document was sent", "un document manquant a été envoyé"),
    ("customer_approval", "the customer approves the invoice", "le client valide la facture"),
    ("cooling_off", "some days of silence", "quelques jours de silence"),
    ("manual", "decided by a person", "décision d’une personne"),
    ("below_minimum", "the amount is below the minimum of the step", "le montant est inférieur au minimum de l’étape"),
    ("above_maximum", "the amount is above the maximum of the step", "le montant est supérieur au maximum de l’étape"),
    ("condition_not_met", "the condition of the step is not met", "la condition de l’étape n’est pas remplie"),
    ("not_this_payer", "the step is meant for payers with other habits", "l’étape vise un autre comportement de paiement"),
    ("no_contact", "nobody can be reached this way", "personne n’est joignable par ce moyen"),
    ("done_lately", "the step was done lately for this customer", "l’étape a été faite récemment pour ce client"),
    ("after_due_date", "the due date has passed", "l’échéance est passée"),
    ("too_close_to_first_overdue_step", "it would be too close to the first reminder", "elle serait trop proche de la première relance"),
    ("not_for_this_customer", "the step is not meant for such a customer", "l’étape ne vise pas ce type de client"),
    ("pause", "the channel pauses", "le canal est en pause"),
    ("accounts_payable", "accounts payable", "la comptabilité fournisseurs"),
    ("approver", "whoever approves payments", "la personne qui valide les paiements"),
    ("buyer", "the buyer", "l’acheteur"),
    ("director", "the director", "le dirigeant"),
    ("legal_representative", "the legal representative", "le représentant légal"),
    ("authorising_officer", "the authorising officer", "l’ordonnateur"),
    ("other", "another contact", "un autre contact"),
];

const MONTHS: [(&str, &str); 12] = [
    ("January", "janvier"),
    ("February", "février"),
    ("March", "mars"),
    ("April", "avril"),
    ("May", "mai"),
    ("June", "juin"),
    ("July", "juillet"),
    ("August", "août"),
    ("September", "septembre"),
    ("October", "octobre"),
    ("November", "novembre"),
    ("December", "décembre"),
];

fn in_language((english, french): (&'static str, &'static str), language: Language) -> &'static str {
    match language {
        Language::English => english,
        Language::French => french,
    }
}

/// A word by its name; a word without one is told as it is, spaces for underscores.
pub(super) fn told(word: &str, language: Language) -> String {
    let named = WORDS.iter().find(|(known, ..)| *known == word).map(|(_, english, french)| in_language((english, french), language));
    let named = named.or_else(|| Change::parse(word).map(|change| change.sentence(language)));
    named.map_or_else(|| word.replace('_', " "), str::to_owned)
}

/// `5 October 2026`, `1er novembre 2026`.
pub(super) fn day(day: NaiveDate, language: Language) -> String {
    let month = MONTHS.get(usize::try_from(day.month0()).unwrap_or_default()).copied().unwrap_or_default();
    let ordinal = if language == Language::French && day.day() == 1 { "er" } else { "" };
    format!("{}{ordinal} {} {}", day.day(), in_language(month, language), day.year())
}

/// `5 October 2026 at 08:30 UTC`.
pub(super) fn instant(at: DateTime<Utc>, language: Language) -> String {
    format!("{} {} {} UTC", day(at.date_naive(), language), in_language(("at", "à"), language), at.format("%H:%M"))
}

/// `1,200.00`, `1 200,00` with a narrow space that does not break.
pub(super) fn amount(money: &Money, language: Language) -> String {
    let plain = money.plain();
    let (sign, unsigned) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let (group, point) = in_language_chars(language);
    let mut grouped = String::with_capacity(whole.len() * 2);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    if decimals.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{point}{decimals}") }
}

fn in_language_chars(language: Language) -> (char, char) {
    match language {
        Language::English => (',', '.'),
        Language::French => ('\u{202f}', ','),
    }
}
