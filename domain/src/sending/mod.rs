//! Handing messages over: what an outcome is, what each provider can do, and what is done when nobody
//! knows whether a message left. Pure; time comes in.

pub mod gateway;

mod alignment;
mod capability;
mod circuit;
mod failover;
mod outcome;
mod post;
mod price;
mod proof;
mod receipt;
mod settle;

pub use alignment::{Alignment, MailSettings, alignment};
pub use capability::{Capabilities, Idempotency, Lookup, can_be_asked, capabilities, is_followed};
pub use circuit::{Account, Circuit, Stop, Stopped};
pub use failover::{Way, channel_of, fallback_of, nobody_has_it, way};
pub use outcome::{Found, Handed, Scope, bare_address, without_addresses};
pub use post::{maileva_state, merci_facteur_state};
pub use price::PricePerPart;
pub use proof::{Followed, Proof};
pub use receipt::{Fate, Receipt, ReceiptKind, fate, postal, shows_presentation, suppression};
pub use settle::{Doubt, Rung, first, look_up_said};
