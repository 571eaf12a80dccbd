//! Lines fetched from folders with objects of both kinds, whole, damaged and hostile.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, EvidenceLine, Frames, Language};
use hinomi_parse::Scratch;
use hinomi_steps::ingest::{Batch, Ingest, Outlets, Pace, Record};
use hinomi_store::{Archive, Memory, MemoryStream, block_on, limits};
use tempfile::TempDir;

use super::*;
use crate::input::read_event;
use crate::output::RawArchive;
use crate::terminal::{explain, explain_fixture, test_screen};

const NOON: EventTime = EventTime::from_seconds(1_795_435_200);

/// Lines as collectors deliver them: bare, with headers, in an envelope, and one that evidence shortens.
fn lines() -> Vec<String> {
    let log = |number: usize| {
        format!(
            "date=2026-01-20 time=10:15:01 devid=\"FGT60FTK20000001\" logid=\"0000000013\" type=\"traffic\" \
             subtype=\"forward\" srcip=10.1.12.{number} dstip=203.0.113.7 action=\"close\" sessionid={number}"
        )
    };
    vec![
        log(1),
        format!("<189>Jan 20 10:15:01 fw1 {}", log(2)),
        format!("{{\"message\":\"<189>{}\"}}", log(3).replace('"', "\\\"")),
        format!("{} msg=\"{}\"", log(4), "long ".repeat(2_000)),
    ]
}

/// A folder, and where each line of it lies.
struct Kept {
    folder: TempDir,
    places: Vec<Locator>,
}

impl Kept {
    /// Keeps lines as `hinomi replay` does.
    fn by_the_command(lines: &[String]) -> Kept {
        let folder = tempfile::tempdir().unwrap();
        let mut put = |name: &str, bytes: &[u8]| {
            write(folder.path(), name, bytes);
            Ok(())
        };
        let mut archive = RawArchive::new("0123456789abcdef".to_owned(), BTreeSet::new());
        let mut places = Vec::new();
        for line in lines {
            archive.keep(line.as_bytes(), &mut put).unwrap();
            places.push(archive.last().clone());
        }
        archive.finish(&mut put).unwrap();
        Kept { folder, places }
    }

    /// Keeps lines as the cloud does, one record for each two, and copies the bucket.
    fn by_the_cloud(lines: &[String]) -> Kept {
        let folder = tempfile::tempdir().unwrap();
        let (bucket, findings) = (Memory::new(), MemoryStream::default());
        let records: Vec<String> = lines.chunks(2).map(|lines| lines.join("\n")).collect();
        let numbers: Vec<String> = (0..records.len()).map(|number| format!("4959{number:08}")).collect();
        let records: Vec<Record<'_>> = std::iter::zip(&records, &numbers)
            .map(|(data, sequence)| Record { sequence, arrived: NOON, data: Ok(data.as_bytes()) })
            .collect();
        let batch = Batch { shard: "shardId-000000000000", records: &records };
        let pace = Pace { now: NOON, is_spent: &|| false };
        let outlets = Outlets { archive: &bucket, findings: &findings };
        block_on(Ingest::new().batch(&batch, &Registry::open(), pace, outlets)).unwrap();
        let keys = block_on(bucket.list("raw/", None, 10)).unwrap();
        assert_eq!(keys.len(), 1);
        write(folder.path(), keys[0].as_str(), &block_on(bucket.fetch(&keys[0])).unwrap().unwrap());
        let place =
            |index| Locator { object: keys[0].as_str().to_owned(), frame: index / 2, line: index % 2 };
        Kept { folder, places: (0..u32::try_from(lines.len()).unwrap()).map(place).collect() }
    }

    fn both(lines: &[String]) -> [Kept; 2] {
        [Kept::by_the_command(lines), Kept::by_the_cloud(lines)]
    }

    fn originals(&self, incident: &Document) -> Originals {
        LineArchive::open(self.folder.path()).unwrap().originals(incident)
    }

