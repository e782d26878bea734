//! A surface with paths on it, beside the same function as a field with arrows and a colour bar.
//!
//!     cargo run --release -p plot --example surface FOLDER

use std::{env, error, fs, path};

use plot::{
    Axis, BLACK, Entry, Field, Legend, MARKED, Mark, Page, Panel, Path3, Row, Shape, Strip, Stroke,
    Surface, grey, heat, pastel,
};

/// A valley along the diagonal.
fn height(x: f64, y: f64) -> f64 {
    (x - y).powi(2) + 0.1 * (x + y).powi(2)
}

fn slope(x: f64, y: f64) -> [f64; 2] {
    let (across, along) = (2.0 * (x - y), 0.2 * (x + y));
    [across + along, along - across]
}

/// Steepest descent in small steps.
fn descent(start: [f64; 2]) -> Vec<[f64; 2]> {
    let step = |&[x, y]: &[f64; 2]| {
        let [dx, dy] = slope(x, y);
        Some([x - 0.05 * dx, y - 0.05 * dy])
    };
    std::iter::successors(Some(start), step).take(200).collect()
}

fn side(label: &str) -> Axis {
    Axis::linear(label, [-2.0, 2.0], 4)
}

fn surface(paths: &[Vec<[f64; 2]>]) -> Panel {
    // The floor and the far corners have no label: 0 would lie on that of another axis.
    let vertical = Axis::linear("height", [0.0, 9.0], 3).with_ticks(&[3.0, 6.0, 9.0]);
    let mut surface = Surface::sample(side("x"), side("y"), vertical, 36, pastel, &height);
    let lifted = |&[x, y]: &[f64; 2]| [x, y, height(x, y)];
    for path in paths {
        surface.paths.push(Path3 {
            points: path.iter().map(lifted).collect(),
            stroke: Stroke::solid(BLACK, 2.0),
        });
        let start = path.first().map(lifted);
        let spots = start.map(|p| (p, Shape::Circle, 4.0, BLACK));
        surface.markers.extend(spots);
    }
    Panel::surface("a surface", surface)
}

fn field(paths: &[Vec<[f64; 2]>]) -> Panel {
    // Bands even in the square root: the valley is where things happen.
    let levels: Vec<f64> = (1..16)
        .map(|k| 16.0 * (f64::from(k) / 16.0).powi(2))
        .collect();
    let field = Field::sample([-2.0, 2.0], [-2.0, 2.0], 81, levels, &heat, &height);
    let bar = [0.0, 1.0, 4.0, 9.0, 16.0].map(|v: f64| ((v / 16.0).sqrt(), format!("{v}")));
    let colours = field.colours.clone();
    let mut marks = vec![Mark::Field(field)];
    for (x, y) in (0..49).map(|k| (f64::from(k % 7 - 3) * 0.6, f64::from(k / 7 - 3) * 0.6)) {
        let [dx, dy] = slope(x, y);
        let share = -0.4 / dx.hypot(dy).max(1e-9);
        marks.push(Mark::Arrow {
            from: [x, y],
            to: [x + share * dx, y + share * dy],
            stroke: Stroke::solid(grey(0.42), 1.1),
        });
    }
    marks.extend(paths.iter().map(|path| Mark::Line {
        points: path.clone(),
        stroke: Stroke::solid(BLACK, 2.0),
    }));
    marks.push(Mark::Markers {
        points: vec![[0.0, 0.0]],
        shape: Shape::Star,
        radius: 8.0,
        fill: MARKED,
    });
    Panel::plane("the same as a field", side("x"), side("y"), marks).with_bar(colours, bar.into())
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let paths = [[1.7, -1.0], [-1.7, 1.2], [-0.4, -1.9]].map(descent);
    let legend = Legend {
        heading: String::new(),
        entries: vec![
            Entry::line(Stroke::solid(BLACK, 2.0), "steepest descent"),
            Entry::marker(Shape::Star, 7.0, MARKED, "minimum"),
        ],
    };
    let row = Row::new(1.0, vec![surface(&paths), field(&paths)]);
    let page = Page {
        title: "A valley".to_owned(),
        description: "Three paths of steepest descent into a valley, as a surface and as a field."
            .to_owned(),
        rows: vec![row.with_strip(Strip::Legend(legend))],
    };
    let picture = page.draw()?;
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    fs::write(path::Path::new(&folder).join("surface.svg"), picture.svg)?;
    fs::write(path::Path::new(&folder).join("surface.png"), picture.png)?;
    Ok(())
}
