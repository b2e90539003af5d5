//! A logo before it is taken: it must be what every mail client and the letter can show.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};
use relance_domain::records::Logo;
use sha2::{Digest, Sha256};

/// Largest logo in bytes: it goes with every mail.
pub const LOGO_BYTES: usize = 100 * 1024;
/// Widest and highest, in pixels.
const LOGO_PIXELS: u32 = 2_000;

/// Why a picture is not taken as logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoFault {
    /// Neither PNG nor JPEG.
    #[error("A logo is a PNG or a JPEG.")]
    Kind,
    /// More bytes than every mail should carry.
    #[error("A logo has at most 100 KiB.")]
    Bytes,
    /// More pixels than anybody shows.
    #[error("A logo has at most 2000 by 2000 pixels.")]
    Pixels,
    /// It does not decode.
    #[error("This picture does not read to its end.")]
    Broken,
}

/// Reads a logo whole: what does not decode here would be a hole in every mail, and no letter at all.
///
/// # Errors
/// Why it is not taken.
pub fn read_logo(data: &[u8]) -> Result<Logo, LogoFault> {
    if data.len() > LOGO_BYTES {
        return Err(LogoFault::Bytes);
    }
    let (format, media_type) = match image::guess_format(data) {
        Ok(ImageFormat::Png) => (ImageFormat::Png, "image/png"),
        Ok(ImageFormat::Jpeg) => (ImageFormat::Jpeg, "image/jpeg"),
        _ => return Err(LogoFault::Kind),
    };
    let size = ImageReader::with_format(Cursor::new(data), format).into_dimensions();
    let (width, height) = size.map_err(|_| LogoFault::Broken)?;
    if width == 0 || height == 0 || width > LOGO_PIXELS || height > LOGO_PIXELS {
        return Err(LogoFault::Pixels);
    }
    let mut whole = ImageReader::with_format(Cursor::new(data), format);
    whole.limits(Limits::default());
    whole.decode().map_err(|_| LogoFault::Broken)?;
    let sha256 = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Logo { sha256, media_type: media_type.to_owned(), width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        image::RgbaImage::new(width, height).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn what_decodes_is_taken_with_its_size() {
        let logo = read_logo(&png(300, 80)).unwrap();
        assert_eq!((logo.media_type.as_str(), logo.width, logo.height, logo.sha256.len()), ("image/png", 300, 80, 64));
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        let whole = png(300, 80);
        assert_eq!(read_logo(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), Err(LogoFault::Kind));
        assert_eq!(read_logo(b""), Err(LogoFault::Kind));
        assert_eq!(read_logo(b"GIF89a\x01\x00\x01\x00"), Err(LogoFault::Kind));
        assert_eq!(read_logo(&whole[..whole.len() / 2]), Err(LogoFault::Broken));
        assert_eq!(read_logo(&png(2_001, 1)), Err(LogoFault::Pixels));
        assert_eq!(read_logo(&vec![0x89; LOGO_BYTES + 1]), Err(LogoFault::Bytes));
    }
}
