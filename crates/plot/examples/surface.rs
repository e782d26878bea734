//! A surface with paths on it, beside the same function as a field with arrows and a colour bar.
//!
//!     cargo run --release -p plot --example surface FOLDER

use std::{env, error, fs, iter};

use plot::{
    Axis, BLACK, Entry, Field, MARKED, Mark, Page, Panel, Path3, Row, Shape, Strip, Stroke,
    Surface, grey, heat, pastel,
};

const RANGE: [f64; 2] = [-2.0, 2.0];
const PATH: Stroke = Stroke::solid(BLACK, 2.0);

/// A valley along the diagonal.
fn height(x: f64, y: f64) -> f64 {
    (x - y).powi(2) + 0.1 * (x + y).powi(2)
}

fn slope([x, y]: [f64; 2]) -> [f64; 2] {
    let (across, along) = (2.0 * (x - y), 0.2 * (x + y));
    [across + along, along - across]
}

/// The point at `share` of the slope from `p`.
fn along(p: [f64; 2], share: f64) -> [f64; 2] {
    let slope = slope(p);
    [p[0] + share * slope[0], p[1] + share * slope[1]]
}

fn side(label: &str) -> Axis {
    Axis::linear(label, RANGE, 4)
}

fn surface(paths: &[Vec<[f64; 2]>]) -> Panel {
    // The floor and the far corners have no label: 0 would lie on that of another axis.
    let vertical = Axis::linear("height", [0.0, 9.0], 3).with_ticks(&[3.0, 6.0, 9.0]);
    let mut surface = Surface::sample(side("x"), side("y"), vertical, 36, pastel, &height);
    for path in paths {
        let points: Vec<_> = path.iter().map(|&[x, y]| [x, y, height(x, y)]).collect();
        let start = points.first();
        let spot = start.map(|&p| (p, Shape::Circle, 4.0, BLACK));
        surface.markers.extend(spot);
        let stroke = PATH;
        surface.paths.push(Path3 { points, stroke });
    }
    Panel::surface("a surface", surface)
}

fn field(paths: &[Vec<[f64; 2]>]) -> Panel {
    // Bands even in the square root: the valley is where things happen.
    let levels = (1..16)
        .map(|k| 16.0 * (f64::from(k) / 16.0).powi(2))
        .collect();
    let field = Field::sample(RANGE, RANGE, 81, levels, &heat, &height);
    let bar = [0.0, 1.0, 4.0, 9.0, 16.0].map(|v: f64| ((v / 16.0).sqrt(), format!("{v}")));
    let colours = field.colours.clone();
    let mut marks = vec![Mark::Field(field)];
    for k in 0..49 {
        let from = [k % 7, k / 7].map(|k| f64::from(k - 3) * 0.6);
        let [dx, dy] = slope(from);
        let to = along(from, -0.4 / dx.hypot(dy).max(1e-9));
        let stroke = Stroke::solid(grey(0.42), 1.1);
        marks.push(Mark::Arrow { from, to, stroke });
    }
    for path in paths {
        let (points, stroke) = (path.clone(), PATH);
        marks.push(Mark::Line { points, stroke });
    }
    marks.push(Mark::markers(vec![[0.0, 0.0]], Shape::Star, 8.0, MARKED));
    Panel::plane("the same as a field", side("x"), side("y"), marks).with_bar(colours, bar.into())
}

fn main() -> Result<(), Box<dyn error::Error>> {
    // Steepest descent in small steps.
    let descent = |start| iter::successors(Some(start), |&p| Some(along(p, -0.05))).take(200);
    let paths = [[1.7, -1.0], [-1.7, 1.2], [-0.4, -1.9]].map(|start| descent(start).collect());
    let legend = vec![
        Entry::line(PATH, "steepest descent"),
        Entry::marker(Shape::Star, 7.0, MARKED, "minimum"),
    ];
    let row = Row::new(1.0, vec![surface(&paths), field(&paths)]);
    let page = Page {
        title: "A valley".to_owned(),
        description: "Three paths of steepest descent into a valley, as a surface and as a field."
            .to_owned(),
        rows: vec![row.with_strip(Strip::legend("", legend))],
    };
    let picture = page.draw()?;
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    fs::write(format!("{folder}/surface.svg"), picture.svg)?;
    Ok(fs::write(format!("{folder}/surface.png"), picture.png)?)
}
