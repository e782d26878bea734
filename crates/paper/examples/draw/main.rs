//! Draws every figure from synthetic data into the directory given (default: the current one).

mod synthetic;

use std::time::Instant;

use anyhow::Context;
use paper::experiments::{fig1, fig2, fig3, fig4, fig5};
use paper::plot::{Error, Picture};

type Draw = fn() -> Result<Picture, Error>;

const FIGURES: [(&str, Draw); 5] = [
    ("fig1", || fig1::figure::figure(&synthetic::fig1())),
    ("fig2", || fig2::figure::figure(&synthetic::fig2())),
    ("fig3", || fig3::figure::figure(&synthetic::fig3())),
    ("fig4", || fig4::figure::figure(&synthetic::fig4())),
    ("fig5", || fig5::figure::figure(&synthetic::fig5())),
];

fn main() -> anyhow::Result<()> {
    let to = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    for (name, draw) in FIGURES {
        let start = Instant::now();
        let picture = draw().with_context(|| name.to_owned())?;
        let seconds = start.elapsed().as_secs_f64();
        let (svg, png) = (picture.svg.len() / 1024, picture.png.len() / 1024);
        println!("{name}: svg {svg} KB, png {png} KB, {seconds:.2} s");
        std::fs::write(format!("{to}/{name}.svg"), &picture.svg)?;
        std::fs::write(format!("{to}/{name}.png"), &picture.png)?;
    }
    Ok(())
}