    fn object(&self) -> PathBuf {
        self.folder.path().join(&self.places[0].object)
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Makes the evidence that the engine makes of a line.
fn evidence(line: &str, place: Option<&Locator>) -> EvidenceLine {
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    let event =
        read_event(line.as_bytes(), Frames::EMPTY, &registry, EventTime::EPOCH, &mut scratch).unwrap();
    let made = hinomi_detect::evidence(&event, place);
    let template = explain_fixture().evidence.remove(0);
    EvidenceLine { sha256: made.sha256, raw: made.raw, locator: made.locator, ..template }
}

/// Makes an incident that rests on evidence, with a fact for each piece.
fn incident(evidence: Vec<EvidenceLine>) -> Document {
    let mut incident = explain_fixture();
    let template = incident.facts.remove(0);
    let fact = |(index, line): (usize, &EvidenceLine)| hinomi_model::FactText {
        id: format!("f{index}"),
        lines: vec![line.sha256.clone()],
        ..template.clone()
    };
    incident.facts = evidence.iter().enumerate().map(fact).collect();
    incident.evidence = evidence;
    incident
}

fn resting_on(lines: &[String], places: &[Locator]) -> Document {
    incident(std::iter::zip(lines, places).map(|(line, place)| evidence(line, Some(place))).collect())
}

/// Returns what a screen so wide that nothing is broken shows of the incident's lines.
fn shown(incident: &Document, originals: &Originals) -> String {
    let mut out = Vec::new();
    explain(&mut out, &test_screen(Language::En, 100_000), incident, Some(originals)).unwrap();
    String::from_utf8(out).unwrap()
}

const SAME: &str = "From the archive, whole, as the document has it:";
const DIFFERS: &str = "NOT the line that the document has";
const ABSENT: &str = "it has no such object.";
const NO_LINE: &str = "holds no such line or is damaged.";
const NO_PLACE: &str = "does not say where";
const FAILED: &str = "The archive can't be read: ";

#[test]
fn every_line_of_both_kinds_of_object_is_shown_whole() {
    let lines = lines();
    for kept in Kept::both(&lines) {
        let incident = resting_on(&lines, &kept.places);
        let text = shown(&incident, &kept.originals(&incident));
        assert_eq!(text.matches(SAME).count(), lines.len(), "{text}");
        for line in &lines {
            assert_eq!(text.matches(line.trim()).count(), 1, "{line} in\n{text}");
        }
        // What an envelope escapes is easier to read as the document has it, which is then shown too.
        assert!(text.contains(&incident.evidence[2].raw));
    }
}

#[test]
fn the_archive_is_found_inside_what_replay_writes() {
    let lines = lines();
    let kept = Kept::by_the_command(&lines);
    let out = tempfile::tempdir().unwrap();
    fs::rename(kept.folder.path().join("raw"), out.path().join("raw")).unwrap();
    let incident = resting_on(&lines, &kept.places);
    let fetched = |folder: &Path| shown(&incident, &LineArchive::open(folder).unwrap().originals(&incident));
    assert!(fetched(out.path()).contains(SAME));
    let inside = out.path().join(OutputDirectory::ARCHIVE);
    fs::create_dir(&inside).unwrap();
    fs::rename(out.path().join("raw"), inside.join("raw")).unwrap();
    for folder in [out.path(), &inside] {
        assert!(fetched(folder).contains(SAME), "{folder:?}");
    }
}

#[test]
fn a_line_that_several_pieces_of_evidence_name_is_shown_with_each() {
    let lines = lines();
    for kept in Kept::both(&lines) {
        let mut incident = resting_on(&lines[..1], &kept.places);
        let again = incident.facts[0].clone();
        incident.facts.push(again);
        let originals = kept.originals(&incident);
        assert_eq!(shown(&incident, &originals).matches(SAME).count(), 2);
        assert_eq!(shown(&incident, &kept.originals(&incident)), shown(&incident, &originals));
    }
}

#[test]
fn what_is_not_there_is_told_and_the_explanation_goes_on() {
    let lines = lines();
    for kept in Kept::both(&lines) {
        let place = &kept.places[0];
        let other = Locator { object: "raw/fedcba9876543210/000000.zst".to_owned(), ..place.clone() };
        for (place, told) in [
            (Some(Locator { frame: 7, ..place.clone() }), NO_LINE),
            (Some(Locator { frame: u32::MAX, ..place.clone() }), NO_LINE),
            (Some(Locator { line: 7, ..place.clone() }), NO_LINE),
            (Some(Locator { line: u32::MAX, ..place.clone() }), NO_LINE),
            (Some(other), ABSENT),
            (None, NO_PLACE),
        ] {
            let incident = incident(vec![evidence(&lines[0], place.as_ref())]);
            let text = shown(&incident, &kept.originals(&incident));
            assert!(text.contains(told), "{place:?}: {text}");
            assert!(text.contains(&lines[0]), "what the document has is shown all the same");
            assert!(text.contains("What would have changed it"));
        }
    }
}

#[test]
fn no_place_leads_out_of_the_folder() {
    let lines = lines();
    let kept = Kept::by_the_command(&lines);
    let object = fs::read(kept.object()).unwrap();
    let inner = kept.folder.path().join("inner");
    write(kept.folder.path(), "outside.zst", &object);
    write(&inner, "raw/inside.zst", &object);
    write(&inner, "raw/bare", &object);
    let archive = LineArchive::open(&inner).unwrap();
    let absolute = kept.folder.path().join("outside.zst").to_str().unwrap().to_owned();
    for (object, told) in [
        ("raw/inside.zst", SAME),
        ("../outside.zst", NO_PLACE),
        ("raw/../../outside.zst", NO_PLACE),
        ("raw/../raw/inside.zst", NO_PLACE),
        ("./raw/inside.zst", NO_PLACE),
        ("raw//inside.zst", NO_PLACE),
        ("raw/bare", NO_PLACE),
        ("raw\\inside.zst", NO_PLACE),
        ("raw/inside.zst\0", NO_PLACE),
        (absolute.as_str(), NO_PLACE),
        ("", NO_PLACE),
        ("raw/inside.zst/more.zst", NO_PLACE),
    ] {
        let place = Locator { object: object.to_owned(), ..kept.places[0].clone() };
        let incident = incident(vec![evidence(&lines[0], Some(&place))]);
        let text = shown(&incident, &archive.originals(&incident));
        assert!(text.contains(told), "{object:?}: {text}");
    }
}

#[test]
fn an_object_that_was_cut_off_shows_what_is_left_of_it_and_nothing_wrong() {
    let lines = lines();
    for kept in Kept::both(&lines) {
        let incident = resting_on(&lines, &kept.places);
        let whole = fs::read(kept.object()).unwrap();
        for end in (0..whole.len()).step_by(whole.len() / 40 + 1) {
            fs::write(kept.object(), &whole[..end]).unwrap();
            let text = shown(&incident, &kept.originals(&incident));
            let (same, gone) = (text.matches(SAME).count(), text.matches(NO_LINE).count());
            // Without its table a record of several lines is read as an object of the command, whose lines are bare.
            assert!(gone + same + text.matches(DIFFERS).count() == lines.len(), "{end}: {text}");
            assert!(end > whole.len() / 4 || gone == lines.len(), "{end}: {text}");
        }
        fs::write(kept.object(), &whole).unwrap();
        assert_eq!(shown(&incident, &kept.originals(&incident)).matches(SAME).count(), lines.len());
    }
}

#[test]
fn a_changed_object_is_never_taken_for_the_line() {
    let lines = lines();
    for kept in Kept::both(&lines) {
        let incident = resting_on(&lines, &kept.places);
        let whole = fs::read(kept.object()).unwrap();
        let (mut hidden, mut differing) = (0, 0);
        for at in (0..whole.len()).step_by(3) {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            fs::write(kept.object(), &changed).unwrap();
            let text = shown(&incident, &kept.originals(&incident));
            let same = text.matches(SAME).count();
            differing += text.matches(DIFFERS).count();
            hidden += lines.len() - same;
            // Each line that is said to be the one stands there as it was written.
            assert!(lines.iter().filter(|line| text.contains(line.trim())).count() >= same, "{at}: {text}");
        }
        assert!(hidden > differing && differing > 0, "{hidden} {differing}");
    }
}

#[test]
fn a_line_that_was_exchanged_is_shown_beside_the_documents() {
    let lines = lines();
    for kept in Kept::both(&lines) {
        let incident = incident(vec![evidence(&lines[0], Some(&kept.places[1]))]);
        let text = shown(&incident, &kept.originals(&incident));
        assert!(text.contains(DIFFERS) && !text.contains(SAME), "{text}");
        assert!(text.contains(&lines[0]) && text.contains(&lines[1]), "{text}");
    }
}

#[test]
fn an_object_beyond_the_stores_bound_is_not_read() {
    let lines = lines();
    let kept = Kept::by_the_command(&lines);
    let file = fs::OpenOptions::new().write(true).open(kept.object()).unwrap();
    file.set_len(limits::OBJECT_BYTES as u64 + 1).unwrap();
    let incident = resting_on(&lines, &kept.places);
    let text = shown(&incident, &kept.originals(&incident));
    assert!(text.contains(&format!("{FAILED}object of {} exceeds", limits::OBJECT_BYTES + 1)), "{text}");
}

#[test]
fn garbage_instead_of_an_object_is_told() {
    let lines = lines();
    let kept = Kept::by_the_command(&lines);
    let incident = resting_on(&lines[..1], &kept.places);
    let bomb = zstd::bulk::compress(&vec![b'x'; 64 << 20], 1).unwrap();
    for bytes in [&b""[..], b"no zstd", b"\x28\xb5\x2f\xfd", b"hinomi", &bomb] {
        fs::write(kept.object(), bytes).unwrap();
        let text = shown(&incident, &kept.originals(&incident));
        assert!(text.contains(NO_LINE), "{text}");
    }
}

#[test]
fn a_document_with_more_lines_than_an_incident_costs_no_more() {
    let lines: Vec<String> = (0..MAX_LINES + 3)
        .map(|number| lines()[0].replace("sessionid=1", &format!("sessionid={number}")))
        .collect();
    let kept = Kept::by_the_command(&lines);
    let incident = resting_on(&lines, &kept.places);
    let text = shown(&incident, &kept.originals(&incident));
    assert_eq!(text.matches(SAME).count(), MAX_LINES);
    assert_eq!(text.matches("more lines than an incident of this program").count(), 3, "{text}");
}

#[test]
fn an_archive_that_does_not_answer_is_not_asked_for_ever() {
    let lines = lines();
    let kept = Kept::by_the_command(&lines);
    let object = fs::read(kept.object()).unwrap();
    let fetched = |broken: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c", "d"] {
            write(folder.path(), &format!("raw/{name}.zst"), &object);
        }
        for name in broken {
            // A folder in an object's place can't be read.
            fs::remove_file(folder.path().join(format!("raw/{name}.zst"))).unwrap();
            fs::create_dir(folder.path().join(format!("raw/{name}.zst"))).unwrap();
        }
        let places = std::iter::zip(["a", "b", "c", "d"], &kept.places)
            .map(|(name, place)| Locator { object: format!("raw/{name}.zst"), ..place.clone() });
        let incident = resting_on(&lines, &places.collect::<Vec<_>>());
        let text = shown(&incident, &LineArchive::open(folder.path()).unwrap().originals(&incident));
        (text.matches(SAME).count(), text.matches(FAILED).count())
    };
    assert_eq!(fetched(&["a", "b"]), (2, 2));
    assert_eq!(fetched(&["a", "b", "d"]), (1, 3));
    assert_eq!(fetched(&["a", "b", "c"]), (0, 4), "the fourth is told without having been asked for");
}

