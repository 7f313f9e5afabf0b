//! What is said of a browser that came back otherwise than it should: what came, what it means, and
//! what to do.

use url::Url;

use crate::loopback::IgnoredCallback;

/// `can_paste`: whether the address of the browser's page can be given here instead.
pub(super) fn explained(kind: IgnoredCallback, redirect_uri: &Url, can_paste: bool) -> String {
    use IgnoredCallback as Kind;
    let or_paste =
        if can_paste { ", or paste the address of that page here and press Enter" } else { "" };
    let host = redirect_uri.host_str().unwrap_or_default();
    match kind {
        Kind::Https => format!(
            "A browser came back by https, and here is only http. Switch its HTTPS-only mode off \
             for {host}, or write http:// in its address bar{or_paste}."
        ),
        Kind::OtherName => format!(
            "A browser came back, but not to the name {host} (localhost is another name than \
             127.0.0.1), and was not served. Write {host} in its address bar{or_paste}. The \
             provider should have {redirect_uri} registered, to the letter."
        ),
        Kind::Post => "A browser came back by POST (response_mode=form_post), which is not read \
             here. Leave `response_mode` out of the provider's description, or ask the provider \
             to answer in the address."
            .to_owned(),
        Kind::OtherPath => format!(
            "A browser came back to another path, and was not served. The provider should have \
             {redirect_uri} registered, to the letter."
        ),
        Kind::OtherAnswer(why) => format!(
            "A browser came back with {why}: this is not the answer to this sign-in, and was \
             ignored. An old tab, perhaps; open the link above anew."
        ),
        Kind::OtherBrowser => format!(
            "Another browser came back than the one in which this sign-in began, and was not \
             served. Finish it in that one{or_paste}."
        ),
        Kind::OtherUser => format!(
            "Another user of this machine came with an answer to this sign-in, and was not served. \
             If that was you, open the link above as yourself{or_paste}."
        ),
    }
}
