// The interactive panel: reads the controls, draws the curves, fills in the numbers. `prefix` is the id of its root; a
// panel may lack the controls and numbers of some parameters, and a model.
const panel = (prefix) => {
  "use strict";
  const FRACTION = 0.95;
  const SVG = "http://www.w3.org/2000/svg";
  const control = (name) => document.getElementById(prefix + "-" + name);
  const root = document.getElementById(prefix);
  const plot = control("plot");
  const MODELS = ["ae", "wdae", "dae"].filter((name) => control(name + "-fixed"));
  // Sliders of these hold the power of ten.
  const POWERS = ["w0", "alpha", "epochs"];
  const SLIDERS = ["lambda", "epsilon", "gamma", "w0", "alpha", "epochs"];
  const initial = SLIDERS.map((name) => [name, control(name).value]);

  const value = (name) => {
    const number = Number(control(name).value);
    return POWERS.includes(name) ? 10 ** number : number;
  };

  const isMatched = () => !control("matched") || control("matched").checked;

  const superscript = (n) => String(n).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));

  // A few significant digits, for reading.
  const show = (x, digits = 3) => {
    if (x === 0) {
      return "0";
    }
    let exponent = Math.floor(Math.log10(Math.abs(x)));
    if (exponent < -3 || exponent > 6) {
      const [mantissa, power] = x.toExponential(digits - 1).split("e");
      return Number(mantissa) + " × 10" + superscript(Number(power));
    }
    const text = x.toFixed(Math.max(0, digits - 1 - exponent));
    const [whole, fraction] = text.split(".");
    const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
    const rest = (fraction || "").replace(/0+$/, "");
    return rest ? grouped + "." + rest : grouped;
  };

  const element = (name, attributes, text) => {
    const node = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, v]) => node.setAttribute(key, v));
    if (text !== undefined) {
      node.textContent = text;
    }
    return node;
  };

  // About `count` round numbers from 0 to `end`.
  const ticks = (end, count) => {
    const raw = end / count;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map((s) => s * power).find((s) => s >= raw);
    const all = [];
    for (let i = 0; i * step <= end * (1 + 1e-9); i += 1) {
      all.push(i * step);
    }
    return all;
  };

  const parameters = () => {
    const matched = isMatched();
    const [lambda, epsilon] = [value("lambda"), value("epsilon")];
    const gamma = matched ? dynamics.matchedGamma(lambda, epsilon) : value("gamma");
    return {
      matched, lambda, epsilon, gamma,
      w0: value("w0"), alpha: value("alpha"), epochs: value("epochs"),
      modes: {
        ae: dynamics.mode(lambda, 0, 0),
        wdae: dynamics.mode(lambda, 0, gamma),
        dae: dynamics.mode(lambda, epsilon, 0),
      },
    };
  };

  const draw = (p) => {
    // Drawn in the pixels that there are, so that letters keep their size on a phone.
    const width = Math.max(260, plot.clientWidth);
    const height = Math.round(Math.min(380, Math.max(220, 0.6 * width)));
    const left = 40, right = 14, top = 10, bottom = 40;
    const highest = 1.05 * Math.max(1, p.w0);
    const x = (epoch) => left + (epoch / p.epochs) * (width - left - right);
    const y = (w) => height - bottom - (w / highest) * (height - top - bottom);
    const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": prefix + "-figure" });
    svg.append(element("title", { id: prefix + "-figure" }, "Mapping against epoch; the numbers are in the table"));
    for (const w of ticks(highest, 4)) {
      svg.append(element("path", { class: "grid", d: `M${left} ${y(w)}H${width - right}` }));
      svg.append(element("text", { x: left - 6, y: y(w) + 4, "text-anchor": "end" }, show(w)));
    }
    for (const epoch of ticks(p.epochs, width > 500 ? 6 : 3)) {
      svg.append(element("path", { class: "grid", d: `M${x(epoch)} ${top}V${height - bottom}` }));
      svg.append(element("text", { x: x(epoch), y: height - bottom + 16, "text-anchor": "middle" }, show(epoch)));
    }
    svg.append(element("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, "epoch"));
    for (const name of MODELS) {
      const m = p.modes[name];
      const level = y(dynamics.fixedPoint(m));
      svg.append(element("path", { class: "fixed " + name, d: `M${left} ${level}H${width - right}` }));
      const points = [];
      for (let px = 0; px <= width - left - right; px += 1) {
        const epoch = (px / (width - left - right)) * p.epochs;
        const w = dynamics.balanced(m, p.w0, p.alpha * epoch);
        points.push(`${left + px} ${y(w).toFixed(2)}`);
      }
      svg.append(element("path", { class: "curve " + name, "data-model": name, d: "M" + points.join("L") }));
      const time = dynamics.learningTime(m, p.w0, FRACTION);
      if (time !== null && time / p.alpha <= p.epochs) {
        const w = dynamics.balanced(m, p.w0, time);
        svg.append(element("circle", { class: "reached " + name, cx: x(time / p.alpha), cy: y(w), r: 4.5 }));
      }
    }
    svg.append(element("path", { class: "axes", d: `M${left} ${top}V${height - bottom}H${width - right}` }));
    plot.replaceChildren(svg);
  };

  const fill = (name, text) => {
    const place = control(name);
    if (place) {
      place.textContent = text;
    }
  };

  const epochsAt = (m, w0, rate) => {
    if (dynamics.fixedPoint(m) === 0) {
      return null;
    }
    const time = dynamics.learningTime(m, w0, FRACTION);
    return time === null || rate === null ? null : time / rate;
  };

  const why = (m, w0) => {
    if (dynamics.fixedPoint(m) === 0) {
      return "never";
    }
    return w0 >= dynamics.fixedPoint(m) ? "starts above" : "–";
  };

  const numbers = (p) => {
    const chosen = {}, optimal = {};
    for (const name of MODELS) {
      const m = p.modes[name];
      const rate = dynamics.optimalRate(m);
      chosen[name] = epochsAt(m, p.w0, p.alpha);
      optimal[name] = epochsAt(m, p.w0, rate);
      fill(name + "-fixed", show(dynamics.fixedPoint(m), 4));
      fill(name + "-time", chosen[name] === null ? why(m, p.w0) : show(chosen[name], 4));
      fill(name + "-rate", rate === null ? "any" : show(rate, 4));
      fill(name + "-optimal", optimal[name] === null ? why(m, p.w0) : show(optimal[name], 4));
    }
    const ratio = (times) => (times.wdae !== null && times.dae > 0 ? show(times.wdae / times.dae, 4) : "–");
    fill("ratio-time", ratio(chosen));
    fill("ratio-optimal", ratio(optimal));
    fill("ratio-theory", p.lambda > 0 ? show(1 + p.epsilon / p.lambda, 4) : "–");
    const limit = Math.min(...MODELS.map((name) => dynamics.optimalRate(p.modes[name]) ?? Infinity));
    const notes = [];
    if (MODELS.includes("wdae") && p.gamma >= p.lambda) {
      notes.push("γ ≥ λ: the origin is the global minimum of the WDAE, which learns nothing.");
    }
    if (p.alpha > limit) {
      notes.push(`α is above ${show(limit)}, an optimal rate: gradient descent with such steps no longer follows these curves.`);
    }
    fill("notes", notes.join(" "));
  };

  const outputs = (p) => {
    const shown = { ...p };
    for (const name of SLIDERS) {
      const text = name === "epochs" ? show(Math.round(shown[name])) : show(shown[name]);
      fill(name + "-value", text);
      control(name).setAttribute("aria-valuetext", text);
    }
  };

  const update = () => {
    const matched = isMatched();
    control("gamma").disabled = matched;
    const p = parameters();
    if (matched) {
      control("gamma").value = String(p.gamma);
    }
    outputs(p);
    numbers(p);
    draw(p);
  };

  // The axis that shows the slower model arrive.
  const fit = () => {
    const p = parameters();
    const times = MODELS.map((name) => epochsAt(p.modes[name], p.w0, p.alpha)).filter((t) => t !== null);
    if (times.length > 0) {
      control("epochs").value = String(Math.log10(Math.max(10, 1.4 * Math.max(...times))));
    }
    update();
  };

  const reset = () => {
    initial.forEach(([name, v]) => {
      control(name).value = v;
    });
    if (control("matched")) {
      control("matched").checked = true;
    }
    update();
  };

  SLIDERS.forEach((name) => control(name).addEventListener("input", update));
  control("matched")?.addEventListener("change", update);
  control("fit").addEventListener("click", fit);
  control("reset").addEventListener("click", reset);
  new ResizeObserver(update).observe(plot);
  root.classList.add("live");
  update();
};
