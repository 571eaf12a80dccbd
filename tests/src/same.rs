//! What two runs over one day must have in common, however its lines came.

use serde_json::Value;

/// Tells whether an incident is of a device that fell silent: a deployment lives on when the day is over, and misses its
/// devices then, while a replay ends with its last line.
pub fn is_silence(incident: &Value) -> bool {
    incident["problem"] == "log_silence"
}

/// Leaves out of incidents what tells where a line lies and when it came, which differ by how it came.
pub fn without_places(incidents: &[Value]) -> Vec<Value> {
    let mut incidents = incidents.to_vec();
    let evidence = incidents.iter_mut().filter_map(|incident| incident["evidence"].as_array_mut());
    for piece in evidence.flatten().filter_map(Value::as_object_mut) {
        piece.remove("locator");
        piece.remove("received");
    }
    incidents
}

/// Returns notices in an order that does not depend on who was sent his first.
pub fn in_order(notices: &[Value]) -> Vec<Value> {
    let mut notices = notices.to_vec();
    notices.sort_by_cached_key(|notice| {
        ["at", "incident", "contact", "channel"].map(|member| notice[member].to_string())
    });
    notices
}
