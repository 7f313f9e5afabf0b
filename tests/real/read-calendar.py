"""Reads a calendar of partnerlink's with icalendar, and tells what it found there.

    read-calendar.py FILE

One line of JSON: a list of entries, each with `uid`, `day`, `summary`, `description`, `sequence`, and `alarm`,
the seconds from the alarm to the day.
"""

import json
import sys
from pathlib import Path

from icalendar import Calendar

calendar = Calendar.from_ical(Path(sys.argv[1]).read_bytes())
assert calendar['VERSION'] == '2.0' and calendar['PRODID'], calendar
assert not calendar.errors, calendar.errors
entries = []
for event in calendar.walk('VEVENT'):
    assert not event.errors, event.errors
    assert event['DTSTAMP'].dt.utcoffset().total_seconds() == 0
    [alarm] = event.walk('VALARM')
    entries.append({
        'uid': str(event['UID']),
        'day': event['DTSTART'].dt.isoformat(),
        'summary': str(event['SUMMARY']),
        'description': str(event['DESCRIPTION']),
        'sequence': int(event['SEQUENCE']),
        'alarm': -alarm['TRIGGER'].dt.total_seconds(),
    })
print(json.dumps({'entries': entries}))
