//! Figures for inlining: the same drawing in a quarter of the bytes, with ids of its own.
//!
//! The files under `figures/` name each coordinate in full. Here all transforms are applied, coordinates are whole
//! tenths of a page pixel and relative to the previous point, points on a straight line are left out, and paths of one
//! style become one path wherever nothing else was drawn between them. A marker with its halo is written once and then
//! referred to. The picture stays the same (see the tests).

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use askama::Template;
use resvg::tiny_skia::{PathSegment, Point, Rect, Transform};
use resvg::usvg::{self, FillRule, Group, LineCap, LineJoin, Node, PaintOrder, roxmltree};

/// Times that a pair of paths has to occur to be written only once.
const OFTEN: usize = 4;

/// Units in a page pixel.
const UNITS: f32 = 10.0;

/// A drawing that can stand in a page beside others.
#[derive(Debug, Template)]
#[template(path = "figure.svg")]
pub(super) struct Drawing {
    id: String,
    title: String,
    description: String,
    width: i32,
    height: i32,
    /// The commonest stroke width, which need not be repeated.
    stroke_width: String,
    /// Pairs of paths that occur often, such as a marker on its halo.
    stamps: Vec<Stamp>,
    layers: Vec<Layer>,
}

/// What is painted at once.
#[derive(Debug)]
struct Layer {
    members: Vec<Member>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Paths of one style.
    Paths {
        style: Style,
        data: String,
        /// Where the pen is after the last of them.
        end: [i32; 2],
    },
    /// One of the stamps, with its start at `at`.
    Stamp { index: usize, at: [i32; 2] },
}

/// Two paths, one on the other, as seen from the start of the first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stamp([(Style, String); 2]);

/// A path as it was drawn.
struct Item {
    style: Style,
    outline: Outline,
    /// How far the paint goes beyond the outline.
    margin: f32,
}

/// What has to be known of a path to decide whether another may join it.
#[derive(Debug, Clone, Copy)]
struct Member {
    bounds: Rect,
    /// Sign of the area of all its contours, if it is the same for all.
    winding: Option<i32>,
}

/// How a path is painted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Style {
    paint: Paint,
    colour: String,
    /// Empty if nothing shines through.
    opacity: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Paint {
    Fill,
    Stroke { width: String },
}

impl Drawing {
    /// Reads a figure that this project drew. Ids of the result start with `id`.
    ///
    /// # Errors
    /// Not an SVG file, or one with more than the plain paths that our figures consist of.
    pub fn read(text: &str, id: &str) -> Result<Self, String> {
        let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
        let spoken = |name: &str| {
            let node = document.descendants().find(|node| node.has_tag_name(name));
            node.and_then(|node| node.text())
                .unwrap_or_default()
                .to_owned()
        };
        let tree = usvg::Tree::from_xmltree(&document, &usvg::Options::default())
            .map_err(|error| error.to_string())?;
        let mut items = Vec::new();
        add_group(tree.root(), 1.0, &mut items)?;
        let (stamps, layers) = layers(&items);
        Ok(Self {
            id: id.to_owned(),
            title: spoken("title"),
            description: spoken("desc"),
            width: whole(tree.size().width() * UNITS),
            height: whole(tree.size().height() * UNITS),
            stroke_width: commonest_width(&items),
            stamps,
            layers,
        })
    }
}

