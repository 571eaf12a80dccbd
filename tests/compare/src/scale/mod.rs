//! How fast the engine is as what it is given grows: larger batches, more devices, more subjects with a history.
//!
//! What should be flat is drawn from zero, so that a slope is one. An axis is a function that returns [`Axis`]; a new one
//! is a line in [`run`], and goes into the table, the CSV and the picture by itself.

mod batches;
mod devices;
mod indicators;
mod state;
mod subjects;

use std::fmt::Write as _;
use std::io::Write as _;

use serde::Serialize;

use crate::machine::Machine;
use crate::report::thousands;
use crate::{Fault, Options, svg};

/// What was measured along one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Axis {
    /// Its name in the CSV.
    pub(crate) name: &'static str,
    /// What is done at each point.
    pub(crate) title: &'static str,
    /// What grows.
    pub(crate) grows: &'static str,
    /// What is measured, in thousands a second of one core's time.
    pub(crate) rate_of: &'static str,
    /// Curves, each with its name and its points (how much there is, how many a second).
    pub(crate) curves: Vec<Curve>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Curve {
    /// What it is of.
    pub(crate) name: &'static str,
    /// (how much there is, how many a second).
    pub(crate) points: Vec<(f64, f64)>,
}

impl Curve {
    /// Returns the slowest point as a part of the fastest: 1 is flat.
    fn flatness(&self) -> f64 {
        let rates = || self.points.iter().map(|(_, rate)| *rate);
        rates().fold(f64::INFINITY, f64::min) / rates().fold(f64::MIN_POSITIVE, f64::max)
    }
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Scale {
    machine: Machine,
    axes: Vec<Axis>,
    state: Vec<state::Size>,
}

/// Measures along every axis, and prints and writes what came of it.
///
/// # Errors
///
/// [`Fault`], when the engine refuses something or a file can't be written.
pub(crate) fn run(options: &Options) -> Result<(), Fault> {
    let machine = Machine::ask();
    let axes = vec![
        batches::axis(options)?,
        devices::axis(options)?,
        indicators::axis(options)?,
        subjects::axis(options)?,
    ];
    let scale = Scale { machine, axes, state: state::sizes()? };
    // Plain numbers and texts are always JSON.
    let document = serde_json::to_string_pretty(&scale).unwrap_or_default();
    let tables = tables(&scale);
    options.write("scale.json", &document)?;
    options.write("scale.md", &tables)?;
    options.write("scaling.csv", &csv(&scale.axes))?;
    options.write("scaling.svg", &svg::draw(&scale.axes))?;
    writeln!(std::io::stdout(), "{}", if options.json { document } else { tables })?;
    Ok(())
}

fn csv(axes: &[Axis]) -> String {
    let mut text = "axis,curve,amount,per_second\n".to_owned();
    for axis in axes {
        for Curve { name, points } in &axis.curves {
            for (amount, rate) in points {
                // Writing to a string does not fail.
                let _ = writeln!(text, "{},{name},{amount},{rate:.0}", axis.name);
            }
        }
    }
    text
}

fn tables(scale: &Scale) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_tables(scale, &mut text);
    text
}

fn write_tables(scale: &Scale, text: &mut String) -> std::fmt::Result {
    for axis in &scale.axes {
        writeln!(
            text,
            "{}, by {}: thousands of {} a second of one core's time.\n",
            axis.title, axis.grows, axis.rate_of
        )?;
        let amounts: Vec<f64> =
            axis.curves.iter().flat_map(|curve| curve.points.iter().map(|(amount, _)| *amount)).collect();
        let mut amounts: Vec<f64> = amounts;
        amounts.sort_by(f64::total_cmp);
        amounts.dedup();
        write!(text, "| |")?;
        for amount in &amounts {
            write!(text, " {} |", short(*amount))?;
        }
        writeln!(text, " slowest / fastest |\n|---|{}---|", "---|".repeat(amounts.len()))?;
        for curve in &axis.curves {
            write!(text, "| {} |", curve.name)?;
            for amount in &amounts {
                let rate =
                    curve.points.iter().find(|(at, _)| at == amount).map(|(_, rate)| thousands(rate / 1e3));
                write!(text, " {} |", rate.unwrap_or_default())?;
            }
            writeln!(text, " {:.2} |", curve.flatness())?;
        }
        writeln!(text)?;
    }
    writeln!(
        text,
        "Bytes of a subject's state.\n\n| state | subjects | as JSON | as stored |\n|---|---|---|---|"
    )?;
    for size in &scale.state {
        let plain = size.plain_bytes.map_or_else(|| "–".to_owned(), |bytes| thousands(bytes as f64));
        let stored = thousands(size.stored_bytes as f64);
        writeln!(text, "| {} | {} | {plain} | {stored} |", size.what, size.subjects)?;
    }
    Ok(())
}

/// Writes a round amount as people say it: 10k, 1M.
pub(crate) fn short(amount: f64) -> String {
    match amount {
        1e6.. => format!("{}M", amount / 1e6),
        1e3.. => format!("{}k", amount / 1e3),
        _ => format!("{amount}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_as_flat_as_its_slowest_point() {
        let curve = Curve { name: "a", points: vec![(1.0, 200.0), (10.0, 100.0), (100.0, 150.0)] };
        assert!((curve.flatness() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn amounts_are_short() {
        assert_eq!([1.0, 64.0, 10_000.0, 1e6].map(short), ["1", "64", "10k", "1M"]);
    }

    #[test]
    fn a_table_has_a_column_for_each_amount_of_any_curve() {
        let curves = vec![
            Curve { name: "a", points: vec![(1.0, 2_000.0)] },
            Curve { name: "b", points: vec![(10.0, 3e6)] },
        ];
        let axis = Axis { name: "x", title: "T", grows: "G", rate_of: "R", curves };
        assert_eq!(
            csv(std::slice::from_ref(&axis)),
            "axis,curve,amount,per_second\nx,a,1,2000\nx,b,10,3000000\n"
        );
        let scale = Scale { machine: Machine::ask(), axes: vec![axis], state: Vec::new() };
        let tables = tables(&scale);
        assert!(tables.contains("| a | 2.0 |  | 1.00 |\n| b |  | 3,000 | 1.00 |"), "{tables}");
    }
}
