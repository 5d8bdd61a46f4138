"""Checks a package, or an exported audit trail, without the program that made it. Needs Python 3.9 and PyNaCl, nothing else.

    python verify_standalone.py FOLDER [PUBLIC KEY]
FOLDER is a package or an exported trail. PUBLIC KEY is the second line of corelab.pub, noted from the first package of the trial.
Says what was checked and ends with 0; ends with 1 and names everything that is wrong.
"""

import base64
import csv
import hashlib
import json
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

ROLES = {"reading authorship": "reader", "adjudication": "adjudicator", "audit review": "auditor"}  # all other meanings: coordinator
MUST_BE_SIGNED = ("reading.signed", "adjudication.signed", "reading.invalidated", ".approved", "unlock.requested", "audit.reviewed")
MUST_STAY = ("adjudication.", "answer.", "batch.", "case.", "charter.", "lock.", "package.", "payload.", "reading.signed", "result.")
SAME = {"account": "actor", "content": "payload", "record_type": "entity", "record": "id"}
wrong, checked = [], {}


def digest(tag, data):
    return hashlib.sha256(b"corelab/" + tag + b"/v1\0" + data).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed_by(public, message, signature):
    with suppress(BadSignatureError, ValueError, TypeError):
        return VerifyKey(public).verify(message, signature) == message


def claim(fine, otherwise):
    wrong.extend([] if fine else [otherwise])


def guarded(name, check, *given):
    try:
        return check(*given)
    except Exception as error:  # whatever a damaged file does to a check is a fault of that file
        wrong.append(f"{name}: cannot be read ({type(error).__name__}: {error})")


def lines(path):
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def had(keys, account, seq):
    """The public keys that were the person's when event ``seq`` was written."""
    own = [each for each in keys if each["account"] == account and each["from"] < seq <= (each["until"] or seq)]
    return {digest(b"key", bytes.fromhex(each["public"]))[:32]: bytes.fromhex(each["public"]) for each in own}


def sums(folder):
    """Every file is the one in SHA256SUMS, and no other file is there."""
    listed = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}
    for name in sorted((set(listed) | set(there)) - {"SHA256SUMS"}):
        if name not in there or name not in listed:
            wrong.append(f"{name}: is missing" if name in listed else f"{name}: is not named by SHA256SUMS")
        elif hashlib.sha256(there[name].read_bytes()).hexdigest() != listed[name]:
            wrong.append(f"{name}: differs from SHA256SUMS")
    checked["files"] = len(listed)


def manifest(folder, pinned):
    """The lab's package key signed the manifest, and the manifest names the same files."""
    data = (folder / "MANIFEST.json").read_bytes()
    _, line, comment, last = (folder / "MANIFEST.json.minisig").read_text("utf-8").splitlines()
    public = (folder / "corelab.pub").read_text("utf-8").splitlines()[1]
    claim(pinned in ("", public), "corelab.pub: is not the key that you noted")
    sig, key, whole = (base64.b64decode(each, validate=True) for each in (line, public, last))
    fine = (sig[:2], key[:2], sig[2:10]) == (b"ED", b"Ed", key[2:10]) and signed_by(key[10:], hashlib.blake2b(data).digest(), sig[10:])
    claim(fine, "MANIFEST.json: the signature MANIFEST.json.minisig is not by the key in corelab.pub over this manifest")
    fine = comment.startswith("trusted comment: ") and signed_by(key[10:], sig[10:] + comment[17:].encode(), whole)
    claim(fine, "MANIFEST.json.minisig: its trusted comment was changed")
    said = json.loads(data)
    differ = {f"{each['sha256']}  {each['path']}" for each in said["files"]} ^ set((folder / "SHA256SUMS").read_text("utf-8").splitlines())
    fine = all(each[66:] in ("MANIFEST.json", "MANIFEST.json.minisig") for each in differ)
    claim(fine, "MANIFEST.json: names other files or hashes than SHA256SUMS")
    checked["package signatures"] = 1
    return said


