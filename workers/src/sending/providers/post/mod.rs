//! Those who print and post letters, or hand over registered e-letters. A letter is handed over in several calls of
//! which the last alone counts: whatever goes wrong before it, nothing was ordered.

mod ar24;
mod countries;
mod maileva;
mod merci_facteur;
mod multipart;
mod party;
mod tokens;

use relance_domain::sending::{Followed, Found, Handed, Scope};

pub use self::tokens::Tokens;
use super::vendor::{Account, Answer, Fault, Outgoing, Request};
use crate::http::{GuardedClient, HttpError};

/// Bytes of an answer that lists letters or brings a proof.
const LARGE: usize = 12 * 1024 * 1024;

/// A provider of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// Merci Facteur: paper, and simple registered e-letters.
    MerciFacteur,
    /// Maileva of La Poste.
    Maileva,
    /// AR24: registered e-letters.
    Ar24,
}

/// What every call needs.
pub(super) struct Desk<'a> {
    /// The way out.
    pub client: &'a GuardedClient,
    /// Whose account.
    pub account: &'a Account,
    /// What was granted to it before.
    pub tokens: &'a Tokens,
}

/// A letter that is asked after.
#[derive(Debug, Clone, Copy)]
pub struct Posted<'a> {
    /// Our reference.
    pub reference: &'a str,
    /// The provider's id; without one it is found by our reference, where that can be.
    pub provider_id: Option<&'a str>,
    /// `letter` or `registered_letter`.
    pub channel: &'a str,
    /// Kinds of proofs that are kept already.
    pub proofs: &'a [String],
    /// Real time.
    pub now: chrono::DateTime<chrono::Utc>,
}

impl Post {
    /// The provider of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::MerciFacteur, Self::Maileva, Self::Ar24].into_iter().find(|post| post.name() == name)
    }

    /// Its name in a channel's settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::MerciFacteur => "merci_facteur",
            Self::Maileva => "maileva",
            Self::Ar24 => "ar24",
        }
    }

    /// Orders a letter.
    pub async fn send(self, client: &GuardedClient, tokens: &Tokens, account: &Account, channel: &str, message: &Outgoing<'_>) -> Handed {
        let desk = Desk { client, account, tokens };
        let handed = match self {
            Self::MerciFacteur => merci_facteur::send(&desk, channel, message).await,
            Self::Maileva => maileva::send(&desk, channel, message).await,
            Self::Ar24 => ar24::send(&desk, channel, message).await,
        };
        handed.unwrap_or_else(|early| early)
    }

    /// Orders a letter that may have been ordered before, where that cannot make a second one.
    pub async fn send_again(
        self,
        client: &GuardedClient,
        tokens: &Tokens,
        account: &Account,
        channel: &str,
        message: &Outgoing<'_>,
    ) -> Handed {
        let large = client.clone().reading(LARGE);
        let handed = match self {
            Self::MerciFacteur => return self.send(client, tokens, account, channel, message).await,
            Self::Maileva => maileva::send_again(&Desk { client: &large, account, tokens }, channel, message).await,
            // nothing at AR24 tells one letter from another before it left
            Self::Ar24 => Err(Handed::unknown("it is never ordered a second time")),
        };
        handed.unwrap_or_else(|early| early)
    }

    /// Does it let this account in? Asked without ordering anything.
    ///
    /// # Errors
    /// What was said, as an outcome.
    pub async fn enter(self, client: &GuardedClient, account: &Account, now: chrono::DateTime<chrono::Utc>) -> Result<(), Handed> {
        // nothing that was granted before counts
        let desk = Desk { client, account, tokens: &Tokens::default() };
        match self {
            Self::MerciFacteur => merci_facteur::token(&desk, now).await.map(|_| ()),
            Self::Maileva => maileva::token(&desk, now).await.map(|_| ()),
            Self::Ar24 => ar24::enter(&desk, now).await,
        }
    }

    /// Is a letter there that may have been ordered?
    pub async fn look_up(self, client: &GuardedClient, tokens: &Tokens, account: &Account, channel: &str, message: &Outgoing<'_>) -> Found {
        let client = client.clone().reading(LARGE);
        let desk = Desk { client: &client, account, tokens };
        match self {
            Self::MerciFacteur => Found::Unclear, // ordered again: the refusal is the answer
            Self::Maileva => maileva::look_up(&desk, channel, message.reference, message.now).await,
            Self::Ar24 => ar24::look_up(&desk, message.reference, message.now).await,
        }
    }

    /// How a letter fares; `None` when the provider did not say.
    pub async fn follow(self, client: &GuardedClient, tokens: &Tokens, account: &Account, letter: &Posted<'_>) -> Option<Followed> {
        let client = client.clone().reading(LARGE);
        let desk = Desk { client: &client, account, tokens };
        let found = match (letter.provider_id, self) {
            (Some(id), _) => id.to_owned(),
            // it never lists our reference: the first webhook brings the id
            (None, Self::MerciFacteur) => return None,
            (None, Self::Maileva) => id_of(maileva::look_up(&desk, letter.channel, letter.reference, letter.now).await)?,
            (None, Self::Ar24) => id_of(ar24::look_up(&desk, letter.reference, letter.now).await)?,
        };
        match self {
            Self::MerciFacteur => merci_facteur::follow(&desk, letter, &found).await,
            Self::Maileva => maileva::follow(&desk, letter, &found).await,
            Self::Ar24 => ar24::follow(&desk, letter, &found).await,
        }
    }
}

