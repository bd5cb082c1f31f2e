//! Messages as the server writes them, and whatever else may come.

mod splitting;

use proptest::prelude::*;

use super::*;
use crate::{Event, Me, UserId};

const REL: &str = "rel=\"nofollow noopener noreferrer\"";

/// HTML, what a reader sees, and the source.
fn samples() -> Vec<(String, &'static str, &'static str)> {
    let same = |html: &str, text| (html.to_owned(), text, text);
    let all = |html: &str, text, source| (html.to_owned(), text, source);
    vec![
        same("plain", "plain"),
        same("", ""),
        same("a &lt;3 b &amp; c&#39;s &quot;d&quot;", "a <3 b & c's \"d\""),
        all("<b>b</b> <i>i</i> <strike>s</strike> <code>c*</code>", "b i s c*", "**b** _i_ ---s--- `c*`"),
        all("<b><i>x</i></b> <i><b>y</b> z</i>", "x y z", "**_x_** _**y** z_"),
        all("2*3 _x_", "2*3 _x_", r"2\*3 \_x\_"),
        // What the dialect cannot say loses its marks.
        all("in<b>side</b> <b>a<b>b</b></b><i> x</i><b></b>", "inside ab x", "inside **ab** x"),
        all("<code>a`b</code> <em-x>y</em-x>", "a`b y", r"a\`b y"),
        all("x&zwnj;&#8203;y", "xy", "xy"),
        all("@&zwnj;Ann", "@Ann", "@\u{200c}Ann"),
        all(r#"[ <a href="https://a.example/b">N</a> ] up"#, "[ N ] up", r"\[ [N](https://a.example/b) \] up"),
        all(
            r#"see <a href="https://chat.example/rooms/9/long" rel="noopener">chat.example/rooms/9/&hellip;</a>, ok"#,
            "see chat.example/rooms/9/\u{2026}, ok",
            "see https://chat.example/rooms/9/long, ok",
        ),
        // An address that the server found keeps its form, unless a letter would run into it.
        all(
            r#"<a href="http://a.example/x" title="what the page is called">a.example/x</a>b"#,
            "a.example/xb",
            "[a.example/x](http://a.example/x \"what the page is called\")b",
        ),
        all(
            r#"<b>see <a href="http://a.example/x">a.example/x</a></b>"#,
            "see a.example/x",
            "**see [a.example/x](http://a.example/x)**",
        ),
        all(
            r#"<a href="http://a.example/(x y)" title="t (x)">[a]</a>"#,
            "[a]",
            r"[\[a\]](http://a.example/%28x%20y%29)",
        ),
        all(r#"<a href="/rooms/1">room</a>"#, "room", "room (/rooms/1)"),
        all(
            r#"<a href="//stackoverflow.com/questions/tagged/c%23"><span class="ob-post-tag" style="x">c#</span></a> tag"#,
            "c# tag",
            "[tag:c#] tag",
        ),
        all(
            r#"<a href="//meta.stackoverflow.com/questions/tagged/bug"><span class="ob-post-tag">bug</span></a>"#,
            "bug",
            "[meta-tag:bug]",
        ),
        all("<div class=\"quote\">said <b>so</b></div>", "said so", "> said **so**"),
        all("&gt; no quote", "> no quote", "\u{200c}> no quote"),
        same("<div class='full'>a <br> *b* <br>  <br>   d</div>", "a\n*b*\n\n  d"),
        same("<div class=\"full\"> a <br>@Bob_ </div>", " a\n@Bob_ "),
        all(
            &format!(
                r#"<div class='full'>see <br> <a href="https://a.example/long" {REL}>a.example/&hellip;</a></div>"#
            ),
            "see\na.example/\u{2026}",
            "see\nhttps://a.example/long",
        ),
        all("<pre class='full'>x = 1\n\n  y &lt; 2</pre>", "x = 1\n\n  y < 2", "    x = 1\n    \n      y < 2"),
        all(
            &format!(
                r#"<div class="onebox ob-image"><a {REL} href="//i.example/6.png"><img src="//i.example/6.png"
                class="user-image" alt="user image" /></a></div>"#
            ),
            "//i.example/6.png",
            "https://i.example/6.png",
        ),
        all(
            r#"<div class="onebox ob-image"><a href="https://i.example/6"><img src="https://i.example/6"></a></div>"#,
            "https://i.example/6",
            "!https://i.example/6",
        ),
        all("@Ann_x <span class=\"mention\">@Bob</span> c", "@Ann_x @Bob c", "@Ann_x @Bob c"),
        all(
            "&rarr; <i><a href=\"https://c.example/transcript/message/5#5\">3 messages</a> moved to <a \
             href=\"https://c.example/rooms/2/bin\">bin</a></i>",
            "\u{2192} 3 messages moved to bin",
            "\u{2192} _[3 messages](https://c.example/transcript/message/5#5) moved to [bin](https://c.example/rooms/2/bin)_",
        ),
    ]
}

#[test]
fn contents_are_read_and_written() {
    for (html, text, source) in samples() {
        let content = Content::parse(&html);
        assert_eq!(content.to_text(), text, "{html} {content:?}");
        assert_eq!(content.to_markdown(), source, "{html} {content:?}");
    }
}

#[test]
fn the_parts_of_a_message() {
    let content = Content::parse("<b>@Ann</b> <a href='x'>a <code>@Cat</code></a> <span class='mention'>@Bob</span>");
    assert_eq!(content.mentions().collect::<Vec<_>>(), ["Ann", "Bob"]);
    assert_eq!(content.links().map(Link::text).collect::<Vec<_>>(), ["a @Cat"]);
    assert_eq!(content.nodes().len(), 5);
    assert!(!content.is_partial());
    assert!(Content::parse("<div class='partial'>a <br> b</div>").is_partial());
}

#[test]
fn unknown_markup_is_kept() {
    let content = Content::parse(r#"a <u id="1" data-x="&lt;">b <b>c</b></u>"#);
    let Node::Other(element) = &content.nodes()[1] else { panic!("{content:?}") };
    assert_eq!(element.name, "u");
    let attributes: Vec<_> = element.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(attributes, [("data-x", "<"), ("id", "1")]);
    assert_eq!(element.nodes.len(), 2);
    assert_eq!(content.to_text(), "a b c");
}

/// Everything that is done with a text.
/// Quotes in the name of a tag, where another reader of HTML would see a tag more.
#[test]
fn tags_with_quotes_in_their_names_are_read() {
    for odd in [r#"<a="<b c="<i><u>">"#, r#"<a="<b c="<i><u>">z<img src=x>"#, r"<a'<b c='<i><u>'>", r#"<a"=<b>"#] {
        let _ = everything(odd);
    }
}

fn everything(text: &str) -> usize {
    let content = Content::parse(text);
    let event = serde_json::json!({
        "event_type": 1, "id": 3, "user_id": 2, "message_id": 4, "content": text, "parent_id": 1, "show_parent": true
    });
    let me = Me::new(UserId(1), "a@[b");
    let hows = [Split::Never, Split::AtNewline, Split::AtWord, Split::Multiline];
    [
        content.to_text().len(),
        content.to_markdown().len(),
        content.all_nodes().count(),
        content.mentions().map(str::len).sum(),
        content.clone().oneboxes().count(),
        usize::from(content.is_partial()),
        escape(text).len(),
        without_pings(text).len(),
        usize::from(pings(text, "Marvin")),
        Markdown::new().bold(text).link(text, text).code(text).tag(text).mention(text).to_string().len(),
        hows.iter().filter_map(|how| split(text, *how).ok()).flatten().count(),
        addressed(&Event::parse(event.to_string().as_bytes()), &me, |_| false) as usize,
    ]
    .into_iter()
    .sum()
}

#[test]
fn deep_and_hostile_contents_fit_a_small_stack() {
    let long = |part: &str| part.repeat(30_000 / part.len());
    let texts: Vec<String> = [
        "<b>",
        "<b>x",
        "<div class='quote'>",
        "<div class='onebox ob-post'>",
        "<code>",
        "<a href=x>",
        "<br>",
        "<",
        "@",
        "@abc",
        "@abc ",
        "&#64;",
        "[",
        "`",
        "](",
        "---",
        "_",
        "*",
        "\\",
        "    x\n",
        "\n",
        "http://",
        ">",
        "<pre>\n",
        "\u{301}",
        "\u{200c}\u{200b}",
        "a@",
        "<span class=mention>",
        "<span class=ob-post-tag>",
        "</b>",
        "<img>",
        "a ",
    ]
    .map(long)
    .to_vec();
    let builder = std::thread::Builder::new().stack_size(512 << 10);
    let reader = builder.spawn(move || texts.iter().map(|text| everything(text)).sum::<usize>()).unwrap();
    assert!(reader.join().unwrap() > 0);
}

#[test]
fn what_is_nested_too_deep_loses_its_elements_and_no_text() {
    let html = format!("{}x{}y", "<b>a".repeat(100), "</b>".repeat(100));
    assert_eq!(Content::parse(&html).to_text(), format!("{}xy", "a".repeat(100)));
}

fn markup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PARTS), 0..80).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn nothing_panics_on_any_text(text in "\\PC{0,300}") {
        everything(&text);
    }

    #[test]
    fn nothing_panics_on_markup(text in markup()) {
        everything(&text);
    }

    #[test]
    fn text_is_kept(text in "[^<>&\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}\u{200c}]{0,200}") {
        prop_assert_eq!(Content::parse(&text).to_text(), text.trim());
    }

    /// What a reader sees of the source is what he sees of the HTML: escapes undone, nothing else gained or lost.
    #[test]
    fn sources_of_text_are_escapes_of_it(text in "[^<>&\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}\u{200c}]{0,200}") {
        let source = Content::parse(&text).to_markdown();
        prop_assert_eq!(&source, &escape(text.trim()));
        prop_assert_eq!(unescaped(&source), text.trim());
    }

}