def approval(said, keys):
    """A coordinator signed these files as this transfer."""
    document, opening = said["approval"]["document"], base64.b64decode(said["approval"]["opening"], validate=True)
    listed = sorted(said["files"], key=lambda each: each["path"])
    files = hashlib.sha256("".join(f"{each['sha256']}  {each['path']}\n" for each in listed).encode()).hexdigest()
    approved = json.loads(opening[32:])
    fine = (approved["files"], approved["transfer"], approved["cutoff"]) == (files, said["transfer"], said["cutoff"]["seq"])
    claim(fine, "MANIFEST.json: the approval is for other files, another transfer or another cut-off")
    public = had(keys, document["account"], said["cutoff"]["seq"] + 1).get(document["key"])
    signature, message = base64.b64decode(said["approval"]["signature"], validate=True), b"corelab/sig/v1\0" + canonical(document)
    fine = digest(b"payload", opening) == document["content"] and public and signed_by(public, message, signature)
    claim(fine, f"MANIFEST.json: the approval by {document['name']} does not verify")


def chain(folder):
    """Numbers without gap, each event continuing the one before and hashing to its hash."""
    prev = digest(b"genesis", UUID((events := lines(folder / "events.jsonl"))[0]["lab"]).bytes)
    for number, event in enumerate(events, 1):
        place, header = f"events.jsonl: event {event['seq']} ({event['kind']})", {k: v for k, v in event.items() if k != "hash"}
        claim(event["seq"] == number, f"{place} stands where event {number} should")
        claim(event["prev"] == prev and event["lab"] == events[0]["lab"], f"{place} does not continue the event before it")
        claim(digest(b"event", canonical(header)) == event["hash"], f"{place} differs from its hash")
        prev = event["hash"]
    checked["events"] = len(events)
    return {event["seq"]: event for event in events}


def payloads(folder, events):
    """What is told is what its event committed to; nothing is left out without saying so."""
    told = {each["seq"]: each for each in lines(folder / "openings.jsonl")}
    wrong.extend(f"openings.jsonl: {'tells of' if seq in told else 'has nothing about'} event {seq}"
                 for seq in sorted(set(told) ^ {seq for seq, event in events.items() if event["payload"]}))  # fmt: skip
    clear = {seq: each for seq, each in told.items() if each["form"] in ("clear", "opened") and seq in events}
    for seq, each in clear.items():
        fine = digest(b"payload", bytes.fromhex(each["salt"]) + canonical(each["payload"])) == events[seq]["payload"]
        claim(fine, f"openings.jsonl: what it says of event {seq} ({events[seq]['kind']}) is not what was recorded")
    for seq in told.keys() & events.keys() - clear.keys():
        form = told[seq]["form"]
        known = {"redacted", "held back", "sealed" if events[seq]["sealed"] else "held back"}
        claim(form in known, f"openings.jsonl: event {seq} was never sealed")
        if form == "redacted":
            redacted(events[seq], events.get(told[seq]["by"], {}), clear.get(told[seq]["by"], {}).get("payload", {}), events)
    checked["payloads"], checked["payloads sealed, redacted or held back"] = len(clear), len(told) - len(clear)


