//! The feed as a client reads it: by long poll, again and again, through restarts of the server.

use std::time::Duration;

use anyhow::Context;
use relance_domain::clock::Clock;
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::Forward;
use crate::{cli::ListenArgs, clock::SystemClock};

/// Seconds that the server waits for an event.
const WAIT: u64 = 25;
/// Longest pause between two tries to reach the server.
const LONGEST: Duration = Duration::from_secs(30);

/// A page of the feed.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// Events, oldest first.
    pub data: Vec<Value>,
}

/// The feed of one tenant.
pub struct Feed {
    client: Client,
    base: String,
    key: String,
    types: Vec<String>,
}

impl Feed {
    #[expect(clippy::disallowed_methods, reason = "it calls what its user names on the command line")]
    pub fn new(args: &ListenArgs) -> anyhow::Result<Self> {
        let client =
            Client::builder().no_proxy().connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(WAIT + 15)).build()?;
        Ok(Self { client, base: args.url.trim_end_matches('/').to_owned(), key: args.key.clone(), types: args.types.clone() })
    }

    /// Id of the newest event.
    ///
    /// # Errors
    /// What the server refuses.
    pub async fn newest(&self) -> anyhow::Result<Option<String>> {
        let page = self.patiently("tail=1".to_owned()).await?;
        Ok(page.data.last().and_then(|event| event["id"].as_str()).map(str::to_owned))
    }

    /// The events after `after`; none when none came for a while.
    ///
    /// # Errors
    /// What the server refuses.
    pub async fn next(&self, after: Option<&str>) -> anyhow::Result<Page> {
        let mut query = format!("limit=200&wait={WAIT}");
        for (name, value) in [("after", after.map(str::to_owned)), ("types", (!self.types.is_empty()).then(|| self.types.join(",")))] {
            if let Some(value) = value {
                query.push_str(&format!("&{name}={value}"));
            }
        }
        self.patiently(query).await
    }

    /// Tries until the server answers; what it refuses is an error.
    async fn patiently(&self, query: String) -> anyhow::Result<Page> {
        let mut pause = Duration::from_millis(250);
        loop {
            let answer = self.client.get(format!("{}/v1/events?{query}", self.base)).bearer_auth(&self.key).send().await;
            let why = match answer {
                Ok(answer) if answer.status().is_success() => match answer.json().await {
                    Ok(page) => return Ok(page),
                    Err(error) => error.without_url().to_string(),
                },
                Ok(answer) if answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS => {
                    format!("it answers {}", answer.status())
                }
                Ok(answer) => {
                    let (status, problem) = (answer.status(), answer.json::<Value>().await.unwrap_or_default());
                    anyhow::bail!("{status}: {}", problem["detail"].as_str().unwrap_or("the server refuses"));
                }
                Err(error) => error.without_url().to_string(),
            };
            eprintln!("cannot reach {} ({why}), trying again in {:.1} s", self.base, pause.as_secs_f32());
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST);
        }
    }

    /// Posts a signed copy.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn forward(&self, forward: &Forward, event: &Value) -> anyhow::Result<StatusCode> {
        let (headers, body) = forward.signed(event, SystemClock.now().timestamp());
        let mut request = self.client.post(&forward.url).header("content-type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        Ok(request.timeout(Duration::from_secs(15)).send().await.context("no answer")?.status())
    }
}
