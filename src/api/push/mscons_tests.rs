use super::super::{PushError, TimestampUnit, read};
use super::*;
use crate::clock::TimeZone;

const MELO: &str = "DE0099990699900000000000000000001";

fn options() -> Options {
    let unit = TimestampUnit::Milliseconds;
    Options { unit, zone: TimeZone::UTC, obis: None, decimal: None }
}

/// A file with one message that has this in it.
fn file(body: &str) -> String {
    let count = 8 + body.matches('\'').count();
    format!(
        "UNA:+.? 'UNB+UNOC:3+9904545000007:500+9911694000002:500+261025:0553+REF1++TL'\n\
         UNH+1+MSCONS:D:04B:UN:2.4c'\nBGM+Z48+K1+9'\nDTM+137:202610260553?+00:303'\n\
         RFF+Z13:13025'\nNAD+MS+9904545000007::293'\nUNS+D'\nNAD+DP'\n{body}UNT+{count}+1'\n\
         UNZ+1+REF1'\n"
    )
}

fn readings(text: &str) -> Result<Vec<(String, String, String, String)>, PushError> {
    let file = read(text.as_bytes(), &options())?;
    let shown = file.readings.iter().map(|reading| {
        let Series { device, obis } = file.series_of(reading);
        let interval = reading.interval.map_or(String::new(), |seconds| format!(" {seconds}"));
        let status = reading.status.map_or("", Status::name);
        let value = format!("{}{interval} {status}", reading.value);
        (device.id.clone(), obis.clone(), reading.time.to_string(), value)
    });
    Ok(shown.collect())
}

#[track_caller]
fn refused(body: &str, why: &[&str]) {
    let error = readings(&file(body)).unwrap_err().to_string();
    for why in why {
        assert!(error.contains(why), "{why} in {error}");
    }
}

fn value(quantity: &str) -> String {
    format!(
        "LOC+172+{MELO}'LIN+1'PIA+5+1-1?:1.29.0:SRW'QTY+{quantity}'\
         DTM+163:202610250015?+00:303'DTM+164:202610250030?+00:303'"
    )
}

#[test]
fn a_load_profile_is_read_with_its_intervals() {
    let body = format!(
        "LOC+172+{MELO}'\nDTM+163:202610242200?+00:303'\nDTM+164:202610252300?+00:303'\nLIN+1'\n\
         PIA+5+1-1?:1.29.0:SRW'\nQTY+220:0.725'\nDTM+163:202610250015?+00:303'\n\
         DTM+164:202610250030?+00:303'\nQTY+67:12,50:KWH'\nDTM+163:202610250130?+01:303'\n\
         DTM+164:202610250145?+01:303'\nSTS+Z32++Z88'\nSTS+Z40++Z74'\nLIN+2'\n\
         PIA+5+1-1:2.29.0:SRW'\nQTY+Z18:007'\nSTS+Z34++Z78'\nDTM+163:202610250015?+00:303'\n\
         DTM+164:202610250115?+00:303'\n"
    );
    let row = |obis: &str, time: &str, value: &str| {
        (MELO.to_owned(), obis.to_owned(), time.to_owned(), value.to_owned())
    };
    assert_eq!(
        readings(&file(&body)).unwrap(),
        [
            row("1-1:1.29.0", "2026-10-25T00:15:00Z", "0.725 900 REAL"),
            row("1-1:1.29.0", "2026-10-25T00:30:00Z", "12.50 900 SUBSTITUTE"),
            row("1-1:2.29.0", "2026-10-25T00:15:00Z", "7 3600 PRELIMINARY"),
        ]
    );
}

#[test]
fn a_meter_state_has_an_instant() {
    let state = |dates: &str| {
        file(&format!(
            "LOC+172+50999000001'RFF+MG:1SBX0086545092'LIN+1'PIA+5+1-1?:1.8.0:SRW'\
             QTY+220:1234567.357'{dates}STS+Z33++Z83'"
        ))
    };
    for dates in [
        "DTM+9:20241113:102'DTM+7:202403012300?+00:303'",
        "DTM+7:202403012300?+00:303'DTM+9:202403011100?+00:303'",
        "DTM+9:202403012300?+00:303'",
    ] {
        let read = readings(&state(dates)).unwrap();
        assert_eq!(read[0].2, "2024-03-01T23:00:00Z", "{dates}");
        assert_eq!(read[0].3, "1234567.357 REAL");
    }
    let only_a_day = readings(&state("DTM+9:20241113:102'")).unwrap_err().to_string();
    assert!(only_a_day.contains("has no time"), "{only_a_day}");
}

#[test]
fn messages_of_one_file_and_files_behind_each_other_are_all_read() {
    let one = |number: u8, minute: &str| {
        format!(
            "UNH+M{number}+MSCONS:D:04B:UN:2.5'BGM+7+1+9'NAD+DP'LOC+172+{MELO}'LIN+1'\
             PIA+5+1-1?:1.8.0:SRW'QTY+220:7'DTM+7:2026102500{minute}?+00:303'UNT+9+M{number}'"
        )
    };
    let file = |messages: &str| format!("UNB+UNOC:3+a:500+b:500+1:1+R'{messages}UNZ+2+R'");
    let first = file(&(one(1, "00") + &one(2, "15")));
    assert_eq!(readings(&first).unwrap().len(), 2);
    let second = file(&(one(1, "30") + &one(2, "45")));
    assert_eq!(readings(&format!("{first}\r\n{second}")).unwrap().len(), 4);
    let again = readings(&format!("{first}{first}")).unwrap_err().to_string();
    assert!(again.contains("segment 28: the same reading as in segment 8"), "{again}");
}

