//! Reads the JSON of Strata Logging Service (formerly Cortex Data Lake), one object a line.
//!
//! ```text
//! {"LogType":"GLOBALPROTECT","LogSubtype":"globalprotect","TimeGenerated":"2026-01-20T01:15:01.000000Z","EventIDValue":"gateway-auth",...}
//! ```
//!
//! Keys are compared without case and separators, because exports spell them `SourceAddress`, `source_address` and
//! `sourceAddress`. A key that the event has no place for keeps its own name; a nested value is kept as JSON text.

use hinomi_model::{Escape, QuarantineReason, Reject, Span};
use simd_json::{Node, StaticNode};

use super::columns::{NOWHERE, Places, Slot};
use super::kind::Kind;
use super::split::Field;
use super::values::{Key, Values};
use crate::scan::json::{append, members, write_value};

/// Longest key that is compared; the vendor's longest has 40 bytes.
const MAX_KEY_BYTES: usize = 48;

/// Buffers that are reused from line to line.
pub(crate) struct Scratch {
    /// Keys and values, one after the other: what the spans point into.
    text: String,
    fields: Vec<Field>,
    keys: Vec<Key>,
    places: Places,
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch { text: String::new(), fields: Vec::new(), keys: Vec::new(), places: [NOWHERE; Slot::COUNT] }
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

/// Tells whether an object has the key that every log of the service has.
pub(crate) fn is_document(object: &[Node<'_>]) -> bool {
    members(object).any(|(key, _)| matches!(key, "LogType" | "log_type" | "logType"))
}

/// Reads an object, which is given as its tape.
///
/// # Errors
///
/// [`QuarantineReason::Unreadable`] when it names no log type of PAN-OS or nests too deep.
pub(crate) fn read<'a>(object: &[Node<'_>], scratch: &'a mut Scratch) -> Result<(Kind, Values<'a>), Reject> {
    let Scratch { text, fields, keys, places } = scratch;
    text.clear();
    fields.clear();
    keys.clear();
    *places = [NOWHERE; Slot::COUNT];
    gather(object, text, fields, keys, places)?;
    let values = Values::of_object(text, fields, keys, places);
    match values.raw(Slot::LogType).and_then(Kind::of_strata) {
        Some(kind) => Ok((kind, values)),
        None => Err(unreadable("no known log type")),
    }
}

