//! Public holidays of our neighbours: those that the whole country keeps. Regional ones are
//! not here, so a message may leave on them; a country not listed has weekends only.

use super::holidays::{FRANCE, Falls, Holiday};

/// The holidays of a country by its ISO 3166-1 alpha-2 code; empty when we cannot state them.
pub(super) fn holidays_of(country: [u8; 2]) -> &'static [Holiday] {
    match &country {
        b"DE" => GERMANY,
        b"BE" => BELGIUM,
        b"LU" => LUXEMBOURG,
        b"NL" => NETHERLANDS,
        b"ES" => SPAIN,
        b"IT" => ITALY,
        b"CH" => SWITZERLAND,
        b"GB" => ENGLAND_AND_WALES,
        b"AT" => AUSTRIA,
        b"PT" => PORTUGAL,
        b"PM" => FRANCE, // the Code du travail applies in Saint-Pierre-et-Miquelon
        _ => &[],
    }
}

const GERMANY: &[Holiday] = &[
    (Falls::On(1, 1), "Neujahr"),
    (Falls::Easter(-2), "Karfreitag"),
    (Falls::Easter(1), "Ostermontag"),
    (Falls::On(5, 1), "Tag der Arbeit"),
    (Falls::Easter(39), "Christi Himmelfahrt"),
    (Falls::Easter(50), "Pfingstmontag"),
    (Falls::On(10, 3), "Tag der Deutschen Einheit"),
    (Falls::On(12, 25), "1. Weihnachtstag"),
    (Falls::On(12, 26), "2. Weihnachtstag"),
];

const BELGIUM: &[Holiday] = &[
    (Falls::On(1, 1), "Nouvel an"),
    (Falls::Easter(1), "lundi de Pâques"),
    (Falls::On(5, 1), "fête du travail"),
    (Falls::Easter(39), "Ascension"),
    (Falls::Easter(50), "lundi de Pentecôte"),
    (Falls::On(7, 21), "fête nationale"),
    (Falls::On(8, 15), "Assomption"),
    (Falls::On(11, 1), "Toussaint"),
    (Falls::On(11, 11), "Armistice"),
    (Falls::On(12, 25), "Noël"),
];

const LUXEMBOURG: &[Holiday] = &[
    (Falls::On(1, 1), "Nouvel an"),
    (Falls::Easter(1), "lundi de Pâques"),
    (Falls::On(5, 1), "fête du travail"),
    (Falls::On(5, 9), "journée de l'Europe"),
    (Falls::Easter(39), "Ascension"),
    (Falls::Easter(50), "lundi de Pentecôte"),
    (Falls::On(6, 23), "fête nationale"),
    (Falls::On(8, 15), "Assomption"),
    (Falls::On(11, 1), "Toussaint"),
    (Falls::On(12, 25), "Noël"),
    (Falls::On(12, 26), "Saint-Étienne"),
];

const NETHERLANDS: &[Holiday] = &[
    (Falls::On(1, 1), "Nieuwjaarsdag"),
    (Falls::Easter(1), "tweede paasdag"),
    (Falls::KingsDay, "Koningsdag"),
    (Falls::Easter(39), "Hemelvaartsdag"),
    (Falls::Easter(50), "tweede pinksterdag"),
    (Falls::On(12, 25), "eerste kerstdag"),
    (Falls::On(12, 26), "tweede kerstdag"),
];

const SPAIN: &[Holiday] = &[
    (Falls::On(1, 1), "Año Nuevo"),
    (Falls::On(1, 6), "Epifanía del Señor"),
    (Falls::Easter(-2), "Viernes Santo"),
    (Falls::On(5, 1), "Fiesta del Trabajo"),
    (Falls::On(8, 15), "Asunción de la Virgen"),
    (Falls::On(10, 12), "Fiesta Nacional"),
    (Falls::On(11, 1), "Todos los Santos"),
    (Falls::On(12, 6), "Día de la Constitución"),
    (Falls::On(12, 8), "Inmaculada Concepción"),
    (Falls::On(12, 25), "Natividad del Señor"),
];

const ITALY: &[Holiday] = &[
    (Falls::On(1, 1), "Capodanno"),
    (Falls::On(1, 6), "Epifania"),
    (Falls::Easter(1), "lunedì dell'Angelo"),
    (Falls::On(4, 25), "Liberazione"),
    (Falls::On(5, 1), "festa del lavoro"),
    (Falls::On(6, 2), "festa della Repubblica"),
    (Falls::On(8, 15), "Assunzione"),
    (Falls::On(11, 1), "Ognissanti"),
    (Falls::On(12, 8), "Immacolata Concezione"),
    (Falls::On(12, 25), "Natale"),
    (Falls::On(12, 26), "Santo Stefano"),
];

/// Only 1 August is federal; the other three are kept in every canton.
const SWITZERLAND: &[Holiday] =
    &[(Falls::On(1, 1), "Neujahr"), (Falls::Easter(39), "Auffahrt"), (Falls::On(8, 1), "Bundesfeier"), (Falls::On(12, 25), "Weihnachten")];

/// With the Monday (or Tuesday) that stands in for a holiday on a weekend.
const ENGLAND_AND_WALES: &[Holiday] = &[
    (Falls::On(1, 1), "New Year's Day"),
    (Falls::OnMonday(1, 2), "New Year's Day (substitute)"),
    (Falls::OnMonday(1, 3), "New Year's Day (substitute)"),
    (Falls::Easter(-2), "Good Friday"),
    (Falls::Easter(1), "Easter Monday"),
    (Falls::FirstMonday(5), "Early May bank holiday"),
    (Falls::LastMonday(5), "Spring bank holiday"),
    (Falls::LastMonday(8), "Summer bank holiday"),
    (Falls::On(12, 25), "Christmas Day"),
    (Falls::On(12, 26), "Boxing Day"),
    (Falls::OnMondayOrTuesday(12, 27), "Christmas (substitute)"),
    (Falls::OnMondayOrTuesday(12, 28), "Boxing Day (substitute)"),
];

const AUSTRIA: &[Holiday] = &[
    (Falls::On(1, 1), "Neujahr"),
    (Falls::On(1, 6), "Heilige Drei Könige"),
    (Falls::Easter(1), "Ostermontag"),
    (Falls::On(5, 1), "Staatsfeiertag"),
    (Falls::Easter(39), "Christi Himmelfahrt"),
    (Falls::Easter(50), "Pfingstmontag"),
    (Falls::Easter(60), "Fronleichnam"),
    (Falls::On(8, 15), "Mariä Himmelfahrt"),
    (Falls::On(10, 26), "Nationalfeiertag"),
    (Falls::On(11, 1), "Allerheiligen"),
    (Falls::On(12, 8), "Mariä Empfängnis"),
    (Falls::On(12, 25), "Christtag"),
    (Falls::On(12, 26), "Stefanitag"),
];

const PORTUGAL: &[Holiday] = &[
    (Falls::On(1, 1), "Ano Novo"),
    (Falls::Easter(-2), "Sexta-Feira Santa"),
    (Falls::On(4, 25), "Dia da Liberdade"),
    (Falls::On(5, 1), "Dia do Trabalhador"),
    (Falls::Easter(60), "Corpo de Deus"),
    (Falls::On(6, 10), "Dia de Portugal"),
    (Falls::On(8, 15), "Assunção"),
    (Falls::On(10, 5), "Implantação da República"),
    (Falls::On(11, 1), "Todos os Santos"),
    (Falls::On(12, 1), "Restauração da Independência"),
    (Falls::On(12, 8), "Imaculada Conceição"),
    (Falls::On(12, 25), "Natal"),
];
