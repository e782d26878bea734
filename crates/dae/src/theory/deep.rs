//! More than two layers: noise has the same fixed points at any depth, weight decay a deadline.
//!
//! L layers `W = W1 ... W_L` with the loss of the [crate] and `gamma/2 sum ||W_l||^2`, balanced and aligned with the
//! eigenbasis of the data. The outer two layers carry `u` in a mode, the L - 2 inner ones `m`.

use ode_solvers::dop_shared::{OutputType, System};
use ode_solvers::{Dop853, Vector2};

use super::scalar::LIMIT;
use super::search::boundary;
use super::{Mode, dynamics};
use crate::Result;
use crate::error::{Error, non_negative, positive, within};

/// Largest number of layers.
const DEEPEST: usize = 1000;

/// Relative and absolute tolerance of the integrator.
const TOLERANCE: f64 = 1e-12;

/// Steps after which the integrator gives up.
const MAX_STEPS: u32 = 1_000_000;

/// One mode in a network of L layers.
///
/// # Reference
/// A. Saxe, J. McClelland and S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
/// networks", ICLR 2014 (without noise and decay); averaged convention.
///
/// # Example
/// ```
/// use dae::theory::{Mode, deep::Deep};
/// // With noise any depth ends in the same mapping; decay that two layers bear is too much for three.
/// for layers in 2..6 {
///     let noise = Deep::new(layers, Mode::denoising(1.0, 0.25)?)?;
///     assert_eq!(noise.fixed_point(), 0.8);
/// }
/// let decay = |layers| Ok::<_, dae::Error>(Deep::new(layers, Mode::decaying(1.0, 0.48)?)?.fixed_point());
/// assert_eq!((decay(2)?, decay(3)?), (0.52, 0.0));
/// # Ok::<(), dae::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deep {
    layers: usize,
    mode: Mode,
}

/// Where training begins: `u0` in the outer layers, `m0` in the inner ones.
///
/// | Name | Unit | Range |
/// |---|---|---|
/// | `outer` | weight | above 0, up to 1e50 |
/// | `inner` | weight | above 0, up to 1e50; `outer / inner` from 1e-15 to 1e15 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Start {
    outer: f64,
    inner: f64,
}

impl Start {
    /// Builds a start.
    ///
    /// # Errors
    /// A weight or a ratio out of range.
    pub fn new(outer: f64, inner: f64) -> Result<Self> {
        for (name, weight) in [("outer", outer), ("inner", inner)] {
            within(
                name,
                positive(name, weight)?,
                0.0..=LIMIT,
                "a number up to 1e50",
            )?;
        }
        within(
            "outer / inner",
            outer / inner,
            1e-15..=1e15,
            "from 1e-15 to 1e15",
        )?;
        Ok(Self { outer, inner })
    }

    /// The mean start of a network whose layers are `a0` times random matrices with orthonormal rows or columns.
    ///
    /// ```text
    /// u0^2 = a0^2 H / (2 D),   m0 = a0;   H > D:  u0^2 = a0^2 / 2
    /// ```
    ///
    /// The first and the last layer meet at random, so half of what they carry grows (see
    /// [`growing_part`](super::coupled::growing_part)).
    ///
    /// # Shapes
    /// The outer layers are `data` x `hidden` and back, the inner ones `hidden` x `hidden`.
    ///
    /// # Errors
    /// A dimension of zero, or a weight out of range.
    pub fn orthonormal(a0: f64, data: usize, hidden: usize) -> Result<Self> {
        for (name, size) in [("data", data), ("hidden", hidden)] {
            if size == 0 {
                return Err(Error::out_of_range(name, size, "at least 1"));
            }
        }
        let share = hidden.min(data) as f64 / data as f64;
        Self::new(a0 * (0.5 * share).sqrt(), a0)
    }

    /// `u0`.
    pub fn outer(&self) -> f64 {
        self.outer
    }

    /// `m0`.
    pub fn inner(&self) -> f64 {
        self.inner
    }
}

impl Deep {
    /// Puts a mode into a network.
    ///
    /// # Errors
    /// Fewer than 2 or more than 1000 layers.
    pub fn new(layers: usize, mode: Mode) -> Result<Self> {
        depth(layers)?;
        Ok(Self { layers, mode })
    }

    /// The number of layers, L.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// The mode.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// `1 - 2/L`: depth slows a mode by the mapping to this power.
    fn power(&self) -> f64 {
        1.0 - 2.0 / self.layers as f64
    }

    /// Slope of the mapping where all layers carry the same:
    /// `dw/ds = L w^(2 - 2/L) (lambda - (lambda + epsilon) w) - L gamma w`.
    ///
    /// # Errors
    /// `w` negative, not finite or above 1e50.
    pub fn slope(&self, w: f64) -> Result<f64> {
        within("w", w, 0.0..=LIMIT, "a number from 0 to 1e50")?;
        let pull = self.mode.lambda() - self.mode.input_variance() * w;
        Ok(self.layers as f64 * w * (w.powf(self.power()) * pull - self.mode.gamma()))
    }