fn commonest_width(items: &[Item]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        if let Paint::Stroke { width } = &item.style.paint {
            *counts.entry(width).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map_or("1", |(width, _)| width).to_owned()
}

fn add_group(group: &Group, opacity: f32, items: &mut Vec<Item>) -> Result<(), String> {
    let transparent = group.opacity().get() < 1.0;
    if group.clip_path().is_some() || (group.should_isolate() && !transparent) {
        return Err("it holds clipped or blended groups".to_owned());
    }
    // A group that shines through as a whole is not the same as parts that do so each.
    if transparent && group.children().len() > 1 {
        return Err("it holds transparent groups of several parts".to_owned());
    }
    let opacity = opacity * group.opacity().get();
    for node in group.children() {
        match node {
            Node::Group(group) => add_group(group, opacity, items)?,
            Node::Path(path) => add_path(path, opacity, items)?,
            Node::Image(_) | Node::Text(_) => return Err("it holds images or text".to_owned()),
        }
    }
    Ok(())
}

fn add_path(path: &usvg::Path, opacity: f32, items: &mut Vec<Item>) -> Result<(), String> {
    if !path.is_visible() {
        return Ok(());
    }
    if path.fill().is_some() && path.stroke().is_some() {
        let plain = path.paint_order() == PaintOrder::default() && opacity == 1.0;
        if !plain {
            return Err("it holds paths that are filled and stroked at once".to_owned());
        }
    }
    let transform = path.abs_transform().post_scale(UNITS, UNITS);
    let outline = Outline::new(path, transform)?;
    if let Some(fill) = path.fill() {
        if fill.rule() != FillRule::NonZero {
            return Err("it holds even-odd fills".to_owned());
        }
        let style = Style {
            paint: Paint::Fill,
            colour: colour(fill.paint())?,
            opacity: share(opacity * fill.opacity().get()),
        };
        items.push(Item {
            style,
            outline: outline.clone(),
            margin: 0.0,
        });
    }
    if let Some(stroke) = path.stroke() {
        let plain = stroke.dasharray().is_none()
            && stroke.linecap() == LineCap::Butt
            && stroke.linejoin() == LineJoin::Round;
        if !plain {
            return Err("it holds strokes other than plain ones".to_owned());
        }
        let area = transform.sx * transform.sy - transform.kx * transform.ky;
        let width = stroke.width().get() * area.abs().sqrt();
        let style = Style {
            paint: Paint::Stroke {
                width: tenths(width),
            },
            colour: colour(stroke.paint())?,
            opacity: share(opacity * stroke.opacity().get()),
        };
        items.push(Item {
            style,
            outline,
            margin: 0.5 * width,
        });
    }
    Ok(())
}

fn share(opacity: f32) -> String {
    if opacity < 1.0 {
        format!("{}", (100.0 * opacity).round() / 100.0)
    } else {
        String::new()
    }
}

fn tenths(value: f32) -> String {
    format!("{}", (10.0 * value).round() / 10.0)
}

/// Finds the pairs that occur often, and puts everything into as few layers as will do.
fn layers(items: &[Item]) -> (Vec<Stamp>, Vec<Layer>) {
    let pairs: Vec<Option<Stamp>> = items.windows(2).map(Stamp::of).collect();
    let mut counts: HashMap<&Stamp, usize> = HashMap::new();
    for stamp in pairs.iter().flatten() {
        *counts.entry(stamp).or_default() += 1;
    }
    let (mut stamps, mut layers): (Vec<Stamp>, Vec<Layer>) = (Vec::new(), Vec::new());
    let mut known: HashMap<&Stamp, usize> = HashMap::new();
    let mut rest = items.iter().enumerate();
    while let Some((place, item)) = rest.next() {
        let pair = pairs.get(place).and_then(Option::as_ref);
        match (
            pair.filter(|stamp| counts.get(stamp).is_some_and(|&count| count >= OFTEN)),
            items.get(place + 1),
        ) {
            (Some(stamp), Some(second)) => {
                let index = *known.entry(stamp).or_insert_with(|| {
                    stamps.push(stamp.clone());
                    stamps.len() - 1
                });
                layers.push(Layer {
                    members: [item, second]
                        .into_iter()
                        .filter_map(Item::member)
                        .collect(),
                    content: Content::Stamp {
                        index,
                        at: item.outline.start(),
                    },
                });
                rest.next();
            }
            _ => add(&mut layers, item),
        }
    }
    (stamps, layers)
}

impl Stamp {
    /// Two fills, one after the other, that touch: a marker on its halo.
    fn of(items: &[Item]) -> Option<Self> {
        let [first, second] = items else {
            return None;
        };
        let (a, b) = (first.member()?, second.member()?);
        let fills = first.style.paint == Paint::Fill && second.style.paint == Paint::Fill;
        if !(fills && overlap(&a.bounds, &b.bounds)) {
            return None;
        }
        let origin = first.outline.start();
        let seen = |item: &Item| {
            let (mut data, mut end) = (String::new(), origin);
            item.outline.write(&mut data, &mut end);
            (item.style.clone(), data)
        };
        Some(Self([seen(first), seen(second)]))
    }
}

impl Item {
    fn member(&self) -> Option<Member> {
        Some(Member {
            bounds: self.outline.bounds(self.margin)?,
            winding: self.outline.winding,
        })
    }
}

/// Puts a path into the last layer of its style that nothing drawn since would cover differently, or into a new one.
fn add(layers: &mut Vec<Layer>, item: &Item) {
    let Some(member) = item.member() else {
        return;
    };
    let meets = |other: &Member| overlap(&other.bounds, &member.bounds);
    let opaque = item.style.opacity.is_empty();
    let fill = item.style.paint == Paint::Fill;
    // Where contours of opposite winding overlap, one path leaves a hole that two do not; and what shines through twice
    // is darker than what does so once.
    let clashes = |other: &Member| {
        let alike = other.winding.is_some() && other.winding == member.winding;
        meets(other) && !(opaque && (alike || !fill))
    };
    for layer in layers.iter_mut().rev() {
        if let Content::Paths { style, data, end } = &mut layer.content
            && *style == item.style
            && !layer.members.iter().any(clashes)
        {
            layer.members.push(member);
            item.outline.write(data, end);
            return;
        }
        if layer.members.iter().any(meets) {
            break;
        }
    }
    let (mut data, mut end) = (String::new(), [0; 2]);
    item.outline.write(&mut data, &mut end);
    layers.push(Layer {
        members: vec![member],
        content: Content::Paths {
            style: item.style.clone(),
            data,
            end,
        },
    });
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.left() < b.right() && b.left() < a.right() && a.top() < b.bottom() && b.top() < a.bottom()
}

fn colour(paint: &usvg::Paint) -> Result<String, String> {
    let usvg::Paint::Color(colour) = paint else {
        return Err("it holds gradients or patterns".to_owned());
    };
    let parts = [colour.red, colour.green, colour.blue];
    let [r, g, b] = parts;
    Ok(if parts.iter().all(|part| part % 17 == 0) {
        format!("#{:x}{:x}{:x}", r / 17, g / 17, b / 17)
    } else {
        format!("#{r:02x}{g:02x}{b:02x}")
    })
}

/// The contours of a path in whole units.
#[derive(Clone)]
struct Outline {
    contours: Vec<Contour>,
    winding: Option<i32>,
}

#[derive(Clone)]
struct Contour {
    start: [i32; 2],
    pieces: Vec<Piece>,
    closed: bool,
}

#[derive(Clone, Copy)]
enum Piece {
    Line([i32; 2]),
    Quadratic([[i32; 2]; 2]),
    Cubic([[i32; 2]; 3]),
}

impl Piece {
    fn points(&self) -> &[[i32; 2]] {
        match self {
            Self::Line(point) => std::slice::from_ref(point),
            Self::Quadratic(points) => points,
            Self::Cubic(points) => points,
        }
    }
}

impl Outline {
    fn new(path: &usvg::Path, transform: Transform) -> Result<Self, String> {
        let placed = path.data().clone().transform(transform);
        let placed = placed.ok_or("it holds a path that has no place")?;
        let mut contours: Vec<Contour> = Vec::new();
        for segment in placed.segments() {
            if let PathSegment::MoveTo(point) = segment {
                contours.push(Contour {
                    start: grid(point),
                    pieces: Vec::new(),
                    closed: false,
                });
                continue;
            }
            let contour = contours
                .last_mut()
                .ok_or("it holds a path without a start")?;
            match segment {
                PathSegment::MoveTo(_) => {}
                PathSegment::LineTo(point) => contour.line_to(grid(point)),
                PathSegment::QuadTo(a, b) => {
                    contour.pieces.push(Piece::Quadratic([grid(a), grid(b)]));
                }
                PathSegment::CubicTo(a, b, c) => {
                    contour
                        .pieces
                        .push(Piece::Cubic([grid(a), grid(b), grid(c)]));
                }
                PathSegment::Close => contour.closed = true,
            }
        }
        contours.retain(|contour| !contour.pieces.is_empty());
        let mut signs = contours.iter().map(Contour::winding);
        let first = signs.next();
        let winding = first.filter(|first| signs.all(|sign| sign == *first));
        Ok(Self { contours, winding })
    }

    fn start(&self) -> [i32; 2] {
        self.contours
            .first()
            .map_or([0; 2], |contour| contour.start)
    }

    /// The box that holds all points, and `margin` around them.
    fn bounds(&self, margin: f32) -> Option<Rect> {
        let points = || self.contours.iter().flat_map(Contour::points);
        let of = |axis: fn([i32; 2]) -> i32| {
            let values = || points().map(axis);
            Some((
                values().min()? as f32 - margin,
                values().max()? as f32 + margin,
            ))
        };
        let ((left, right), (top, bottom)) = (of(|point| point[0])?, of(|point| point[1])?);
        Rect::from_ltrb(left, top, right, bottom)
    }

    /// Appends the contours, relative to the point where the path ended before.
    fn write(&self, data: &mut String, end: &mut [i32; 2]) {
        for contour in &self.contours {
            contour.write(data, end);
        }
    }
}

impl Contour {
    fn end(&self) -> [i32; 2] {
        let last = self.pieces.last().and_then(|piece| piece.points().last());
        last.copied().unwrap_or(self.start)
    }

    /// Adds a line; one that goes straight on lengthens the last one.
    fn line_to(&mut self, to: [i32; 2]) {
        let from = self.end();
        if from == to {
            return;
        }
        if let Some(&Piece::Line(middle)) = self.pieces.last() {
            self.pieces.pop();
            let before = self.end();
            let (a, b) = (minus(middle, before), minus(to, middle));
            let cross = i64::from(a[0]) * i64::from(b[1]) - i64::from(a[1]) * i64::from(b[0]);
            let along = i64::from(a[0]) * i64::from(b[0]) + i64::from(a[1]) * i64::from(b[1]);
            if cross != 0 || along < 0 {
                self.pieces.push(Piece::Line(middle));
            }
        }
        self.pieces.push(Piece::Line(to));
    }

    fn points(&self) -> impl Iterator<Item = [i32; 2]> + '_ {
        let rest = self.pieces.iter().flat_map(|piece| piece.points().to_vec());
        std::iter::once(self.start).chain(rest)
    }

    /// Sign of the area of its polygon of control points.
    fn winding(&self) -> i32 {
        let points: Vec<[i32; 2]> = self.points().collect();
        let next = points.iter().cycle().skip(1);
        let area: i64 = points
            .iter()
            .zip(next)
            .map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(a[1]) * i64::from(b[0]))
            .sum();
        area.signum() as i32
    }

    fn write(&self, data: &mut String, end: &mut [i32; 2]) {
        // The first `m` of a path counts from the origin, later ones from where the pen is.
        data.push('m');
        pair(data, minus(self.start, *end), true);
        let mut at = self.start;
        let mut letter = 'l';
        for piece in &self.pieces {
            let own = match piece {
                Piece::Line(_) => 'l',
                Piece::Quadratic(_) => 'q',
                Piece::Cubic(_) => 'c',
            };
            // Pairs after `m` are lines, and a letter need not be repeated.
            let mut first = own != letter;
            if first {
                data.push(own);
                letter = own;
            }
            for &point in piece.points() {
                pair(data, minus(point, at), first);
                first = false;
            }
            at = piece.points().last().copied().unwrap_or(at);
        }
        *end = at;
        if self.closed {
            data.push('z');
            *end = self.start;
        }
    }
}