def readings(package, audit, events):
    """Each record of readings.csv is what its event signed: whose it is, when, and no grade that was not signed."""
    grades, records = {}, {}
    with (audit / "openings.jsonl").open("rb") as file:
        for each in map(json.loads, file):
            said = each.get("payload", {})
            answers = [one for one in said.get("grades", said.get("decisions", ())) if isinstance(one, dict)]
            grades[each["seq"]] = Counter((one["segment"].split(".")[0], one.get("value") or one.get("missing")) for one in answers)
    with (package / "data" / "readings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said = records.setdefault((row["RECID"], int(row["EVENTSEQ"]), row["SIGNDTC"]), Counter())
            said.update([] if row["RESCD"] == "TEXT" else [(row["SEGCD"], row["RESCD"])])
    for (record, seq, at), said in records.items():
        event = events.get(seq, {})
        fine = event.get("kind", "").endswith(".signed") and (event["id"], event["at"]) == (record, at) and not said - grades[seq]
        claim(fine, f"data/readings.csv: record {record} is not what event {seq} signed")
    checked["records"] = len(records)


def redacted(event, by, said, events):
    """Another person had asked for what this redaction did, and nothing stands on what is gone."""
    place, same, asked = f"openings.jsonl: event {event['seq']}", ("event", str(event["seq"])), events.get(said.get("requested"), {})
    done, begun = ((each.get("kind"), each.get("entity"), each.get("id")) for each in (by, asked))
    claim(done == ("payload.redacted", *same), f"{place} was emptied without a redaction on record")
    claim(not event["kind"].startswith(MUST_STAY), f"{place} ({event['kind']}) was emptied, and has to stay")
    two = begun == ("redaction.requested", *same) and asked["seq"] < by["seq"]
    claim(two and asked["actor"] == said["second"] not in (None, by["actor"]), f"{place} was emptied without a second person")


def signatures(folder, events, keys):
    """Each signature is by a key its person had then, over what row and event say."""
    found = lines(folder / "signatures.jsonl")
    for each in found:
        said, event = each["document"], events.get(each["document"]["seq"], {})
        place = f"signatures.jsonl: {said['meaning']} of {said['record_type']} {said['record']}"
        fine = all(said[name] == event.get(SAME.get(name, name)) for name in (*SAME, "at", "tz", "prev", "lab"))
        claim(fine, f"{place}: is not what event {said['seq']} says")
        claim(ROLES.get(said["meaning"], "coordinator") == event.get("role"), f"{place}: its meaning does not belong to the role")
        public = had(keys, said["account"], said["seq"]).get(said["key"])
        claim(public, f"{place}: was made with a key that was not its person's then")
        signature = base64.b64decode(each["signature"], validate=True)
        claim(not public or signed_by(public, b"corelab/sig/v1\0" + canonical(said), signature), f"{place}: does not verify")
    signed = {each["document"]["seq"] for each in found}
    wrong.extend(f"signatures.jsonl: event {seq} ({event['kind']}) is not signed"
                 for seq, event in events.items() if event["kind"].endswith(MUST_BE_SIGNED) and seq not in signed)  # fmt: skip
    checked["signatures"] = len(found)


def checkpoint(folder, events, keys):
    """The head of the trail is the one that was signed."""
    body, _, last = (folder / "checkpoint.txt").read_bytes().decode().partition("\n\n")
    lab, seq, head = body.split("\n")[:3]
    event = events.get(int(seq), {})
    if (lab, base64.b64decode(head, validate=True).hex(), int(seq)) != (f"corelab/{event.get('lab')}", event.get("hash"), len(events)):
        wrong.append(f"checkpoint.txt: the trail has {len(events)} events and its head is not the one of the checkpoint (event {seq})")
    if last:
        account, signed = last.split()[1], base64.b64decode(last.split()[2], validate=True)
        own = had(keys, account, int(seq) + 1).values()
        own = [key for key in own if hashlib.sha256(account.encode() + b"\n\x01" + key).digest()[:4] == signed[:4]]
        claim(any(signed_by(key, (body + "\n").encode(), signed[4:]) for key in own), "checkpoint.txt: its signature does not verify")
    checked["signed checkpoints" if last else "unsigned checkpoints"] = 1


def main(folder, pinned=""):
    guarded("SHA256SUMS", sums, folder)
    audit = folder / "audit" if (folder / "audit").is_dir() or (folder / "MANIFEST.json").exists() else folder
    said = guarded("MANIFEST.json", manifest, folder, pinned) if audit != folder else None
    keys = guarded("keys.json", lambda: json.loads((audit / "keys.json").read_bytes())["keys"]) or []
    events = guarded("events.jsonl", chain, audit) or {}
    guarded("openings.jsonl", payloads, audit, events)
    guarded("signatures.jsonl", signatures, audit, events, keys)
    guarded("checkpoint.txt", checkpoint, audit, events, keys)
    if said:
        guarded("data/readings.csv", readings, folder, audit, events)
        guarded("MANIFEST.json", approval, said, keys)
        fine = [said["cutoff"]["seq"], said["cutoff"]["head"]] == [len(events), events.get(len(events), {}).get("hash")]
        claim(fine, "MANIFEST.json: its cut-off is not the last event of the trail")
    print("Checked", ", ".join(f"{count} {what}" for what, count in checked.items()))
    print("\n".join([f"WRONG  {each}" for each in wrong] or ["All of it is as it was written and signed."]))
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:3]) if len(sys.argv) > 1 else print(__doc__))
