"""Checks a package, or an exported audit trail, without the program that made it. Needs Python 3.9 and PyNaCl, nothing else.

    python verify_standalone.py FOLDER [PUBLIC KEY]

FOLDER is a package or an exported trail. PUBLIC KEY is the second line of corelab.pub, noted from the first package of the trial.
Says what was checked and ends with 0; ends with 1 and names everything that is wrong.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from uuid import UUID

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

ROLES = {"reading authorship": "reader", "adjudication": "adjudicator", "audit review": "auditor"}  # all other meanings: coordinator
MUST_BE_SIGNED = {"reading.signed", "adjudication.signed", "charter.approved", "lock.approved", "package.approved"}
SAME = {"account": "actor", "content": "payload", "record_type": "entity", "record": "id"}
wrong, checked = [], {}


def digest(tag, data):
    return hashlib.sha256(b"corelab/" + tag + b"/v1\0" + data).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed_by(public, message, signature):
    try:
        VerifyKey(public).verify(message, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


def guarded(name, check, *given):
    """Whatever a damaged file does to a check is a fault of that file."""
    try:
        return check(*given)
    except Exception as error:
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
    there.pop("SHA256SUMS", None)
    for name in sorted(set(listed) | set(there)):
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
    if pinned and pinned != public:
        wrong.append("corelab.pub: is not the key that you noted")
    signature, key, whole = (base64.b64decode(each, validate=True) for each in (line, public, last))
    ours = (signature[:2], key[:2]) == (b"ED", b"Ed") and signature[2:10] == key[2:10]
    if not ours or not signed_by(key[10:], hashlib.blake2b(data).digest(), signature[10:]):
        wrong.append("MANIFEST.json: the signature MANIFEST.json.minisig is not by the key in corelab.pub over this manifest")
    if not signed_by(key[10:], signature[10:] + comment[len("trusted comment: ") :].encode(), whole):
        wrong.append("MANIFEST.json.minisig: its trusted comment was changed")
    said = json.loads(data)
    sums_of = sorted(f"{each['sha256']}  {each['path']}" for each in said["files"])
    listed = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    if sums_of != sorted(each for each in listed if each.split("  ", 1)[1] not in ("MANIFEST.json", "MANIFEST.json.minisig")):
        wrong.append("MANIFEST.json: names other files or hashes than SHA256SUMS")
    checked["package signatures"] = 1
    return said


def approval(said, keys):
    """A coordinator signed these files as this transfer."""
    document, opening = said["approval"]["document"], base64.b64decode(said["approval"]["opening"], validate=True)
    listed = sorted(said["files"], key=lambda each: each["path"])
    files = hashlib.sha256("".join(f"{each['sha256']}  {each['path']}\n" for each in listed).encode()).hexdigest()
    approved = json.loads(opening[32:])
    if (approved["files"], approved["transfer"], approved["cutoff"]) != (files, said["transfer"], said["cutoff"]["seq"]):
        wrong.append("MANIFEST.json: the approval is for other files, another transfer or another cut-off")
    public = had(keys, document["account"], said["cutoff"]["seq"] + 1).get(document["key"])
    signature, message = base64.b64decode(said["approval"]["signature"], validate=True), b"corelab/sig/v1\0" + canonical(document)
    if digest(b"payload", opening) != document["content"] or not public or not signed_by(public, message, signature):
        wrong.append(f"MANIFEST.json: the approval by {document['name']} does not verify")


def chain(folder):
    """Numbers without gap, each event continuing the one before and hashing to its hash."""
    prev = digest(b"genesis", UUID((events := lines(folder / "events.jsonl"))[0]["lab"]).bytes)
    for number, event in enumerate(events, 1):
        place, header = f"events.jsonl: event {event['seq']} ({event['kind']})", {k: v for k, v in event.items() if k != "hash"}
        if event["seq"] != number:
            wrong.append(f"{place} stands where event {number} should")
        if event["prev"] != prev or event["lab"] != events[0]["lab"]:
            wrong.append(f"{place} does not continue the event before it")
        if digest(b"event", canonical(header)) != event["hash"]:
            wrong.append(f"{place} differs from its hash")
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
        if digest(b"payload", bytes.fromhex(each["salt"]) + canonical(each["payload"])) != events[seq]["payload"]:
            wrong.append(f"openings.jsonl: what it says of event {seq} ({events[seq]['kind']}) is not what was recorded")
    for seq in told.keys() & events.keys() - clear.keys():
        form, by = told[seq]["form"], events.get(told[seq].get("by"), {})
        if form not in ("sealed", "redacted", "held back") or (form == "sealed" and not events[seq]["sealed"]):
            wrong.append(f"openings.jsonl: event {seq} was never sealed")
        elif form == "redacted" and (by.get("kind"), by.get("entity"), by.get("id")) != ("payload.redacted", "event", str(seq)):
            wrong.append(f"openings.jsonl: event {seq} was emptied without a redaction on record")
    checked["payloads"], checked["payloads sealed, redacted or held back"] = len(clear), len(told) - len(clear)


def signatures(folder, events, keys):
    """Each signature is by a key its person had then, over what row and event say."""
    found = lines(folder / "signatures.jsonl")
    for each in found:
        said = each["document"]
        event = events.get(said["seq"], {})
        place = f"signatures.jsonl: {said['meaning']} of {said['record_type']} {said['record']}"
        if any(said[name] != event.get(SAME.get(name, name)) for name in (*SAME, "at", "tz", "prev", "lab")):
            wrong.append(f"{place}: is not what event {said['seq']} says")
        if ROLES.get(said["meaning"], "coordinator") != event.get("role"):
            wrong.append(f"{place}: its meaning does not belong to the role")
        public = had(keys, said["account"], said["seq"]).get(said["key"])
        if not public:
            wrong.append(f"{place}: was made with a key that was not its person's then")
        elif not signed_by(public, b"corelab/sig/v1\0" + canonical(said), base64.b64decode(each["signature"], validate=True)):
            wrong.append(f"{place}: does not verify")
    signed = {each["document"]["seq"] for each in found}
    wrong.extend(f"signatures.jsonl: event {seq} ({event['kind']}) is not signed"
                 for seq, event in events.items() if event["kind"] in MUST_BE_SIGNED and seq not in signed)  # fmt: skip
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
        if not any(signed_by(key, (body + "\n").encode(), signed[4:]) for key in own):
            wrong.append("checkpoint.txt: its signature does not verify")
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
        guarded("MANIFEST.json", approval, said, keys)
        if [said["cutoff"]["seq"], said["cutoff"]["head"]] != [len(events), events.get(len(events), {}).get("hash")]:
            wrong.append("MANIFEST.json: its cut-off is not the last event of the trail")
    print("Checked", ", ".join(f"{count} {what}" for what, count in checked.items()))
    print("\n".join([f"WRONG  {each}" for each in wrong] or ["All of it is as it was written and signed."]))
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:3]) if len(sys.argv) > 1 else print(__doc__))
