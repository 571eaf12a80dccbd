//! How long an SMS is: GSM 03.38 septets where its alphabet suffices, else UTF-16 units (3GPP TS 23.038, 6.2.1).

/// Longest plain text of one SMS, in septets.
pub const SMS_GSM_SEPTETS: usize = 160;
/// Longest text of one SMS outside the GSM alphabet, in UTF-16 units.
pub const SMS_UTF16_UNITS: usize = 70;

/// The basic alphabet beyond ASCII letters and digits.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// The extension table: two septets each.
const EXTENDED: &str = "^{}\\[~]|€";

/// Returns the septets of a text, or `None` when the GSM alphabet cannot write it.
pub(crate) fn septets(text: &str) -> Option<usize> {
    let mut sum = 0;
    for c in text.chars() {
        sum += match c {
            c if c.is_ascii_alphanumeric() || BASIC.contains(c) => 1,
            c if EXTENDED.contains(c) => 2,
            _ => return None,
        };
    }
    Some(sum)
}

/// Tells whether a text fits into one SMS.
///
/// ```
/// assert!(hinomi_notice::sms_fits(&"a".repeat(160)));
/// assert!(!hinomi_notice::sms_fits(&"a".repeat(161)));
/// assert!(hinomi_notice::sms_fits(&"北".repeat(70)));
/// assert!(!hinomi_notice::sms_fits(&"北".repeat(71)));
/// ```
pub fn sms_fits(text: &str) -> bool {
    match septets(text) {
        Some(septets) => septets <= SMS_GSM_SEPTETS,
        None => text.encode_utf16().count() <= SMS_UTF16_UNITS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_cost_two_and_kanji_leave_the_alphabet() {
        assert_eq!(septets("a[.]"), Some(6));
        assert_eq!(septets("北"), None);
        assert_eq!(septets("`"), None);
        assert!(!sms_fits(&"[".repeat(81)));
        assert!(!sms_fits(&"😀".repeat(36)));
    }
}
