//! Why a message cannot be made. A caller turns each into a task for a person, never into a blank.

/// A message that would be wrong is refused, not softened.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("no template named {0:?}")]
    UnknownTemplate(String),
    #[error("template {template} needs {fact}")]
    Missing { template: String, fact: &'static str },
    #[error("the totals given differ from the rows in {currency}: {given} given, {summed} summed (minor units)")]
    TotalsDiffer { currency: String, given: i64, summed: i64 },
    #[error("the amounts add up to more than can be held")]
    AmountOverflow,
    #[error("amounts in {currency} come with different exponents")]
    ExponentsDiffer { currency: String },
    #[error("a subject must not say {0:?}")]
    SubjectSays(String),
    #[error("the SMS needs {parts} parts, at most {most} are sent")]
    SmsTooLong { parts: u8, most: u8 },
    #[error("the tenant's own text: {0}")]
    OwnText(String),
    #[error("no font can print {0:?}")]
    Unprintable(String),
    #[error("template files of the program are damaged: {0}")]
    Templates(String),
    #[error("the text could not be rendered: {0}")]
    Text(#[from] minijinja::Error),
    #[error("the data could not be written as JSON: {0}")]
    Data(#[from] serde_json::Error),
    #[error("the letter could not be laid out: {0}")]
    Layout(String),
}
