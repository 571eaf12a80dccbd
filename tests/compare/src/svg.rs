//! Draws curves: a panel an axis, amounts by powers of ten, rates from zero. Legible on a light page and on a dark one.

use std::fmt::Write as _;

use crate::scale::{Axis, short};

/// A panel's drawing area and what is around it, in pixels.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 58.0;
const TOP: f64 = 64.0;
const BOTTOM: f64 = 66.0;
const RIGHT: f64 = 22.0;
/// Colours of curves, told apart by those who see fewer, on both pages (after Okabe and Ito).
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];
/// Marks on the axis of rates, zero aside.
const MARKS: u32 = 4;

/// Draws all axes side by side.
pub(crate) fn draw(axes: &[Axis]) -> String {
    let panel = LEFT + WIDTH + RIGHT;
    let (width, height) = (panel * axes.len() as f64, TOP + HEIGHT + BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-label=\"Rates as what is given grows\">\n<style>\n\
         text {{ font: 12px sans-serif; fill: #1f2328 }}\n.title {{ font-weight: bold }}\n\
         .page {{ fill: #ffffff }}\n.line {{ stroke: #d0d7de; stroke-width: 1 }}\n\
         @media (prefers-color-scheme: dark) {{\n  text {{ fill: #e6edf3 }}\n  .page {{ fill: #0d1117 }}\n  \
         .line {{ stroke: #3d444d }}\n}}\n</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"
    );
    for (index, axis) in axes.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = draw_axis(axis, panel * index as f64 + LEFT, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw_axis(axis: &Axis, left: f64, svg: &mut String) -> std::fmt::Result {
    let points = || axis.curves.iter().flat_map(|curve| &curve.points);
    let most = points().map(|(_, rate)| *rate).fold(0.0, f64::max);
    let top = ceiling(most / 1e3) * 1e3;
    let (first, last) = points().fold((f64::INFINITY, 1.0), |(first, last): (f64, f64), (amount, _)| {
        (first.min(*amount), last.max(*amount))
    });
    let span = (last / first).log10().max(f64::MIN_POSITIVE);
    let x = |amount: f64| left + WIDTH * (amount / first).log10() / span;
    let y = |rate: f64| TOP + HEIGHT * (1.0 - rate / top);
    writeln!(svg, "<text class=\"title\" x=\"{left:.0}\" y=\"18\">{}</text>", escaped(axis.title))?;
    writeln!(
        svg,
        "<text x=\"{left:.0}\" y=\"{:.0}\">thousands of {} a second</text>",
        TOP - 12.0,
        axis.rate_of
    )?;
    for mark in 0..=MARKS {
        let rate = top * f64::from(mark) / f64::from(MARKS);
        let at = y(rate);
        writeln!(
            svg,
            "<line class=\"line\" x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>",
            left + WIDTH
        )?;
        let label = rate / 1e3;
        let label = if top < 10_000.0 { format!("{label:.1}") } else { format!("{label:.0}") };
        writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            left - 8.0,
            at + 4.0
        )?;
    }
    let mut amounts: Vec<f64> = points().map(|(amount, _)| *amount).collect();
    amounts.sort_by(f64::total_cmp);
    amounts.dedup();
    for amount in amounts {
        let at = x(amount);
        writeln!(
            svg,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            TOP + HEIGHT + 18.0,
            short(amount)
        )?;
    }
    writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
        left + WIDTH / 2.0,
        TOP + HEIGHT + 36.0,
        escaped(axis.grows)
    )?;
    let mut beside = left;
    for (curve, colour) in axis.curves.iter().zip(COLOURS.iter().cycle()) {
        let line: Vec<String> =
            curve.points.iter().map(|(amount, rate)| format!("{:.1},{:.1}", x(*amount), y(*rate))).collect();
        writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            line.join(" ")
        )?;
        for (amount, rate) in &curve.points {
            writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                x(*amount),
                y(*rate)
            )?;
        }
        let at = TOP + HEIGHT + 56.0;
        writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/>",
            beside + 4.0,
            at - 4.0
        )?;
        writeln!(svg, "<text x=\"{:.1}\" y=\"{at:.1}\">{}</text>", beside + 12.0, escaped(curve.name))?;
        beside += 24.0 + 7.0 * curve.name.len() as f64;
    }
    Ok(())
}

/// Returns the next of 1, 2, 4, 6, 8, 10 times a power of ten, so that marks are round.
fn ceiling(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1e-3).log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0];
    steps.into_iter().map(|step| step * power).find(|top| *top >= value).unwrap_or(10.0 * power)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::Curve;

    #[test]
    fn a_ceiling_is_round_and_above() {
        for (value, top) in [(0.9, 1.0), (1.0, 1.0), (1.1, 2.0), (535.0, 600.0), (930.0, 1_000.0)] {
            assert!((ceiling(value) - top).abs() < 1e-6, "{value}: {}", ceiling(value));
        }
    }

    #[test]
    fn every_point_is_inside_its_panel_and_the_page_is_one_of_two() {
        let curves = vec![Curve { name: "a<b", points: vec![(1.0, 5e5), (10.0, 0.0), (1e6, 7e5)] }];
        let axis = Axis { name: "n", title: "t", grows: "g", rate_of: "r", curves };
        let svg = draw(&[axis.clone(), axis]);
        let points: Vec<(f64, f64)> = svg
            .lines()
            .filter(|line| line.contains("r=\"3\""))
            .filter_map(|line| {
                let number = |name: &str| line.split_once(name)?.1.split('"').next()?.parse().ok();
                Some((number("cx=\"")?, number("cy=\"")?))
            })
            .collect();
        assert_eq!(points.len(), 6);
        for (x, y) in points {
            assert!(
                (LEFT..2.0 * (LEFT + WIDTH + RIGHT)).contains(&x) && (TOP..=TOP + HEIGHT).contains(&y),
                "{x} {y}"
            );
        }
        assert!(svg.contains("a&lt;b") && svg.contains("prefers-color-scheme: dark"));
    }
}
