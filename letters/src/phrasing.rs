//! The three marks by which one message file holds all its wordings. They are written out once, before the
//! file is read as a template, so that what a reader may get stands whole beside its siblings:
//!
//! - `[[vous payez|tu paies]]`: by how the reader is addressed;
//! - `((la facture|les factures))`: for one invoice, for several;
//! - `<<first||second||third>>`: equivalent sentences, one of which the seed picks. The others may stand inside.

use crate::context::Formality;

/// Equivalent wordings of every message.
pub(crate) const VARIANTS: u64 = 3;

/// The file as a template for one way of addressing the reader.
///
/// # Errors
/// A sentence for the author when a mark is not closed or has too few or too many sides.
pub(crate) fn written_out(source: &str, formality: Formality) -> Result<String, String> {
    let addressed = replace(source, ("[[", "]]"), "|", |sides| match (sides, formality) {
        ([vous, _], Formality::Vous) => Ok((*vous).to_owned()),
        ([_, tu], Formality::Tu) => Ok((*tu).to_owned()),
        _ => Err("[[ ]] has two sides".to_owned()),
    })?;
    let counted = replace(&addressed, ("((", "))"), "|", |sides| match sides {
        [one, many] => Ok(format!("{{% if one %}}{one}{{% else %}}{many}{{% endif %}}")),
        _ => Err("(( )) has two sides".to_owned()),
    })?;
    replace(&counted, ("<<", ">>"), "||", |sides| match sides {
        [first, second, third] => {
            Ok(format!("{{% if variant == 0 %}}{first}{{% elif variant == 1 %}}{second}{{% else %}}{third}{{% endif %}}"))
        }
        _ => Err("<< >> has three sides".to_owned()),
    })
}

fn replace(
    source: &str,
    (open, close): (&str, &str),
    between: &str,
    choose: impl Fn(&[&str]) -> Result<String, String>,
) -> Result<String, String> {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once(open) {
        let (inside, tail) = after.split_once(close).ok_or_else(|| format!("{open} without {close}"))?;
        out.push_str(before);
        let sides: Vec<&str> = inside.split(between).collect();
        out.push_str(&choose(&sides).map_err(|error| format!("{error}: {inside}"))?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_is_written_out_and_may_stand_inside_a_choice() {
        let source = "<<[[Vous|Tu]] a||((la facture|les factures))||c>>.";
        assert_eq!(
            written_out(source, Formality::Tu).unwrap(),
            "{% if variant == 0 %}Tu a{% elif variant == 1 %}{% if one %}la facture{% else %}les factures{% endif %}{% else %}c{% endif %}."
        );
        assert!(written_out(source, Formality::Vous).unwrap().contains("Vous a"));
    }

    #[test]
    fn a_mark_left_open_or_lopsided_is_an_error() {
        for source in ["[[a|b", "[[a]]", "[[a|b|c]]", "((a))", "<<a||b>>", "<<a||b||c"] {
            assert!(written_out(source, Formality::Vous).is_err(), "{source}");
        }
    }
}
