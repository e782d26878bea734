//! Normally distributed numbers for training noise, which is drawn by the billion.
//!
//! Box and Muller (1958): for `u` and `v` independent and uniform on `(0, 1]` the numbers
//!
//! ```text
//! sqrt(-2 ln u) sin(2 pi v),   sqrt(-2 ln u) cos(2 pi v)
//! ```
//!
//! are independent and standard normal. They are computed in single precision, many at once, from operations that IEEE
//! 754 rounds in one way only (`+`, `*`, `/`, square root), without any library's logarithm or sine. So the bits are
//! the same on every machine, whatever its vectors.
//!
//! With 32 random bits for `u` the largest number is 6.7, which chance exceeds once in 10^10 draws.

use std::f32::consts::{LN_2, PI};

use multiversion::multiversion;
use rand::Rng;

/// Pairs that are drawn at a time. Fixed: changing it changes every draw of a seed.
const PAIRS: usize = 64;

/// Numbers that are drawn at a time.
pub(crate) const BATCH: usize = 2 * PAIRS;

/// `2^-31`.
const SCALE: f32 = 1.0 / (1_u32 << 31) as f32;

/// Draws a batch from `Normal(0, sigma^2)`.
pub(super) fn draw(rng: &mut impl Rng, sigma: f32) -> [f32; BATCH] {
    let mut bytes = [0; 4 * BATCH];
    rng.fill_bytes(&mut bytes);
    let mut words = [0; BATCH];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    let (mut normal, (u, v)) = ([0.0; BATCH], words.split_at(PAIRS));
    transform(u, v, sigma, &mut normal);
    normal
}

/// Box and Muller's transform of random bits: the sines first, then the cosines.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
fn transform(u: &[u32], v: &[u32], sigma: f32, normal: &mut [f32; BATCH]) {
    let (sines, cosines) = normal.split_at_mut(PAIRS);
    let words = u.iter().zip(v);
    for ((&u, &v), (s, c)) in words.zip(sines.iter_mut().zip(cosines)) {
        let radius = sigma * (-2.0 * ln(uniform(u))).sqrt();
        let (sine, cosine) = sin_cos(v);
        (*s, *c) = (radius * sine, radius * cosine);
    }
}

/// A number on `(0, 1]`: the middle of one of 2^31 intervals, rounded to 24 bits.
#[inline(always)]
fn uniform(bits: u32) -> f32 {
    // Via a signed integer, which vector instructions can convert.
    ((bits >> 1) as i32 as f32 + 0.5) * SCALE
}

/// Natural logarithm of a positive normal number; below 1 the relative error is at most 2e-7.
///
/// With `x = 2^e m`, `m` within a factor `sqrt(2)` of 1, and `s = (m-1)/(m+1)` it is `e ln 2 + 2 artanh(s)`. Terms of
/// its series beyond `s^9` are below single precision.
#[inline(always)]
fn ln(x: f32) -> f32 {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    const MANTISSA: u32 = 23;
    let exponent = x.to_bits().wrapping_sub(SQRT_HALF) as i32 >> MANTISSA;
    let m = f32::from_bits(x.to_bits().wrapping_sub((exponent << MANTISSA) as u32));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let artanh = s + s * z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0))));
    exponent as f32 * LN_2 + 2.0 * artanh
}

