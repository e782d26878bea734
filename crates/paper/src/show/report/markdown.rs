//! Pages of `docs/` as parts of the report.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Turns Markdown into HTML below a heading of the second level.
///
/// Drops the title of the page. Sections become headings of the third level, with ids that start with `prefix`. Tables
/// scroll by keyboard, and HTML in the text is shown as text. Links go through `link`; an unknown one loses its target
/// and keeps its words.
pub fn to_html(text: &str, prefix: &str, link: impl Fn(&str) -> Option<String>) -> String {
    let title = text
        .strip_prefix("# ")
        .and_then(|line| line.split_once('\n'));
    let text = title.map_or(text, |(_, rest)| rest);
    let parsed: Vec<Event> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let mut events = Vec::new();
    // The id of the current section, and whether the current link has kept its target.
    let (mut section, mut linked) = (prefix.to_owned(), false);
    for (place, event) in parsed.iter().enumerate() {
        match event.clone() {
            Event::Start(Tag::Heading { level, .. }) => {
                section = slug(prefix, parsed.iter().skip(place));
                events.push(Event::Start(Tag::Heading {
                    level: lowered(level),
                    id: Some(section.clone().into()),
                    classes: Vec::new(),
                    attrs: Vec::new(),
                }));
            }
            Event::End(TagEnd::Heading(level)) => {
                events.push(Event::End(TagEnd::Heading(lowered(level))));
            }
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            Event::Start(Tag::Table(columns)) => {
                // A slug needs no escaping.
                let scroll = format!(
                    r#"<div class="scroll" tabindex="0" role="region" aria-labelledby="{section}">"#
                );
                events.push(Event::Html(scroll.into()));
                events.push(Event::Start(Tag::Table(columns)));
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                events.push(Event::Html("</div>".into()));
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let target = link(&dest_url);
                linked = target.is_some();
                events.extend(target.map(|target| {
                    let dest_url = target.into();
                    Event::Start(Tag::Link {
                        link_type,
                        dest_url,
                        title,
                        id,
                    })
                }));
            }
            Event::End(TagEnd::Link) if !linked => {}
            // Images are dropped: they would have to be fetched.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            other => events.push(other),
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

/// The id of the heading that the events begin with: `Figure 3` under `deviations` gives `deviations-figure-3`.
fn slug<'a>(prefix: &str, heading: impl Iterator<Item = &'a Event<'a>>) -> String {
    let inner = heading.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    let words: String = inner
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    let parts = words.split(|c: char| !c.is_ascii_alphanumeric());
    let parts = parts.filter(|part| !part.is_empty());
    let slug: Vec<&str> = std::iter::once(prefix).chain(parts).collect();
    slug.join("-")
}
