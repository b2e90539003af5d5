//! `relance listen`: the event feed in a terminal, and signed copies of it to a receiver under development.

mod feed;
mod show;

use std::io::IsTerminal;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use self::feed::{Feed, Page};
use crate::cli::ListenArgs;

/// Follows the feed until Ctrl-C.
///
/// # Errors
/// When the server refuses: a wrong key, a cursor that is no longer kept.
pub async fn run(args: ListenArgs) -> anyhow::Result<()> {
    let feed = Feed::new(&args)?;
    let json = args.json || !std::io::stdout().is_terminal();
    let forward = args.forward_to.as_deref().map(|url| Forward::new(url, args.secret.clone())).transpose()?;
    let mut last = args.after.clone();
    let stop = tokio::signal::ctrl_c();
    tokio::pin!(stop);
    if last.is_none() && !args.from_start {
        tokio::select! {
            _ = &mut stop => return Ok(()),
            newest = feed.newest() => last = newest?,
        }
    }
    show::begin(&args.url, forward.as_ref().map(|forward| (forward.url.as_str(), forward.secret.as_str())));
    loop {
        let page: Page = tokio::select! {
            _ = &mut stop => {
                show::end(last.as_deref());
                return Ok(());
            }
            page = feed.next(last.as_deref()) => page?,
        };
        for event in page.data {
            if !show::event(&event, json)? {
                return Ok(()); // nobody reads any more
            }
            if let Some(forward) = &forward {
                show::forwarded(&event, feed.forward(forward, &event).await);
            }
            last = event["id"].as_str().map(str::to_owned).or(last);
        }
    }
}

/// Where copies go, and what signs them.
pub struct Forward {
    url: String,
    secret: String,
}

impl Forward {
    fn new(url: &str, secret: Option<String>) -> anyhow::Result<Self> {
        let secret = match secret {
            Some(secret) => secret,
            None => {
                let mut bytes = [0_u8; 32];
                getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
                format!("whsec_{}", STANDARD.encode(bytes))
            }
        };
        Ok(Self { url: url.to_owned(), secret })
    }

    /// `webhook-id`, `webhook-timestamp`, `webhook-signature` and the body.
    fn signed(&self, event: &Value, timestamp: i64) -> ([(&'static str, String); 3], String) {
        let (id, body) = (event["id"].as_str().unwrap_or_default(), event.to_string());
        let signature = relance_workers::webhooks::sign(std::slice::from_ref(&self.secret), id, timestamp, body.as_bytes());
        let headers = [("webhook-id", id.to_owned()), ("webhook-timestamp", timestamp.to_string()), ("webhook-signature", signature)];
        (headers, body)
    }
}
