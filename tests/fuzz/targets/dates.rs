//! Days and times as people, spreadsheets and providers write them.

use partnerlink::clock::{
    self, Shift, Span, TimeZone, Timestamp, WallClock, berlin, parse_date, parse_instant,
    parse_local, with_offset,
};

pub fn check(input: &[u8]) {
    let text = &*String::from_utf8_lossy(input);
    let zones = [berlin(), TimeZone::UTC];
    for zone in &zones {
        if let Some(span) = Span::parse(text) {
            of_span(span, zone);
        }
        if let Some(told) = with_offset(text, zone) {
            assert!(parse_instant(&told).is_some(), "{told}");
        }
        let (time, shift) = text.split_once('|').unwrap_or((text, ""));
        let shift = Shift::parse(shift);
        if let Ok(instant) = parse_local(time, zone, shift) {
            shown(instant, zone);
            // Twice the same, also where the clocks are put back.
            assert_eq!(parse_local(time.trim(), zone, shift), Ok(instant));
        }
    }
    if let Some(instant) = parse_instant(text) {
        zones.iter().for_each(|zone| shown(instant, zone));
        for seconds in [i64::MIN, -1, 0, 1, i64::MAX] {
            let _ = clock::after(instant, seconds);
        }
    }
    if let Some(day) = parse_date(text) {
        let (_, _) = (clock::day_number(day), clock::monday_of(day));
    }
    if let Some(local) = clock::parse_without_offset(text) {
        for zone in &zones {
            let both = clock::instants_of(local, zone);
            assert!(both.is_none_or(|(early, late)| early <= late));
        }
    }
}

/// Its name says it again; what comes next begins behind it.
fn of_span(span: Span, zone: &TimeZone) {
    let name = span.name();
    assert_eq!(Span::parse(&name), Some(span), "{name}");
    let _ = span.is_last();
    if let (Some(begin), Some(next)) = (span.begin(zone), span.next()) {
        let is_instant = matches!(span, Span::Instant(_));
        let later = next.begin(zone).is_none_or(|next| is_instant || next > begin);
        assert!(later, "{name}");
    }
}

/// As a row of a table: it is read back as the same instant.
fn shown(instant: Timestamp, zone: &TimeZone) {
    let mut wall = WallClock::new(zone.clone());
    let (mut text, mut local) = (Vec::new(), Vec::new());
    if wall.rfc_3339(instant, &mut text).is_ok() {
        wall.local(instant, &mut local).unwrap();
        wall.spreadsheet_days(instant).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(parse_instant(&text), Some(instant), "{text}");
    }
    let _ = (clock::midnight_after(instant, 1, zone), clock::next_month(instant, zone));
    let _ = (clock::month_name(instant, zone), clock::day_name(instant, zone));
    let _ = clock::calendar_stamp(instant);
}
