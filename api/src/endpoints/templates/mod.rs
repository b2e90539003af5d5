//! `/v1/templates`: what messages say.

mod delete;
mod get;
mod list;
mod put;
mod render;

use relance_domain::records::TemplateRecord;
use relance_letters::{OwnText, built_in_text, languages};
use relance_openapi::{problem::Code, template::TemplateView};

use crate::{
    body::Faults,
    problem::{Answer, Refusal},
    routes::Registry,
};

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_templates)
        .service(get::get_template)
        .service(put::put_template)
        .service(delete::delete_template)
        .service(render::render_template);
}

/// A message in a language, with its built-in text.
struct Named {
    template: String,
    language: String,
    built_in: OwnText,
}

impl Named {
    /// `first_reminder.fr`.
    fn read(path: &str) -> Answer<Self> {
        let (template, language) = path.split_once('.').ok_or_else(Refusal::not_found)?;
        let language = languages().find(|known| *known == language).ok_or_else(Refusal::not_found)?;
        let (body, sms) = built_in_text(template, language).ok_or_else(Refusal::not_found)?;
        Ok(Self { template: template.to_owned(), language: language.to_owned(), built_in: OwnText { body, sms } })
    }

    /// What is there: the tenant's own text, else the built-in one.
    fn view(&self, own: Option<&TemplateRecord>) -> TemplateView {
        own.map(TemplateView::from).unwrap_or_else(|| TemplateView {
            id: format!("{}.{}", self.template, self.language),
            template: self.template.clone(),
            language: self.language.clone(),
            own: false,
            active: true,
            version: 0,
            body: self.built_in.body.clone(),
            sms: self.built_in.sms.clone(),
            updated_at: None,
        })
    }

    /// Only one message is also a text message.
    fn check_sms(&self, sms: Option<&String>, faults: &mut Faults) {
        if sms.is_some() && self.built_in.sms.is_none() {
            faults.invalid("/sms", "Only sms_reminder has a text message.");
        }
    }
}

/// Everything that keeps a text from being used, each with its place.
///
/// # Errors
/// 422 `template_invalid`; 503 when trying it took too long.
async fn try_out(named: &Named, text: OwnText) -> Answer<()> {
    let (template, language) = (named.template.clone(), named.language.clone());
    let found = actix_web::web::block(move || relance_letters::faults(&template, &language, &text)).await;
    let found = found.map_err(|_| Refusal::new(Code::Overloaded, "The text could not be tried in time: try again."))?;
    let mut faults = Faults::default();
    for fault in found {
        faults.add(fault.pointer, Code::TemplateInvalid, fault.detail);
    }
    faults.check()
}
