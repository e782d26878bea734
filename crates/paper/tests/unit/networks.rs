//! Figures 5 and 6, and the claims.
