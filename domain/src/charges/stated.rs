//! A regime as somebody states it: in a policy or a request. Nothing is accepted and ignored.

use super::{
    book::Series,
    rate::Rate,
    regime::{BelowFloor, Clause, Formula, RULES, Regime, Rule},
};

/// A regime in words.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatedRegime<'a> {
    /// Which.
    pub kind: &'a str,
    /// `fr_legal`: the column by the creditor, `autres` unless stated.
    pub column: Option<&'a str>,
    /// `fr_b2b_fixed`: percent a year.
    pub contract_rate: Option<&'a str>,
    /// Clauses: `floor` unless stated, or `default_rate`.
    pub below_floor: Option<&'a str>,
    /// `fr_b2b_ecb_plus`: percentage points, 10 unless stated.
    pub points: Option<&'a str>,
    /// `fr_b2b_ecb_plus`: a clause of 10 points is the statutory default, unless stated otherwise.
    pub treat_as_statutory: Option<bool>,
}

/// What is wrong with a member of a stated regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegimeFault {
    /// The member.
    pub field: &'static str,
    /// A word for programs: `unknown_word`, `missing_field`, `malformed`, `not_allowed`.
    pub code: &'static str,
    /// What it must be.
    pub detail: String,
}

impl StatedRegime<'_> {
    /// The regime.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn read(&self) -> Result<Regime, Vec<RegimeFault>> {
        let mut faults = Faults::default();
        let Some(rule) = RULES.iter().find(|rule| rule.word == self.kind) else {
            let known: Vec<&str> = RULES.iter().map(|rule| rule.word).collect();
            faults.add("kind", "unknown_word", format!("must be one of: {}", known.join(", ")));
            return Err(faults.0);
        };
        let below_floor = match self.below_floor {
            None | Some("floor") => BelowFloor::Floor,
            Some("default_rate") => BelowFloor::DefaultRate,
            Some(_) => {
                faults.add("below_floor", "unknown_word", "must be one of: floor, default_rate".to_owned());
                BelowFloor::Floor
            }
        };
        let column = match self.column {
            None | Some("autres") => Series::LegalAutres,
            Some("particuliers") => Series::LegalParticuliers,
            Some(_) => {
                faults.add("column", "unknown_word", "must be one of: autres, particuliers".to_owned());
                Series::LegalAutres
            }
        };
        let contract_rate = figure("contract_rate", self.contract_rate, &mut faults);
        let points = figure("points", self.points.or(Some("10")), &mut faults);
        let figure = match rule.formula {
            Formula::Contract => {
                if self.contract_rate.is_none() {
                    faults.add("contract_rate", "missing_field", "a contract rate has a figure".to_owned());
                }
                contract_rate
            }
            Formula::EcbPlus => points,
            Formula::Reference { .. } | Formula::Legal => None,
        };
        self.check_place(rule, &mut faults);
        let treat_as_statutory = self.treat_as_statutory.unwrap_or(true);
        let clause = figure.map(|figure| Clause { figure, below_floor, treat_as_statutory });
        let regime = Regime::of(rule.word, clause, column).ok().filter(|_| faults.0.is_empty());
        regime.ok_or(faults.0)
    }

    /// A member that the regime does not use is refused.
    fn check_place(&self, rule: &Rule, faults: &mut Faults) {
        let (fixed, plus) = (rule.formula == Formula::Contract, rule.formula == Formula::EcbPlus);
        let members = [
            ("column", self.column.is_some(), rule.formula == Formula::Legal, "fr_legal"),
            ("contract_rate", self.contract_rate.is_some(), fixed, "fr_b2b_fixed"),
            ("below_floor", self.below_floor.is_some(), fixed || plus, "fr_b2b_fixed and fr_b2b_ecb_plus"),
            ("points", self.points.is_some(), plus, "fr_b2b_ecb_plus"),
            ("treat_as_statutory", self.treat_as_statutory.is_some(), plus, "fr_b2b_ecb_plus"),
        ];
        for (field, stated, fits, of) in members {
            if stated && !fits && faults.0.iter().all(|fault| fault.field != field) {
                faults.add(field, "not_allowed", format!("is for {of} only"));
            }
        }
    }
}

/// A figure that is stated must read, whatever the regime.
fn figure(field: &'static str, stated: Option<&str>, faults: &mut Faults) -> Option<Rate> {
    let text = stated?;
    let rate = text.parse::<Rate>().ok().filter(|rate| rate.micro() >= 0);
    if rate.is_none() {
        faults.add(field, "malformed", "must be percent a year, decimal, below 1000".to_owned());
    }
    rate
}

#[derive(Default)]
struct Faults(Vec<RegimeFault>);

impl Faults {
    fn add(&mut self, field: &'static str, code: &'static str, detail: String) {
        self.0.push(RegimeFault { field, code, detail });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_at_once_and_nothing_is_ignored() {
        let stated = StatedRegime { kind: "fr_b2g", column: Some("autres"), contract_rate: Some("12"), ..StatedRegime::default() };
        let faults = stated.read().unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.field).collect::<Vec<_>>(), ["column", "contract_rate"]);
        let stated = StatedRegime { kind: "fr_b2b_fixed", below_floor: Some("struck"), ..StatedRegime::default() };
        let faults = stated.read().unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["unknown_word", "missing_field"]);
        for rate in ["-1", "1e1", "1000", ""] {
            let stated = StatedRegime { kind: "fr_b2b_fixed", contract_rate: Some(rate), ..StatedRegime::default() };
            assert_eq!(stated.read().unwrap_err()[0].code, "malformed", "{rate}");
        }
        assert_eq!(StatedRegime { kind: "es_b2b", ..StatedRegime::default() }.read().unwrap_err()[0].field, "kind");
        assert!(StatedRegime { kind: "fr_b2b_ecb_plus", ..StatedRegime::default() }.read().is_ok());
    }
}
