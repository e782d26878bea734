//! Points and rectangles of the page, in pixels.

/// A point of the page, from its upper left corner.
pub(crate) type Px = [f64; 2];

/// A rectangle of the page.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn new([left, right]: [f64; 2], [top, bottom]: [f64; 2]) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn centre(&self) -> Px {
        [self.left + self.right, self.top + self.bottom].map(|sum| sum / 2.0)
    }

    /// Whether a point is inside or, up to rounding, on the border.
    pub fn holds(&self, [x, y]: Px) -> bool {
        let within = |v: f64, low: f64, high: f64| (low - 0.5..=high + 0.5).contains(&v);
        within(x, self.left, self.right) && within(y, self.top, self.bottom)
    }

    /// Corners in order, for a polygon.
    pub fn corners(&self) -> [Px; 4] {
        let [l, r, t, b] = [self.left, self.right, self.top, self.bottom];
        [[l, t], [r, t], [r, b], [l, b]]
    }
}

/// The point a fraction `t` of the way from `a` to `b`.
pub(crate) fn between<const N: usize>(a: [f64; N], b: [f64; N], t: f64) -> [f64; N] {
    std::array::from_fn(|k| a[k] + t * (b[k] - a[k]))
}

pub(crate) fn moved(p: Px, by: Px) -> Px {
    [p[0] + by[0], p[1] + by[1]]
}

pub(crate) fn distance(a: Px, b: Px) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}
