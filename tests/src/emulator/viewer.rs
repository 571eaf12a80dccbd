//! The console in a browser: a page on this machine that does with the widget's HTML what a dashboard does.
//!
//! It asks the function through the emulator for every click, shows popups, and hands over what a form holds. Scripts
//! in what the function returns are not run, as in a dashboard.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Deployment, Error};

/// Longest request that is read: the parameters of a click.
const MAX_REQUEST: u64 = 64 * 1024;
/// How long a browser may take to say what it wants.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The page; its script is the dashboard's part.
const PAGE: &str = include_str!("viewer.html");

/// A place where the console is shown.
#[derive(Debug)]
pub struct Viewer {
    listener: TcpListener,
}

impl Viewer {
    /// Takes a free port of this machine.
    ///
    /// # Errors
    ///
    /// [`Error::Connection`] when there is none.
    pub fn new() -> Result<Self, Error> {
        Ok(Viewer { listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))? })
    }

    /// Returns what to open.
    ///
    /// # Errors
    ///
    /// [`Error::Connection`] when the port is lost.
    pub fn address(&self) -> Result<String, Error> {
        Ok(format!("http://{}/", self.listener.local_addr()?))
    }

    /// Shows the console of a deployment for ever.
    ///
    /// # Errors
    ///
    /// [`Error::Connection`] when the port is lost.
    pub fn serve(&self, deployment: &Deployment) -> Result<(), Error> {
        loop {
            let (stream, _) = self.listener.accept()?;
            // One reader's broken connection is not the next one's.
            if let Err(error) = answer(&stream, deployment) {
                eprintln!("console: {error}");
            }
        }
    }
}

fn answer(mut stream: &TcpStream, deployment: &Deployment) -> Result<(), Error> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut reader = BufReader::new(stream.take(MAX_REQUEST));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    let (status, text) = match first.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["GET", "/"] => ("200 OK", PAGE.to_owned()),
        ["POST", "/widget"] => {
            let event: Value = serde_json::from_slice(&body).unwrap_or_else(|_| json!({}));
            match deployment.invoke("console", &event) {
                Ok(page) => ("200 OK", page.as_str().map_or_else(|| page.to_string(), str::to_owned)),
                Err(error) => ("502 Bad Gateway", error.to_string()),
            }
        }
        _ => ("404 Not Found", String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(text.as_bytes())?;
    Ok(())
}
