use super::super::{PushError, read};
use super::*;
use crate::clock::berlin;

const HEAD: &str = "deviceId,obisCode,timestamp,value";

fn options() -> Options {
    let unit = TimestampUnit::Milliseconds;
    Options { unit, zone: berlin(), obis: None, decimal: None }
}

fn readings(bytes: &[u8]) -> Result<Vec<(String, String, String)>, PushError> {
    let file = read(bytes, &options())?;
    let shown = file.readings.iter().map(|reading| {
        let id = file.series_of(reading).device.id.clone();
        (id, reading.time.to_string(), reading.value.to_string())
    });
    Ok(shown.collect())
}

/// The values of the one file.
#[track_caller]
fn values(bytes: &[u8]) -> Vec<String> {
    readings(bytes).unwrap().into_iter().map(|(_, _, value)| value).collect()
}

#[track_caller]
fn refused(text: &str, why: &str) {
    let error = readings(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains(why), "{why} in {error}");
}

#[test]
fn every_separator_is_found_out() {
    for (head, row) in [
        ("deviceId,obisCode,timestamp,value", "a,1.8.0,1767222000000,12.5"),
        ("deviceId;obisCode;timestamp;value", "a;1.8.0;1767222000000;12,5"),
        ("deviceId\tobisCode\ttimestamp\tvalue", "a\t1.8.0\t1767222000000\t12,5"),
        ("sep=;\r\ndeviceId;obisCode;timestamp;value", "a;1.8.0;1767222000000;12.5"),
        ("sep=|\ndeviceId|obisCode|timestamp|value", "a|1.8.0|1767222000000|12.5"),
        ("\"sep=,\"\ndeviceId,obisCode,timestamp,value", "a,1.8.0,1767222000000,\"12,5\""),
        ("\n\nDEVICEID;ObisCode;Zeitstempel;Wert;;", "a;1.8.0;1767222000000;12,5;;"),
        (" deviceId ; obisCode;timestamp;value", " a ; 1.8.0; 1767222000000 ;\u{a0}12,5"),
        ("\"deviceId\",\"obisCode\",\"timestamp\",\"value\"", "\"a\",1.8.0,1767222000000,12.5"),
    ] {
        let text = format!("{head}\r\n{row}\r\n\r\n;;;\r\n");
        assert_eq!(values(text.replace(";;;", "").as_bytes()), ["12.5"], "{head}");
    }
    assert_eq!(
        values(b"deviceId;obisCode;timestamp;value\n;;;\na;1.8.0;1767222000000;1\n;;;"),
        ["1"]
    );
}

#[test]
fn a_row_is_as_long_as_the_heading_or_refused_by_its_line() {
    for row in ["a,1.8.0,1767222000000,12345,678", "a,1.8.0,1767222000000", "a", "a,1.8.0,1,2,3,4"]
    {
        refused(&format!("{HEAD}\n{row}\n"), "line 2: ");
        refused(&format!("{HEAD}\n{row}\n"), "cells where the heading has 4");
    }
    refused(&format!("sep=,\n{HEAD}\n\na,1.8.0,1767222000000,1\na\n"), "line 5: 1 cells");
    refused(&format!("{HEAD}\na,1.8.0,1767222000000,\"1\nb,1.8.0,1,1\n"), "line 2: a quotation");
    refused(&format!("{HEAD}\n\n\"a,1.8.0,1767222000000,1"), "line 3: a quotation");
    refused(&format!("{HEAD}\n\"a\nb\",1.8.0,1767222000000,1\n"), "line break");
}

#[test]
fn a_heading_that_is_not_right_is_refused_by_the_name() {
    for (head, why) in [
        ("deviceId,obisCode,timestamp,value,colour", "\"colour\", which is no column"),
        ("deviceId,obisCode,timestamp,value,", "no readings"),
        ("deviceId,,obisCode,timestamp,value", "\"\", which is no column"),
        ("deviceId,obisCode,timestamp,value,Wert", "value twice: \"value\" and \"Wert\""),
        ("deviceId,obisCode,timestamp,DEVICEID,value", "deviceId twice"),
        ("obisCode,timestamp,value", "lacks deviceId (or externalDeviceId)"),
        ("deviceId,timestamp,value", "lacks obisCode"),
        ("deviceId,obisCode,value", "lacks timestamp"),
        ("deviceId,obisCode,timestamp", "lacks value"),
        ("a,1.8.0,1767222000000,1", "\"a\", which is no column"),
    ] {
        refused(&format!("{head}\n"), why);
    }
    refused("\n\ndeviceId,obisCode,timestamp\n", "line 3: the heading lacks value");
    for empty in ["", "\n", "\u{feff}", "  \n\r\n", ";;;\n", "sep=;\n"] {
        refused(empty, "is empty");
    }
    refused(HEAD, "no readings");
}

