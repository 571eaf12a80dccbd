//! AWS on this machine: the emulator's process, and the real template deployed to it.
//!
//! Everything it writes is under `.aws-sam/emulator/`, which git ignores. It listens on loopback, on a port that was
//! free, and never lives longer than this program: whatever ends this program closes a pipe, and that stops it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::call::{Call, tail};
use crate::error::Error;
use crate::functions::{self, FUNCTIONS};
use crate::python;
use crate::tools::{not_written, remove_folder};

/// Where everything of a run is.
const FOLDER: &str = ".aws-sam/emulator";
/// A deployment of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stack {
    /// Its streams are read by the emulator.
    Local,
    /// Its streams are read by a test, which does with a function's failure what AWS does.
    Driven,
}

impl Stack {
    fn name(self) -> &'static str {
        match self {
            Stack::Local => "hinomi-local",
            Stack::Driven => "hinomi-driven",
        }
    }

    /// Returns the file that its outputs are written to.
    fn outputs(self) -> String {
        format!("{FOLDER}/{}.json", self.name())
    }
}

/// Region of the deployment. The emulator keeps regions apart, as AWS does.
const REGION: &str = "ap-northeast-1";
/// How long the emulator may take to answer. It takes half a second; a machine busy with compiling takes longer.
const START: Duration = Duration::from_secs(60);
/// Between two questions whether it answers.
const PAUSE: Duration = Duration::from_millis(100);
/// The file that says by how much the emulator's clock is ahead.
const CLOCK: &str = "clock";
/// The library that makes it so, in the packages of the emulator's environment.
const FAKETIME: &str = "libfaketime/vendor/libfaketime/src/libfaketime.so.1";
/// Runs the program behind it until standard input ends. The terminal's interrupt is for this program, whose end it
/// notices at once.
const GUARD: &str = r#"trap "" INT; "$@" </dev/null & child=$!; read -r _; kill "$child"; wait "$child""#;

/// What the deployment to the emulator is told. Sweeps are driven by tests with times of their own; nothing waits to be
/// gathered; two shards, because one proves little.
const PARAMETERS: [&str; 6] = [
    "StreamMode=PROVISIONED",
    "LogsShards=2",
    "ReserveConcurrency=false",
    "ProtectTables=false",
    "Schedules=DISABLED",
    "IngestWindowSeconds=0",
];

/// A running emulator; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Emulator {
    process: Child,
    port: u16,
}

impl Emulator {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] when it does not answer, else those of installing and starting it.
    pub(crate) fn start(root: &Path) -> Result<Self, Error> {
        python::EMULATOR.install(root)?;
        let folder = root.join(FOLDER);
        let temporary = folder.join("tmp");
        remove_folder(&temporary)?;
        fs::create_dir_all(&temporary).map_err(|source| not_written(&temporary, source))?;
        let path = folder.join("emulator.log");
        let log = File::create(&path).map_err(|source| not_written(&path, source))?;
        let errors = log.try_clone().map_err(|source| not_written(&path, source))?;
        let port = free_port()?;
        let program = root.join(python::EMULATOR.program("ministack"));
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, "sh"]).arg(program).current_dir(&folder);
        command.env("BIND_HOST", "127.0.0.1").env("GATEWAY_PORT", port.to_string());
        command.env("TMPDIR", &temporary);
        // Each function has what its role allows and nothing else, as on AWS.
        command.env("AUTH", "true");
        // The functions inherit these: they find the emulator where they look for AWS, and share its clock.
        command.envs(environment(port));
        command.envs(clock(root)?);
        command.stdin(Stdio::piped()).stdout(log).stderr(errors);
        let process =
            command.spawn().map_err(|source| Error::Start { program: "ministack".to_owned(), source })?;
        let emulator = Emulator { process, port };
        let began = Instant::now();
        while !answers(port) {
            if began.elapsed() > START {
                return Err(Error::Silent { log: tail(&path) });
            }
            pause();
        }
        Ok(emulator)
    }

    /// Deploys the template with the functions as they are now, as these stacks.
    ///
    /// # Errors
    ///
    /// [`Error::Template`] when the template does not name the functions' folders, else those of the calls.
    pub(crate) fn deploy(&self, root: &Path, stacks: &[Stack]) -> Result<(), Error> {
        functions::build(root, FOLDER)?;
        let template = format!("{FOLDER}/template.yaml");
        let text = fs::read_to_string(root.join("template.yaml"))
            .map_err(|source| Error::Read { path: "template.yaml".to_owned(), source })?;
        let path = root.join(&template);
        fs::write(&path, built(&text)?).map_err(|source| not_written(&path, source))?;
        stacks.iter().try_for_each(|stack| self.deploy_as(root, &template, *stack))
    }

    fn deploy_as(&self, root: &Path, template: &str, stack: Stack) -> Result<(), Error> {
        let mut deploy = vec!["deploy", "--template-file", template, "--stack-name", stack.name()];
        // Beside this template there is no file of settings, and those of real deployments are not read.
        deploy.extend(["--region", REGION, "--resolve-s3"]);
        deploy.extend(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
        deploy.extend(["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--parameter-overrides"]);
        deploy.extend(PARAMETERS);
        self.sam(&deploy).run_logged(root, &format!("{FOLDER}/{}.log", stack.name()))?;
        let outputs =
            ["list", "stack-outputs", "--stack-name", stack.name(), "--region", REGION, "--output", "json"];
        let told = self.sam(&outputs).output(root)?;
        let path = root.join(stack.outputs());
        fs::write(&path, told).map_err(|source| not_written(&path, source))
    }

    /// Adds to a call what tests and drivers need to find the deployment.
    pub(crate) fn seen_by(&self, mut call: Call, root: &Path) -> Call {
        for (name, value) in environment(self.port) {
            call = call.env(name, &value);
        }
        let folder = root.join(FOLDER);
        let outputs = |stack: Stack| root.join(stack.outputs()).display().to_string();
        call.env("HINOMI_TEST_ENDPOINT", &self.endpoint())
            .env("HINOMI_TEST_STACK", &outputs(Stack::Local))
            .env("HINOMI_TEST_DRIVEN_STACK", &outputs(Stack::Driven))
            .env("HINOMI_TEST_CLOCK", &folder.join(CLOCK).display().to_string())
            .env("HINOMI_TEST_FUNCTIONS", &folder.display().to_string())
    }

    /// Returns where it answers.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn sam(&self, arguments: &[&str]) -> Call {
        let mut call = Call::new(&python::SAM.program("sam"), arguments).env("SAM_CLI_TELEMETRY", "0");
        for (name, value) in environment(self.port) {
            call = call.env(name, &value);
        }
        call
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Its guard reads the end of this pipe and stops it.
        drop(self.process.stdin.take());
        // That it is gone already is as good.
        let _ = self.process.wait();
    }
}

