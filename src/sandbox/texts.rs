//! What the pages say, in German and in English.

use super::pages::Refusal;
use super::request::Call;

/// What the pages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    German,
    English,
}

impl Language {
    /// The better liked of the two in `Accept-Language`; English if neither is named.
    pub fn of(call: &Call) -> Self {
        let mut best = (Language::English, 0.0);
        for item in call.accept_language.split(',') {
            let mut parts = item.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse().ok());
            let quality: f32 = quality.unwrap_or(1.0);
            let language = match tag.split('-').next() {
                Some("de") => Language::German,
                Some("en") => Language::English,
                _ => continue,
            };
            if quality > best.1 {
                best = (language, quality);
            }
        }
        best.0
    }

    /// For `lang` and `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::German => "de",
            Language::English => "en",
        }
    }
}

/// The words of the consent page and the frame around every page.
pub struct Texts {
    pub banner: &'static str,
    /// `{}` is the provider imitated.
    pub not_really: &'static str,
    /// `{}` is the client.
    pub heading: &'static str,
    pub lead: &'static str,
    pub who: &'static str,
    pub what: &'static str,
    pub allow: &'static str,
    pub deny: &'static str,
    pub back: &'static str,
    pub refused: &'static str,
    pub index_heading: &'static str,
    pub index_lead: &'static str,
    pub index_faults: &'static str,
    pub index_no_faults: &'static str,
    pub index_counts: &'static str,
}

const GERMAN: Texts = Texts {
    banner: "Nur zum Ausprobieren. Kein echtes Konto, kein Passwort, keine echten Daten.",
    not_really: "Das ist nicht {}. Kein echtes Konto, kein Passwort, keine echten Daten.",
    heading: "Darf {} auf dieses Konto zugreifen?",
    lead: "Die Personen sind erfunden. Wählen Sie eine aus und entscheiden Sie für sie.",
    who: "Anmelden als",
    what: "Das wird erlaubt",
    allow: "Erlauben",
    deny: "Ablehnen",
    back: "Danach geht es zurück zu",
    refused: "Anfrage nicht angenommen",
    index_heading: "Zwei Anbieter im Kleinen",
    index_lead: "Zählerfreunde und TimberData zum Ausprobieren, auf diesem Rechner, ohne \
                 Client-ID. Alle Menschen, Konten und Daten sind erfunden.",
    index_faults: "Bestellte Störungen:",
    index_no_faults: "keine",
    index_counts: "Was bisher geschah, in Zahlen",
};

const ENGLISH: Texts = Texts {
    banner: "For trying things out. No real account, no password, no real data.",
    not_really: "This is not {}. No real account, no password, no real data.",
    heading: "Let {} use this account?",
    lead: "These people are made up. Choose one and decide for them.",
    who: "Sign in as",
    what: "What this allows",
    allow: "Allow",
    deny: "Deny",
    back: "Then it goes back to",
    refused: "Request not accepted",
    index_heading: "Two providers in miniature",
    index_lead: "Zählerfreunde and TimberData to try things out with, on this machine, without a \
                 client ID. All people, accounts and data are made up.",
    index_faults: "Faults ordered:",
    index_no_faults: "none",
    index_counts: "What has happened so far, in numbers",
};

impl Texts {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::German => &GERMAN,
            Language::English => &ENGLISH,
        }
    }
}

/// What TimberData grants with no scope at all: its user endpoint.
pub const USER_SCOPE: &str = "";

/// What granting a scope, or an audience, means.
pub fn meaning(language: Language, scope: &str) -> &'static str {
    let (german, english) = match scope {
        "openid" => ("Wissen, welches Konto es ist", "Know which account this is"),
        "profile" => ("Den Namen sehen", "See the name"),
        "email" => ("Die E-Mail-Adresse sehen", "See the e-mail address"),
        "offline_access" => ("Auf Dauer verbunden bleiben", "Stay connected over time"),
        "aggregation" => ("Polter lesen", "Read log piles"),
        "woodlist" => ("Holzlisten lesen", "Read wood lists"),
        USER_SCOPE => {
            ("Name und Anschrift des Kontos lesen", "Read the account's name and address")
        }
        _ => ("Zähler und Messwerte lesen", "Read meters and readings"),
    };
    match language {
        Language::German => german,
        Language::English => english,
    }
}

/// Heading, explanation and advice of an error page.
pub fn refusal(language: Language, refusal: Refusal) -> [&'static str; 3] {
    match (language, refusal) {
        (Language::German, Refusal::Client) => [
            "Unbekannte Client-ID",
            "Diese Client-ID ist hier nicht angemeldet:",
            "In der Sandbox heißen sie sandbox-client und sandbox-partner.",
        ],
        (Language::English, Refusal::Client) => [
            "Unknown client ID",
            "This client ID is not registered here:",
            "In the sandbox they are sandbox-client and sandbox-partner.",
        ],
        (Language::German, Refusal::RedirectUri) => [
            "Rücksprungadresse nicht angemeldet",
            "Diese redirect_uri ist nicht angemeldet (redirect URI not registered):",
            "Erlaubt ist http auf 127.0.0.1, [::1] oder localhost mit /callback/ und dem Anbieter.",
        ],
        (Language::English, Refusal::RedirectUri) => [
            "Redirect URI not registered",
            "This redirect_uri is not registered:",
            "Allowed is http on 127.0.0.1, [::1] or localhost with /callback/ and the provider.",
        ],
        (Language::German, Refusal::Repeated) => [
            "Doppelte Angabe",
            "Diese Angabe kommt mehr als einmal vor:",
            "OAuth 2.0 erlaubt jede nur einmal.",
        ],
        (Language::English, Refusal::Repeated) => [
            "Repeated parameter",
            "This parameter occurs more than once:",
            "OAuth 2.0 allows each only once.",
        ],
        (Language::German, Refusal::Answered) => [
            "Schon beantwortet",
            "Diese Anfrage ist beantwortet oder abgelaufen.",
            "Bitte im Programm neu beginnen.",
        ],
        (Language::English, Refusal::Answered) => [
            "Already answered",
            "This request was answered before, or has expired.",
            "Please begin again in the program.",
        ],
        (Language::German, Refusal::Form) => [
            "Unvollständige Antwort",
            "Es fehlt, wer sich anmeldet, oder die Entscheidung.",
            "Bitte zurückgehen und noch einmal wählen.",
        ],
        (Language::English, Refusal::Form) => [
            "Incomplete answer",
            "It lacks who signs in, or the decision.",
            "Please go back and choose again.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_liked_language_is_spoken() {
        let of = |text: &str| {
            Language::of(&Call { accept_language: text.to_owned(), ..Call::default() })
        };
        assert_eq!(of("de-DE,de;q=0.9,en;q=0.8"), Language::German);
        assert_eq!(of("en-US,en;q=0.9,de;q=0.8"), Language::English);
        assert_eq!(of("fr, de;q=0.3"), Language::German);
        assert_eq!(of("de;q=0"), Language::English);
        assert_eq!(of(";;,q=,"), Language::English);
    }
}
