//! One shape for every closed list that is told to people: a word that is kept, and a sentence in each language.

/// `told! { /// What it is. pub Name { /// When. Item = "word", "English", "French"; … } }`: an enum with `ALL`, `as_str`,
/// `parse`, `meaning` (the doc of the item) and `sentence`.
macro_rules! told {
    ($(#[doc = $about:literal])+ pub $list:ident { $($(#[doc = $doc:literal])+ $name:ident = $word:literal, $english:literal, $french:literal;)+ }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $list {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $name,)+
        }

        impl $list {
            /// Every one, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Every word.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word that is kept, and said on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }

            /// What it means, for the documentation.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+)),+ }
            }

            /// The sentence, or part of one, with `{names}` for what it speaks of.
            pub fn sentence(self, language: $crate::dunning::Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, $crate::dunning::Language::English) => $english, (Self::$name, $crate::dunning::Language::French) => $french,)+
                }
            }
        }
    };
}
pub(crate) use told;
