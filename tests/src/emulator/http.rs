//! As much of HTTP/1.1 as the emulator on this machine speaks: one request a connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Error;

/// Longest answer that is read; a page of a queue or an incident is far smaller.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// How long an answer may take: as long as the slowest function may run.
const TIMEOUT: Duration = Duration::from_secs(310);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: u16,
    /// Its headers, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// Its body.
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Returns a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Sends a request to `host` (a name or address with its port) and returns the answer.
pub(super) fn request(
    host: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, Error> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut bytes = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut bytes)?;
    read(&bytes)
        .ok_or_else(|| Error::Answer(format!("{method} {path}: {} bytes that are no HTTP", bytes.len())))
}

fn read(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    let mut answer = Answer { status, headers: headers.collect(), body: Vec::new() };
    let rest = bytes.get(end + 4..)?;
    answer.body = match (answer.header("transfer-encoding"), answer.header("content-length")) {
        (Some("chunked"), _) => dechunked(rest)?,
        (_, Some(length)) => rest.get(..length.parse().ok()?)?.to_vec(),
        _ => rest.to_vec(),
    };
    Some(answer)
}

fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_bodies_by_length_by_chunks_and_to_the_end() {
        let cases: [(&[u8], &[u8]); 3] = [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", b"ab"),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x\r\nbc\r\n0\r\n\r\n",
                b"abc",
            ),
            (b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nabcd", b"abcd"),
        ];
        for (bytes, body) in cases {
            let answer = read(bytes).unwrap();
            assert_eq!((answer.status, answer.body.as_slice()), (200, body));
        }
    }

    #[test]
    fn what_is_cut_short_is_no_answer() {
        for bytes in [b"HTTP/1.1 200 OK\r\n".as_slice(), b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"] {
            assert_eq!(read(bytes), None);
        }
    }
}
