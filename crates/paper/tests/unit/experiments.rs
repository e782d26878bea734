//! What several experiments share, and the registry.