fn gather(
    nodes: &[Node<'_>],
    text: &mut String,
    fields: &mut Vec<Field>,
    keys: &mut Vec<Key>,
    places: &mut Places,
) -> Result<(), Reject> {
    let Some((Node::Object { len, .. }, mut rest)) = nodes.split_first() else {
        return Err(unreadable("no object"));
    };
    for _ in 0..*len {
        let Some((Node::String(key), after)) = rest.split_first() else { break };
        let (name, start) = append(text, |text| text.push_str(key));
        let mut left = Some(after);
        let (value, _) = match after.first() {
            Some(Node::String(value)) => {
                left = after.get(1..);
                append(text, |text| text.push_str(value))
            }
            Some(Node::Static(StaticNode::Null)) => {
                left = after.get(1..);
                (Span { start, end: start }, start)
            }
            _ => append(text, |text| left = write_value(after, 0, text)),
        };
        rest = left.ok_or_else(|| unreadable("nested too deep"))?;
        let slot = slot_of(key).filter(|&slot| value.start != value.end && places[slot as usize] == NOWHERE);
        if let (Some(slot), Ok(index)) = (slot, u16::try_from(fields.len())) {
            places[slot as usize] = index;
        }
        fields.push(Field { span: value, escape: Escape::None });
        keys.push(Key { name, slot });
    }
    Ok(())
}

fn unreadable(detail: impl Into<String>) -> Reject {
    Reject::new(QuarantineReason::Unreadable, detail)
}

/// Returns what a key says.
fn slot_of(key: &str) -> Option<Slot> {
    let mut plain = [0u8; MAX_KEY_BYTES];
    let mut length = 0;
    for byte in key.bytes().filter(u8::is_ascii_alphanumeric) {
        *plain.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    Some(match plain.get(..length)? {
        b"logtype" => Slot::LogType,
        b"subtype" | b"logsubtype" | b"threatcontenttype" => Slot::Subtype,
        b"timegenerated" => Slot::TimeGenerated,
        b"timegeneratedhighresolution" | b"highrestimestamp" => Slot::HighResolution,
        b"timereceived" | b"receivetime" | b"logtime" => Slot::ReceiveTime,
        b"devicesn" | b"serial" | b"serialnumber" | b"logsourceid" => Slot::Serial,
        b"devicename" | b"logsourcename" => Slot::DeviceName,
        b"virtuallocation" | b"virtualsystem" | b"vsys" => Slot::Vsys,
        b"sequenceno" | b"seqno" => Slot::Sequence,
        b"countofrepeats" | b"repeatcount" | b"repeatcnt" => Slot::Repeat,
        b"flags" => Slot::Flags,
        b"vendorseverity" => Slot::Severity,
        b"sourceaddress" | b"sourceip" | b"src" | b"publicipv4" | b"ipaddress" => Slot::Src,
        b"publicipv6" | b"sourceipv6" => Slot::SrcIpv6,
        b"sourceport" => Slot::SrcPort,
        b"fromzone" | b"sourcezone" => Slot::SrcZone,
        b"sourcelocation" | b"sourceregion" => Slot::SrcCountry,
        b"sourceuser" | b"sourceusername" | b"user" | b"username" => Slot::SrcUser,
        b"sourcedevicehost" | b"endpointdevicename" => Slot::SrcHost,
        b"inboundinterface" => Slot::InInterface,
        b"destinationaddress" | b"destinationip" | b"dst" | b"destip" => Slot::Dst,
        b"destinationport" | b"destport" => Slot::DstPort,
        b"tozone" | b"destinationzone" | b"destzone" => Slot::DstZone,
        b"destinationlocation" => Slot::DstCountry,
        b"destinationuser" | b"destinationusername" => Slot::DstUser,
        b"destinationdevicehost" => Slot::DstHost,
        b"outboundinterface" => Slot::OutInterface,
        b"natsource" => Slot::NatSrc,
        b"natsourceport" => Slot::NatSrcPort,
        b"natdestination" => Slot::NatDst,
        b"natdestinationport" => Slot::NatDstPort,
        b"protocol" => Slot::Protocol,
        b"application" | b"app" => Slot::App,
        b"applicationcategory" => Slot::AppCategory,
        b"sessionid" => Slot::SessionId,
        b"rule" | b"rulematched" => Slot::Rule,
        b"ruleuuid" | b"rulematcheduuid" => Slot::RuleUuid,
        b"action" => Slot::Action,
        b"sessionendreason" => Slot::EndReason,
        b"sessionduration" | b"totaltimeelapsed" => Slot::Elapsed,
        b"bytessent" => Slot::BytesSent,
        b"bytesreceived" => Slot::BytesReceived,
        b"packetssent" => Slot::PacketsSent,
        b"packetsreceived" => Slot::PacketsReceived,
        b"urlcategory" | b"category" => Slot::Category,
        b"directionofattack" => Slot::Direction,
        b"threatcategory" => Slot::ThreatCategory,
        b"threatname" | b"threatnamefirewall" => Slot::Signature,
        b"threatid" => Slot::SignatureId,
        b"filename" => Slot::FileName,
        b"filehash" | b"filesha256" => Slot::FileDigest,
        b"filetype" => Slot::FileType,
        b"url" | b"uri" => Slot::Url,
        b"urldomain" | b"dnsquery" | b"dnsdomain" | b"servernameindication" => Slot::ServerName,
        b"verdict" => Slot::Verdict,
        b"httpmethod" => Slot::HttpMethod,
        b"useragent" | b"useragentstring" => Slot::UserAgent,
        b"referer" => Slot::Referer,
        b"xforwardedfor" => Slot::Forwarded,
        b"xforwardedforip" => Slot::ForwardedIp,
        b"senderemail" => Slot::Sender,
        b"recipientemail" => Slot::Recipient,
        b"emailsubject" => Slot::MailSubject,
        b"eventidvalue" | b"eventid" | b"eventname" => Slot::EventId,
        b"stage" => Slot::Stage,
        b"eventstatus" | b"authevent" => Slot::Status,
        b"description" | b"eventdescription" | b"authenticationdescription" => Slot::Message,
        b"connectionerror" | b"errormessage" => Slot::Error,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text<'a>(object: &str, scratch: &'a mut Scratch) -> Result<(Kind, Values<'a>), Reject> {
        let mut input = object.as_bytes().to_vec();
        let tape = simd_json::to_tape(&mut input).unwrap();
        read(&tape.0, scratch)
    }

    #[test]
    fn keys_are_compared_without_case_and_separators() {
        for key in ["SourceAddress", "source_address", "sourceAddress", "Source-Address", "SourceIP"] {
            assert_eq!(slot_of(key), Some(Slot::Src), "{key}");
        }
        assert_eq!(slot_of("X-Forwarded-ForIP"), Some(Slot::ForwardedIp));
        assert_eq!(slot_of("SourceAddressX"), None);
        assert_eq!(slot_of(&"x".repeat(100)), None);
        assert_eq!(slot_of(""), None);
    }

    #[test]
    fn nested_values_stay_json() {
        let mut scratch = Scratch::default();
        let object = r#"{"LogType":"SYSTEM","Tags":["a\"b",{"n":1.5,"t":true,"u":null}],"Empty":[]}"#;
        let (kind, values) = read_text(object, &mut scratch).unwrap();
        assert_eq!(kind, Kind::System);
        let mut extra = Vec::new();
        values.extra(&mut extra);
        let line = values.line();
        let texts: Vec<_> = extra.iter().map(|field| field.value.of(line)).collect();
        assert_eq!(texts, ["SYSTEM", r#"["a\"b",{"n":1.5,"t":true,"u":null}]"#, "[]"]);
    }

    #[test]
    fn what_is_no_log_is_refused() {
        let deep = format!(r#"{{"LogType":"SYSTEM","x":{}{}}}"#, "[".repeat(40), "]".repeat(40));
        for object in ["[]", "{}", r#"{"LogType":"COFFEE"}"#, r#"{"LogType":7}"#, r#""LogType""#, &deep] {
            let refused = read_text(object, &mut Scratch::default()).map(|_| ()).unwrap_err();
            assert_eq!(refused.reason, QuarantineReason::Unreadable, "{object}");
        }
    }
}
