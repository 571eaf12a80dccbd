use super::*;
use crate::event::Function;
use crate::fact::{Pulse, Saying, Sign};
use crate::finding::Locator;
use crate::health::Symptom;

/// xorshift with a fixed seed: the same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

fn small_batch() -> FactBatch {
    let mut batch = FactBatch::default();
    let source = batch.source(&TenantId::new("kita"), "FW1");
    let time = EventTime::parse_rfc3339("2026-01-20T01:15:01.5Z").unwrap();
    let plain = Fact {
        time,
        began: time.plus(-3),
        source,
        session: Some(SessionKey(0x1122_3344_5566_7788)),
        src_ip: "10.1.2.3".parse().unwrap(),
        src_port: 50_000,
        dst_ip: "192.0.2.7".parse().unwrap(),
        dst_port: 443,
        protocol: Protocol::TCP,
        direction: Direction::Outbound,
        disposition: Disposition::Allowed,
        bytes_out: 1_200,
        bytes_in: Some(0),
        packets_in: Some(9),
        http_status: None,
        flags: FactFlags::default(),
        count: 1,
        place: Some(batch.place(&locator(3, 17))),
    };
    let odd = Fact {
        time: time.plus(-1),
        began: time.plus(-1),
        session: None,
        src_ip: "2001:db8::1".parse().unwrap(),
        dst_ip: "10.1.2.3".parse().unwrap(),
        direction: Direction::Inbound,
        disposition: Disposition::Detected,
        bytes_in: None,
        packets_in: None,
        http_status: Some(404),
        flags: FactFlags { decrypted: true, sniffed: false, interim: true },
        count: 40,
        place: None,
        ..plain
    };
    batch.sessions = vec![plain, odd];
    let place = Some(batch.place(&locator(2, 40)));
    batch.logins.push(Login {
        time,
        source,
        from: "192.0.2.7".parse().unwrap(),
        account: "管理者".to_owned(),
        success: true,
        service: LoginService::Admin,
        count: 2,
        line: 7,
        place,
    });
    batch
}

fn with_clocks(mut batch: FactBatch) -> FactBatch {
    let source = batch.source(&TenantId::new("kita"), "FW1");
    let place = Some(batch.place(&locator(1, 5)));
    let minute = 29_481_195;
    let reading = ClockReading { minute, source, least: -7_200, most: 3, trouble: None, place: None };
    batch.clock(reading);
    batch.clock(ClockReading { trouble: Some(ClockTrouble::Ahead), most: 400, place, ..reading });
    batch.clock(ClockReading { minute: minute + 1, ..reading });
    batch
}

fn with_vitals(mut batch: FactBatch) -> FactBatch {
    let source = batch.source(&TenantId::new("kita"), "FW1");
    let place = Some(batch.place(&locator(3, 6)));
    let pulse = Pulse { minute: 29_481_195, source, function: Function::Ips, lines: 3, numbers: None };
    batch.pulse(pulse);
    batch.pulse(Pulse { lines: 2, numbers: Some((7, 9)), ..pulse });
    batch.pulse(Pulse { function: Function::Firewall, ..pulse });
    batch.signs.push(Sign {
        time: EventTime::from_seconds(1_768_871_700),
        source,
        symptom: Symptom::CpuUse,
        saying: Saying::Reading,
        object: String::new(),
        value: Some(93),
        place,
    });
    batch.signs.push(Sign {
        time: EventTime::from_seconds(1_768_871_760),
        source,
        symptom: Symptom::InterfaceDown,
        saying: Saying::Over,
        object: "port1".to_owned(),
        value: None,
        place: None,
    });
    batch
}

