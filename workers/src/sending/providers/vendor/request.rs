//! A call as a provider wants it.

use base64::{Engine, engine::general_purpose::STANDARD};
use relance_domain::sending::Scope;
use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use url::{Url, form_urlencoded::Serializer};

use super::Fault;
use crate::http::{Exchange, GuardedClient, HttpError};

/// A request, whole: what is signed is what is sent.
#[derive(Debug)]
pub(in crate::sending::providers) struct Request {
    pub url: Url,
    pub headers: HeaderMap,
    /// How it is called.
    pub method: Method,
    /// `None`: there is none.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// Posts `body` as JSON to `path` under `base`.
    pub fn json(base: &str, path: &str, body: &Value) -> Result<Self, Fault> {
        Self::get(base, path)?.header("content-type", "application/json")?.with_body(body.to_string().into_bytes())
    }

    /// Posts a form.
    pub fn form(base: &str, path: &str, fields: &[(&str, &str)]) -> Result<Self, Fault> {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::get(base, path)?.header("content-type", "application/x-www-form-urlencoded")?.with_body(body.into_bytes())
    }

    /// Posts bytes of a media type.
    pub fn bytes(base: &str, path: &str, media_type: &str, body: Vec<u8>) -> Result<Self, Fault> {
        Self::get(base, path)?.header("content-type", media_type)?.with_body(body)
    }

    /// Posts nothing.
    pub fn empty(base: &str, path: &str) -> Result<Self, Fault> {
        Self::get(base, path)?.with_body(Vec::new())
    }

    /// Gets `path` under `base`.
    pub fn get(base: &str, path: &str) -> Result<Self, Fault> {
        let url = Url::parse(&format!("{base}{path}")).map_err(|_| Fault(Scope::Account, "its base_url does not read".to_owned()))?;
        Ok(Self { url, headers: HeaderMap::new(), method: Method::GET, body: None })
    }

    fn with_body(self, body: Vec<u8>) -> Result<Self, Fault> {
        Ok(Self { method: Method::POST, body: Some(body), ..self })
    }

    /// Adds a parameter to the address.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Adds a header; a secret that fits into none is our fault.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Fault> {
        let fault = || Fault(Scope::Account, format!("the header {name} cannot be written"));
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fault())?;
        let mut text = HeaderValue::from_str(value).map_err(|_| fault())?;
        text.set_sensitive(header != CONTENT_TYPE);
        self.headers.insert(header, text);
        Ok(self)
    }

    pub fn basic(self, name: &str, password: &str) -> Result<Self, Fault> {
        self.header(AUTHORIZATION.as_str(), &format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
    }

    pub fn bearer(self, token: &str) -> Result<Self, Fault> {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    pub async fn call(self, client: &GuardedClient) -> Result<Exchange, HttpError> {
        client.call(self.method, self.url.as_str(), self.headers, self.body.map(Into::into)).await
    }

    /// Deletes what is there.
    pub async fn delete(self, client: &GuardedClient) -> Result<Exchange, HttpError> {
        client.delete(self.url.as_str(), self.headers).await
    }
}