    /// The largest decay that leaves a minimum besides the origin.
    ///
    /// ```text
    /// lambda (lambda/(lambda + epsilon))^p L/(2L - 2) ((L - 2)/(2L - 2))^p,   p = (L - 2)/L
    /// ```
    ///
    /// For L = 2 it is `lambda`, where the mapping has shrunk to 0. For more layers the mapping is still
    /// `(L - 2)/(2L - 2)` of its value without decay, and drops to 0 at once. In units of `lambda`, without noise:
    /// 0.47247 for L = 3, 0.38490 for L = 4.
    pub fn largest_decay(&self) -> f64 {
        let (lambda, p) = (self.mode.lambda(), self.power());
        if lambda == 0.0 {
            return 0.0;
        }
        let end = lambda / self.mode.input_variance();
        lambda * (end * self.edge()).powf(p) * (1.0 - self.edge())
    }

    /// `(L - 2)/(2L - 2)`: the least share of `lambda/(lambda + epsilon)` that a minimum can have.
    fn edge(&self) -> f64 {
        let inner = self.layers as f64 - 2.0;
        inner / (2.0 * inner + 2.0)
    }

    /// Whether there is a minimum besides the origin: `gamma <= largest_decay`, and below `lambda` for L = 2.
    pub fn has_minimum(&self) -> bool {
        self.fixed_point() > 0.0
    }

    /// Whether small weights shrink: for L = 2 if `gamma >= lambda`, for more layers with any decay.
    pub fn origin_attracts(&self) -> bool {
        match self.layers {
            2 => self.mode.gamma() > 0.0 && self.mode.growth() <= 0.0,
            _ => self.mode.gamma() > 0.0,
        }
    }

    /// The mapping of the minimum besides the origin, 0 if there is none.
    ///
    /// ```text
    /// gamma = 0:  lambda/(lambda + epsilon) at every L
    /// lambda - (lambda + epsilon) w = gamma w^(2/L - 1),   the root above (L - 2)/(2L - 2) lambda/(lambda + epsilon)
    /// ```
    ///
    /// Whether training reaches it depends on the start: see [`critical_eigenvalue`].
    ///
    /// # Numerical notes
    /// The root is found to the last bit, as a distance from `lambda/(lambda + epsilon)`.
    pub fn fixed_point(&self) -> f64 {
        let (lambda, gamma) = (self.mode.lambda(), self.mode.gamma());
        if self.layers == 2 || gamma == 0.0 {
            return self.mode.fixed_point();
        }
        if lambda == 0.0 || gamma > self.largest_decay() {
            return 0.0;
        }
        let (end, p) = (lambda / self.mode.input_variance(), self.power());
        let height = gamma / lambda / end.powf(p);
        let below = |y: f64| y * (1.0 - y).powf(p) <= height;
        end * (1.0 - boundary(0.0, 1.0 - self.edge(), below))
    }

    /// The gradient flow of a mode, `[du/ds, dm/ds]`.
    ///
    /// ```text
    /// du/ds = u m^(L-2) r - gamma u,   dm/ds = u^2 m^(L-3) r - gamma m
    /// r = lambda - (lambda + epsilon) u^2 m^(L-2)
    /// ```
    ///
    /// With two layers there is no `m`: it only decays.
    pub fn flow(&self, [u, m]: [f64; 2]) -> [f64; 2] {
        // At most DEEPEST.
        let inner = self.layers as i32 - 2;
        let gamma = self.mode.gamma();
        let through = m.powi(inner);
        let r = self.mode.lambda() - self.mode.input_variance() * u * u * through;
        let pull = if inner == 0 {
            0.0
        } else {
            u * u * m.powi(inner - 1) * r
        };
        [u * through * r - gamma * u, pull - gamma * m]
    }

    /// The mapping `u^2 m^(L-2)` at each of the given times.
    ///
    /// # Errors
    /// Times that are negative, not finite or decreasing; the integrator giving up, as it does if `lambda s` is in the
    /// hundred thousands or the start is far from balanced.
    ///
    /// # Numerical notes
    /// With two layers [`balanced`](dynamics::balanced()), else Dormand-Prince 8(5,3) with tolerance 1e-12.
    ///
    /// # Example
    /// ```
    /// use dae::theory::{Mode, deep::{Deep, Start}};
    /// let network = Deep::new(3, Mode::denoising(2.0, 0.5)?)?;
    /// let end = network.mappings(&Start::orthonormal(0.3, 96, 96)?, &[0.0, 100.0])?;
    /// assert!((end[0] - 0.3f64.powi(3) / 2.0).abs() < 1e-15 && (end[1] - 0.8).abs() < 1e-10);
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn mappings(&self, start: &Start, times: &[f64]) -> Result<Vec<f64>> {
        let mut last = 0.0;
        for &s in times {
            non_negative("s", s)?;
            non_negative("s - previous s", s - last)?;
            last = s;
        }
        if self.layers == 2 {
            let w0 = start.outer * start.outer;
            return times
                .iter()
                .map(|&s| dynamics::balanced(&self.mode, w0, s))
                .collect();
        }
        let (mut now, mut state) = (0.0, [start.outer, start.inner]);
        let mut mappings = Vec::with_capacity(times.len());
        for &s in times {
            if s > now {
                state = self
                    .integrate(state, s - now)
                    .map_err(|reason| Error::Integration { s, reason })?;
                now = s;
            }
            let [u, m] = state;
            mappings.push(u * u * m.powi(self.layers as i32 - 2));
        }
        Ok(mappings)
    }

