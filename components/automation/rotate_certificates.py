#!/usr/bin/env python3
"""certlock's rotation runbook for Azure Automation: Python 3.10 or newer, standard library only.

For every identity of its settings it takes the newest certificate from Key Vault, registers the public part on the app
registration beside the old ones, signs in with it (the vault signs; the private key stays there) and removes what is expired
or no longer used. It remembers nothing: killed anywhere, run twice or in two places, the next run finishes the work.

    rotate_certificates.py SETTINGS [--check-settings | --dry-run]

SETTINGS is one JSON object, better given as base64url of it: hybrid workers parse a parameter that is JSON and hand over what
Python prints for it. At most 30 000 characters (https://github.com/microsoft/PowerShell-DSC-for-Linux/pull/756).

    tenantId                 GUID of the tenant
    cloud                    "public" (default), "usgovernment", "usgovernmentl5" or "china"
    managedIdentityClientId  client id of a user-assigned identity; default: the system-assigned one
    seenWithinDays           1 to 180, default 30: a certificate seen in sign-ins so lately is not removed
    changeoverDays           1 to 180, default 30: how long a superseded certificate stays at least
    waitSeconds              0 to 1200, default 600: how long to wait until Entra accepts a new certificate
    identities               1 to 100 of
      name                   for the log: up to 64 letters, digits, spaces, ".", "_", "-"; unique
      clientId               application (client) id; unique
      applicationObjectId    object id of the app registration; unique
      vaultUri               https://<vault>.vault.azure.net/ (the suffix is the cloud's)
      certificateName        the certificate in the vault: 1 to 127 letters, digits, "-"
      retireThoughSeen       up to 20 of { keyId, reason, owner, until: "YYYY-MM-DD", at most 90 days ahead }

One JSON line per identity and a last one with totals. Exit code 0, 1 when an identity failed, 2 for settings that are wrong.
docs/runbook.md has the permissions, the fields of the lines and what to do about each finding.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import email.utils
import hashlib
import http.client
import json
import os
import re
import ssl
import sys
import time
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Callable, Iterator, Mapping, Sequence

Json = dict[str, Any]

LONGEST_SETTINGS = 30_000  # characters; Windows takes 32 767 for a whole command line
LARGEST_ANSWER = 1024 * 1024  # bytes
SOCKET_SECONDS, ANSWER_SECONDS = 30.0, 90.0
ATTEMPTS, WRITES, PAGES = 5, 4, 40
LONGEST_WAIT = 300.0  # seconds one Retry-After may ask for
VISIBLE_SECONDS = 60.0  # until a write is expected in reads, before it is tried again
SMALLEST_KEY = 2048
SOON = timedelta(days=14)  # a newest certificate that ends sooner should have had a successor
BACKDATED = timedelta(minutes=5)  # clocks differ
KEY_IDS = uuid.UUID("6f5c2c3a-8f0e-5b52-9d57-6d9f0f4c3a71")  # namespace: the same certificate has the same key id everywhere


@dataclass(frozen=True)
class Cloud:
    """Addresses of one cloud. https://learn.microsoft.com/graph/deployments"""

    login: str
    graph: str
    vault: str


CLOUDS: Mapping[str, Cloud] = {
    "public": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com", "vault.azure.net"),
    "usgovernment": Cloud("https://login.microsoftonline.us", "https://graph.microsoft.us", "vault.usgovcloudapi.net"),
    "usgovernmentl5": Cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "vault.usgovcloudapi.net"),
    "china": Cloud("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn", "vault.azure.cn"),
}


# --- Settings ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exemption:
    """Leave to remove one certificate although it is still seen in sign-ins."""

    key_id: str
    until: date


@dataclass(frozen=True)
class Identity:
    name: str
    client_id: str
    object_id: str
    vault: str  # without trailing slash
    certificate: str
    exemptions: tuple[Exemption, ...]


@dataclass(frozen=True)
class Settings:
    tenant_id: str
    cloud: Cloud
    managed_identity: str | None
    seen_within: timedelta
    changeover: timedelta
    wait_seconds: float
    identities: tuple[Identity, ...]


