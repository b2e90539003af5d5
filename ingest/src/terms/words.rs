//! The vocabulary, folded (lower case, no accents). One list a string; an entry ends with `*` where a prefix is enough.

pub(super) const DAYS: &str = "jours jour j jrs days day d tage tagen tag dagar dag dage dagen giorni gg dias";
pub(super) const WEEKS: &str = "semaine semaines week weeks woche wochen vecka veckor";
pub(super) const MONTHS: &str = "mois month months monat monate monaten monats manad manader mese mesi";
/// Small numbers written out.
const NUMBERS: &[(u32, &str)] = &[
    (1, "un une one ein eine einem einen eines"),
    (2, "deux two zwei"),
    (10, "dix ten zehn"),
    (14, "quatorze fourteen vierzehn"),
    (15, "quinze"),
    (30, "trente thirty dreissig trettio"),
    (60, "soixante sixty sechzig"),
];
/// The names of each month, January first.
pub(super) const MONTH_NAMES: [&str; 12] = [
    "janvier january januar januari janner jan",
    "fevrier february februar februari feb fev",
    "mars march marz mar",
    "avril april apr avr",
    "mai may maj",
    "juin june juni jun",
    "juillet july juli jul",
    "aout august augusti aug",
    "septembre september sept sep",
    "octobre october oktober oct okt",
    "novembre november nov",
    "decembre december dezember dec dez",
];
/// Words that begin another clause inside a sentence.
pub(super) const TURNS: &str = "sinon otherwise sonst ansonsten oder or ou danach puis ensuite then dann";
pub(super) const DISCOUNT: &str = "skont* escompt* discount* scont* remise* rabat* ristourn* kassarabatt* korting* descuent* abzug* \
    abzuglich reduction* nachlass*";
/// Before a discount word: there is none.
pub(super) const NONE: &str = "sans pas aucun aucune ni neant nul nulle ohne kein keine keinen no without zonder utan senza sin \
    nicht not";
/// "If you pay by …": a condition of something, not a term.
pub(super) const CONDITION: &str = "if si wenn falls om";
pub(super) const PENALTY: &str = "retard* penal* indemn* verzug* mahn* drojsmal* paminnels* kravavgift* interest* interet* zins* \
    verzugszins* ranta* rantelag* overdue* late major* verspat* forsena* surcharge* frais";
/// The payee fetches the money: a date of collection, nothing to pay by.
pub(super) const DEBIT: &str = "abbuch* abgebucht eingezogen einzug* einzieh* lastschrift* sepa prelev* preleve* debit* collected \
    autogiro* kreditkarte* mastercard*";
/// Terms counted from something the invoice does not tell, or on a part of it.
pub(super) const ELSEWHERE: &str = "livraison* lieferung* liefer* delivery delivered expedition* leveran* leistung* shipment* shipping \
    commande* order bestell* auftrag* vorauszahl* vorkasse* forskott* prepa* acompte* anzahl* deposit* \
    abnahme* lobende* lopende* achevement* travaux";
pub(super) const PAYMENT: &str = "zahl* uberweis* beglich* begleich* paiement* payable* paye payer payee regl* payment* paid pay net \
    nets netto due fallig* echeance* betal* pagament* pago terms conditions zahlungsziel* ziel virement* \
    delai* comptant";
pub(super) const NET: &str = "net nets netto nett";
/// A date after one of these is a limit.
pub(super) const LIMIT: &str = "bis spatestens until till by before avant jusqu jusque tard limite echeance* due fallig* senast vor \
    zahlbar payable til uiterlijk vervaldatum forfallodatum forfallodag zahlungsziel entro";
/// Right before a date: it is another document's.
pub(super) const DATED: &str = "vom dated from datee";
pub(super) const AT_ONCE: &str = "sofort* umgehend* unverzuglich* immediat* immediately comptant omgaende";
/// Receipt of the invoice, taken as its issue.
pub(super) const RECEIPT: &str = "reception receipt erhalt mottagande ricevimento ontvangst";
/// With nothing but these, a clause about days is a payment term.
pub(super) const FILLER: &str = "a au aux le la les l de du des d date facture fact invoice rechnungsdatum rechnungseingang \
    rechnungserhalt rechnung rechnungen nach der die das dem ab from after of the on upon in at end fin \
    eom fdm monatsende zum ende rein calendaires calendar kalendertage ouvres ohne abzug sans escompte \
    within innerhalb binnen von sous bis suivant suivante emission apres compter depuis frist kasse fran \
    fakturadatum inom efter per days no discount its following next prochain issue jedoch";

/// Whether a word is in a list.
pub(super) fn is(word: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|entry| match entry.strip_suffix('*') {
        Some(prefix) => word.starts_with(prefix),
        None => entry == word,
    })
}

/// A small number written out.
pub(super) fn number(word: &str) -> Option<u32> {
    NUMBERS.iter().find(|(_, names)| is(word, names)).map(|(value, _)| *value)
}