    fn integrate(&self, [u, m]: [f64; 2], span: f64) -> Result<[f64; 2], String> {
        let start = Vector2::new(u, m);
        let fastest = self
            .flow([u, m])
            .map(f64::abs)
            .into_iter()
            .fold(0.0, f64::max);
        // The integrator's default first step is a guess that overflows where rates are extreme.
        let first = span.min(0.01 * u.min(m) / fastest.max(f64::MIN_POSITIVE));
        let mut solver = Dop853::from_param(
            *self,
            0.0,
            span,
            0.0,
            start,
            TOLERANCE,
            TOLERANCE,
            0.9,
            0.0,
            0.333,
            6.0,
            span,
            first,
            MAX_STEPS,
            u32::MAX,
            OutputType::Sparse,
        );
        solver.integrate().map_err(|error| error.to_string())?;
        match solver.y_out().last() {
            Some(end) if end.iter().all(|x| x.is_finite()) => Ok([end[0], end[1]]),
            _ => Err("no finite end".into()),
        }
    }
}

impl System<f64, Vector2<f64>> for Deep {
    fn system(&self, _: f64, state: &Vector2<f64>, slope: &mut Vector2<f64>) {
        let [u, m] = self.flow([state[0], state[1]]);
        *slope = Vector2::new(u, m);
    }
}

/// The eigenvalue above which decay lets a network of L layers learn a mode, from a small start.
///
/// ```text
/// L = 2:  gamma
/// lambda_c = (L - 2) gamma int_{u0}^inf dV / (V (c + V^2)^((L-2)/2)),   c = m0^2 - u0^2
/// L = 3:  gamma arsinh(sqrt(c)/u0) / sqrt(c)
/// L = 4:  (gamma / c) ln(1 + c/u0^2)
/// ```
///
/// Decay turns the infinite time of training into a deadline. In the weights `V = u e^{gamma s}`, which no longer
/// decay, a mode must grow within the time `1/((L - 2) gamma)`. Noise has no such limit: with `gamma = 0` the
/// eigenvalue is 0.
///
/// # Errors
/// Fewer than 2 or more than 1000 layers; `gamma` out of range; a result that is not finite.
///
/// # Numerical notes
/// With `t = m0 / sqrt(c + V^2)` the integral is `m0^(2-L) int_0^1 t^(L-3) / (1 - t^2 c/m0^2) dt`, for any sign of `c`.
/// It is computed by the tanh-sinh rule, which tolerates the nearby pole at `t = 1`.
///
/// # Example
/// ```
/// use dae::theory::deep::{Start, critical_eigenvalue};
/// let start = Start::orthonormal(0.3, 96, 96)?;
/// let [two, three] = [2, 3].map(|layers| critical_eigenvalue(layers, 0.195, &start));
/// assert_eq!(two?, 0.195);
/// assert!((three? - 0.8102).abs() < 1e-4);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn critical_eigenvalue(layers: usize, gamma: f64, start: &Start) -> Result<f64> {
    depth(layers)?;
    within("gamma", gamma, 0.0..=LIMIT, "a number from 0 to 1e50")?;
    if layers == 2 || gamma == 0.0 {
        return Ok(gamma);
    }
    let inner = layers as i32 - 2;
    let share = (start.outer / start.inner).powi(2);
    let integral =
        tanh_sinh(|t, rest| t.powi(inner - 1) / (share + (1.0 - share) * rest * (1.0 + t)));
    let critical = gamma * f64::from(inner) * integral * start.inner.powi(-inner);
    within(
        "critical eigenvalue",
        critical,
        0.0..=f64::MAX,
        "finite: the inner layers are too small",
    )
}

/// `int_0^1 f(t, 1 - t) dt` by the tanh-sinh rule.
fn tanh_sinh(f: impl Fn(f64, f64) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 128.0;
    let nodes = (-768..=768).map(|i| {
        let x = STEP * f64::from(i);
        let stretched = std::f64::consts::PI * x.sinh();
        let (t, rest) = (
            1.0 / (1.0 + (-stretched).exp()),
            1.0 / (1.0 + stretched.exp()),
        );
        let weight = std::f64::consts::PI * x.cosh() * t * rest;
        if weight == 0.0 {
            0.0
        } else {
            weight * f(t, rest)
        }
    });
    STEP * nodes.sum::<f64>()
}

fn depth(layers: usize) -> Result<()> {
    if (2..=DEEPEST).contains(&layers) {
        return Ok(());
    }
    Err(Error::out_of_range("layers", layers, "from 2 to 1000"))
}