fn minus(a: [i32; 2], b: [i32; 2]) -> [i32; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

/// Writes two numbers with as few separators as the grammar of paths allows.
fn pair(data: &mut String, [x, y]: [i32; 2], after_letter: bool) {
    let space = |wanted: bool| if wanted { " " } else { "" };
    // Writing to a String cannot fail.
    let _ = write!(
        data,
        "{}{x}{}{y}",
        space(x >= 0 && !after_letter),
        space(y >= 0)
    );
}

fn grid(point: Point) -> [i32; 2] {
    [whole(point.x), whole(point.y)]
}

fn whole(value: f32) -> i32 {
    value.round() as i32
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use resvg::tiny_skia::Pixmap;

    use super::*;

    fn rendered(svg: &str, scale: f32) -> Pixmap {
        let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
        let mut pixels = Pixmap::new(1000, 800).unwrap();
        let zoom = scale * 1000.0 / tree.size().width();
        resvg::render(
            &tree,
            Transform::from_scale(zoom, zoom),
            &mut pixels.as_mut(),
        );
        pixels
    }

    fn document(drawing: &Drawing) -> String {
        let text = drawing.render().unwrap();
        text.replacen("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"", 1)
    }

    #[test]
    fn the_picture_stays_the_same() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/paper/figures");
        let mut seen = 0;
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "svg") {
                continue;
            }
            let before = fs::read_to_string(&path).unwrap();
            let after = document(&Drawing::read(&before, "a").unwrap());
            assert!(after.len() < before.len() * 6 / 10, "{}", path.display());
            let (a, b) = (rendered(&before, 1.0), rendered(&after, 1.0));
            let pairs = || a.data().iter().zip(b.data());
            let far = pairs().filter(|(a, b)| a.abs_diff(**b) > 64).count();
            let mean = pairs().map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>()
                / a.data().len() as f64;
            assert!(mean < 0.5, "{}: mean {mean}", path.display());
            assert!(far * 2000 < a.data().len(), "{}: {far}", path.display());
            seen += 1;
        }
        assert!(seen >= 5, "{seen}");
    }

    #[test]
    fn what_lies_on_top_stays_on_top_and_holes_stay_holes() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'>\
            <path fill='#f00' d='M0 0L10 0L10 10L0 10Z'/><path fill='#00f' d='M2 2L8 2L8 8L2 8Z'/>\
            <path fill='#f00' d='M4 4L6 4L6 6L4 6Z'/>\
            <path fill='#0f0' d='M0 0L4 0L4 1L0 1Z'/><path fill='#0f0' d='M1 0L1 1L3 1L3 0Z'/>\
            <g opacity='.5'><path d='M0 8L4 8L4 9Z'/></g><g opacity='.5'><path d='M1 8L5 8L5 9Z'/></g>\
            <g opacity='.5'><path d='M8 8L9 8L9 9Z'/></g></svg>";
        let drawing = Drawing::read(svg, "a").unwrap();
        assert_eq!(drawing.layers.len(), 7, "only the last two are one");
        assert_eq!(
            rendered(svg, 1.0).data(),
            rendered(&document(&drawing), 1.0).data()
        );
    }

    #[test]
    fn ids_are_its_own_and_text_is_escaped() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'>\
            <title id='title'>a &lt;script></title><desc id='desc'>&amp;</desc></svg>";
        let text = Drawing::read(svg, "fig9").unwrap().render().unwrap();
        assert!(
            text.contains("id=\"fig9-title\"") && !text.contains("<script"),
            "{text}"
        );
        assert!(
            text.contains("aria-labelledby=\"fig9-title fig9-desc\""),
            "{text}"
        );
    }

    #[test]
    fn what_our_figures_never_hold_is_refused() {
        for body in [
            "<path fill='#f00' fill-rule='evenodd' d='M0 0L1 0L1 1Z'/>",
            "<g opacity='.5'><path d='M0 0L1 0L1 1Z'/><path d='M0 0L1 0L1 2Z'/></g>",
            "<path fill='none' stroke='#f00' stroke-dasharray='1' d='M0 0L1 0L1 1Z'/>",
        ] {
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{body}</svg>"
            );
            assert!(Drawing::read(&svg, "a").is_err(), "{body}");
        }
        assert!(Drawing::read("no svg", "a").is_err());
    }
}
