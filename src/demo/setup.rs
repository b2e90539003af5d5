//! Setting the stage: the creditor, the documents, and what they lack for a reminder.

use std::collections::BTreeSet;

use anyhow::Context;
use serde_json::{Value, json};

use super::{
    api::text,
    controller::Controller,
    stage::{Cast, Staged},
    story,
};

impl Controller {
    /// Facts in: each document as it is; what it lacks for a reminder is said and added.
    pub(super) async fn set_the_stage(&mut self, cast: &Cast) -> anyhow::Result<Vec<String>> {
        self.creditor(cast).await?;
        let mut addresses = Vec::new();
        for staged in &cast.0 {
            let answer = self.api.document(staged.paper.bytes.clone()).await?;
            let id = text(&answer, "/items/0/resource/id").to_owned();
            if id.is_empty() {
                story::detail(&format!("{} was not taken: {}", staged.read.number, text(&answer, "/items/0/problem/detail")));
                continue;
            }
            let invoice = self.api.get(&format!("/v1/invoices/{id}")).await?;
            let customer = self.api.get(&format!("/v1/customers/{}", text(&invoice, "/customer_id"))).await?;
            addresses.push(self.mail_address(&customer, staged).await?);
            if staged.read.payee_ibans.is_empty() {
                self.payment_link(&invoice, &customer).await?;
            }
            self.invoices.push((text(&invoice, "/number").to_owned(), text(&customer, "/id").to_owned()));
        }
        self.promiser = self.invoices.last().map(|(_, customer)| customer.clone());
        Ok(addresses)
    }

    /// The creditor is the seller of the documents; its account is printed when all documents agree on it.
    async fn creditor(&self, cast: &Cast) -> anyhow::Result<()> {
        let seller = &cast.0.first().context("a cast")?.read.seller;
        let accounts: BTreeSet<String> = cast
            .0
            .iter()
            .filter_map(|staged| staged.read.payee_ibans.first())
            .map(|iban| relance_ingest::normalise::compact(iban))
            .collect();
        let one = if accounts.len() == 1 { accounts.first() } else { None };
        let address = seller.address.as_ref();
        let name = if seller.name.is_empty() { "Demo SARL" } else { seller.name.as_str() };
        self.api
            .patch("/v1/settings", json!({
                "legal_name": name.replace('\n', " "), "siren": seller.siren, "contact_name": "Demo controller", "phone": "+33472000000",
                "email": "recouvrement@demo.invalid", "iban": one, "privacy_url": "https://demo.invalid/privacy",
                "address": {"lines": address.map(|a| a.lines.clone()).filter(|lines| !lines.is_empty()).unwrap_or_else(|| vec!["1 place Bellecour".to_owned()]),
                            "postcode": address.and_then(|a| a.postcode.clone()), "city": address.and_then(|a| a.city.clone()), "country": "FR"},
                "signature": "Demo controller"}))
            .await?;
        Ok(())
    }

    /// A buyer without an e-mail gets one at `demo.invalid`, and that is said.
    async fn mail_address(&self, customer: &Value, staged: &Staged) -> anyhow::Result<String> {
        let known = text(customer, "/contacts/0/email");
        if !known.is_empty() {
            return Ok(known.to_owned());
        }
        let name = text(customer, "/name");
        let slug: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(24).collect();
        let email = format!("compta@{}.demo.invalid", if slug.is_empty() { "buyer".to_owned() } else { slug });
        story::detail(&format!("{name} states no e-mail: {email} is used"));
        let mut body = details(customer, &["kind", "name", "language", "time_zone", "region", "siren", "vat_id", "address", "segment"]);
        let version = customer.get("source_version").and_then(Value::as_i64).unwrap_or(1) + 1;
        let phone = staged.read.buyer.phone.clone().unwrap_or_else(|| "+33612345678".to_owned());
        merge(
            &mut body,
            json!({"source_version": version, "contacts": [{"external_id": "demo", "name": staged.read.buyer.contact_name,
            "role": "accounts_payable", "email": email, "phone": phone, "can_approve_payment": true}]}),
        );
        self.api.put(&format!("/v1/sources/demo/customers/{}", encode(text(customer, "/external_id"))), body).await?;
        Ok(email)
    }

    /// An invoice without an account gets a link to pay, and that is said.
    async fn payment_link(&self, invoice: &Value, customer: &Value) -> anyhow::Result<()> {
        story::detail(&format!("{} states no account: a payment link is used", text(invoice, "/number")));
        let mut body = details(
            invoice,
            &["number", "issued_on", "due_on", "currency", "total", "payable", "payment_reference", "purchase_order", "buyer_reference"],
        );
        let version = invoice.get("source_version").and_then(Value::as_i64).unwrap_or(1) + 1;
        merge(
            &mut body,
            json!({"source_version": version, "customer_external_id": text(customer, "/external_id"), "payment_url": "https://pay.demo.invalid/"}),
        );
        self.api.put(&format!("/v1/sources/demo/invoices/{}", encode(text(invoice, "/external_id"))), body).await?;
        Ok(())
    }

    pub(super) async fn channels(&self, addresses: &[String]) -> anyhow::Result<()> {
        let (host, port) = ("127.0.0.1", self.catcher.address().port());
        self.api
            .put(
                "/v1/channels/email",
                json!({"provider": "smtp", "from": "recouvrement@demo.invalid", "from_name": "Demo", "allow_list": addresses,
                "smtp": {"host": host, "port": port, "security": "none"}}),
            )
            .await?;
        self.api.put("/v1/channels/letter", json!({"provider": "print"})).await?;
        Ok(())
    }
}

/// The named members of an answer, as a body.
fn details(from: &Value, names: &[&str]) -> Value {
    Value::Object(
        names.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name).filter(|value| !value.is_null())?.clone()))).collect(),
    )
}

fn merge(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        body.extend(more);
    }
}

/// A path segment, percent-encoded.
fn encode(segment: &str) -> String {
    segment
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}
