//! Two panels that share an axis: lines, markers, a rule, a legend and a colour bar.
//!
//!     cargo run --release -p plot --example lines FOLDER

use std::{env, error, fs, path};

use plot::{
    Axis, BLACK, ColourBar, Entry, Legend, Mark, Page, Panel, Row, Shape, Strip, Stroke, family,
};

/// Rates of damping.
const RATES: [f64; 4] = [0.1, 0.3, 0.9, 2.7];

fn main() -> Result<(), Box<dyn error::Error>> {
    let t: Vec<f64> = (0..=300).map(|k| f64::from(k) / 30.0).collect();
    let at = |rate: f64, t: f64| (-rate * t).exp() * t.cos();
    let (mut swings, mut decay) = (Vec::new(), Vec::new());
    for (i, (rate, shape)) in RATES.into_iter().zip(Shape::FAMILY).enumerate() {
        let colour = family(i, RATES.len());
        let x: Vec<f64> = t.iter().map(|&t| at(rate, t)).collect();
        swings.push(Mark::line(
            t.iter().copied(),
            &x,
            Stroke::solid(colour, 2.4),
        ));
        let envelope: Vec<f64> = t.iter().map(|t| (-rate * t).exp()).collect();
        decay.push(Mark::line(
            t.iter().copied(),
            &envelope,
            Stroke::dashed(colour, 1.8),
        ));
        decay.push(Mark::Markers {
            points: t
                .iter()
                .zip(&envelope)
                .step_by(30)
                .map(|(&t, &e)| [t, e])
                .collect(),
            shape,
            radius: 4.0,
            fill: colour,
        });
    }
    let rest = Stroke::dotted(BLACK, 2.0);
    swings.push(Mark::Rule {
        y: 0.0,
        stroke: rest,
    });
    let time = || Axis::linear("time t", [0.0, 10.0], 5);
    let legend = Legend {
        heading: String::new(),
        entries: vec![
            Entry::line(rest, "at rest"),
            Entry::line(Stroke::dashed(BLACK, 1.8), "envelope"),
            Entry::marker(Shape::Circle, 5.0, BLACK, "once a second"),
        ],
    };
    let panels = vec![
        Panel::plane(
            "displacement",
            time(),
            Axis::linear("x", [-1.05, 1.05], 5),
            swings,
        ),
        Panel::plane(
            "envelope",
            time(),
            Axis::log("exp(−γt)", [1e-12, 2.0]),
            decay,
        ),
    ];
    let page = Page {
        title: "Damped oscillators".to_owned(),
        description: "Displacement and envelope against time for four rates of damping.".to_owned(),
        rows: vec![
            Row::new(0.8, panels)
                .with_strip(Strip::ColourBar(ColourBar::family("damping γ", &RATES)))
                .with_strip(Strip::Legend(legend)),
        ],
    };
    let picture = page.draw()?;
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    fs::write(path::Path::new(&folder).join("lines.svg"), picture.svg)?;
    fs::write(path::Path::new(&folder).join("lines.png"), picture.png)?;
    Ok(())
}
