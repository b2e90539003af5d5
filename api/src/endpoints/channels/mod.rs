//! `/v1/channels`: how the tenant's messages leave.

mod check;
mod delete;
mod gateway;
mod get;
mod list;
mod put;
mod test;

use relance_openapi::{channel::ChannelView, time::at};
use relance_store::channels::ChannelRecord;
use serde_json::{Map, Value};

use crate::problem::{Answer, Refusal};
use crate::routes::Registry;

/// The channels that are set up; e-mail and SMS may have a second provider.
const CHANNELS: [&str; 5] = ["email", "email_fallback", "sms", "sms_fallback", "letter"];

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_channels)
        .service(get::get_channel)
        .service(put::put_channel)
        .service(delete::delete_channel)
        .service(test::test_channel);
}

/// The channel of the path.
fn known(channel: &str) -> Answer<&str> {
    if CHANNELS.contains(&channel) { Ok(channel) } else { Err(Refusal::not_found()) }
}

fn view(record: &ChannelRecord, may_write: bool) -> ChannelView {
    let ChannelRecord { channel, provider, public, receipt_token, version, updated_at } = record;
    let told = may_write && provider != "print";
    let receipts_path = told.then(|| format!("/v1/receipts/{receipt_token}"));
    ChannelView {
        channel: channel.clone(),
        receipts_path,
        version: *version,
        updated_at: Some(at(*updated_at)),
        settings: members(public.clone()),
    }
}

fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}
