//! Lists: one concrete type a kind of thing, so that generated clients get names.

/// Declares a page type: `page!(InvoiceList of InvoiceView, "Invoices, newest first.")`.
#[macro_export]
macro_rules! page {
    ($name:ident of $item:ty, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// The page.
            pub data: Vec<$item>,
            /// Is there another page?
            pub has_more: bool,
            /// Give it as `cursor` to get the next page.
            pub next_cursor: Option<String>,
        }

        impl $name {
            /// A page; `next_cursor` is there when more follows.
            pub fn new(data: Vec<$item>, next_cursor: Option<String>) -> Self {
                Self { data, has_more: next_cursor.is_some(), next_cursor }
            }
        }
    };
}
