//! Lines: clipped to a frame, thinned out, dashed.

use crate::geometry::{Frame, Px, between, distance};

/// Points closer than this to the last one kept, in page pixels, are dropped from a line: they are invisible.
const THIN: f64 = 0.3;

/// The pieces of a line that lie inside `frame`.
pub(crate) fn clipped(points: &[Px], frame: &Frame) -> Vec<Vec<Px>> {
    let mut pieces: Vec<Vec<Px>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some((a, b)) = clip_segment(pair[0], pair[1], frame) else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open && piece.last() == Some(&a) => piece.push(b),
            _ => pieces.push(vec![a, b]),
        }
        open = b == pair[1];
    }
    pieces
}

/// The part of a segment inside `frame` (Liang and Barsky, 1984).
fn clip_segment(a: Px, b: Px, frame: &Frame) -> Option<(Px, Px)> {
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let low = [frame.left, frame.top];
    let high = [frame.right, frame.bottom];
    for axis in 0..2 {
        let step = b[axis] - a[axis];
        for (towards, room) in [(-step, a[axis] - low[axis]), (step, high[axis] - a[axis])] {
            if towards < 0.0 {
                enter = enter.max(room / towards);
            } else if towards > 0.0 {
                leave = leave.min(room / towards);
            } else if room < 0.0 {
                return None;
            }
        }
    }
    let first = if enter > 0.0 { between(a, b, enter) } else { a };
    let last = if leave < 1.0 { between(a, b, leave) } else { b };
    (enter <= leave).then_some((first, last))
}

/// `points` without those that the eye cannot tell from their neighbours; both ends are kept.
pub(crate) fn thinned(points: &[Px]) -> Vec<Px> {
    let mut kept: Vec<Px> = Vec::with_capacity(points.len());
    for (i, &p) in points.iter().enumerate() {
        let far = kept.last().is_none_or(|&last| distance(last, p) >= THIN);
        if far || i + 1 == points.len() {
            kept.push(p);
        }
    }
    straightened(&kept)
}

/// Drops points on the straight line between their neighbours (to a twentieth of a pixel).
fn straightened(points: &[Px]) -> Vec<Px> {
    let mut kept: Vec<Px> = Vec::with_capacity(points.len());
    let mut anchor = 0;
    for i in 0..points.len() {
        let inner = i > 0 && i + 1 < points.len();
        // The chord to the next point must pass close to everything it would replace.
        let redundant = inner
            && i - anchor < 64
            && (anchor + 1..=i).all(|k| off_chord(points[k], points[anchor], points[i + 1]) < 0.05);
        if !redundant {
            kept.push(points[i]);
            anchor = i;
        }
    }
    kept
}

/// Distance of `p` from the segment `a`-`b`.
fn off_chord(p: Px, a: Px, b: Px) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let square = dx * dx + dy * dy;
    if square == 0.0 {
        return distance(p, a);
    }
    let t = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square;
    distance(p, between(a, b, t.clamp(0.0, 1.0)))
}

/// Cuts a line into dashes of `dash[0]` with gaps of `dash[1]`, measured along the line.
pub(crate) fn dashes(points: &[Px], dash: [f64; 2]) -> Vec<Vec<Px>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<Px> = points.iter().take(1).copied().collect();
    let (mut ink, mut left) = (true, dash[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut rest = distance(from, to);
        while rest > left {
            from = between(from, to, left / rest);
            rest -= left;
            if ink {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            ink = !ink;
            left = if ink { dash[0] } else { dash[1] };
        }
        left -= rest;
        if ink {
            piece.push(to);
        }
    }
    if ink && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}
