//! Damage to files, the same every time.

use dae::random::Rng;
use rand::RngExt;

/// What is written where a number, a name or a bracket was.
const WORDS: [&[u8]; 20] = [
    b"",
    b"0",
    b"-1",
    b"4294967296",
    b"18446744073709551616",
    b"9223372036854775807",
    b"1e400",
    b"-1e-400",
    b"NaN",
    b"inf",
    b"null",
    b"\"",
    b"[",
    b"{",
    b"../",
    b"/",
    b"\0",
    b"\n",
    b",",
    b"\xf0\x9f\xa6\x80",
];

/// Numbers on which sizes and counts like to stumble, as wide as they may be written.
const EXTREMES: [u64; 10] = [
    0,
    1,
    0x7f,
    0xff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// Damages `bytes` in up to three places, and splices them with `other`.
pub fn mutate(bytes: &[u8], other: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.random_range(1..=3) {
        // Half of the damage hits the beginning, where headers are.
        let near = if rng.random() { 64 } else { usize::MAX };
        let at = rng.random_range(0..=bytes.len().min(near));
        let until = (at + rng.random_range(1..=64)).min(bytes.len());
        match rng.random_range(0..9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = rng.random(),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, rng.random()),
            4 => drop(bytes.drain(at..until)),
            5 => bytes.extend_from_within(at..until),
            6 => drop(bytes.splice(
                at..until,
                WORDS[rng.random_range(0..WORDS.len())].iter().copied(),
            )),
            7 => {
                let from = rng.random_range(0..=other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let value = EXTREMES[rng.random_range(0..EXTREMES.len())];
                let width = [1, 2, 4, 8][rng.random_range(0..4)];
                let end = (at + width).min(bytes.len());
                let (big, little) = (value.to_be_bytes(), value.to_le_bytes());
                let written = if rng.random() {
                    &big[8 - width..]
                } else {
                    &little[..width]
                };
                bytes[at..end].copy_from_slice(&written[..end - at]);
            }
        }
    }
    bytes
}
