//! Measures each function's start: `cargo run -p hinomi-tests --example functions -- FOLDER`.
//!
//! FOLDER holds `NAME/bootstrap` as `cargo lambda build` or `cargo xtask test emulator` (`.aws-sam/emulator`) leave them. A
//! function is started with Lambda's runtime interface played on loopback; its start is over when it asks for its first
//! event, and its memory is the most that it held by then. The median of several starts is told. These are this
//! machine's figures and not Lambda's own: there, the program is fetched and unpacked first, and the share of a
//! processor goes by the memory.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hinomi_lambda::Function;
use hinomi_lambda::config::{READS, names};

/// Starts of each function.
const STARTS: usize = 9;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).ok_or("usage: functions FOLDER")?;
    println!("{:<10} {:>9} {:>9} {:>9}", "function", "size MB", "start ms", "memory MB");
    for (function, reads) in READS {
        let program = Path::new(&folder).join(function.as_str()).join("bootstrap");
        let size = std::fs::metadata(&program)?.len();
        let mut starts = Vec::with_capacity(STARTS);
        for _ in 0..STARTS {
            starts.push(start(&program, function, reads)?);
        }
        starts.sort_unstable();
        let (took, memory) = starts.get(STARTS / 2).copied().unwrap_or_default();
        println!(
            "{:<10} {:>9.1} {:>9.1} {:>9.1}",
            function.as_str(),
            size as f64 / 1e6,
            took.as_secs_f64() * 1e3,
            memory as f64 / 1e3
        );
    }
    Ok(())
}

/// Starts a function and returns how long it took until it asked for an event, and its memory then, in kB.
fn start(program: &Path, function: Function, reads: &[&str]) -> Result<(Duration, u64), Failure> {
    let runtime = TcpListener::bind(("127.0.0.1", 0))?;
    let address = runtime.local_addr()?;
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in reads {
        command.env(name, value(name));
    }
    command
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", function.as_str())
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "none")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "none")
        .env("AWS_REGION", "ap-northeast-1")
        .env("AWS_ACCESS_KEY_ID", "none")
        .env("AWS_SECRET_ACCESS_KEY", "none");
    let began = Instant::now();
    let mut process = command.spawn()?;
    let (mut connection, _) = runtime.accept()?;
    let read = connection.read(&mut [0; 1024])?;
    let took = began.elapsed();
    let memory = held(process.id())?;
    process.kill()?;
    process.wait()?;
    let _ = connection.write_all(b"HTTP/1.1 500 \r\n\r\n");
    if read == 0 { Err("the function hung up".into()) } else { Ok((took, memory)) }
}

/// Returns a value that the function takes for one of its variables.
fn value(name: &str) -> &'static str {
    match name {
        names::TOPIC_PREFIX => "arn:aws:sns:ap-northeast-1:123456789012:hinomi-tenant-",
        names::OPERATIONS_TOPIC => "arn:aws:sns:ap-northeast-1:123456789012:hinomi-operations",
        names::SMS_SENDER_ID => "HINOMI",
        names::REGISTRY_REFRESH_SECONDS => "60",
        names::LANGUAGE => "ja",
        names::COMPACTORS => "4",
        _ => "hinomi-name",
    }
}

/// Returns the most memory that a process held, in kB.
fn held(process: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let number = line.split_whitespace().next().ok_or("no number")?;
    Ok(number.parse()?)
}