class SettingsError(Exception):
    """Everything that is wrong with the settings, at once."""

    def __init__(self, problems: Sequence[Mapping[str, str]]) -> None:
        super().__init__(f"{len(problems)} problems in the settings")
        self.problems = problems


GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
A_GUID = "a GUID"
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?")
SENTENCE = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f]{1,200}")
LONGEST_EXEMPTION = timedelta(days=90)


class Reader:
    """Reads settings and collects problems. Values are never repeated: one may be a secret in the wrong place."""

    def __init__(self) -> None:
        self.problems: list[Mapping[str, str]] = []

    def wrong(self, code: str, path: str, message: str) -> None:
        self.problems.append({"code": f"SETTINGS_{code}", "path": path or "settings", "message": message})

    def invalid(self, path: str, value: Any, expected: str) -> None:
        kinds = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
        what = f"a text of {len(value)} characters" if isinstance(value, str) else kinds.get(type(value), "null")
        self.wrong("FIELD_INVALID", path, f"It is {what}; give {expected}.")

    def fields(self, value: Any, path: str, required: Sequence[str], optional: Sequence[str] = ()) -> Json:
        if not isinstance(value, dict):
            self.invalid(path, value, f"an object with {', '.join(required)}")
            return {}
        known = [*required, *optional]
        for name in [name for name in value if name not in known]:
            self.wrong("FIELD_UNKNOWN", join(path, name[:64]), f"There is no such setting; there are {', '.join(known)}.")
        for name in [name for name in required if name not in value]:
            self.wrong("FIELD_MISSING", join(path, name), "It is missing.")
        return value

    def text(self, fields: Json, path: str, name: str, pattern: re.Pattern[str], expected: str) -> str:
        value = fields.get(name, "")
        if name in fields and not (isinstance(value, str) and pattern.fullmatch(value)):
            self.invalid(join(path, name), value, expected)
        return value if isinstance(value, str) else ""

    def guid(self, fields: Json, path: str, name: str) -> str:
        return self.text(fields, path, name, GUID, A_GUID).lower()

    def number(self, fields: Json, name: str, least: int, most: int, default: int) -> int:
        value = fields.get(name, default)
        if type(value) is int and least <= value <= most:
            return value
        self.invalid(name, value, f"a whole number from {least} to {most}")
        return default

    def items(self, fields: Json, path: str, name: str, least: int, most: int) -> list[Any]:
        value = fields.get(name, [])
        if isinstance(value, list) and least <= len(value) <= most:
            return value
        if name in fields:
            given = f"It has {len(value)} entries" if isinstance(value, list) else "It is no list"
            self.wrong("FIELD_INVALID", join(path, name), f"{given}; give a list of {least} to {most}.")
        return []


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def read_settings(argument: str, today: date) -> Settings:
    """Settings from JSON or base64url of JSON. Raises SettingsError."""
    reader = Reader()
    root = reader.fields(parse_settings(argument), "", ("tenantId", "identities"), OPTIONAL)
    tenant_id = reader.guid(root, "", "tenantId")
    managed_identity = reader.guid(root, "", "managedIdentityClientId") or None
    cloud = CLOUDS.get(root.get("cloud", "public")) if isinstance(root.get("cloud", "public"), str) else None
    if cloud is None:
        reader.invalid("cloud", root["cloud"], f"one of {', '.join(CLOUDS)}")
    seen, changeover = (reader.number(root, name, 1, 180, 30) for name in ("seenWithinDays", "changeoverDays"))
    wait = reader.number(root, "waitSeconds", 0, 1200, 600)
    identities = [
        read_identity(reader, value, f"identities[{index}]", cloud or CLOUDS["public"], today)
        for index, value in enumerate(reader.items(root, "", "identities", 1, 100))
    ]
    for name, values in (
        ("name", [one.name for one in identities]),
        ("clientId", [one.client_id for one in identities]),
        ("applicationObjectId", [one.object_id for one in identities]),
    ):
        for index, value in enumerate(values):
            if value and value in values[:index]:
                at = f"identities[{index}].{name}"
                reader.wrong("DUPLICATE", at, f"identities[{values.index(value)}] has the same; each must be there once.")
    if reader.problems or cloud is None:
        raise SettingsError(reader.problems)
    days = (timedelta(days=seen), timedelta(days=changeover))
    return Settings(tenant_id, cloud, managed_identity, *days, float(wait), tuple(identities))