fn unescaped(source: &str) -> String {
    let mut out = String::new();
    let mut chars = source.chars().filter(|c| *c != '\u{200c}').peekable();
    while let Some(c) = chars.next() {
        let escaped = (c == '\\').then(|| chars.next_if(|c| r"`*_[]()\".contains(*c))).flatten();
        out.push(escaped.unwrap_or(c));
    }
    out
}

const PARTS: &[&str] = &[
    "<",
    ">",
    "/",
    "=",
    "\"",
    "'",
    " ",
    "\n",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<br>",
    " <br> ",
    "<br/>",
    "<code>",
    "</code>",
    "<a href='http://a.example/'>",
    "<a>",
    "</a>",
    "<div class='full'>",
    "<div class='partial'>",
    "<div>",
    "</div>",
    "<div class=quote>",
    "<div class='onebox ob-message'>",
    "<div class='onebox ob-post'>",
    "<pre>",
    "</pre>",
    "<pre class='full'>",
    "<span class=mention>",
    "<span class=ob-post-tag>",
    "</span>",
    "<img src=x>",
    "<u>",
    "&amp;",
    "&#64;",
    "&zwnj;&#8203;",
    "@",
    "@Ann",
    "x",
    "a_b",
    "*",
    "_",
    "---",
    "`",
    "[",
    "](",
    ")",
    "\\",
    "http://a.example/",
    "    ",
    "é",
    "/transcript/message/",
    "a.example\u{2026}",
];
