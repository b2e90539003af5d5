//! Texts cut into clauses, and discounts joined to the time that is theirs.

use super::clause::Clause;
use super::token::{Token, tokens};

/// Longer texts are general conditions, not terms.
const LONGEST_TEXT: usize = 8_000;

impl Clause {
    /// The clauses of a text. A discount without a time of its own takes its neighbour's:
    /// "Bei Zahlung binnen 14 Tagen, 2% Skonto".
    pub(super) fn split(text: &str) -> Vec<Self> {
        if text.len() > LONGEST_TEXT {
            return Vec::new();
        }
        let mut clauses: Vec<Self> = Vec::new();
        let mut current = Vec::new();
        let mut tokens = tokens(text).into_iter().chain([Token::Stop]).peekable();
        while let Some(token) = tokens.next() {
            // "30 jours fin de mois, le 10": the day belongs to what stands before it.
            if token == Token::Comma && tokens.peek() == Some(&Token::Word("le".to_owned())) {
                continue;
            }
            if !matches!(token, Token::Comma | Token::Stop) {
                current.push(token);
                continue;
            }
            let continues = token == Token::Comma;
            if current.is_empty() {
                if !continues && let Some(last) = clauses.last_mut() {
                    last.continues = false;
                }
                continue;
            }
            let mut clause = Self { tokens: std::mem::take(&mut current), discount: false, continues };
            clause.discount = clause.offers_discount();
            clauses.push(clause);
        }
        attach_discounts(&mut clauses);
        clauses
    }
}

/// Marks the clauses whose time belongs to a discount next to them.
fn attach_discounts(clauses: &mut [Clause]) {
    let timed = |clause: &Clause| clause.has_time() && !clause.is_net() && !clause.discount;
    for at in 0..clauses.len() {
        let lonely = clauses.get(at).is_some_and(|clause| clause.discount && !clause.has_time());
        if !lonely {
            continue;
        }
        let goes_on = clauses.get(at).is_some_and(|clause| clause.continues);
        let previous = at.checked_sub(1).filter(|previous| clauses.get(*previous).is_some_and(|clause| clause.continues && timed(clause)));
        let next = at.checked_add(1).filter(|next| goes_on && clauses.get(*next).is_some_and(timed));
        if let Some(clause) = previous.or(next).and_then(|at| clauses.get_mut(at)) {
            clause.discount = true;
        }
    }
}
