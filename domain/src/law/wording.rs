//! Words that no message may carry unless a person has decided and recorded that step: threats, and what looks like a court's.

/// A word that may not stand in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threat {
    /// The words as the list has them.
    pub words: &'static str,
    /// Article.
    pub citation: &'static str,
}

const COURT: &str = "C. pén. 433-13";
const AGGRESSIVE: &str = "C. conso. L121-6, L121-7";

/// (words without accents, article). Only whole words count.
const THREATS: &[(&str, &str)] = &[
    ("huissier", COURT),
    ("huissiers", COURT),
    ("commissaire de justice", COURT),
    ("commissaires de justice", COURT),
    ("tribunal", COURT),
    ("tribunaux", COURT),
    ("greffe", COURT),
    ("commandement de payer", COURT),
    ("sommation de payer", COURT),
    ("injonction de payer", COURT),
    ("titre executoire", COURT),
    ("republique francaise", COURT),
    ("saisie", AGGRESSIVE),
    ("saisies", AGGRESSIVE),
    ("saisir vos biens", AGGRESSIVE),
    ("dernier avis", AGGRESSIVE),
    ("avant poursuites", AGGRESSIVE),
    ("poursuites judiciaires", AGGRESSIVE),
    ("fichage", AGGRESSIVE),
    ("liste noire", AGGRESSIVE),
    ("penal", AGGRESSIVE),
    ("prison", AGGRESSIVE),
    ("bailiff", COURT),
    ("bailiffs", COURT),
    ("court order", COURT),
    ("county court", COURT),
    ("writ", COURT),
    ("seizure", AGGRESSIVE),
    ("seize your", AGGRESSIVE),
    ("final notice", AGGRESSIVE),
    ("last notice", AGGRESSIVE),
    ("legal action", AGGRESSIVE),
    ("prosecution", AGGRESSIVE),
    ("blacklist", AGGRESSIVE),
    ("criminal", AGGRESSIVE),
    ("gerichtsvollzieher", COURT),
    ("gericht", COURT),
    ("amtsgericht", COURT),
    ("mahnbescheid", COURT),
    ("vollstreckungsbescheid", COURT),
    ("zwangsvollstreckung", AGGRESSIVE),
    ("pfandung", AGGRESSIVE),
    ("letzte mahnung", AGGRESSIVE),
    ("schufa", AGGRESSIVE),
    ("strafanzeige", AGGRESSIVE),
    ("juzgado", COURT),
    ("juzgados", COURT),
    ("tribunales", COURT),
    ("agente judicial", COURT),
    ("ultimo aviso", AGGRESSIVE),
    ("acciones legales", AGGRESSIVE),
    ("acciones judiciales", AGGRESSIVE),
    ("via judicial", AGGRESSIVE),
    ("embargar", AGGRESSIVE),
    ("embargo de bienes", AGGRESSIVE),
    ("moroso", AGGRESSIVE),
    ("morosos", AGGRESSIVE),
    ("ufficiale giudiziario", COURT),
    ("tribunale", COURT),
    ("decreto ingiuntivo", COURT),
    ("atto di precetto", COURT),
    ("pignoramento", AGGRESSIVE),
    ("ultimo avviso", AGGRESSIVE),
    ("azioni legali", AGGRESSIVE),
    ("vie legali", AGGRESSIVE),
    ("cattivo pagatore", AGGRESSIVE),
    ("deurwaarder", COURT),
    ("gerechtsdeurwaarder", COURT),
    ("rechtbank", COURT),
    ("dwangbevel", COURT),
    ("dagvaarding", COURT),
    ("beslaglegging", AGGRESSIVE),
    ("beslag leggen", AGGRESSIVE),
    ("laatste aanmaning", AGGRESSIVE),
    ("laatste waarschuwing", AGGRESSIVE),
    ("gerechtelijke stappen", AGGRESSIVE),
    ("zwarte lijst", AGGRESSIVE),
    ("wanbetaler", AGGRESSIVE),
];

/// Letters and digits in small letters without accents, one space between words.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 2);
    plain.push(' ');
    for letter in text.chars().flat_map(char::to_lowercase) {
        let known = match letter {
            'à' | 'â' | 'ä' | 'á' | 'ã' => "a",
            'ç' => "c",
            'ñ' => "n",
            'é' | 'è' | 'ê' | 'ë' => "e",
            'î' | 'ï' | 'í' | 'ì' => "i",
            'ô' | 'ö' | 'ó' | 'ò' => "o",
            'ù' | 'û' | 'ü' | 'ú' => "u",
            'œ' => "oe",
            // what joins letters to accents, or hides inside a word
            '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => "",
            letter if letter.is_alphanumeric() => {
                plain.push(letter);
                ""
            }
            _ if plain.ends_with(' ') => "",
            _ => " ",
        };
        plain.push_str(known);
    }
    if !plain.ends_with(' ') {
        plain.push(' ');
    }
    plain
}

/// The threats in a text, in the six languages of the messages, each once, in the order of the list.
pub fn threats(text: &str) -> Vec<Threat> {
    let plain = plain(text);
    let found = THREATS.iter().filter(|(words, _)| plain.contains(&format!(" {words} ")));
    found.map(|(words, citation)| Threat { words, citation }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&'static str> {
        threats(text).into_iter().map(|threat| threat.words).collect()
    }

    #[test]
    fn threats_and_court_look_alikes_are_found_however_they_are_spelt() {
        for (text, expected) in [
            ("Étude Durand, HUISSIER de justice", vec!["huissier"]),
            ("Dernier avis avant poursuites !", vec!["dernier avis", "avant poursuites"]),
            ("DERNIER\nAVIS", vec!["dernier avis"]),
            ("Commandement  de   payer", vec!["commandement de payer"]),
            ("Un titre exe\u{301}cutoire", vec!["titre executoire"]),
            ("hui\u{200b}ssier", vec!["huissier"]),
            ("l’huissier passera", vec!["huissier"]),
            ("Final notice before legal action", vec!["final notice", "legal action"]),
            ("We will send the bailiffs.", vec!["bailiffs"]),
            ("Letzte Mahnung vor der Pfändung", vec!["pfandung", "letzte mahnung"]),
            ("Último aviso: acciones legales", vec!["ultimo aviso", "acciones legales"]),
            ("Ultimo avviso prima delle vie legali", vec!["ultimo avviso", "vie legali"]),
            ("Laatste aanmaning van de deurwaarder", vec!["deurwaarder", "laatste aanmaning"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn honest_words_stay() {
        for text in [
            "",
            "Anne Keller, comptabilité clients",
            "Sauf erreur de notre part, la facture reste due.",
            "Ressaisie des écritures",
            "Atelier Prisonnier SARL",
            "The writer of this letter",
            "Rue du Tribunalet",
            "Mise en demeure de payer",
            "Sin embargo, la factura sigue pendiente.",
            "Ein an Sie gerichtetes Schreiben",
        ] {
            assert_eq!(words(text), Vec::<&str>::new(), "{text}");
        }
    }
}
