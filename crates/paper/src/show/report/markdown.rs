//! Pages of `docs/` as parts of the report.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Turns Markdown into HTML below a heading of the second level.
///
/// The title of the page is left out, its sections become headings of the third level with ids that start with
/// `prefix`, tables can be scrolled with the keyboard, and HTML in the text is shown as text. Relative links go through
/// `link`; one that it does not know loses its target and keeps its words.
pub(super) fn to_html(text: &str, prefix: &str, link: impl Fn(&str) -> Option<String>) -> String {
    let mut events = Vec::new();
    let mut in_title = false;
    // Whether each of the links that are open has kept its target.
    let mut kept = Vec::new();
    let mut heading: Option<(HeadingLevel, Vec<Event>)> = None;
    // The id of the section that the text is in.
    let mut section = prefix.to_owned();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            }) => in_title = true,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => in_title = false,
            _ if in_title => {}
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some((lowered(level), Vec::new()))
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, inner)) = heading.take() {
                    section = slug(prefix, &words(&inner));
                    events.push(Event::Start(Tag::Heading {
                        level,
                        id: Some(section.clone().into()),
                        classes: Vec::new(),
                        attrs: Vec::new(),
                    }));
                    events.extend(inner);
                    events.push(Event::End(TagEnd::Heading(level)));
                }
            }
            event => {
                let out = heading.as_mut().map_or(&mut events, |(_, inner)| inner);
                match event {
                    Event::Html(text) | Event::InlineHtml(text) => out.push(Event::Text(text)),
                    Event::Start(Tag::Table(columns)) => {
                        out.push(Event::Html(scroll(&section)));
                        out.push(Event::Start(Tag::Table(columns)));
                    }
                    Event::End(TagEnd::Table) => {
                        out.push(Event::End(TagEnd::Table));
                        out.push(Event::Html("</div>".into()));
                    }
                    Event::Start(Tag::Link {
                        link_type,
                        dest_url,
                        title,
                        id,
                    }) => {
                        let target = link(&dest_url);
                        kept.push(target.is_some());
                        if let Some(target) = target {
                            let dest_url = target.into();
                            out.push(Event::Start(Tag::Link {
                                link_type,
                                dest_url,
                                title,
                                id,
                            }));
                        }
                    }
                    Event::End(TagEnd::Link) => {
                        if kept.pop() == Some(true) {
                            out.push(Event::End(TagEnd::Link));
                        }
                    }
                    // Pictures would have to be fetched.
                    Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
                    other => out.push(other),
                }
            }
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, events.into_iter());
    page
}

fn lowered(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

fn words(events: &[Event]) -> String {
    let text = |event: &Event| match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        _ => String::new(),
    };
    events.iter().map(text).collect()
}

/// The id is one of [`slug`], so there is nothing to escape in it.
fn scroll(section: &str) -> CowStr<'static> {
    format!("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{section}\">")
        .into()
}

/// `Figure 3` under `deviations` becomes `deviations-figure-3`.
fn slug(prefix: &str, words: &str) -> String {
    let mut slug = prefix.to_owned();
    for part in words.split(|c: char| !c.is_ascii_alphanumeric()) {
        if !part.is_empty() {
            slug.push('-');
            slug.push_str(&part.to_ascii_lowercase());
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(text: &str) -> String {
        to_html(text, "p", |target| {
            (target != "gone.md").then(|| format!("up/{target}"))
        })
    }

    #[test]
    fn titles_go_sections_step_down_and_tables_scroll() {
        let page =
            convert("# Title\n\nWords.\n\n## Figure 1 & 2\n\n| a | b |\n|---|---|\n| 1 | `2` |\n");
        assert!(
            !page.contains("Title") && !page.contains("<h1") && !page.contains("<h2"),
            "{page}"
        );
        assert!(
            page.contains("<h3 id=\"p-figure-1-2\">Figure 1 &amp; 2</h3>"),
            "{page}"
        );
        assert!(
            page.contains(
                "tabindex=\"0\" role=\"region\" aria-labelledby=\"p-figure-1-2\"><table>"
            ),
            "{page}"
        );
        assert!(page.contains("</table>\n</div>"), "{page}");
    }

    #[test]
    fn links_move_or_lose_their_target_and_html_is_text() {
        let page =
            convert("[a](x.md), [b *c*](gone.md) and <script>alert(1)</script>\n\n<b>bold</b>\n");
        assert!(
            page.contains("<a href=\"up/x.md\">a</a>, b <em>c</em> and"),
            "{page}"
        );
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }
}