/// Sine and cosine of an angle uniform on the circle; errors at most 2e-7.
///
/// Two bits choose a quarter, the others an angle within an eighth of a turn of its middle, where the Taylor series
/// need four terms after the first.
#[inline(always)]
fn sin_cos(bits: u32) -> (f32, f32) {
    let within = (bits & 0x3fff_ffff) as i32 - (1 << 29);
    let t = within as f32 * (PI * SCALE);
    let z = t * t;
    let sine =
        t + t * z * (-1.0 / 6.0 + z * (1.0 / 120.0 + z * (-1.0 / 5040.0 + z * (1.0 / 362_880.0))));
    let cosine = 1.0 + z * (-0.5 + z * (1.0 / 24.0 + z * (-1.0 / 720.0 + z * (1.0 / 40_320.0))));
    let (sine, cosine) = if bits & (1 << 30) == 0 {
        (sine, cosine)
    } else {
        (cosine, sine)
    };
    // Both change sign together. With the swap above that makes four quarters, each traversed in one of two directions.
    let sign = bits & (1 << 31);
    let signed = |x: f32| f32::from_bits(x.to_bits() ^ sign);
    (signed(sine), signed(cosine))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::Key;

    /// Words that random draws would miss: the ends of every range, and their neighbours.
    const EDGES: [u32; 10] = [
        0,
        1,
        2,
        (1 << 29) - 1,
        1 << 29,
        (1 << 30) - 1,
        1 << 30,
        1 << 31,
        u32::MAX - 1,
        u32::MAX,
    ];

    fn words(n: usize) -> Vec<u32> {
        let mut rng = Key::new(1, &["words"]).strip(0);
        let drawn = (0..n).map(|_| rng.next_u32());
        EDGES.into_iter().chain(drawn).collect()
    }

    fn batches(seed: u64, n: usize) -> Vec<f32> {
        let mut rng = Key::new(seed, &["normal"]).strip(3);
        (0..n).flat_map(|_| draw(&mut rng, 1.0)).collect()
    }

    #[test]
    fn logarithm_sine_and_cosine_are_those_of_double_precision() {
        for word in words(200_000) {
            let u = uniform(word);
            assert!(u > 0.0 && u <= 1.0, "{word}");
            let exact = f64::from(u).ln();
            assert!((f64::from(ln(u)) - exact).abs() <= 2e-7 * -exact, "{u}");
            let (sine, cosine) = sin_cos(word);
            let t = (f64::from(word & 0x3fff_ffff) - 2f64.powi(29)) * std::f64::consts::PI
                / 2f64.powi(31);
            let angle = match word >> 30 {
                0 => t,
                1 => std::f64::consts::FRAC_PI_2 - t,
                2 => std::f64::consts::PI + t,
                _ => -std::f64::consts::FRAC_PI_2 - t,
            };
            assert!((f64::from(sine) - angle.sin()).abs() < 2e-7, "{word}");
            assert!((f64::from(cosine) - angle.cos()).abs() < 2e-7, "{word}");
        }
    }

    #[test]
    fn no_word_gives_anything_but_a_number() {
        for u in EDGES {
            for v in EDGES {
                let mut normal = [0.0; BATCH];
                transform(&[u; PAIRS], &[v; PAIRS], 1.0, &mut normal);
                assert!(normal.iter().all(|z| z.abs() < 6.8), "{u} {v}");
            }
        }
    }

    #[test]
    fn vectors_do_not_change_the_bits() {
        let all = words(1000 * BATCH);
        for pair in all.as_chunks::<BATCH>().0 {
            let ((u, v), mut normal) = (pair.split_at(PAIRS), [0.0; BATCH]);
            transform(u, v, 0.5, &mut normal);
            for (i, (&u, &v)) in u.iter().zip(v).enumerate() {
                // One at a time.
                let radius = 0.5 * (-2.0 * ln(uniform(u))).sqrt();
                let (sine, cosine) = sin_cos(v);
                assert_eq!(normal[i].to_bits(), (radius * sine).to_bits());
                assert_eq!(normal[PAIRS + i].to_bits(), (radius * cosine).to_bits());
            }
        }
    }

    #[test]
    fn a_seed_keeps_its_numbers() {
        let mut rng = Key::new(7, &["kept"]).strip(0);
        let first = draw(&mut rng, 2.0);
        let kept = [first[0], first[1], first[PAIRS], first[BATCH - 1]];
        assert_eq!(
            kept.map(f32::to_bits),
            [3228749030, 3213277746, 3201827274, 1061948637]
        );
    }

    /// Moments of a million numbers are within five standard errors of those of the law.
    #[test]
    fn the_law_is_normal() {
        let normal: Vec<f64> = batches(1, 8000).into_iter().map(f64::from).collect();
        let n = normal.len() as f64;
        // E z^k, and E z^2k for its error.
        for (k, moment, squared) in [
            (1, 0.0, 1.0),
            (2, 1.0, 3.0),
            (3, 0.0, 15.0),
            (4, 3.0, 105.0),
            (6, 15.0, 10_395.0),
        ] {
            let mean = normal.iter().map(|z| z.powi(k)).sum::<f64>() / n;
            let error = ((squared - f64::powi(moment, 2)) / n).sqrt();
            assert!((mean - moment).abs() < 5.0 * error, "{k}: {mean}");
        }
        // Share of numbers above z, from tables of the normal law.
        for (z, share) in [
            (0.5, 0.308_537_54),
            (1.0, 0.158_655_25),
            (2.0, 0.022_750_13),
            (4.0, 3.167_124e-5),
        ] {
            for sign in [-1.0, 1.0] {
                let beyond = normal.iter().filter(|&&x| sign * x > z).count() as f64;
                assert!((beyond - n * share).abs() < 5.0 * (n * share).sqrt(), "{z}");
            }
        }
    }

    /// Neighbours, the two of a pair, and their squares are not correlated.
    #[test]
    fn numbers_are_independent() {
        let normal: Vec<f64> = batches(2, 8000).into_iter().map(f64::from).collect();
        for lag in [1, 2, PAIRS - 1, PAIRS, PAIRS + 1, BATCH] {
            let pairs = || normal.iter().zip(normal.iter().skip(lag));
            let n = pairs().count() as f64;
            let plain = pairs().map(|(a, b)| a * b).sum::<f64>() / n;
            assert!(plain.abs() < 5.0 / n.sqrt(), "{lag}: {plain}");
            let squares = pairs()
                .map(|(a, b)| (a * a - 1.0) * (b * b - 1.0))
                .sum::<f64>()
                / n;
            assert!(squares.abs() < 10.0 / n.sqrt(), "{lag}: {squares}");
        }
    }
}