/// What every program is told that speaks to the emulator. The credentials are nobody's.
fn environment(port: u16) -> [(&'static str, String); 5] {
    [
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
    ]
}

/// Returns the template as `sam build` leaves it: each function's code is what was built of it.
fn built(template: &str) -> Result<String, Error> {
    let mut text = template.to_owned();
    for function in FUNCTIONS {
        let source = format!("CodeUri: functions/{function}/\n");
        if text.matches(&source).count() != 1 {
            return Err(Error::Template { lacks: source.trim().to_owned() });
        }
        text = text.replace(&source, &format!("CodeUri: {function}/\n"));
    }
    Ok(text)
}

/// What lets the emulator and the functions live at another time: a file holds by how many seconds they are ahead, and
/// tests write it. Time-outs and sleeping are left as they are.
fn clock(root: &Path) -> Result<[(&'static str, String); 5], Error> {
    let file = root.join(FOLDER).join(CLOCK);
    fs::write(&file, "+0\n").map_err(|source| not_written(&file, source))?;
    Ok([
        ("LD_PRELOAD", python::EMULATOR.file(root, FAKETIME)?),
        ("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
        // Read once a second; read by many threads at each look at the clock, it would now and then be misread.
        ("FAKETIME_CACHE_DURATION", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("TZ", "UTC".to_owned()),
    ])
}

fn free_port() -> Result<u16, Error> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    bound
        .map(|address| address.port())
        .map_err(|source| Error::Start { program: "a listener".to_owned(), source })
}

#[expect(
    clippy::disallowed_methods,
    reason = "another program starts meanwhile, and nothing tells when it has"
)]
fn pause() {
    thread::sleep(PAUSE);
}

fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, PAUSE) else { return false };
    let question = b"GET /_ministack/health HTTP/1.0\r\nHost: localhost\r\n\r\n";
    let mut answer = [0; 12];
    let asked =
        stream.set_read_timeout(Some(Duration::from_secs(5))).and_then(|()| stream.write_all(question));
    asked.and_then(|()| stream.read_exact(&mut answer)).is_ok() && answer.ends_with(b" 200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_is_deployed_as_it_was_built() {
        let template: String = FUNCTIONS.iter().map(|name| format!("CodeUri: functions/{name}/\n")).collect();
        let text = built(&template).unwrap();
        assert!(FUNCTIONS.iter().all(|name| text.contains(&format!("CodeUri: {name}/\n"))), "{text}");
        assert!(!text.contains("functions/"), "{text}");
    }

    #[test]
    fn a_template_that_lacks_a_function_is_refused() {
        let problem = built("CodeUri: functions/ingest/\n").unwrap_err().to_string();
        assert!(problem.contains("functions/follow"), "{problem}");
    }
}
