//! How many bytes a session takes in the archive: packed by the model, compressed here.

use std::net::IpAddr;

use hinomi_model::{
    Direction, Disposition, EventTime, Fact, FactBatch, FactFlags, Fingerprint, Locator, Protocol,
    SessionKey, TenantId,
};
use hinomi_store::object;

const SESSIONS: usize = 20_000;

/// xorshift with a fixed seed: the same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// A busy minute of a town's firewall: most sessions are HTTPS and DNS from some hundred hosts.
fn realistic_batch(sessions: usize, tick: i64) -> FactBatch {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut batch = FactBatch::default();
    let source = batch.source(&TenantId::new("kita"), "kita-pair");
    let mut nanos = 1_768_871_700_000_000_000_i64;
    for number in 0..sessions {
        nanos += numbers.below(3_000_000) as i64;
        let dns = numbers.below(3) == 0;
        // Some destinations are asked for far more than others.
        let far = numbers.below(40).min(numbers.below(1_200)).min(numbers.below(6_000)) as u32;
        let dst = if dns { 0xc000_0201 } else { 0xcb00_7100 | (far & 0xff) | (far >> 8) << 9 };
        let bytes_out =
            if dns { 60 + numbers.below(30) } else { 500 + numbers.below(20) * numbers.below(900) };
        let bytes_in =
            if dns { 90 + numbers.below(200) } else { 4_000 + numbers.below(60) * numbers.below(3_000) };
        let seconds = if dns { 180 } else { numbers.below(60).min(numbers.below(240)) as i64 };
        let time = EventTime::from_nanos(nanos - nanos % tick);
        // One line in seven is no session's; a frame holds some three hundred lines.
        let at = number + number / 7;
        let locator = Locator {
            object: "raw/a/000001.zst".to_owned(),
            frame: (at / 300) as u32,
            line: (at % 300) as u32,
        };
        let place = batch.place(&locator);
        batch.sessions.push(Fact {
            time,
            began: time.plus(-seconds),
            source,
            session: Some(SessionKey(Fingerprint::new("session").number(number as i128).finish_short())),
            src_ip: IpAddr::V4((0x0a01_0000 | numbers.below(300) as u32).into()),
            src_port: 49_152 + numbers.below(16_384) as u16,
            dst_ip: IpAddr::V4(dst.into()),
            dst_port: if dns { 53 } else { 443 },
            protocol: if dns { Protocol::UDP } else { Protocol::TCP },
            direction: Direction::Outbound,
            disposition: if numbers.below(50) == 0 { Disposition::Blocked } else { Disposition::Allowed },
            bytes_out,
            bytes_in: Some(bytes_in),
            packets_in: Some(1 + bytes_in / 1_300),
            http_status: None,
            flags: FactFlags::default(),
            count: 1,
            place: Some(place),
        });
    }
    batch
}

#[test]
fn a_session_takes_few_bytes_in_the_archive() {
    // Nanoseconds as FortiOS writes them since 6.2, whole seconds as PAN-OS does.
    for (tick, most_packed, most_compressed) in [(1, 33.0, 22.5), (1_000_000_000, 30.5, 19.5)] {
        let batch = realistic_batch(SESSIONS, tick);
        let packed = batch.pack();
        let object = object::compress(&packed).unwrap();
        let each = |bytes: &[u8]| bytes.len() as f64 / SESSIONS as f64;
        println!("{:.1} bytes a session packed, {:.1} compressed", each(&packed), each(&object));
        assert!(each(&packed) < most_packed, "{:.1} bytes packed", each(&packed));
        assert!(each(&object) < most_compressed, "{:.1} bytes compressed", each(&object));
        assert_eq!(FactBatch::unpack(&object::decompress(&object).unwrap()).unwrap(), batch);
    }
}