fn locator(frame: u32, line: u32) -> Locator {
    Locator { object: "raw/a/000001.zst".to_owned(), frame, line }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn golden_versions() {
    // A stored format: bytes that were written stay readable. Another layout is another version.
    let golden = concat!(
        "010201",                           // (version) one source, one source, two sessions, one login
        "0201",                             // two IPv4 addresses, one IPv6
        "0a010203c0000207",                 // 10.1.2.3, 192.0.2.7
        "20010db8000000000000000000000001", // 2001:db8::1
        "0110",
        "7261772f612f3030303030312e7a7374", // one object: raw/a/000001.zst
        "046b69746103465731",               // kita, FW1
        "07d8",
        "0120",
        "0606",
        "0000",               // marks, ways, protocols, sources
        "02f8afc18ffb66cf0f", // times in milliseconds
        "030600",             // durations in seconds
        "0001",
        "0200", // sources, destinations
        "c3c35050",
        "0101bbbb", // ports
        "b009b009", // bytes out
        "8877665544332211",
        "00",
        "09",
        "9403",
        "28", // session, bytes in, packets in, status, count
        "0100",
        "0622", // places: object, frame, line
        "03",
        "00",
        "02f8afc18ffb66",
        "02",
        "02", // login: what, source, time, from, count
        "0700000000000000",
        "09e7aea1e79086e88085", // line, account
        "010450",               // place
    );
    assert_eq!(FactBatch::unpack(&bytes(&format!("01{golden}"))), Ok(small_batch()));
    assert_eq!(FactBatch::unpack(&bytes(&format!("02{golden}00"))), Ok(small_batch()));
    assert_eq!(hex(&small_batch().pack()), format!("03{golden}00000003"));
    let clocks = concat!(
        "02",                   // two readings
        "d6e38e1c00bf70a00601", // minute, source, least, most, ahead
        "d8e38e1c00bf700600",   // the minute after, no trouble
        "0100",                 // places: object, none
        "020a",                 // frame, line
    );
    let batch = with_clocks(small_batch());
    assert_eq!(FactBatch::unpack(&bytes(&format!("02{golden}{clocks}"))), Ok(batch.clone()));
    assert_eq!(hex(&batch.pack()), format!("03{golden}{clocks}000003"));
    let vitals = concat!(
        "00",                             // no clocks
        "02",                             // two pulses
        "d6e38e1c0003697073050107",       // minute, source, ips, five lines, numbered from 7
        "02",                             // to 9
        "0000086669726577616c6c0300",     // the same minute, source, firewall, three lines, no numbers
        "02",                             // two signs
        "076370755f757365",               // cpu_use
        "0772656164696e67",               // reading
        "0000015d",                       // source, the whole device, measured 93
        "0e696e746572666163655f646f776e", // interface_down
        "046f766572",                     // over
        "0005706f72743100",               // source, port1, not measured
        "03a8dcf6960d78",                 // times in seconds
        "0100060c",                       // places: object, none, frame, line
    );
    assert_eq!(hex(&with_vitals(small_batch()).pack()), format!("03{golden}{vitals}"));
}

#[test]
fn readings_of_one_minute_join_in_any_order() {
    let batch = with_clocks(FactBatch::default());
    assert_eq!(batch.clocks.len(), 2);
    assert_eq!((batch.clocks[0].least, batch.clocks[0].most), (-7_200, 400));
    assert_eq!(batch.clocks[0].trouble, Some(ClockTrouble::Ahead));
    let mut other = FactBatch::default();
    let place = Some(Place { object: 0, frame: 0, line: 9 });
    let reading = |trouble, place| ClockReading { minute: 1, source: 0, least: 0, most: 0, trouble, place };
    let several = [
        reading(Some(ClockTrouble::Unset), place),
        reading(None, None),
        reading(Some(ClockTrouble::Ahead), None),
        reading(None, place),
    ];
    several.iter().for_each(|reading| other.clock(*reading));
    let mut turned = FactBatch::default();
    several.iter().rev().for_each(|reading| turned.clock(*reading));
    assert_eq!(other.clocks, turned.clocks);
    assert_eq!(other.clocks[0].trouble, Some(ClockTrouble::Ahead));
}

#[test]
fn what_was_packed_comes_out_equal_and_in_order() {
    let full = with_vitals(with_clocks(small_batch()));
    for batch in [FactBatch::default(), small_batch(), with_clocks(small_batch()), full] {
        assert_eq!(FactBatch::unpack(&batch.pack()), Ok(batch));
    }
}

#[test]
fn batches_append_with_their_sources_and_places() {
    let mut batch = FactBatch::default();
    let other = batch.source(&TenantId::new("minami"), "FW9");
    batch.sessions.push(Fact { source: other, place: None, ..small_batch().sessions[0] });
    batch.append(&with_vitals(small_batch()));
    batch.append(&with_vitals(small_batch()));
    assert_eq!((batch.sources.len(), batch.objects.len(), batch.sessions.len()), (2, 1, 5));
    let last = &batch.logins[1];
    assert_eq!(batch.sources[last.source as usize].device.as_str(), "FW1");
    assert_eq!(last.place, small_batch().logins[0].place);
    assert_eq!(batch.pulses.iter().map(|pulse| pulse.lines).collect::<Vec<_>>(), [10, 6]);
    assert_eq!(batch.signs.len(), 4);
    assert!(batch.signs.iter().all(|sign| batch.sources[sign.source as usize].device.as_str() == "FW1"));
}

#[test]
fn extremes_come_out_equal() {
    let mut batch = small_batch();
    let plain = batch.sessions[0];
    let times = [i64::MIN, i64::MAX, 0, -1, 1, 1_000, -1_000_000, i64::MAX];
    for time in times {
        for began in times {
            let (time, began) = (EventTime::from_nanos(time), EventTime::from_nanos(began));
            let numbers = Some(u64::MAX);
            batch.sessions.push(Fact {
                time,
                began,
                bytes_out: u64::MAX,
                bytes_in: numbers,
                packets_in: numbers,
                http_status: Some(u16::MAX),
                src_port: u16::MAX,
                count: u32::MAX,
                protocol: Protocol(255),
                ..plain
            });
            batch.sessions.push(Fact { time, began, bytes_out: 0, src_port: 0, count: 0, ..plain });
        }
    }
    assert_eq!(FactBatch::unpack(&batch.pack()), Ok(batch));
}

#[test]
fn whole_seconds_cost_one_byte_each() {
    let mut batch = FactBatch::default();
    let source = batch.source(&TenantId::new("kita"), "FW1");
    let plain = Fact { source, ..small_batch().sessions[0] };
    for second in 0..100 {
        let time = EventTime::from_seconds(1_768_871_700 + second);
        batch.sessions.push(Fact { time, began: time, session: None, place: None, ..plain });
    }
    // 14 bytes of single columns and two varints of two bytes each.
    assert!(batch.pack().len() < 100 * 17 + 64, "{}", batch.pack().len());
    assert_eq!(FactBatch::unpack(&batch.pack()), Ok(batch));
}

#[test]
fn other_versions_and_cut_bytes_are_refused() {
    let bytes = with_vitals(small_batch()).pack();
    let mut other = bytes.clone();
    other[0] = 4;
    assert_eq!(FactBatch::unpack(&other), Err(WireError::Version(4)));
    for length in 0..bytes.len() {
        assert!(FactBatch::unpack(&bytes[..length]).is_err(), "{length}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(FactBatch::unpack(&longer), Err(WireError::Broken(bytes.len())));
}

#[test]
fn counts_beyond_the_bytes_reserve_nothing() {
    // A thousand million sessions in eleven bytes.
    let bytes = [1, 0, 0x80, 0x94, 0xeb, 0xdc, 0x03, 0, 0, 0, 0];
    assert!(matches!(FactBatch::unpack(&bytes), Err(WireError::Broken(_))));
}

#[test]
fn any_bytes_never_panic_and_what_unpacks_packs_to_the_same_batch() {
    let mut numbers = Numbers(7);
    let seed = with_vitals(with_clocks(small_batch())).pack();
    for round in 0..40_000 {
        let mut bytes = if round % 4 == 0 {
            (0..numbers.below(64)).map(|_| numbers.next() as u8).collect()
        } else {
            seed.clone()
        };
        for _ in 0..numbers.below(5) {
            if bytes.is_empty() {
                break;
            }
            let at = numbers.below(bytes.len() as u64) as usize;
            match numbers.below(4) {
                0 => bytes[at] = numbers.next() as u8,
                1 => bytes[at] ^= 1 << numbers.below(8),
                2 => bytes.truncate(at),
                _ => bytes.insert(at, numbers.next() as u8),
            }
        }
        if let Ok(batch) = FactBatch::unpack(&bytes) {
            assert_eq!(FactBatch::unpack(&batch.pack()), Ok(batch));
        }
    }
}
