//! A picture that goes with what is written: the creditor's logo.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What is known of a logo without its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// SHA-256 of the bytes, hexadecimal: what was shown once is found again.
    pub sha256: String,
    /// `image/png` or `image/jpeg`: what mail clients and paper both show.
    pub media_type: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Logo {
    /// The end of a file name.
    pub fn extension(&self) -> &'static str {
        if self.media_type == "image/png" { "png" } else { "jpg" }
    }

    /// Width and height when it is shown within a box, in the units of the box; never larger than it is.
    pub fn within(&self, width: u32, height: u32) -> (u32, u32) {
        let (w, h) = (u64::from(self.width.max(1)), u64::from(self.height.max(1)));
        let (most_w, most_h) = (u64::from(width).min(w), u64::from(height).min(h));
        let scaled = if w * most_h > h * most_w { (most_w, h * most_w / w) } else { (w * most_h / h, most_h) };
        let side = |pixels: u64| u32::try_from(pixels.max(1)).unwrap_or(u32::MAX);
        (side(scaled.0), side(scaled.1))
    }
}

/// A logo with its bytes, which are kept apart from what shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What it is.
    #[serde(flatten)]
    pub logo: Logo,
    /// The bytes; empty where nobody asked for them.
    #[serde(skip)]
    pub data: Arc<[u8]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_keeps_its_shape_within_its_box() {
        for ((width, height), shown) in [
            ((400, 100), (200, 50)),
            ((100, 400), (16, 64)),
            ((100, 30), (100, 30)),
            ((2_000, 1), (200, 1)),
            ((0, 0), (1, 1)),
            ((u32::MAX, u32::MAX), (64, 64)),
        ] {
            let logo = Logo { width, height, ..Logo::default() };
            assert_eq!(logo.within(200, 64), shown, "{width}x{height}");
        }
    }
}