OPTIONAL = ("cloud", "managedIdentityClientId", "seenWithinDays", "changeoverDays", "waitSeconds")


def parse_settings(argument: str) -> Any:
    text = argument.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if len(text) > LONGEST_SETTINGS:
        refuse_settings(f"They have {len(text)} characters; at most {LONGEST_SETTINGS} are read. Give each job fewer identities.")
    if re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", text):
        try:
            text = base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            refuse_settings("They are neither JSON nor base64url of JSON.")
    try:
        return json.loads(text, object_pairs_hook=without_duplicates)
    except (ValueError, RecursionError):
        hint = " A hybrid worker has parsed the parameter: give base64url of the JSON." if text.startswith("{'") else ""
        return refuse_settings(f"They are neither JSON nor base64url of JSON.{hint}")


def without_duplicates(pairs: list[tuple[str, Any]]) -> Json:
    found: Json = {}
    for name, value in pairs:
        if name in found:
            refuse_settings(f"An object has {json.dumps(name[:64])} twice.")
        found[name] = value
    return found


def refuse_settings(message: str) -> Any:
    raise SettingsError([{"code": "SETTINGS_UNREADABLE", "path": "settings", "message": message}])


def read_identity(reader: Reader, value: Any, path: str, cloud: Cloud, today: date) -> Identity:
    required = ("name", "clientId", "applicationObjectId", "vaultUri", "certificateName")
    fields = reader.fields(value, path, required, ("retireThoughSeen",))
    vault = re.compile(rf"https://[A-Za-z](?=.{{2,23}}\.)(?:-?[A-Za-z0-9])+\.{re.escape(cloud.vault)}/?")
    expected = f"https://<vault>.{cloud.vault}/, where the cloud has its vaults"
    client_id, object_id = (reader.guid(fields, path, name) for name in ("clientId", "applicationObjectId"))
    if client_id and client_id == object_id:
        at = join(path, "applicationObjectId")
        reader.wrong("FIELD_INVALID", at, "It is the clientId; give the object id of the app registration.")
    return Identity(
        reader.text(fields, path, "name", NAME, 'up to 64 letters, digits, spaces, ".", "_", "-", none at its ends a space'),
        client_id,
        object_id,
        reader.text(fields, path, "vaultUri", vault, expected).rstrip("/").lower(),
        reader.text(fields, path, "certificateName", re.compile(r"[0-9A-Za-z-]{1,127}"), 'up to 127 letters, digits, "-"'),
        tuple(
            read_exemption(reader, one, f"{path}.retireThoughSeen[{index}]", today)
            for index, one in enumerate(reader.items(fields, path, "retireThoughSeen", 0, 20))
        ),
    )


def read_exemption(reader: Reader, value: Any, path: str, today: date) -> Exemption:
    fields = reader.fields(value, path, ("keyId", "reason", "owner", "until"))
    for name in ("reason", "owner"):
        reader.text(fields, path, name, SENTENCE, "up to 200 characters in one line")
    key_id = reader.guid(fields, path, "keyId")
    text = reader.text(fields, path, "until", re.compile(r"\d{4}-\d\d-\d\d"), "a date, YYYY-MM-DD")
    until = today
    with contextlib.suppress(ValueError):
        until = date.fromisoformat(text) if text else today
        text = ""
    if text or until > today + LONGEST_EXEMPTION:
        reader.invalid(join(path, "until"), fields.get("until"), "a date, YYYY-MM-DD, at most 90 days ahead")
    return Exemption(key_id, until)



def main(arguments: Sequence[str]) -> int:
    """Runs the job. Returns its exit code."""
    given = [one for one in arguments if not one.startswith("--")]
    try:
        if len(given) != 1:
            refuse_settings(f"There are {len(given)} parameters; give the settings as one, JSON or base64url of JSON.")
        settings = read_settings(given[0], datetime.now(timezone.utc).date())
    except SettingsError as error:
        print(json.dumps({"settings": "refused", "problems": error.problems}), flush=True)
        return 2
    print(json.dumps({"settings": "ok", "identities": [one.name for one in settings.identities]}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
