//! The closed forms of the paper.
