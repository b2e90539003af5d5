//! Countries in the spelling of Merci Facteur's list (`getCountry`, and its guides at
//! github.com/MerciFacteur/Merci-facteur-API): any other is refused.

use relance_domain::sending::Scope;

use super::Fault;

/// By code, those that firms of Europe write to.
const NAMES: &[(&str, &str)] = &[
    ("AD", "ANDORRE"),
    ("AE", "EMIRAT ARABE UNIS"),
    ("AR", "ARGENTINE"),
    ("AT", "AUTRICHE"),
    ("AU", "AUSTRALIE"),
    ("BE", "BELGIQUE"),
    ("BG", "BULGARIE"),
    ("BJ", "BENIN"),
    ("BL", "SAINT BARTHELEMY"),
    ("BR", "BRESIL"),
    ("CA", "CANADA"),
    ("CH", "SUISSE"),
    ("CI", "COTE D IVOIRE"),
    ("CM", "CAMEROUN"),
    ("CN", "CHINE"),
    ("CY", "CHYPRE"),
    ("CZ", "REPUBLIQUE TCHEQUE"),
    ("DE", "ALLEMAGNE"),
    ("DK", "DANEMARK"),
    ("DZ", "ALGERIE"),
    ("EE", "ESTONIE"),
    ("EG", "EGYPTE"),
    ("ES", "ESPAGNE"),
    ("FI", "FINLANDE"),
    ("FR", "FRANCE"),
    ("GA", "GABON"),
    ("GB", "ROYAUME-UNI"),
    ("GF", "GUYANE FRANCAISE"),
    ("GG", "GUERNESEY"),
    ("GP", "GUADELOUPE"),
    ("GR", "GRECE"),
    ("HR", "CROATIE"),
    ("HU", "HONGRIE"),
    ("IE", "IRLANDE"),
    ("IL", "ISRAEL"),
    ("IM", "ILE DE MAN"),
    ("IN", "INDE"),
    ("IS", "ISLANDE"),
    ("IT", "ITALIE"),
    ("JE", "JERSEY"),
    ("JP", "JAPON"),
    ("LB", "LIBAN"),
    ("LI", "LIECHTENSTEIN"),
    ("LT", "LITUANIE"),
    ("LU", "LUXEMBOURG"),
    ("LV", "LETTONIE"),
    ("MA", "MAROC"),
    ("MC", "MONACO"),
    ("MF", "SAINT MARTIN"),
    ("MG", "MADAGASCAR"),
    ("ML", "MALI"),
    ("MQ", "MARTINIQUE"),
    ("MT", "MALTE"),
    ("MU", "MAURICE"),
    ("MX", "MEXIQUE"),
    ("NC", "NOUVELLE CALEDONIE"),
    ("NL", "PAYS-BAS"),
    ("NO", "NORVEGE"),
    ("NZ", "NOUVELLE-ZELANDE"),
    ("PF", "POLYNESIE FRANCAISE"),
    ("PL", "POLOGNE"),
    ("PM", "ST-PIERRE-MIQUELON"),
    ("PT", "PORTUGAL"),
    ("QA", "QATAR"),
    ("RE", "REUNION"),
    ("RO", "ROUMANIE"),
    ("RS", "SERBIE"),
    ("SE", "SUEDE"),
    ("SG", "SINGAPOUR"),
    ("SI", "SLOVENIE"),
    ("SK", "SLOVAQUIE"),
    ("SM", "SAINT-MARIN"),
    ("SN", "SENEGAL"),
    ("TG", "TOGO"),
    ("TN", "TUNISIE"),
    ("TR", "TURQUIE"),
    ("UA", "UKRAINE"),
    ("US", "ETATS-UNIS"),
    ("WF", "WALLIS ET FUTUNA"),
    ("YT", "MAYOTTE"),
    ("ZA", "AFRIQUE DU SUD"),
];

/// The spelling of a country; one that we do not know is the message's fault.
pub(super) fn country(code: &str) -> Result<&'static str, Fault> {
    let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code));
    known.map(|(_, name)| *name).ok_or_else(|| Fault(Scope::Message, format!("no spelling of the country {code} is known")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_written_as_the_vendors_list_has_them() {
        assert_eq!(country("nl").unwrap_or_default(), "PAYS-BAS");
        assert_eq!(country("GB").unwrap_or_default(), "ROYAUME-UNI");
        assert!(country("XX").is_err());
        assert!(NAMES.is_sorted_by_key(|(code, _)| *code));
    }
}
