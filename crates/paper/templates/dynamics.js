// The closed forms of one mode, as in crates/dae/src/theory: a test compares the two over a grid of parameters.
const dynamics = (() => {
  "use strict";

  // One eigen-direction: variance of the data, variance of the noise, weight decay.
  const mode = (lambda, epsilon, gamma) => ({ lambda, epsilon, gamma });

  // The mapping that training tends to.
  const fixedPoint = (m) => (m.lambda > m.gamma ? (m.lambda - m.gamma) / (m.lambda + m.epsilon) : 0);

  // The decay with the fixed point of this noise. For epsilon = 0 the quotient could be 0/0.
  const matchedGamma = (lambda, epsilon) => (epsilon === 0 ? 0 : lambda * (epsilon / (lambda + epsilon)));

  // (1 - e^(-2 r s)) / r, which is 2 s for r = 0.
  const relaxed = (r, s) => (r === 0 ? 2 * s : -Math.expm1(-2 * r * s) / r);

  // Mapping at time s = alpha * epoch from a balanced start w0 >= 0. The printed solution divided by e^(2 xi s), which
  // would overflow; a decay that overflows instead means that the mapping has gone to 0.
  const balanced = (m, w0, s) => {
    const xi = m.lambda - m.gamma;
    const decay = Math.exp(-2 * xi * s);
    if (w0 === 0 || decay === Infinity) {
      return 0;
    }
    return w0 / (decay + w0 * (m.lambda + m.epsilon) * relaxed(xi, s));
  };

  // Time from w0 to the fraction f of the fixed point; null if there is no such time.
  const learningTime = (m, w0, f) => {
    const target = fixedPoint(m);
    if (!(w0 > 0 && target > w0 && f > 0 && f < 1)) {
      return null;
    }
    const logit = Math.log((f / (1 - f)) * ((target - w0) / w0));
    return Math.max(0, logit / (2 * (m.lambda - m.gamma)));
  };

  // The paper's optimal learning rate: one over the largest curvature on the path from the saddle to w = 1.
  const optimalRate = (m) => {
    const curvature = 2 * m.lambda + 3 * m.epsilon + m.gamma;
    return curvature > 0 ? 1 / curvature : null;
  };

  return Object.freeze({ mode, fixedPoint, matchedGamma, balanced, learningTime, optimalRate });
})();
