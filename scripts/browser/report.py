"""Looks at reports with a browser: python scripts/browser/report.py --chromium PROGRAM [--pictures FOLDER] REPORT...

Opens each report from disk, without a network, at the width of a phone and of a desk, light and dark, and checks what a
reader would stumble over: errors in the console, requests, sideways scrolling, links to nowhere, contrast, what can be
reached with the keyboard, whether the panel follows its sliders, and print. Exit code 0 only if nothing was found.
Needs playwright (in the notebooks' Python environment) and Chromium.
"""

import argparse
import os
import sys
import urllib.parse
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTHS = {"phone": (360, 740), "desk": (1280, 900)}
SLIDERS = ["lambda", "epsilon", "gamma", "w0", "alpha", "epochs"]

# Returns a list of sentences, empty if all is well. Runs in the page.
STRUCTURE = r"""
() => {
  const wrong = [];
  const describe = (node) => node.outerHTML.slice(0, 90);
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 0) wrong.push(`the page is ${over} px wider than the window`);
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title) wrong.push("no title");
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => wrong.push(`id ${id} is used twice`));
  for (const name of ["aria-labelledby", "aria-describedby", "for"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      for (const id of node.getAttribute(name).split(/\s+/)) {
        if (!document.getElementById(id)) wrong.push(`${name} leads nowhere: ${describe(node)}`);
      }
    }
  }
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    if (!document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)))) {
      wrong.push(`a link leads nowhere: ${describe(link)}`);
    }
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) wrong.push(`heading of level ${own} after ${level}: ${heading.textContent.slice(0, 60)}`);
    if (!heading.textContent.trim()) wrong.push("an empty heading");
    level = own;
  }
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  for (const svg of document.querySelectorAll("svg")) {
    const id = svg.getAttribute("aria-labelledby");
    const spoken = id && document.getElementById(id.split(/\s+/)[0])?.textContent;
    if (svg.getAttribute("aria-hidden") !== "true" && !(svg.getAttribute("role") === "img" && spoken)) {
      wrong.push(`a picture without words: ${describe(svg)}`);
    }
  }
  for (const image of document.querySelectorAll("img:not([alt])")) wrong.push(`an image without words: ${describe(image)}`);
  for (const input of document.querySelectorAll("input,button,select")) {
    if (!(input.labels?.length || input.textContent.trim())) wrong.push(`a control without a label: ${describe(input)}`);
  }
  for (const node of document.querySelectorAll("main *")) {
    const style = getComputedStyle(node);
    if (["auto", "scroll"].includes(style.overflowX) && node.scrollWidth > node.clientWidth + 1) {
      const named = node.getAttribute("aria-label") || node.getAttribute("aria-labelledby");
      if (node.tabIndex < 0 || !named) wrong.push(`scrolls, but not with the keyboard: ${describe(node)}`);
    }
  }
  const text = document.body.innerText;
  for (const word of ["undefined", "[object"]) {
    if (text.includes(word)) wrong.push(`the page says ${word}`);
  }
  return wrong;
}
"""

# Text must stand out from what is behind it by 4.5 to 1 (WCAG 2, AA).
CONTRAST = r"""
() => {
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const channel = (c) => (c <= 0.03928 * 255 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const wrong = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || node.closest("script,style,title,desc") || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const colour = parse(node.closest("svg") ? style.fill : style.color);
    const [a, b] = [luminance(colour), luminance(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    seen += 1;
    if (ratio < 4.5) wrong.add(`contrast ${ratio.toFixed(1)} of "${walker.currentNode.textContent.trim().slice(0, 40)}"`);
  }
  return seen < 50 ? ["hardly any text"] : [...wrong];
}
"""


