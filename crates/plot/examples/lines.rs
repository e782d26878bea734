//! Two panels that share an axis: lines, markers, a rule, a legend and a colour bar.
//!
//!     cargo run --release -p plot --example lines FOLDER

use std::{env, error, fs};

use plot::{Axis, BLACK, ColourBar, Entry, Mark, Page, Panel, Row, Shape, Strip, Stroke, family};

/// Rates of damping.
const RATES: [f64; 4] = [0.1, 0.3, 0.9, 2.7];

fn main() -> Result<(), Box<dyn error::Error>> {
    let t: Vec<f64> = (0..=300).map(|k| f64::from(k) / 30.0).collect();
    let (mut swings, mut decay) = (Vec::new(), Vec::new());
    for (i, (rate, shape)) in RATES.into_iter().zip(Shape::FAMILY).enumerate() {
        let colour = family(i, RATES.len());
        let envelope: Vec<f64> = t.iter().map(|t| (-rate * t).exp()).collect();
        let x: Vec<f64> = envelope.iter().zip(&t).map(|(e, t)| e * t.cos()).collect();
        let dots = t.iter().zip(&envelope).step_by(30);
        let dots = dots.map(|(&t, &e)| [t, e]).collect();
        swings.push(Mark::line(t.clone(), &x, Stroke::solid(colour, 2.4)));
        let dashed = Stroke::dashed(colour, 1.8);
        decay.push(Mark::line(t.clone(), &envelope, dashed));
        decay.push(Mark::markers(dots, shape, 4.0, colour));
    }
    let (y, stroke) = (0.0, Stroke::dotted(BLACK, 2.0));
    swings.push(Mark::Rule { y, stroke });
    let legend = vec![
        Entry::line(stroke, "at rest"),
        Entry::line(Stroke::dashed(BLACK, 1.8), "envelope"),
        Entry::marker(Shape::Circle, 5.0, BLACK, "once a second"),
    ];
    let time = || Axis::linear("time t", [0.0, 10.0], 5);
    let x = Axis::linear("x", [-1.05, 1.05], 5);
    let envelope = Axis::log("exp(−γt)", [1e-12, 2.0]);
    let panels = vec![
        Panel::plane("displacement", time(), x, swings),
        Panel::plane("envelope", time(), envelope, decay),
    ];
    let row = Row::new(0.8, panels)
        .with_strip(Strip::ColourBar(ColourBar::family("damping γ", &RATES)))
        .with_strip(Strip::legend("", legend));
    let page = Page {
        title: "Damped oscillators".to_owned(),
        description: "Displacement and envelope against time for four rates of damping.".to_owned(),
        rows: vec![row],
    };
    let picture = page.draw()?;
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    fs::write(format!("{folder}/lines.svg"), picture.svg)?;
    Ok(fs::write(format!("{folder}/lines.png"), picture.png)?)
}