#[test]
fn an_incident_of_health_has_its_lines_too() {
    let lines = lines();
    let kept = Kept::by_the_command(&lines);
    let mut incident = resting_on(&lines, &kept.places);
    incident.core.level = None;
    incident.core.kind = hinomi_model::IncidentKind::Health;
    incident.reasons.clear();
    assert_eq!(shown(&incident, &kept.originals(&incident)).matches(SAME).count(), lines.len());
}

#[test]
fn reading_changes_nothing_in_the_folder() {
    let lines = lines();
    let kept = Kept::by_the_command(&lines);
    let names = || {
        let mut names: Vec<_> =
            fs::read_dir(kept.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    fs::File::create(kept.folder.path().join(".unfinished")).unwrap().write_all(b"another's").unwrap();
    let before = names();
    let incident = resting_on(&lines, &kept.places);
    assert!(shown(&incident, &kept.originals(&incident)).contains(SAME));
    assert_eq!(names(), before);
}

#[test]
fn err_no_folder_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [folder.path().join("nowhere"), file, PathBuf::new()] {
        let fault = LineArchive::open(&path).err().unwrap();
        assert!(matches!(fault, Fault::Usage(_)), "{fault}");
    }
    // An empty folder is an archive without the line.
    LineArchive::open(folder.path()).unwrap();
}

#[test]
fn err_a_bucket_is_named_alone_and_needs_a_program_that_speaks_to_aws() {
    for argument in
        ["s3://", "s3://archive/raw", if cfg!(feature = "aws") { "s3:///" } else { "s3://archive" }]
    {
        let fault = LineArchive::open(Path::new(argument)).err().unwrap();
        let told = if cfg!(feature = "aws") { "is no bucket" } else { "--features aws" };
        assert!(matches!(&fault, Fault::Usage(text) if text.contains(told)), "{argument}: {fault}");
    }
}
