//! States of letters in the words of those who post them.

use super::ReceiptKind;

/// What a state of Merci Facteur says (its README, tables of states of paper and electronic letters).
pub fn merci_facteur_state(code: &str) -> Option<ReceiptKind> {
    use ReceiptKind::{Accepted, Declined, Deferred, Delivered, Failed, Posted, Presented, Printed, Returned, Unclaimed};
    Some(match code {
        "wait" => Accepted,
        "imprime" => Printed,
        "pris_en_charge" | "prix_en_charge_pays_destinataire" | "traitement" | "traitement_pays_destination" | "scan_pdd" => Posted,
        // the notice of passage was left, or the electronic one sent
        "attente_au_guichet" | "accept_wait" | "envoye" => Presented,
        "distribue" | "accepted" | "accepted_downloaded" | "retour_are" => Delivered,
        "probleme_en_cours" | "accept_lock" => Deferred,
        "accept_notification_error" => Failed,
        "non_distribuable" | "retour_expediteur" | "distribue_expediteur" | "archivage_pnd" => Returned,
        "expired" => Unclaimed,
        "refused" => Declined,
        _ => return None,
    })
}

/// What a delivery status of Maileva says (registered_mail v2, table of delivery statuses): A on its way, P at the counter,
/// D delivered, N scanned.
pub fn maileva_state(code: &str) -> Option<ReceiptKind> {
    use ReceiptKind::{Declined, Delivered, Posted, Presented, Returned, Unclaimed};
    Some(match code {
        "A01" | "A03" | "A04" | "A06" | "A07" | "A08" | "A09" | "A10" | "A11" | "A12" | "A20" | "A27" => Posted,
        // a notice of passage, an attempt, the counter
        "A02" | "A05" | "P01" | "P02" => Presented,
        "D01" | "N01" => Delivered,
        "A16" | "A18" | "P04" | "P05" | "P06" | "N05" | "N08" => Declined,
        "A14" | "A17" | "P03" | "N03" => Unclaimed,
        "A13" | "A15" | "A19" | "A21" | "A22" | "A23" | "A24" | "A25" | "A26" | "N02" | "N04" | "N06" | "N07" | "N09" | "N10" => Returned,
        _ => return None,
    })
}
