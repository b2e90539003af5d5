//! What became of a message, in one of five words.

use chrono::TimeDelta;

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This address: never again over this channel.
    Recipient,
    /// This message: it will never be taken as it is.
    Message,
    /// Our account or configuration: every message waits.
    Account,
}

/// What became of a message that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// The provider took it.
    Accepted {
        /// Its id there, if it said one.
        provider_id: Option<String>,
    },
    /// The provider will not take it.
    Refused {
        /// What the refusal is about.
        scope: Scope,
        /// What was said.
        detail: String,
    },
    /// The provider says it did not take it, and when to come again.
    Throttled {
        /// Its wish.
        retry_after: Option<TimeDelta>,
        /// What was said.
        detail: String,
    },
    /// Certainly not taken.
    Transient {
        /// What happened.
        detail: String,
    },
    /// It may have been taken: nobody knows.
    Unknown {
        /// What happened.
        detail: String,
    },
}

impl Handed {
    /// Taken under this id.
    pub fn accepted(provider_id: Option<String>) -> Self {
        Self::Accepted { provider_id }
    }

    /// Refused; addresses are taken out of `detail`.
    pub fn refused(scope: Scope, detail: &str) -> Self {
        Self::Refused { scope, detail: without_addresses(detail) }
    }

    /// Not taken for now.
    pub fn transient(detail: &str) -> Self {
        Self::Transient { detail: without_addresses(detail) }
    }

    /// Nobody knows.
    pub fn unknown(detail: &str) -> Self {
        Self::Unknown { detail: without_addresses(detail) }
    }
}

/// What a provider said when it was asked for a message by our reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has it.
    Taken {
        /// Its id there.
        provider_id: Option<String>,
    },
    /// It does not know it, now.
    NotSeen,
    /// No answer that says either.
    Unclear,
    /// It cannot be asked.
    Unsupported,
}

/// The address in `"Name" <address>`.
pub fn bare_address(text: &str) -> &str {
    match (text.rfind('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => text.get(from + 1..to).unwrap_or(text),
        _ => text.trim(),
    }
}

/// What may be kept and logged of a provider's words: one line, short, no address and no number.
pub fn without_addresses(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if word.contains('@') || digits >= 9 { "…" } else { word }
    });
    words.collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_refusal_names_nobody() {
        let said = "5.1.1 <claire@dupont.example>: Recipient\r\n rejected: +33612345678 unknown";
        assert_eq!(without_addresses(said), "5.1.1 … Recipient rejected: … unknown");
        assert_eq!(without_addresses(&"x".repeat(500)).len(), 200);
    }

    #[test]
    fn an_address_is_read_out_of_its_brackets() {
        assert_eq!(bare_address("\"A <b>\" <c@d.example>"), "c@d.example");
        assert_eq!(bare_address(" c@d.example "), "c@d.example");
    }
}
