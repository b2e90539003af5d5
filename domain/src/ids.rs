//! Identifiers: a short prefix and 26 letters of base32 over a UUIDv7. Opaque outside.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The text is not an id of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct InvalidId;

fn encode(id: Uuid, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut bits = id.as_u128();
    let mut letters = [b'0'; 26];
    for letter in letters.iter_mut().rev() {
        let digit = usize::try_from(bits & 31).unwrap_or_default();
        *letter = ALPHABET.get(digit).copied().unwrap_or(b'0');
        bits >>= 5;
    }
    out.write_str(std::str::from_utf8(&letters).map_err(|_| fmt::Error)?)
}

fn decode(text: &str) -> Result<Uuid, InvalidId> {
    if text.len() != 26 {
        return Err(InvalidId);
    }
    let mut bits: u128 = 0;
    for (at, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|letter| *letter == byte).ok_or(InvalidId)?;
        if at == 0 && digit > 7 {
            return Err(InvalidId); // 26 letters hold 130 bits; the two highest are never set
        }
        bits = (bits << 5) | u128::try_from(digit).map_err(|_| InvalidId)?;
    }
    Ok(Uuid::from_u128(bits))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The prefix that tells this kind of id apart.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!($prefix, "_"))?;
                encode(self.0, out)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or(InvalidId)?;
                decode(rest).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// Who is owed.
    TenantId = "ten";
    /// A row of the audit log.
    AuditId = "aud";
    /// An API key.
    KeyId = "key";
    /// Who owes.
    CustomerId = "cus";
    /// A person or desk at a customer.
    ContactId = "con";
    /// An invoice.
    InvoiceId = "inv";
    /// A credit note.
    CreditNoteId = "crn";
    /// A payment.
    PaymentId = "pay";
    /// A part of a payment or credit note set against an invoice.
    AllocationId = "alc";
    /// A dunning policy; its versions share the id.
    PolicyId = "pol";
    /// One customer's dunning cycle.
    CaseId = "cas";
    /// A reminder: one message to one customer over one channel.
    ReminderId = "rem";
    /// A recorded decision.
    DecisionId = "dec";
    /// A task for a person.
    TaskId = "tsk";
    /// A promise to pay.
    PromiseId = "pro";
    /// A dispute.
    DisputeId = "dsp";
    /// A hold.
    HoldId = "hld";
    /// An outbox event.
    EventId = "evt";
    /// A webhook endpoint.
    EndpointId = "whe";
    /// One event on its way to one endpoint.
    DeliveryId = "dlv";
    /// A source of facts.
    SourceId = "src";
    /// An imported document.
    DocumentId = "doc";
    /// A charge that was claimed.
    ChargeId = "chg";
    /// An act that began a new period of limitation.
    InterruptionId = "itr";
    /// A contact made elsewhere.
    InteractionId = "int";
    /// A webhook that a source delivered.
    InboxId = "inb";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written() {
        for bits in [0, 1, u128::MAX, 0x0193_5f00_0000_7000_8000_0000_0000_0001] {
            let id = InvoiceId(Uuid::from_u128(bits));
            assert_eq!(id.to_string().parse::<InvoiceId>(), Ok(id));
            assert_eq!(id.to_string().len(), 30);
        }
    }

    #[test]
    fn another_prefix_or_a_broken_letter_is_refused() {
        let id = InvoiceId(Uuid::from_u128(7)).to_string();
        assert_eq!(id.parse::<CustomerId>(), Err(InvalidId));
        assert_eq!(id.replace('7', "!").parse::<InvoiceId>(), Err(InvalidId));
        assert_eq!("inv_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<InvoiceId>(), Err(InvalidId));
    }
}