#[test]
fn a_wrong_cell_is_named_by_its_line() {
    for (row, why) in [
        ("a,1.8,1767222000000,1", "\"1.8\" is no OBIS code"),
        ("a,1.8.0,1767222000,1", "--timestamp-unit"),
        ("a,1.8.0,yesterday,1", "no date with a time"),
        ("a,1.8.0,2026-10-25T02:15:00,1", "twice"),
        ("a,1.8.0,29.03.2026 02:15,1", "leave out"),
        ("a,1.8.0,25.10.2026,1", "no date with a time"),
        ("a,1.8.0,1767222000000,1e", "no number"),
        ("a,1.8.0,1767222000000,NaN", "no number"),
        ("a,1.8.0,1767222000000,1e400", "larger than any"),
        ("a,1.8.0,1767222000000,-1", "below zero"),
        ("a,1.8.0,1767222000000,", "no value"),
        (",1.8.0,1767222000000,1", "no device"),
        ("\"5,0999E+10\",1.8.0,1767222000000,1", "spreadsheet"),
        ("a\0,1.8.0,1767222000000,1", "zero byte"),
    ] {
        refused(&format!("{HEAD}\n{row}\n"), "line 2: ");
        refused(&format!("{HEAD}\n{row}\n"), why);
    }
    let rest = format!("{HEAD},status,meteringInterval\n");
    refused(&format!("{rest}a,1.8.0,1767222000000,1,ok,900\n"), "no status");
    refused(&format!("{rest}a,1.8.0,1767222000000,1,real,0\n"), "no number of seconds");
    assert_eq!(values(format!("{rest}a,1.8.0,1767222000000,1,real,900\n").as_bytes()), ["1"]);
    refused(
        "deviceId,externalDeviceId,obisCode,timestamp,value\na,b,1.8.0,1767222000000,1",
        "both",
    );
}

#[test]
fn german_times_need_what_tells_the_doubled_hour_apart() {
    let head = "deviceId;obisCode;timestamp;offset;value\n";
    let text = format!(
        "{head}a;1.8.0;25.10.2026 01:45;;1\na;1.8.0;25.10.2026 02:45;Sommerzeit;2\n\
         a;1.8.0;25.10.2026 02:45:00;+01:00;3\n"
    );
    let times: Vec<_> = readings(text.as_bytes()).unwrap().into_iter().map(|row| row.1).collect();
    let expected = ["2026-10-24T23:45:00Z", "2026-10-25T00:45:00Z", "2026-10-25T01:45:00Z"];
    assert_eq!(times, expected);
    refused(&format!("{head}a;1.8.0;25.10.2026 01:45;?;1\n"), "no offset");
    refused(&format!("{head}a;1.8.0;25.10.2026 01:45;Winterzeit;1\n"), "said to be winter time");
}

#[test]
fn letters_of_windows_are_read_and_told() {
    let text = "externalDeviceId;obisCode;timestamp;Wert\r\nZähler-1;1.8.0;1767222000000;1\r\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    let file = read(&latin[..], &options()).unwrap();
    assert_eq!(file.series[0].device.id, "Zähler-1");
    assert!(file.notes[0].contains("Windows-1252: line 2 has \"Zähler-1\""), "{:?}", file.notes);
    let good = read(text.as_bytes(), &options()).unwrap();
    assert_eq!((good.notes.len(), &good.series[0].device.id), (0, &file.series[0].device.id));
    let mixed = [text.as_bytes(), b"Z\xe4hler-2;1.8.0;1767222000000;1\r\n"].concat();
    let error = readings(&mixed).unwrap_err().to_string();
    assert!(error.contains("line 3: the encoding changes: UTF-8 in line 2"), "{error}");
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(values(&[b"\xff\xfe", &utf_16[..]].concat()), ["1"]);
}

#[test]
fn one_instant_has_one_value() {
    let row = |device: &str, value: &str| format!("{device},1.8.0,1767222000000,{value}\n");
    let text = |second: &str| format!("{HEAD}\n{}b,1.8.0,1767222000000,1\n{second}", row("a", "1"));
    refused(&text(&row("a", "1.0")), "line 4: the same reading as in line 2");
    refused(&text(&row("a", "2")), "line 4: another value for the same meter");
    refused(&text(&row("a", "2")), "as in line 2: 1 there, 2 here");
    refused(&text("a,1-1:1.8.0,1767222000000,2\n"), "as in line 2");
    assert_eq!(values(text("a,2.8.0,1767222000000,2\n").as_bytes()).len(), 3);
}

#[test]
fn one_register_can_be_meant_or_picked() {
    let with = |text: &str| {
        let options = Options { obis: Some("1.29.0".to_owned()), ..options() };
        let file = read(text.as_bytes(), &options).unwrap();
        (file.readings.len(), file.left_out, file.series[0].obis.clone())
    };
    assert_eq!(with("deviceId,timestamp,value\na,1767222000000,1\n"), (1, 0, "1.29.0".into()));
    let text = "deviceId,obisCode,timestamp,value\na,1-1:1.29.0,1767222000000,1\n\
                a,1.8.0,1767222000000,1\n";
    assert_eq!(with(text), (1, 1, "1-1:1.29.0".into()));
}

/// Bytes that look random, of a number alone.
fn noise(seed: u64, letters: &[u8], length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..length).map(|_| letters[(next() % letters.len() as u64) as usize]).collect()
}

#[test]
fn no_bytes_make_it_panic() {
    let every: Vec<u8> = (0..=255).collect();
    let head = format!("{HEAD}\n");
    let edifact = "UNB+UNOC:3+a+b+c+d'UNH+1+MSCONS'LOC+172+50999000001'PIA+5+1.8.0:SRW'QTY+220:1'";
    for seed in 0..500 {
        for letters in [&every[..], b"a1;,.\n\"\t\r -+:E'?\xe4", b"'+:?UNABTMQY12 \n"] {
            let bytes = noise(seed, letters, (seed % 97) as usize);
            for begin in ["", &head, edifact, "UNA", "sep=", "\u{feff}"] {
                let _ = readings(&[begin.as_bytes(), &bytes].concat());
            }
        }
    }
    // A good file with one byte changed is read or refused.
    let good = format!("{HEAD}\na,1.8.0,25.10.2026 01:15,\"12,5\"\n{edifact}");
    for at in 0..good.len() {
        for byte in [0, b'"', b'\n', b',', b';', b'+', 0xe4, 0xff] {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = byte;
            let _ = readings(&bytes);
        }
    }
}
