"""Writes a log whose account names mean no good: they would end a script, open an image, turn or hide letters.

In: a folder; out: messages.csv in it, in which each of them broadcasts, and two crews of them act in step.
"""

import csv
import datetime
import pathlib
import sys

HOSTILE = [
    "</script><script>window.broken=1</script>",
    '"><img src=x onerror=window.broken=1>',
    "<!--<script>",
    "\u202egnp.exe",
    "bob\u200b",
    "bob",
    "__proto__",
    "constructor",
    "=cmd|'/c calc'!A1",
    "'=x",
    "=x",
    " lead",
    "a,b\"c\nd",
    "{b|rich} {a|text}",
    "javascript:alert(1)",
    "%3Cb%3E?x=1#account/bob",
    "\u0627\u0644\u062d\u0633\u0627\u0628",
    "x" * 300,
]


def rows():
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    for who, name in enumerate(HOSTILE):
        for day in range(6):
            for i in range(90):
                at = start + datetime.timedelta(days=day, minutes=3 * i, seconds=7 * who + (i * who) % 5)
                yield at.strftime("%Y-%m-%dT%H:%M:%SZ"), name, f"r{who}-{day}-{i}", f"m{who}-{day}-{i}", f"text {day} {i // 30}"


def main():
    with open(pathlib.Path(sys.argv[1]) / "messages.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["ts", "sender", "recipient", "msg_id", "content"])
        out.writerows(rows())


if __name__ == "__main__":
    main()
