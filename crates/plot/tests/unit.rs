//! The parts of the library one by one, through what they draw.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // a test that cannot set itself up has failed

use plot::{Axis, BLUE, Mark, Page, Panel, Picture, Row};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg;

/// Width and height in pixels of the frame that [`drawn`] draws in: a page without the room around it.
const SIDE: f64 = 964.0;

fn page(ratio: f64, panel: Panel) -> Page {
    Page {
        title: "a < b".to_owned(),
        description: "c & d".to_owned(),
        rows: vec![Row::new(ratio, vec![panel])],
    }
}

fn bare(range: [f64; 2]) -> Axis {
    Axis::linear("", range, 1).with_ticks(&[]).bare()
}

/// One mark in a square frame with this range on both axes, and nothing else.
fn alone(range: [f64; 2], mark: Mark) -> plot::Result<Picture> {
    page(1.0, Panel::plane("", bare(range), bare(range), vec![mark])).draw()
}

/// Corners of every path of the SVG with this colour, in pixels.
fn paths(svg: &str, colour: &str) -> Vec<Vec<[f64; 2]>> {
    let corners = |path: &str| {
        let data = path.split(" d=\"").nth(1).unwrap();
        let data = data.split('"').next().unwrap();
        let numbers: Vec<f64> = data
            .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
            .filter(|number| !number.is_empty())
            .map(|number| number.parse::<f64>().unwrap() / 10.0)
            .collect();
        numbers.chunks(2).map(|p| [p[0], p[1]]).collect()
    };
    let own = svg.split("<path").filter(|path| path.contains(colour));
    own.map(corners).collect()
}

/// The paths with this colour that [`alone`] draws, in data coordinates.
fn drawn(range: [f64; 2], mark: Mark, colour: &str) -> Vec<Vec<[f64; 2]>> {
    let svg = alone(range, mark).unwrap().svg;
    let frame = paths(&svg, "\"#1a1a1a\"").remove(0);
    let ([left, top], [right, bottom]) = (frame[0], frame[2]);
    assert_eq!([right - left, bottom - top], [SIDE, SIDE]);
    let data = |share: f64| range[0] + share * (range[1] - range[0]);
    let point = |[x, y]: [f64; 2]| [data((x - left) / SIDE), data((bottom - y) / SIDE)];
    let all = paths(&svg, colour).into_iter();
    all.map(|path| path.into_iter().map(point).collect())
        .collect()
}

fn area(outline: &[[f64; 2]]) -> f64 {
    let n = outline.len();
    let twice: f64 = (0..n)
        .map(|k| (outline[k], outline[(k + 1) % n]))
        .map(|(a, b)| a[0] * b[1] - a[1] * b[0])
        .sum();
    (0.5 * twice).abs()
}

fn pixels(png: &[u8]) -> Pixmap {
    Pixmap::decode_png(png).unwrap()
}

fn rendered(svg: &str, options: &usvg::Options) -> Pixmap {
    let tree = usvg::Tree::from_str(svg, options).unwrap();
    let [width, height] = [tree.size().width(), tree.size().height()].map(|side| 2 * side as u32);
    let mut pixels = Pixmap::new(width, height).unwrap();
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(2.0, 2.0), &mut pixels.as_mut());
    pixels
}

mod axis {
    use plot::Axis;

    #[test]
    fn linear_ticks_are_round_and_inside() {
        let labels = |range, count| Axis::linear("", range, count).tick_labels();
        let thousands = ["0", "5,000", "10,000", "15,000", "20,000"];
        assert_eq!(labels([0.0, 20_000.0], 4), thousands);
        let quarters = ["0.00", "0.25", "0.50", "0.75", "1.00"];
        assert_eq!(labels([-0.02, 1.05], 5), quarters);
        assert_eq!(labels([-2.0, 2.0], 4)[0], "\u{2212}2");
    }

