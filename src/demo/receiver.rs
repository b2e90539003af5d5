//! A webhook receiver in the same process: verifies every delivery as a careful integrator would.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What came in.
#[derive(Debug, Default)]
pub struct Inbox {
    /// `whsec_…`
    pub secret: String,
    /// Ids of deliveries whose signature verified.
    pub verified: Vec<String>,
    /// Deliveries that did not verify.
    pub refused: usize,
}

/// A running receiver.
pub struct Receiver {
    pub url: String,
    inbox: Arc<Mutex<Inbox>>,
}

impl Receiver {
    pub async fn start() -> anyhow::Result<Self> {
        let inbox: Arc<Mutex<Inbox>> = Arc::default();
        let shared = web::Data::from(inbox.clone());
        let server = HttpServer::new(move || App::new().app_data(shared.clone()).route("/hook", web::post().to(take)))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")?;
        let url = server.addrs().first().map(|address| format!("http://{address}/hook")).unwrap_or_default();
        tokio::spawn(server.run());
        Ok(Self { url, inbox })
    }

    pub fn trust(&self, secret: &str) {
        secret.clone_into(&mut self.lock().secret);
    }

    /// Has the delivery of this event verified?
    pub fn has(&self, event_id: &str) -> bool {
        self.lock().verified.iter().any(|id| id == event_id)
    }

    /// (verified, refused)
    pub fn counts(&self) -> (usize, usize) {
        let inbox = self.lock();
        (inbox.verified.len(), inbox.refused)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn take(request: HttpRequest, body: web::Bytes, inbox: web::Data<Mutex<Inbox>>) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (id, timestamp, signatures) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let mut inbox = inbox.lock().unwrap_or_else(PoisonError::into_inner);
    if verifies(&inbox.secret, &id, &timestamp, &body, &signatures) {
        if !inbox.verified.contains(&id) {
            inbox.verified.push(id);
        }
        HttpResponse::NoContent().finish()
    } else {
        inbox.refused += 1;
        HttpResponse::BadRequest().finish()
    }
}

/// Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, any of the signatures.
fn verifies(secret: &str, id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
    let Ok(key) = STANDARD.decode(secret.trim_start_matches("whsec_")) else { return false };
    signatures.split(' ').filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok()).any(|given| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return false };
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        mac.verify_slice(&given).is_ok()
    })
}
