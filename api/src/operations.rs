//! Every operation and what it needs: the one list that requests are checked against before anything of them is
//! read, that the description publishes, and that the audit log takes its words from.

use crate::caller::Scope;

/// What a caller needs for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A key or token with this scope.
    Scope(Scope),
    /// Any key or token.
    AnyKey,
    /// The operator's key.
    Operator,
    /// No key: a signature that its endpoint verifies.
    Signature,
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Method, in capitals.
    pub method: &'static str,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Its name in the description.
    pub id: &'static str,
    /// What it needs.
    pub need: Need,
}

impl Operation {
    /// The operation of a path pattern.
    pub fn find(method: &str, path: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.path == path && operation.method == method)
    }

    /// Does the audit log tell of it? Of all that changes something (what asks for `read` does not) but facts, which have a
    /// trail of their own.
    pub fn is_audited(&self) -> bool {
        self.method != "GET" && ![FACTS, SIGNATURE, READ].contains(&self.need)
    }

    /// Kind of thing it is about: the noun of its path, in the singular.
    pub fn resource_type(&self) -> String {
        let noun = self.path.split('/').nth(2).unwrap_or_default();
        match (noun.strip_suffix("ies"), noun.strip_suffix('s')) {
            _ if noun == "settings" => noun.to_owned(),
            (Some(stem), _) => format!("{stem}y"),
            (None, Some(stem)) => stem.to_owned(),
            (None, None) => noun.to_owned(),
        }
    }

    /// The id in a path of this operation: what stands where its pattern has the first parameter.
    pub fn resource_id(&self, path: &str) -> Option<String> {
        let at = self.path.split('/').position(|segment| segment.starts_with('{'))?;
        path.split('/').nth(at).map(str::to_owned)
    }
}

const READ: Need = Need::Scope(Scope::Read);
const FACTS: Need = Need::Scope(Scope::FactsWrite);
const POLICIES: Need = Need::Scope(Scope::PoliciesWrite);
const REMINDERS: Need = Need::Scope(Scope::RemindersWrite);
const SETTINGS: Need = Need::Scope(Scope::SettingsWrite);
const WEBHOOKS: Need = Need::Scope(Scope::WebhooksManage);
const CLOCK: Need = Need::Scope(Scope::ClockWrite);
const KEYS: Need = Need::Scope(Scope::KeysManage);
const AUDIT: Need = Need::Scope(Scope::AuditRead);
const ANY_KEY: Need = Need::AnyKey;
const OPERATOR: Need = Need::Operator;
const SIGNATURE: Need = Need::Signature;

macro_rules! operations {
    ($($method:ident $path:literal $id:ident $need:ident;)*) => {
        /// All of them, by path.
        pub const OPERATIONS: &[Operation] =
            &[$(Operation { method: stringify!($method), path: $path, id: stringify!($id), need: $need },)*];
    };
}