    #[test]
    fn log_ticks_are_powers_of_ten() {
        let axis = Axis::log("", [0.02, 3e3]);
        assert_eq!(axis.tick_labels(), ["10⁻¹", "10⁰", "10¹", "10²", "10³"]);
        assert!((axis.share(0.02)).abs() < 1e-12);
        assert!((axis.share(3e3) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_empty_range_does_not_loop_for_ever() {
        assert_eq!(Axis::linear("", [1.0, 1.0], 5).ticks, [1.0]);
    }
}

mod canvas {
    use super::*;

    #[test]
    fn a_page_measures_text_without_installed_fonts() {
        // The frame makes room for the label of its bar.
        let right = |label: String| {
            let panel = Panel::plane("", bare([0.0, 1.0]), bare([0.0, 1.0]), Vec::new());
            let panel = panel.with_bar(Vec::new(), vec![(0.5, label)]);
            let svg = page(0.1, panel).draw().unwrap().svg;
            paths(&svg, "\"#1a1a1a\"")[0][1][0]
        };
        let width = (right(String::new()) - right("0".repeat(40))) / 40.0;
        // A digit of DejaVu Sans is 1303 of 2048 em wide.
        let exact = 19.0 * 1303.0 / 2048.0;
        assert!((width - exact).abs() < 0.01, "{width} {exact}");
    }
}

mod colour {
    use plot::{BLACK, Colour, WHITE, faded, family};

    fn luminance(c: Colour) -> f64 {
        let [r, g, b] = c.rgb.map(f64::from);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn families_are_ordered_by_lightness_and_stay_visible_on_white() {
        let shades: Vec<f64> = (0..10).map(|i| luminance(family(i, 10))).collect();
        assert!(shades.windows(2).all(|w| w[1] > w[0] + 5.0), "{shades:?}");
        assert!(shades[9] < 200.0, "{shades:?}");
    }

    #[test]
    fn a_family_of_one_and_an_index_past_the_end_have_a_colour() {
        assert_eq!(family(0, 1), family(0, 10));
        assert_eq!(family(99, 0).opacity, 1.0);
    }

    #[test]
    fn fading_ends_at_white() {
        assert_eq!(faded(BLACK, 0.0), WHITE);
        assert_eq!(faded(BLACK, 1.0), BLACK);
    }
}

mod contour {
    use plot::{Error, Field, grey};

    use super::*;

    const SQUARE: [f64; 2] = [-2.0, 2.0];

    fn field(f: &dyn Fn(f64, f64) -> f64) -> Mark {
        Mark::Field(Field::sample(SQUARE, SQUARE, 81, vec![1.0], &grey, f))
    }

    /// Outlines of the regions where `f` is below 1.
    fn below(f: &dyn Fn(f64, f64) -> f64) -> Vec<Vec<[f64; 2]>> {
        drawn(SQUARE, field(f), "\"#000000\"")
    }

    #[test]
    fn a_field_with_a_nan_is_refused() {
        let mark = field(&|x, y| if x.hypot(y) < 1e-9 { f64::NAN } else { x });
        let found = alone(SQUARE, mark);
        assert!(matches!(found, Err(Error::Value { .. })));
    }

    #[test]
    fn a_disc_is_one_outline_of_its_area() {
        let outlines = below(&|x, y| x * x + y * y);
        assert_eq!(outlines.len(), 1);
        assert!((area(&outlines[0]) - std::f64::consts::PI).abs() < 0.01);
    }

    #[test]
    fn regions_are_closed_along_the_border() {
        // Two hyperbolic corners where |x y - 4| < 1, i.e. x y > 3.
        let outlines = below(&|x, y| (x * y - 4.0).abs());
        assert_eq!(outlines.len(), 2);
        let exact = 4.0 - 3.0 - 3.0 * (4.0f64 / 3.0).ln();
        for outline in &outlines {
            assert!((area(outline) - exact).abs() < 0.01, "{}", area(outline));
        }
        let whole = below(&|_, _| 0.0);
        assert!((area(&whole[0]) - 16.0).abs() < 1e-9);
    }

    #[test]
    fn an_empty_region_has_no_outline() {
        assert!(below(&|_, _| 2.0).is_empty());
    }
}

mod line {
    use plot::Stroke;

    use super::*;

    /// What is drawn of a line in a frame where a unit is a pixel.
    fn pieces(points: &[[f64; 2]], dash: Option<[f64; 2]>) -> Vec<Vec<[f64; 2]>> {
        let points = points.to_vec();
        let stroke = Stroke {
            dash,
            ..Stroke::solid(BLUE, 1.0)
        };
        let pieces = drawn([0.0, SIDE], Mark::Line { points, stroke }, "\"#0072b2\"");
        // Coordinates are kept to a tenth of a pixel.
        let rounded = |p: [f64; 2]| p.map(|v| (v * 10.0).round() / 10.0);
        let all = pieces.into_iter();
        all.map(|piece| piece.into_iter().map(rounded).collect())
            .collect()
    }

    fn off_chord(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let t = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy);
        let t = t.clamp(0.0, 1.0);
        (p[0] - a[0] - t * dx).hypot(p[1] - a[1] - t * dy)
    }

    #[test]
    fn dashes_cover_the_stated_share_of_a_line() {
        let line = [[0.0, 5.0], [10.0, 5.0], [30.0, 5.0]];
        let ends: Vec<_> = pieces(&line, Some([4.0, 6.0]))
            .iter()
            .map(|p| (p[0][0], p[p.len() - 1][0]))
            .collect();
        assert_eq!(ends, [(0.0, 4.0), (10.0, 14.0), (20.0, 24.0)]);
    }

    #[test]
    fn thinning_keeps_both_ends_and_every_visible_bend() {
        let line: Vec<_> = (0..=1000).map(|i| [f64::from(i) * 0.1, 0.0]).collect();
        let kept = &pieces(&line, None)[0];
        assert_eq!((kept.first(), kept.last()), (line.first(), line.last()));
        assert!(kept.len() < 20);
        let bent = [[0.0, 0.0], [5.0, 0.0], [5.0, 5.0]];
        assert_eq!(pieces(&bent, None), [bent]);
    }

    #[test]
    fn thinning_stays_on_a_curve() {
        let curve: Vec<[f64; 2]> = (0..=2000)
            .map(|i| f64::from(i) * 0.1)
            .map(|x| [x, 100.0 + 50.0 * (x / 30.0).sin()])
            .collect();
        let kept = &pieces(&curve, None)[0];
        assert!(kept.len() < 600, "{}", kept.len());
        let off = |p: &[f64; 2]| {
            let chords = kept.windows(2).map(|w| off_chord(*p, w[0], w[1]));
            chords.fold(f64::INFINITY, f64::min)
        };
        let worst = curve.iter().map(off).fold(0.0, f64::max);
        assert!(worst < 0.2, "{worst}");
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_cut_into_two() {
        let line = [
            [200.0, 500.0],
            [200.0, 1500.0],
            [800.0, 1500.0],
            [800.0, 500.0],
        ];
        let left = vec![[200.0, 500.0], [200.0, SIDE]];
        let right = vec![[800.0, SIDE], [800.0, 500.0]];
        assert_eq!(pieces(&line, None), [left, right]);
    }

    #[test]
    fn a_line_inside_is_left_alone() {
        let line = [[100.0, 100.0], [900.0, 200.0], [500.0, 500.0]];
        assert_eq!(pieces(&line, None), [line]);
    }
}

mod mark {
    use plot::Shape;

    use super::*;

    #[test]
    fn markers_have_comparable_areas() {
        for shape in Shape::FAMILY {
            let (points, radius, fill) = (vec![[0.5, 0.5]], 100.0, BLUE);
            let mark = Mark::Markers {
                points,
                shape,
                radius,
                fill,
            };
            let page = pixels(&alone([0.0, 1.0], mark).unwrap().png);
            let inside = |p: &&[u8]| p[..3] == BLUE.rgb;
            // Four pixels of the file are one of the page.
            let area = page.data().chunks(4).filter(inside).count() as f64 / 4.0;
            let ratio = area / (std::f64::consts::PI * radius * radius);
            assert!((0.8..1.3).contains(&ratio), "{shape:?} {ratio}");
        }
    }
}

mod number {
    use plot::{fixed, scientific, significant, subscript, superscript, thousands};

    #[test]
    fn numbers_read_well() {
        for (value, digits, text) in [
            (0.0, 3, "0"),
            (1.0, 5, "1"),
            (-1.5, 5, "−1.5"),
            (44.02942321860815, 6, "44.0294"),
            (0.00970840300861951, 2, "0.0097"),
            (4.440892098500626e-16, 2, "4.4 × 10⁻¹⁶"),
            (1e-6, 2, "1 × 10⁻⁶"),
            (9.99, 2, "10"),
            (999_999.6, 6, "1 × 10⁶"),
            (123_456.0, 4, "123,456"),
            (2000.0, 2, "2000"),
            (12_345.678, 7, "12,345.68"),
            (f64::NAN, 2, "NaN"),
        ] {
            assert_eq!(significant(value, digits), text);
        }
    }

    #[test]
    fn a_tiny_negative_value_is_not_minus_zero() {
        assert_eq!(fixed(-1e-12, 1), "0.0");
        assert_eq!(fixed(-1234.56, 1), "−1,234.6");
    }

    #[test]
    fn small_numbers_are_written_with_a_raised_exponent() {
        assert_eq!(scientific(3.2e-14), "3×10⁻¹⁴");
        assert_eq!(scientific(-3.2e14), "−3×10¹⁴");
        assert_eq!(scientific(0.0), "0");
        assert_eq!(superscript(-12), "⁻¹²");
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(subscript(31), "₃₁");
        assert_eq!(thousands(3072), "3,072");
        assert_eq!(thousands(768), "768");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}

mod picture {
    use std::sync::Arc;

    use plot::Tiles;
    use resvg::usvg::fontdb;

    use super::*;

    const TEXT: &str = "w₂w₁ λε";

    fn titled() -> Picture {
        let axis = || bare([0.0, 1.0]);
        let panel = Panel::plane(TEXT, axis(), axis(), Vec::new());
        page(0.05, panel).draw().unwrap()
    }

    #[test]
    fn text_becomes_paths() {
        let svg = titled().svg;
        assert!(!svg.contains("<text"));
        assert!(svg.contains("<path"));
        assert!(svg.contains("<title id=\"title\">a &lt; b</title>"));
        assert!(svg.contains("<desc id=\"desc\">c &amp; d</desc>"));
    }

    /// Width, height and blackness of what is drawn above row `end`.
    fn ink(page: &Pixmap, end: u32) -> [f64; 3] {
        let (mut left, mut right, mut top, mut bottom) = (page.width(), 0, end, 0);
        let mut black = 0.0;
        for (x, y) in (0..end).flat_map(|y| (0..page.width()).map(move |x| (x, y))) {
            let level = page.pixel(x, y).unwrap().green();
            black += f64::from(255 - level) / 255.0;
            if level < 128 {
                (left, right) = (left.min(x), right.max(x));
                (top, bottom) = (top.min(y), bottom.max(y));
            }
        }
        assert!(right > left, "nothing was drawn");
        [f64::from(right - left), f64::from(bottom - top), black]
    }

    #[test]
    fn the_kept_picture_shows_what_was_written() {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(dejavu::sans::regular().to_vec());
        let options = usvg::Options {
            fontdb: Arc::new(fonts),
            ..usvg::Options::default()
        };
        let plain = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\" height=\"44\"><text x=\"500\" y=\"30\" \
             fill=\"#1a1a1a\" font-family=\"DejaVu Sans\" font-size=\"21\">{TEXT}</text></svg>"
        );
        let plain = ink(&rendered(&plain, &options), 88);
        let kept = ink(&pixels(&titled().png), 88);
        // The two may start at another fraction of a pixel.
        for (side, (a, b)) in plain.iter().zip(kept).enumerate() {
            let slack = if side < 2 { 1.0 } else { 0.02 * a };
            assert!((a - b).abs() <= slack, "{plain:?} {kept:?}");
        }
    }

    #[test]
    fn the_kept_svg_can_be_rendered_again_without_fonts() {
        let picture = titled();
        let again = rendered(&picture.svg, &usvg::Options::default());
        assert!(again.encode_png().unwrap() == picture.png);
    }

    #[test]
    fn every_symbol_used_has_a_glyph() {
        let drawn = |c: char| {
            let rows = vec![(c.to_string(), Vec::new())];
            let tiles = Tiles {
                shape: [1, 1, 1],
                rows,
            };
            tiles.draw().unwrap()
        };
        // A character without a glyph is drawn like any other without one.
        let missing = drawn('\u{f8fe}');
        for symbol in "λεγα₀₁₂₃²⁰¹⁻−√×≤≥∈…Δ±|∂∇".chars() {
            assert!(drawn(symbol) != missing, "{symbol}");
        }
    }
}

mod scene {
    use plot::{Path3, Stroke, Surface, VERMILLION};

    use super::*;

    /// The plane z = 2 x over the unit square, with a line on it, up to this height.
    fn plane(top: f64, cells: usize, line: &[[f64; 3]]) -> String {
        let side = || Axis::linear("", [0.0, 1.0], 1);
        let z = Axis::linear("", [top - 1.0, top], 1);
        let mut surface = Surface::sample(side(), side(), z, cells, |_| BLUE, &|x, _| 2.0 * x);
        surface.paths.push(Path3 {
            points: line.to_vec(),
            stroke: Stroke::solid(VERMILLION, 1.0),
        });
        let page = page(1.0, Panel::surface("", surface));
        page.draw().unwrap().svg
    }

    /// The line's pieces in front of the surface, and the whole of it as it shows through.
    fn lines(svg: &str) -> (Vec<Vec<[f64; 2]>>, Vec<[f64; 2]>) {
        let mut all = paths(svg, "stroke=\"#d55e00\"");
        let whole = all.pop().unwrap();
        (all, whole)
    }

    #[test]
    fn cutting_keeps_what_is_below_and_ends_level() {
        let rim = [
            [0.0, 0.0, 0.0],
            [0.5, 0.0, 1.0],
            [0.5, 1.0, 1.0],
            [0.0, 1.0, 0.0],
        ];
        let svg = plane(1.0, 1, &rim);
        let faces = paths(&svg, "fill=\"#0072b2\"");
        assert_eq!(faces.len(), 1);
        for (corner, exact) in faces[0].iter().zip(lines(&svg).1) {
            let off = (corner[0] - exact[0]).hypot(corner[1] - exact[1]);
            assert!(off < 0.6, "a face overlaps its neighbours by 0.4 pixels");
        }
        assert!(paths(&plane(-1.0, 1, &rim), "fill=\"#0072b2\"").is_empty());
        let whole = paths(&plane(3.0, 1, &rim), "fill=\"#0072b2\"");
        assert_eq!((whole.len(), whole[0].len()), (1, 4));
    }

    #[test]
    fn chunks_are_short_and_leave_no_gap() {
        let (mut pieces, whole) = lines(&plane(
            2.0,
            8,
            &[[0.0, 0.0, 1.0], [1.0, 1.0, 1.5], [1.0, 0.99, 1.5]],
        ));
        let mut end = whole[0];
        while let Some(next) = pieces.iter().position(|piece| piece[0] == end) {
            let piece = pieces.remove(next);
            let length: f64 = piece
                .windows(2)
                .map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1]))
                .sum();
            // A chunk ends with the part that makes it long enough: 0.12 of a box 2 wide at most.
            assert!(length < 42.0, "{length} of some 900 pixels");
            end = piece[piece.len() - 1];
        }
        assert!(pieces.is_empty(), "not joined: {pieces:?}");
        assert_eq!(Some(&end), whole.last());
    }

    #[test]
    fn the_box_fits_its_frame() {
        let svg = plane(2.0, 4, &[[0.0, 0.0, 1.0], [1.0, 1.0, 2.0]]);
        let height = rendered(&svg, &usvg::Options::default()).height() / 2;
        let (edges, axes) = (
            paths(&svg, "\"#e4e4e4\""),
            paths(&svg, "stroke=\"#1a1a1a\""),
        );
        assert_eq!(edges.len(), 4);
        for [x, y] in edges.into_iter().chain(axes).flatten() {
            let inside = (32.0..=986.0).contains(&x) && (20.0..=f64::from(height)).contains(&y);
            assert!(inside, "{x} {y}");
        }
    }
}

mod tiles {
    use plot::Tiles;

