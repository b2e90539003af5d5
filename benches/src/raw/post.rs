//! A bare reqwest client that signs and posts, so many in flight.

use anyhow::{Result, ensure};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{load::Worker, payload};

/// One slot of the pool; all slots share one client.
#[derive(Debug)]
pub struct Poster {
    client: reqwest::Client,
    url: String,
}

impl Poster {
    pub fn many(url: &str, slots: usize) -> Result<Vec<Self>> {
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(slots).build()?;
        Ok((0..slots).map(|_| Self { client: client.clone(), url: url.to_owned() }).collect())
    }
}

impl Worker for Poster {
    async fn once(&mut self) -> Result<u64> {
        let number = payload::fresh();
        let body = payload::invoice(number, number, "2026-10-01", "2026-11-01");
        let mut mac = Hmac::<Sha256>::new_from_slice(b"a secret of thirty-two bytes....")?;
        mac.update(format!("msg_{number}.1790000000.").as_bytes());
        mac.update(body.as_bytes());
        let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let answer = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", format!("msg_{number}"))
            .header("webhook-signature", format!("v1,{signature}"))
            .body(body)
            .send()
            .await?;
        ensure!(answer.status().is_success());
        answer.bytes().await?;
        Ok(1)
    }
}