fn id_of(found: Found) -> Option<String> {
    if let Found::Taken { provider_id } = found { provider_id } else { None }
}

/// A fault of ours, as an outcome.
fn faulty(fault: Fault) -> Handed {
    Handed::refused(fault.0, &fault.1)
}

/// A call before the one that orders: whatever goes wrong, nothing was ordered. `refused` judges a 4xx.
async fn before(
    client: &GuardedClient,
    request: Result<Request, Fault>,
    now: chrono::DateTime<chrono::Utc>,
    refused: fn(&Answer) -> Handed,
) -> Result<Answer, Handed> {
    let exchange = match request.map_err(faulty)?.call(client).await {
        Ok(exchange) => exchange,
        Err(HttpError::Blocked(_)) => return Err(Handed::refused(Scope::Account, "the address of the provider may not be called")),
        Err(error) => return Err(Handed::transient(error.code())),
    };
    let answer = Answer::of(&exchange);
    match answer.status {
        200..=299 => Ok(answer),
        429 => Err(Handed::Throttled { retry_after: answer.pause(now), detail: "status 429".to_owned() }),
        400..=499 => Err(refused(&answer)),
        500.. => Err(Handed::transient(&answer.said())),
        _ => Err(Handed::refused(Scope::Account, &format!("status {}: the provider answers elsewhere", answer.status))),
    }
}

/// The call that orders.
async fn order(
    client: &GuardedClient,
    request: Result<Request, Fault>,
    now: chrono::DateTime<chrono::Utc>,
    taken: impl FnOnce(&Answer) -> Handed,
    refused: fn(&Answer) -> Handed,
) -> Handed {
    let request = match request {
        Ok(request) => request,
        Err(fault) => return faulty(fault),
    };
    match request.call(client).await {
        Ok(exchange) => {
            let answer = Answer::of(&exchange);
            match answer.status {
                200..=299 => taken(&answer),
                429 => Handed::Throttled { retry_after: answer.pause(now), detail: "status 429".to_owned() },
                400..=499 => refused(&answer),
                500.. => Handed::unknown(&answer.said()),
                _ => Handed::refused(Scope::Account, &format!("status {}: the provider answers elsewhere", answer.status)),
            }
        }
        Err(HttpError::Blocked(_)) => Handed::refused(Scope::Account, "the address of the provider may not be called"),
        Err(error) if error.may_have_arrived() => Handed::unknown(error.code()),
        Err(error) => Handed::transient(error.code()),
    }
}

/// A 2xx with all of its body, or nothing: for what only asks. What was cut short is asked for again.
async fn ask(client: &GuardedClient, request: Result<Request, Fault>) -> Option<crate::http::Exchange> {
    request.ok()?.call(client).await.ok().filter(|exchange| exchange.is_success() && exchange.whole)
}
