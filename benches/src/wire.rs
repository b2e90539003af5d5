//! A bare HTTP/1.1 client: one keep-alive connection, bytes in, bytes out. The driver shares the two
//! cores with what it measures, so it has to cost little; baselines and product are driven by the same one.

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// One connection.
#[derive(Debug)]
pub struct Conn {
    stream: TcpStream,
    buffer: Vec<u8>,
    address: String,
}

/// Status and body of an answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

enum Length {
    Fixed(usize),
    Chunked,
}

impl Conn {
    pub async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16_384), address: address.to_owned() })
    }

    /// Sends a whole request and reads its answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Reply> {
        self.stream.write_all(request).await?;
        loop {
            if let Some((status, head, length)) = head(&self.buffer)? {
                let body = match length {
                    Length::Fixed(size) => {
                        while self.buffer.len() < head + size {
                            self.fill().await?;
                        }
                        let body = self.buffer[head..head + size].to_vec();
                        self.buffer.drain(..head + size);
                        body
                    }
                    Length::Chunked => self.chunks(head).await?,
                };
                return Ok(Reply { status, body });
            }
            self.fill().await?;
        }
    }

    async fn chunks(&mut self, mut at: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(found) = self.buffer[at..].windows(2).position(|pair| pair == b"\r\n") {
                    break at + found;
                }
                self.fill().await?;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&self.buffer[at..end])?.trim(), 16)?;
            while self.buffer.len() < end + 2 + size + 2 {
                self.fill().await?;
            }
            body.extend_from_slice(&self.buffer[end + 2..end + 2 + size]);
            at = end + 2 + size + 2;
            if size == 0 {
                self.buffer.drain(..at);
                return Ok(body);
            }
        }
    }

    async fn fill(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("{} closed the connection", self.address);
        }
        Ok(())
    }
}

fn head(bytes: &[u8]) -> Result<Option<(u16, usize, Length)>> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(size) = answer.parse(bytes)? else { return Ok(None) };
    let mut length = Length::Fixed(0);
    for header in answer.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") {
            length = Length::Fixed(std::str::from_utf8(header.value)?.parse()?);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            length = Length::Chunked;
        }
    }
    Ok(Some((answer.code.unwrap_or(0), size, length)))
}

/// A request with a body.
pub fn post(path: &str, key: &str, media_type: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// A request without a body.
pub fn get(path: &str, key: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n\r\n").into_bytes()
}