operations! {
    GET "/v1/api_keys" list_api_keys KEYS;
    POST "/v1/api_keys" create_api_key KEYS;
    DELETE "/v1/api_keys/{id}" delete_api_key KEYS;
    POST "/v1/api_keys/{id}/rotate" rotate_api_key KEYS;
    GET "/v1/audit_events" list_audit_events AUDIT;
    GET "/v1/audit_events/export" export_audit_events AUDIT;
    GET "/v1/channels" list_channels READ;
    GET "/v1/channels/{channel}" get_channel READ;
    PUT "/v1/channels/{channel}" put_channel SETTINGS;
    DELETE "/v1/channels/{channel}" delete_channel SETTINGS;
    POST "/v1/channels/{channel}/test" test_channel SETTINGS;
    GET "/v1/credit_notes" list_credit_notes READ;
    GET "/v1/credit_notes/{id}" get_credit_note READ;
    GET "/v1/customers" list_customers READ;
    GET "/v1/customers/{id}" get_customer READ;
    GET "/v1/customers/{id}/balance" get_customer_balance READ;
    GET "/v1/customers/{id}/behaviour" get_customer_behaviour READ;
    POST "/v1/customers/{id}/interactions" create_interaction REMINDERS;
    GET "/v1/customers/{id}/statement" get_customer_statement READ;
    GET "/v1/customers/{id}/statement/document" get_customer_statement_document READ;
    GET "/v1/customers/{id}/timeline" get_timeline READ;
    GET "/v1/decisions" list_decisions READ;
    GET "/v1/decisions/{id}" get_decision READ;
    GET "/v1/deliveries/{id}/attempts" list_delivery_attempts WEBHOOKS;
    POST "/v1/deliveries/{id}/resend" resend_delivery WEBHOOKS;
    GET "/v1/disputes" list_disputes READ;
    POST "/v1/disputes" create_dispute REMINDERS;
    GET "/v1/disputes/{id}" get_dispute READ;
    POST "/v1/disputes/{id}/resolve" resolve_dispute REMINDERS;
    GET "/v1/event_types" list_event_types READ;
    GET "/v1/events" list_events READ;
    GET "/v1/events/{id}" get_event READ;
    GET "/v1/holds" list_holds READ;
    POST "/v1/holds" create_hold REMINDERS;
    DELETE "/v1/holds/{id}" delete_hold REMINDERS;
    GET "/v1/holds/{id}" get_hold READ;
    POST "/v1/ingest/documents" ingest_documents FACTS;
    POST "/v1/ingest/events" ingest_events FACTS;
    GET "/v1/ingest/events/{id}" get_ingested_event READ;
    GET "/v1/ingest/inbox" list_inbox READ;
    GET "/v1/ingest/inbox/{id}" get_inbox READ;
    POST "/v1/ingest/inbox/{id}/replay" replay_inbox FACTS;
    POST "/v1/ingest/mails" ingest_mail FACTS;
    GET "/v1/ingest/parked" list_parked READ;
    GET "/v1/interruptions" list_interruptions READ;
    POST "/v1/interruptions" create_interruption REMINDERS;
    DELETE "/v1/interruptions/{id}" delete_interruption REMINDERS;
    GET "/v1/interruptions/{id}" get_interruption READ;
    GET "/v1/invoices" list_invoices READ;
    GET "/v1/invoices/{id}" get_invoice READ;
    GET "/v1/late_charges" list_late_charges READ;
    POST "/v1/late_charges/quote" quote_late_charges READ;
    GET "/v1/late_charges/{id}" get_late_charge READ;
    POST "/v1/late_charges/{id}/waive" waive_late_charge REMINDERS;
    GET "/v1/letters/cover_list" get_cover_list READ;
    GET "/v1/me" get_me ANY_KEY;
    GET "/v1/payments" list_payments READ;
    GET "/v1/payments/{id}" get_payment READ;
    GET "/v1/policies" list_policies READ;
    POST "/v1/policies" create_policy POLICIES;
    GET "/v1/policies/{id}" get_policy READ;
    PUT "/v1/policies/{id}" put_policy POLICIES;
    POST "/v1/policies/{id}/versions/{n}/activate" activate_policy_version POLICIES;
    POST "/v1/policies/{id}/versions/{n}/migrate" migrate_policy_cases POLICIES;
    GET "/v1/policy_presets" list_policy_presets READ;
    GET "/v1/promises" list_promises READ;
    POST "/v1/promises" create_promise REMINDERS;
    GET "/v1/promises/{id}" get_promise READ;
    POST "/v1/promises/{id}/cancel" cancel_promise REMINDERS;
    GET "/v1/rates" list_rates READ;
    POST "/v1/rates" enter_rates OPERATOR;
    GET "/v1/receipts/{token}" receive_receipt SIGNATURE;
    POST "/v1/receipts/{token}" receive_receipts SIGNATURE;
    GET "/v1/reminders" list_reminders READ;
    GET "/v1/reminders/{id}" get_reminder READ;
    POST "/v1/reminders/{id}/approve" approve_reminder REMINDERS;
    GET "/v1/reminders/{id}/attachments/{name}" get_reminder_attachment READ;
    POST "/v1/reminders/{id}/cancel" cancel_reminder REMINDERS;
    GET "/v1/reminders/{id}/content" get_reminder_content READ;
    POST "/v1/reminders/{id}/reject" reject_reminder REMINDERS;
    POST "/v1/reminders/{id}/resend" resend_reminder REMINDERS;
    POST "/v1/reminders/{id}/send_now" send_now_reminder REMINDERS;
    POST "/v1/reminders/{id}/presented" record_presentation REMINDERS;
    GET "/v1/settings" get_settings READ;
    PATCH "/v1/settings" patch_settings SETTINGS;
    GET "/v1/settings/logo" get_logo READ;
    PUT "/v1/settings/logo" put_logo SETTINGS;
    DELETE "/v1/settings/logo" delete_logo SETTINGS;
    POST "/v1/simulations" create_simulation READ;
    GET "/v1/sources" list_sources READ;
    POST "/v1/sources" create_source SETTINGS;
    DELETE "/v1/sources/{id}" delete_source SETTINGS;
    GET "/v1/sources/{id}" get_source READ;
    PATCH "/v1/sources/{id}" update_source SETTINGS;
    POST "/v1/sources/{id}/rotate_secret" rotate_source_secret SETTINGS;
    GET "/v1/sources/{source}/credit_notes/{external_id}" get_credit_note_by_external_id READ;
    PUT "/v1/sources/{source}/credit_notes/{external_id}" put_credit_note FACTS;
    GET "/v1/sources/{source}/customers/{external_id}" get_customer_by_external_id READ;
    PUT "/v1/sources/{source}/customers/{external_id}" put_customer FACTS;
    POST "/v1/sources/{source}/heartbeat" source_heartbeat FACTS;
    GET "/v1/sources/{source}/invoices/{external_id}" get_invoice_by_external_id READ;
    PUT "/v1/sources/{source}/invoices/{external_id}" put_invoice FACTS;
    GET "/v1/sources/{source}/payments/{external_id}" get_payment_by_external_id READ;
    PUT "/v1/sources/{source}/payments/{external_id}" put_payment FACTS;
    POST "/v1/sources/{source}/payments/{external_id}/reverse" reverse_payment FACTS;
    POST "/v1/sources/{source}/webhooks" receive_source_webhook SIGNATURE;
    GET "/v1/tasks" list_tasks READ;
    GET "/v1/tasks/{id}" get_task READ;
    POST "/v1/tasks/{id}/complete" complete_task REMINDERS;
    GET "/v1/tasks/{id}/sheet" get_task_sheet READ;
    GET "/v1/templates" list_templates READ;
    DELETE "/v1/templates/{template}" delete_template POLICIES;
    GET "/v1/templates/{template}" get_template READ;
    PUT "/v1/templates/{template}" put_template POLICIES;
    POST "/v1/templates/{template}/render" render_template READ;
    GET "/v1/tenants" list_tenants OPERATOR;
    POST "/v1/tenants" create_tenant OPERATOR;
    GET "/v1/test_clock" get_test_clock READ;
    POST "/v1/test_clock/advance" advance_test_clock CLOCK;
    GET "/v1/webhook_endpoints" list_webhook_endpoints WEBHOOKS;
    POST "/v1/webhook_endpoints" create_webhook_endpoint WEBHOOKS;
    DELETE "/v1/webhook_endpoints/{id}" delete_webhook_endpoint WEBHOOKS;
    GET "/v1/webhook_endpoints/{id}" get_webhook_endpoint WEBHOOKS;
    PATCH "/v1/webhook_endpoints/{id}" update_webhook_endpoint WEBHOOKS;
    GET "/v1/webhook_endpoints/{id}/deliveries" list_webhook_endpoint_deliveries WEBHOOKS;
    POST "/v1/webhook_endpoints/{id}/enable" enable_webhook_endpoint WEBHOOKS;
    POST "/v1/webhook_endpoints/{id}/recover" recover_webhook_endpoint WEBHOOKS;
    POST "/v1/webhook_endpoints/{id}/rotate_secret" rotate_webhook_endpoint_secret WEBHOOKS;
    POST "/v1/webhook_endpoints/{id}/test" test_webhook_endpoint WEBHOOKS;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_knows_what_it_is_about() {
        let activate = Operation::find("POST", "/v1/policies/{id}/versions/{n}/activate").unwrap();
        assert_eq!((activate.id, activate.resource_type().as_str()), ("activate_policy_version", "policy"));
        assert_eq!(activate.resource_id("/v1/policies/pol_1/versions/2/activate").as_deref(), Some("pol_1"));
        let types = |method, path| Operation::find(method, path).unwrap().resource_type();
        assert_eq!(types("PATCH", "/v1/settings"), "settings");
        assert_eq!(types("POST", "/v1/api_keys"), "api_key");
        assert_eq!(types("POST", "/v1/test_clock/advance"), "test_clock");
        assert!(Operation::find("PUT", "/v1/holds").is_none());
    }

    #[test]
    fn facts_are_not_audited_and_everything_else_that_changes_something_is() {
        let audited: Vec<&str> = OPERATIONS.iter().filter(|operation| operation.is_audited()).map(|operation| operation.id).collect();
        assert!(audited.contains(&"create_hold") && audited.contains(&"create_tenant") && audited.contains(&"delete_api_key"));
        assert!(!audited.contains(&"put_invoice") && !audited.contains(&"list_holds") && !audited.contains(&"ingest_events"));
    }
}