class Visit:
    """A page in one window, and what went wrong in it."""

    def __init__(self, browser, report, where, wrong, size, **context):
        self.report, self.where, self.wrong = report, where, wrong
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True, **context)
        self.page = self.context.new_page()
        self.requests = []
        self.page.on("console", lambda message: self.say(f"the console says {message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.say(f"an error in a script: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(report.as_uri(), wait_until="load")

    def say(self, sentence):
        self.wrong.append(f"{self.where}: {sentence}")

    def expect(self, holds, sentence):
        if not holds:
            self.say(sentence)

    def curves(self):
        """The drawn curves, one path for each model."""
        return self.page.evaluate("() => [...document.querySelectorAll('#panel-plot path.curve')].map((p) => p.getAttribute('d'))")

    def move(self, name, value):
        self.page.evaluate(
            "([id, value]) => { const s = document.getElementById(id); s.value = value;"
            " s.dispatchEvent(new Event('input', { bubbles: true })); }",
            [f"panel-{name}", str(value)],
        )

    def close(self):
        # The report itself and its empty icon are all that may be asked for.
        asked = {url for url in self.requests if not url.startswith("data:")}
        self.expect(asked == {self.report.as_uri()}, f"requests beyond the file itself: {sorted(asked)}")
        self.context.close()


def structure(visit):
    for sentence in visit.page.evaluate(STRUCTURE) + visit.page.evaluate(CONTRAST):
        visit.say(sentence)


def opened(visit):
    """The structure with everything folded out."""
    visit.page.evaluate("() => document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    structure(visit)


def links(visit):
    for href in visit.page.eval_on_selector_all("a[href]", "(all) => all.map((a) => a.getAttribute('href'))"):
        if href.startswith(("#", "https://")):
            continue
        target = visit.report.parent / urllib.parse.unquote(href.split("#")[0])
        visit.expect(target.exists(), f"link to {href}, which is not there")


def keyboard(visit):
    page = visit.page
    focused = "() => document.activeElement && (document.activeElement.id || document.activeElement.className)"
    page.keyboard.press("Tab")
    visit.expect(page.evaluate(focused) == "skip", "the first stop of the keyboard is not the skip link")
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    visit.expect(page.evaluate("() => location.hash") == "#main", "the skip link does not skip")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == "panel-lambda":
            break
    else:
        visit.say("the keyboard does not reach the panel within 40 stops")
        return
    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    visit.expect(outline != "none", "focus cannot be seen")
    before, label = visit.curves(), page.inner_text("#panel-lambda-value")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    visit.expect(visit.curves() != before, "the arrow keys move no curve")
    visit.expect(page.inner_text("#panel-lambda-value") != label, "the arrow keys change no number")
    spoken = page.get_attribute("#panel-lambda", "aria-valuetext")
    visit.expect(spoken == page.inner_text("#panel-lambda-value"), "what is spoken is not what is shown")


def panel(visit):
    page = visit.page
    page.click("#panel-reset")
    visit.expect(len(visit.curves()) == 3, "there are not three curves")
    fixed = [page.inner_text(f"#panel-{model}-fixed") for model in ("dae", "wdae")]
    visit.expect(fixed == ["0.5", "0.5"], f"matched fixed points {fixed} instead of 0.5")
    ratios = [page.inner_text(f"#panel-ratio-{name}") for name in ("time", "optimal", "theory")]
    visit.expect(ratios == ["2", "1", "2"], f"ratios {ratios} instead of 2, 1, 2")
    visit.expect(page.is_disabled("#panel-gamma"), "the matched decay can be moved")
    page.click("label[for=panel-matched]")
    visit.expect(not page.is_disabled("#panel-gamma"), "the decay cannot be moved")
    for name in SLIDERS:
        page.click("#panel-reset")
        if name == "gamma":
            page.click("label[for=panel-matched]")
        before = visit.curves()
        low, high = (float(page.get_attribute(f"#panel-{name}", end)) for end in ("min", "max"))
        # Corners of the parameters are where closed forms break.
        for value in (low, 0.5 * (low + high) + 0.1, high):
            visit.move(name, value)
            after = visit.curves()
            visit.expect(all("NaN" not in d and "Infinity" not in d for d in after), f"{name} = {value}: a curve is broken")
        visit.expect(after != before, f"{name} moves no curve")
        text = page.inner_text("#panel")
        visit.expect("NaN" not in text and "Infinity" not in text, f"{name}: a number is broken")
    page.click("#panel-reset")
    page.click("label[for=panel-matched]")
    visit.move("gamma", 2)
    visit.expect(page.inner_text("#panel-wdae-time") == "never", "a WDAE beyond its saddle is not said to learn nothing")
    page.click("#panel-reset")
    before = visit.curves()
    visit.move("alpha", -4)
    page.click("#panel-fit")
    visit.expect(float(page.input_value("#panel-epochs")) > 4, "the axis does not fit the curves")
    page.click("#panel-reset")
    visit.expect(visit.curves() == before, "reset does not bring the curves back")


def printed(visit, pictures):
    page = visit.page
    page.emulate_media(media="print")
    pdf = page.pdf(format="A4", margin={side: "15mm" for side in ("top", "right", "bottom", "left")})
    visit.expect(pdf.startswith(b"%PDF") and len(pdf) > 100_000, "nothing was printed")
    if pictures:
        (pictures / f"{visit.report.parent.name}-print.pdf").write_bytes(pdf)


def without_scripts(visit):
    page = visit.page
    visit.expect(page.is_visible("#panel .static"), "without scripts nothing is said about the panel")
    visit.expect(not page.is_visible("#panel-live"), "without scripts there is a dead panel")
    visit.expect(page.is_visible("figure img"), "without scripts there are no figures")


def look(browser, report, pictures, wrong):
    for width, size in WIDTHS.items():
        for scheme in ("light", "dark"):
            visit = Visit(browser, report, f"{report.parent.name}, {width}, {scheme}", wrong, size, color_scheme=scheme)
            structure(visit)
            keyboard(visit)
            panel(visit)
            if pictures:
                name = f"{report.parent.name}-{width}-{scheme}"
                visit.page.screenshot(path=pictures / f"{name}.png", full_page=True)
            opened(visit)
            links(visit)
            if pictures:
                visit.page.screenshot(path=pictures / f"{name}-open.png", full_page=True)
            visit.close()
    visit = Visit(browser, report, f"{report.parent.name}, print", wrong, WIDTHS["desk"], color_scheme="dark")
    printed(visit, pictures)
    visit.close()
    visit = Visit(browser, report, f"{report.parent.name}, no scripts", wrong, WIDTHS["phone"], java_script_enabled=False)
    without_scripts(visit)
    visit.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("reports", nargs="+", type=Path)
    arguments.add_argument("--pictures", type=Path, help="folder for screenshots and the printed report")
    arguments.add_argument("--chromium", required=True, help="the browser's command")
    options = arguments.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    wrong = []
    with sync_playwright() as playwright:
        # Chromium's sandbox needs a user other than root; the page is our own.
        browser = playwright.chromium.launch(executable_path=options.chromium, chromium_sandbox=os.geteuid() != 0)
        for report in options.reports:
            if not report.is_file():
                sys.exit(f"{report} is not there; make report makes it")
            look(browser, report.resolve(), options.pictures, wrong)
        browser.close()
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    names = ", ".join(str(report) for report in options.reports)
    print(f"{names}: {f'{len(wrong)} things are wrong' if wrong else 'good in the browser'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
