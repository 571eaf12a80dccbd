//! The table is whole: it has a home, and a value, for everything that an event knows.

use std::collections::BTreeSet;

use hinomi_model::registry::Registry;
use hinomi_model::{Anomaly, AnomalyKind, EventTime, Function, Protocol, Severity};

use super::super::field::Line;
use super::*;

/// An event in which everything is known.
fn full(registry: &Registry) -> Event<'_> {
    let time = EventTime::from_seconds(1_792_454_400);
    let mut event = Event::new(&registry.tenants()[0], Vendor::Panos, time);
    let text = || Some("x".into());
    event.function = Function::Other;
    event.device_time = Some(time);
    (event.device_name, event.vsys, event.log_id) = (text(), text(), text());
    (event.log_type, event.log_subtype) = ("x".into(), "x".into());
    (event.action, event.direction) = (text(), Some(Direction::Inbound));
    let ip = Some([192, 0, 2, 1].into());
    (event.src_ip, event.dst_ip, event.nat_src_ip, event.nat_dst_ip, event.client_ip) = (ip, ip, ip, ip, ip);
    (event.src_port, event.dst_port, event.nat_src_port, event.nat_dst_port) =
        (Some(1), Some(1), Some(1), Some(1));
    (event.src_zone, event.dst_zone, event.src_country, event.dst_country) = (text(), text(), text(), text());
    event.protocol = Some(Protocol::TCP);
    (event.user, event.app, event.app_category, event.service) = (text(), text(), text(), text());
    (event.session_id, event.policy, event.rule) = (text(), text(), text());
    (event.bytes_in, event.bytes_out, event.packets_in, event.packets_out) =
        (Some(1), Some(1), Some(1), Some(1));
    event.duration_ms = Some(1);
    (event.host, event.domain, event.url, event.category) = (text(), text(), text(), text());
    (event.http_method, event.http_status) = (text(), Some(200));
    (event.user_agent, event.referer, event.signature, event.signature_id) = (text(), text(), text(), text());
    (event.severity, event.cve, event.malware) = (Some(Severity::Low), text(), text());
    (event.file_name, event.file_hash, event.file_type, event.verdict) = (text(), text(), text(), text());
    (event.sender, event.recipient, event.mail_subject) = (text(), text(), text());
    (event.message, event.reason) = (text(), text());
    event.anomalies = vec![Anomaly { kind: AnomalyKind::BadPort, field: Some("srcport") }];
    event
}

#[test]
fn every_field_that_an_event_has_is_in_the_table_and_has_a_value() {
    let registry = Registry::open();
    let event = full(&registry);
    let names: BTreeSet<&str> = FIELDS.iter().map(|field| field.name).collect();
    let known = serde_json::to_value(&event).unwrap();
    let line = Line { event: &event, class: Class::BaseEvent, place: None };
    for name in known.as_object().unwrap().keys().filter(|name| *name != "extra") {
        assert!(names.contains(name.as_str()), "{name}");
        // What is said where the common case is not.
        if name != "payload" {
            let said =
                FIELDS.iter().filter(|field| field.name == name).any(|field| !(field.read)(&line).is_none());
            assert!(said, "{name} has no value");
        }
    }
    assert!(known.as_object().unwrap().len() > 60, "{known}");
}
