//! From which load on an appliance is degraded, in percent.

use super::values::{At, Reader};

/// Limits of an appliance's measures. A measure is beyond its limit when several samples in a row reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthLimits {
    /// CPU use, in percent.
    pub cpu: u8,
    /// Memory use, in percent.
    pub memory: u8,
    /// Disk use, in percent.
    pub disk: u8,
}

impl Default for HealthLimits {
    /// CPU: a firewall at 90 % for a quarter of an hour delays traffic. Memory: FortiOS enters conserve mode at 88 %
    /// (`memory-use-threshold-red`), and somebody should look before. Disk: PAN-OS warns between 90 and 95 %.
    fn default() -> Self {
        HealthLimits { cpu: 90, memory: 85, disk: 90 }
    }
}

impl Reader {
    /// Reads the limits that a tenant sets; the others stay.
    pub(super) fn health_limits(&mut self, at: &At<'_>) -> Option<HealthLimits> {
        let usual = HealthLimits::default();
        let mut fields = self.fields(at)?;
        let mut percent = |reader: &mut Reader, key, usual| {
            fields.take(key).map_or(Some(usual), |value| reader.percent(&value))
        };
        let cpu = percent(self, "cpu", usual.cpu);
        let memory = percent(self, "memory", usual.memory);
        let disk = percent(self, "disk", usual.disk);
        self.close(&fields);
        Some(HealthLimits { cpu: cpu?, memory: memory?, disk: disk? })
    }

    fn percent(&mut self, at: &At<'_>) -> Option<u8> {
        let number = self.number(at, 100)?;
        if number == 0 {
            self.wrong(&at.path, "must be 1 to 100");
            return None;
        }
        u8::try_from(number).ok()
    }
}