#[test]
fn values_that_are_no_readings_are_refused_by_their_segment() {
    for (quantity, why) in [
        ("201:1", "a proposed value"),
        ("20:1", "cannot be used"),
        ("187:1", "a forecast"),
        ("79:1", "a sum"),
        ("Z30:1", "a missing value"),
        ("ABC:1", "220 (true)"),
        ("220:-1", "no number"),
        ("220:", "no number"),
        ("220:1.2.3", "no number"),
        ("220:1e5", "no number"),
        ("220:NaN", "no number"),
        ("220:1:KWT", "is in KWT"),
    ] {
        refused(&value(quantity), &["segment 12: QTY", why]);
    }
}

#[test]
fn what_is_not_understood_is_refused_by_its_segment() {
    let body = value("220:1");
    for (good, bad, why) in [
        ("LOC+172", "LOC+237", "segment 9: LOC: the place is of kind \"237\""),
        (MELO, "DE123", "neither a MeLo"),
        ("1-1?:1.29.0:SRW", "Strom:Z08", "no OBIS code"),
        ("1-1?:1.29.0:SRW", "1-1?:1.29.0*255:SRW", "segment 11: PIA"),
        ("PIA+5+1-1?:1.29.0:SRW'", "", "has no OBIS code"),
        ("202610250015?+00:303", "202610250015:303", "segment 13: DTM"),
        ("202610250015?+00:303", "202610250015:203", "needs an offset"),
        ("202610250015?+00:303", "202613250015?+00:303", "no time with offset"),
        ("202610250015?+00:303", "202610250045?+00:303", "ends before it begins"),
        ("DTM+163", "DTM+306", "\"306\" at a value"),
        ("DTM+163", "DTM+60", "exchanged"),
        ("DTM+163:202610250015?+00:303'", "", "segment 12: QTY: the value needs a begin"),
        ("LIN+1'", "MOA+1'", "segment 10: MOA"),
    ] {
        refused(&body.replacen(good, bad, 1), &[why]);
    }
}

#[test]
fn a_file_that_is_not_whole_is_refused() {
    let good = file(&value("220:1"));
    assert_eq!(readings(&good).unwrap().len(), 1);
    for (from, to, why) in [
        ("UNZ+1+REF1'", "", "cut off"),
        ("UNT+14+1'\n", "", "no end (UNT)"),
        ("UNT+14", "UNT+15", "segments: it says \"15\", and \"14\" was found"),
        ("UNT+14+1", "UNT+14+2", "reference"),
        ("UNZ+1+REF1", "UNZ+2+REF1", "messages"),
        ("UNZ+1+REF1", "UNZ+1+REF2", "reference"),
        ("MSCONS:D", "UTILMD:D", "UTILMD, not MSCONS"),
        ("K1+9", "K1+1", "cancels an earlier one"),
        ("UNOC", "UNOX", "character set"),
        ("UNZ+1+REF1'", "UNZ+1+REF1", "no end"),
    ] {
        let error = readings(&good.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(why), "{from}: {error}");
    }
    let bare = &good[good.find("UNH").unwrap()..];
    assert!(readings(bare).unwrap_err().to_string().contains("UNB has to be the first"));
}

#[test]
fn umlauts_and_another_alphabet_of_signs_change_nothing() {
    let good = file(&value("220:1.5"));
    let umlaut = good.replace("NAD+DP'", "NAD+DP'CTA+IC+:M\u{fc}ller'").replace("UNT+14", "UNT+15");
    let latin: Vec<u8> = umlaut.chars().map(|c| u8::try_from(c).unwrap()).collect();
    assert_eq!(read(&latin[..], &options()).unwrap().readings.len(), 1);
    let body = good.split_once('\'').unwrap().1;
    let other = body.replace('\'', "~").replace('+', "*").replace("?*", "+").replace("1.5", "1,5");
    let read = readings(&format!("UNA:*,! ~{}", other.replace("?:", "!:"))).unwrap();
    assert_eq!(read[0].3, "1.5 900 REAL");
    assert_eq!(readings(&format!("\u{feff}{good}")).unwrap().len(), 1);
}

#[test]
fn a_test_says_so_and_other_registers_can_be_left_out() {
    let good = file(&value("220:1")).replace("REF1++TL'", "REF1++TL++++1'");
    let test = read(good.as_bytes(), &options()).unwrap();
    assert!(test.notes[0].contains("a test"), "{:?}", test.notes);
    let of = |obis: &str| {
        let options = Options { obis: Some(obis.to_owned()), ..options() };
        let file = read(good.as_bytes(), &options).unwrap();
        (file.readings.len(), file.left_out)
    };
    assert_eq!((of("1.29.0"), of("3.29.0")), ((1, 0), (0, 1)));
}