    use super::*;

    /// Width of the labels, side of an image, and pixels between two images.
    const LAYOUT: [usize; 3] = [190, 72, 6];

    #[test]
    fn a_grid_is_a_png_of_the_right_size_with_the_right_pixels() {
        let red = (0..12).map(|pixel| f64::from(pixel < 4)).collect();
        let tiles = Tiles {
            shape: [3, 2, 2],
            rows: vec![
                ("red < white".to_owned(), vec![red, vec![2.0; 12]]),
                ("nothing".to_owned(), Vec::new()),
            ],
        };
        let page = pixels(&tiles.draw().unwrap());
        let [label, side, gap] = LAYOUT;
        assert_eq!(page.width() as usize, label + 2 * (side + gap));
        assert_eq!(page.height() as usize, 2 * (side + gap));
        let at = |x: usize, y: usize| {
            let pixel = page.pixel(x as u32, y as u32).unwrap();
            [pixel.red(), pixel.green(), pixel.blue()]
        };
        assert_eq!(at(label + 1, 1), [255, 0, 0]);
        let second = at(label + side + gap + 1, 1);
        assert_eq!(second, [255, 255, 255], "clipped, not wrapped");
        let mut ink = (0..label).flat_map(|x| (0..side).map(move |y| (x, y)));
        assert!(ink.any(|(x, y)| at(x, y)[0] < 64), "a label was written");
    }
}
