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
from typing import Any
from collections.abc import Callable, Iterator, Mapping, Sequence

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


# Every code a line can have, and what somebody should do then.
NEXT_STEPS: Mapping[str, str] = {
    # The identity failed.
    "ANSWER_UNREADABLE": "See what stands between the job and the service.",
    "APPLICATION_BUSY": "The change does not stay: see in the audit log who else writes this application's credentials.",
    "APPLICATION_NOT_FOUND": "Correct applicationObjectId: it is the object id, not the client id.",
    "CERTIFICATE_EXPIRED": "The newest certificate is expired: make a new version, and see why the vault did not.",
    "CERTIFICATE_NOT_FOUND": "Make the certificate in the vault, or correct certificateName.",
    "CLIENT_ID_MISMATCH": "clientId and applicationObjectId are two applications: correct one of them.",
    "GRAPH_FORBIDDEN": "Grant the managed identity Application.ReadWrite.OwnedBy and make it owner of the application.",
    "GRAPH_REFUSED": "Look up the code of the refusal.",
    "KEY_UNFIT": f"Entra takes RSA keys only, from {SMALLEST_KEY} bits: make a new version with such a key.",
    "LAST_VALID": "The newest certificate is no longer registered, so nothing was removed: run the job again.",
    "MANAGED_IDENTITY_UNAVAILABLE": "Give the Automation account, or the worker's machine, a system-assigned identity, or name a "
    "user-assigned one.",
    "NO_USABLE_VERSION": "No version of the certificate is enabled: make a new one in the vault.",
    "REGISTRATION_REFUSED": "The tenant's policy or the dates forbid this certificate: shorten its validity.",
    "SERVICE_FAILED": "Run the job later.",
    "THROTTLED": "Run the job later, or give each job fewer identities.",
    "TOKEN_REFUSED": "Look up the AADSTS code. Nothing was removed, and the next run tries again.",
    "UNEXPECTED": "This is a fault of the runbook: report it with this line.",
    "UNREACHABLE": "Check name resolution, firewall, proxy and the trusted CAs.",
    "VAULT_CLOSED": "The vault's network rules keep the job out: run it on a hybrid worker inside.",
    "VAULT_FORBIDDEN": "Grant the managed identity Key Vault Reader on the certificate.",
    # It needs attention.
    "EXEMPTION_ENDED": "An entry of retireThoughSeen is past its end and was ignored: take it out.",
    "EXPIRED_STILL_SEEN": "A client tried an expired certificate lately: find it by the key id in the sign-in log.",
    "NEWEST_DISABLED": "The newest version is disabled, so readers of the certificate fail: enable it or make another.",
    "NO_EVIDENCE": "The sign-in report cannot be read or knows nothing of this application, so only expired certificates go: "
    "grant AuditLog.Read.All, or name the key in retireThoughSeen.",
    "NO_SUCCESSOR": "The newest certificate ends within 14 days: see why the vault has made no other (policy, issuer).",
    "NOT_VALID_YET": "The newest certificate is not valid yet; the run after its start checks it.",
    "SIGN_NOT_ALLOWED": "The vault does not sign for this job, and no sign-in shows that the newest certificate works, so nothing "
    "was removed: grant keys/sign, or wait until a client has signed in with it.",
    "STILL_SEEN": "A client still signs in with a superseded certificate: find it by the key id in the sign-in log.",
}


# --- Settings ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Identity:
    """One application and its certificate."""

    name: str
    client_id: str
    object_id: str
    vault: str  # without trailing slash
    certificate: str
    exemptions: Mapping[str, date]  # key ids that may go although they are seen, and until when


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


@dataclass(frozen=True)
class Rule:
    """What one setting must be."""

    expected: str
    holds: Callable[[Any], bool]
    required: bool = False


def text(pattern: str, expected: str, required: bool = True) -> Rule:
    return Rule(expected, lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None, required)


def whole(least: int, most: int) -> Rule:
    return Rule(f"a whole number from {least} to {most}", lambda value: type(value) is int and least <= value <= most)


def items(least: int, most: int, required: bool) -> Rule:
    holds = lambda value: isinstance(value, list) and least <= len(value) <= most  # noqa: E731
    return Rule(f"a list of {least} to {most}", holds, required)


GUID = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
A_GUID = text(GUID.pattern, "a GUID")
SETTINGS: Mapping[str, Rule] = {
    "tenantId": A_GUID,
    "cloud": text("|".join(CLOUDS), f"one of {', '.join(CLOUDS)}", required=False),
    "managedIdentityClientId": text(GUID.pattern, "a GUID", required=False),
    "seenWithinDays": whole(1, 180),
    "changeoverDays": whole(1, 180),
    "waitSeconds": whole(0, 1200),
    "identities": items(1, 100, required=True),
}
IDENTITY: Mapping[str, Rule] = {
    "name": text(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?", 'up to 64 letters, digits, " ", ".", "_", "-"'),
    "clientId": A_GUID,
    "applicationObjectId": A_GUID,
    "vaultUri": text(".*", "the address of a vault"),  # the cloud's own pattern is in read_settings
    "certificateName": text(r"[0-9A-Za-z-]{1,127}", 'up to 127 letters, digits, "-"'),
    "retireThoughSeen": items(0, 20, required=False),
}
ONE_LINE = text(r"(?=.*\S)[^\x00-\x1f\x7f]{1,200}", "up to 200 characters in one line")
VAULT_NAME = r"(?=.{3,24}\.)[A-Za-z](?:-?[A-Za-z0-9])+"


def read_settings(argument: str, today: date) -> Settings:
    """Settings from JSON or base64url of JSON. Values are never repeated: one may be a secret in the wrong place."""
    problems: list[Mapping[str, str]] = []

    def wrong(code: str, path: str, message: str) -> None:
        problems.append({"code": f"SETTINGS_{code}", "path": path or "settings", "message": message})

    def checked(value: Any, rules: Mapping[str, Rule], path: str = "") -> Json:
        """The settings that are right among those of one object."""
        if not isinstance(value, dict):
            wrong("FIELD_INVALID", path, f"It is no object; give one with {', '.join(rules)}.")
            return {}
        under = f"{path}." if path else ""
        for name in (name for name in value if name not in rules):
            wrong("FIELD_UNKNOWN", under + name[:64], f"There is no such setting; there are {', '.join(rules)}.")
        for name, rule in rules.items():
            if name not in value and rule.required:
                wrong("FIELD_MISSING", under + name, f"It is missing; give {rule.expected}.")
            if name in value and not rule.holds(value[name]):
                wrong("FIELD_INVALID", under + name, f"It is not {rule.expected}.")
        return {name: value[name] for name, rule in rules.items() if name in value and rule.holds(value[name])}

    root = checked(parse_settings(argument), SETTINGS)
    cloud = CLOUDS[root.get("cloud", "public")]
    vault = text(rf"https://{VAULT_NAME}\.{re.escape(cloud.vault)}/?", f"https://<vault>.{cloud.vault}/, as the cloud has them")
    until = Rule("a date, YYYY-MM-DD, at most 90 days ahead", lambda value: is_date(value, today + timedelta(days=90)), True)
    exemption = {"keyId": A_GUID, "reason": ONE_LINE, "owner": ONE_LINE, "until": until}
    identities: list[Identity] = []
    for index, value in enumerate(root.get("identities", [])):
        path = f"identities[{index}]"
        given = checked(value, {**IDENTITY, "vaultUri": vault}, path)
        listed = enumerate(given.get("retireThoughSeen", []))
        exempt = [checked(one, exemption, f"{path}.retireThoughSeen[{number}]") for number, one in listed]
        ids = [given.get(name, "").lower() for name in ("clientId", "applicationObjectId")]
        if ids[0] and ids[0] == ids[1]:
            wrong("FIELD_INVALID", f"{path}.applicationObjectId", "It is the clientId; give the object id.")
        exemptions = {one["keyId"].lower(): date.fromisoformat(one["until"]) for one in exempt if {"keyId", "until"} <= one.keys()}
        address = given.get("vaultUri", "").rstrip("/").lower()
        identity = Identity(given.get("name", ""), ids[0], ids[1], address, given.get("certificateName", ""), exemptions)
        for name, attribute in (("name", "name"), ("clientId", "client_id"), ("applicationObjectId", "object_id")):
            twins = [getattr(other, attribute) for other in identities]
            if getattr(identity, attribute) and getattr(identity, attribute) in twins:
                first = twins.index(getattr(identity, attribute))
                wrong("DUPLICATE", f"{path}.{name}", f"identities[{first}] has the same; each must be there once.")
        identities.append(identity)
    if problems:
        raise SettingsError(problems)
    return Settings(
        tenant_id=root["tenantId"].lower(),
        cloud=cloud,
        managed_identity=root.get("managedIdentityClientId"),
        seen_within=timedelta(days=root.get("seenWithinDays", 30)),
        changeover=timedelta(days=root.get("changeoverDays", 30)),
        wait_seconds=float(root.get("waitSeconds", 600)),
        identities=tuple(identities),
    )


def is_date(value: Any, latest: date) -> bool:
    try:
        return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None and date.fromisoformat(value) <= latest
    except (TypeError, ValueError):
        return False


def parse_settings(argument: str) -> Any:
    given = argument.strip()
    if len(given) >= 2 and given[0] == given[-1] == '"':
        given = given[1:-1]
    if len(given) > LONGEST_SETTINGS:
        refuse_settings(f"They have {len(given)} characters; at most {LONGEST_SETTINGS} are read. Give each job fewer identities.")
    try:
        if re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", given):
            bare = given.rstrip("=")
            given = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8")
        return json.loads(given, object_pairs_hook=without_duplicates)
    except (ValueError, RecursionError):
        hint = " A hybrid worker has parsed the parameter: give base64url of the JSON." if given.startswith("{'") else ""
        return refuse_settings(f"They are neither JSON nor base64url of JSON.{hint}")


def without_duplicates(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        refuse_settings("An object has a setting twice.")
    return found


def refuse_settings(message: str) -> Any:
    raise SettingsError([{"code": "SETTINGS_UNREADABLE", "path": "settings", "message": message}])


# --- Asking services --------------------------------------------------------------------------------------------------


class Stop(Exception):
    """An identity cannot be taken further. `code` is stable; NEXT_STEPS has what to do."""

    def __init__(self, code: str, answer: Answer | None = None, about: str = "") -> None:
        super().__init__(code)
        self.code, self.about = code, about
        self.refusal = answer.refusal() if answer else None


class Unclear(Exception):
    """A write was perhaps applied: the connection broke or the service failed. A fresh read tells."""


@dataclass(frozen=True)
class World:
    """What the runbook touches beside services; tests give their own."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random_id: Callable[[], uuid.UUID] = uuid.uuid4
    write: Callable[[str], None] = lambda line: print(line, flush=True)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    data: Json

    def code(self) -> str:
        """The service's own code, the innermost one; for a token endpoint the AADSTS number."""
        numbers = self.data.get("error_codes")
        if isinstance(numbers, list) and numbers and type(numbers[0]) is int:
            return f"AADSTS{numbers[0]}"
        error = self.data.get("error")
        inner = error.get("innererror") if isinstance(error, dict) else None
        for place in (inner, error, {"code": error}):
            code = place.get("code") if isinstance(place, dict) else None
            if isinstance(code, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]{0,79}", code):
                return code
        return ""

    def refusal(self) -> Json:
        """What may be logged of an answer: never its text, which can repeat a token."""
        ids = (self.headers.get(name, "") for name in ("request-id", "x-ms-request-id"))
        request_id = next((one for one in ids if GUID.fullmatch(one)), None)
        return {"status": self.status, "code": self.code() or None, "requestId": request_id}


class Web:
    """HTTPS with verified certificates, bounded answers and waits; redirects are answers like any other, never followed."""

    TRY_AGAIN = frozenset((408, 429, 500, 502, 503, 504))

    def __init__(self, world: World) -> None:
        self._world = world
        tls = ssl.create_default_context()
        self._direct = opener(urllib.request.ProxyHandler({}), tls)
        self._proxied = opener(urllib.request.ProxyHandler(), tls)

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        repeat: bool = True,
        direct: bool = False,
        again: frozenset[int] = TRY_AGAIN,
    ) -> Answer:
        """Asks until there is an answer that says something. A write (`repeat=False`) is sent again only after a 429."""
        host, pause = urllib.parse.urlsplit(url).hostname, 1.0
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._once(method, url, headers, body, direct)
            if answer is not None and answer.status not in again:
                return answer
            wait = retry_after(answer, self._world.now()) or pause
            if wait > LONGEST_WAIT:
                raise Stop("THROTTLED", answer, f"{host} asks to wait {wait:.0f} seconds.")
            if not repeat and (answer is None or answer.status != 429):
                self._world.sleep(wait)
                raise Unclear
            if attempt < ATTEMPTS:
                self._world.sleep(wait)
            pause *= 2
        if answer is None:
            raise Stop("UNREACHABLE", about=f"{host} gave no answer.")
        if answer.status == 429:
            raise Stop("THROTTLED", answer, f"{host} had enough.")
        raise Stop("SERVICE_FAILED", answer, f"{host} failed {ATTEMPTS} times.")

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, direct: bool) -> Answer | None:
        request = urllib.request.Request(url, data=body, method=method, headers={"User-Agent": "certlock-runbook", **headers})
        deadline = self._world.monotonic() + ANSWER_SECONDS
        try:
            response = (self._direct if direct else self._proxied).open(request, timeout=SOCKET_SECONDS)
            if response is None:
                return None
            with response:
                content = b""
                while chunk := response.read1(65_536):
                    content += chunk
                    if len(content) > LARGEST_ANSWER or self._world.monotonic() > deadline:
                        raise Stop("ANSWER_UNREADABLE", about="An answer is too large or too slow.")
                if response.length:  # bytes that were announced and never came
                    return None
                return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, json_object(content))
        except (OSError, http.client.HTTPException):
            return None


def opener(proxies: urllib.request.ProxyHandler, tls: ssl.SSLContext) -> urllib.request.OpenerDirector:
    director = urllib.request.OpenerDirector()  # without handlers for redirects, errors, files
    for handler in (proxies, urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(context=tls)):
        director.add_handler(handler)
    return director


def json_object(content: bytes) -> Json:
    """The JSON object of an answer; empty when it is none, which no reader takes for success."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def retry_after(answer: Answer | None, now: datetime) -> float | None:
    """Seconds to wait, given as seconds or as a date (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "") if answer else ""
    if re.fullmatch(r"\d{1,6}", text):
        return float(text)
    try:
        until = email.utils.parsedate_to_datetime(text)
        return max(0.0, (until.replace(tzinfo=until.tzinfo or timezone.utc) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


class ManagedIdentity:
    """Tokens of the identity the job runs as. None of them is ever written anywhere."""

    def __init__(self, web: Web, world: World, client_id: str | None) -> None:
        self._web, self._world, self._client_id = web, world, client_id
        self._tokens: dict[str, tuple[str, float]] = {}

    def token(self, resource: str) -> str:
        token, until = self._tokens.get(resource, ("", 0.0))
        if self._world.now().timestamp() < until - 300:
            return token
        answer = self._ask(resource)
        fresh = answer.data.get("access_token")
        if answer.status != 200 or not isinstance(fresh, str) or not fresh:
            raise Stop("MANAGED_IDENTITY_UNAVAILABLE", answer)
        expires = str(answer.data.get("expires_on", ""))
        self._tokens[resource] = (fresh, float(expires) if re.fullmatch(r"\d{1,12}", expires) else 0.0)
        return fresh

    def _ask(self, resource: str) -> Answer:
        """https://learn.microsoft.com/azure/automation/enable-managed-identity-for-automation, and the two a worker can be on:
        Azure Arc and the metadata service of a virtual machine, told apart as azure-identity does."""
        env = self._world.environment
        endpoint, header = env.get("IDENTITY_ENDPOINT", ""), env.get("IDENTITY_HEADER", "")
        arc = "http://localhost:40342/metadata/identity/oauth2/token" if arc_agent(env) else ""
        if endpoint and header:
            return self._get(endpoint, "2019-08-01", resource, {"X-IDENTITY-HEADER": header})
        if endpoint and env.get("IMDS_ENDPOINT"):
            arc = endpoint
        if not arc:
            host = env.get("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://169.254.169.254").rstrip("/")
            again = Web.TRY_AGAIN | {404, 410}
            return self._get(f"{host}/metadata/identity/oauth2/token", "2018-02-01", resource, {}, again)
        challenge = self._get(arc, "2020-06-01", resource, {})
        if challenge.status != 401:
            return challenge
        secret = arc_secret(challenge.headers.get("www-authenticate", ""), env)
        return self._get(arc, "2020-06-01", resource, {"Authorization": f"Basic {secret}"})

    def _get(
        self, url: str, version: str, resource: str, headers: Mapping[str, str], again: frozenset[int] = Web.TRY_AGAIN
    ) -> Answer:
        if not url.startswith(("http://", "https://")):
            raise Stop("MANAGED_IDENTITY_UNAVAILABLE", about="IDENTITY_ENDPOINT is no web address.")
        query = {"api-version": version, "resource": resource, **({"client_id": self._client_id} if self._client_id else {})}
        where = f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode(query)}"
        return self._web.ask("GET", where, {"Metadata": "true", **headers}, direct=True, again=again)


ARC_TOKENS = "/var/opt/azcmagent/tokens"


def arc_agent(env: Mapping[str, str]) -> bool:
    program_files = env.get("ProgramFiles", "C:\\Program Files")
    windows = os.path.join(program_files, "AzureConnectedMachineAgent", "himds.exe")
    return os.path.exists(windows if sys.platform == "win32" else "/opt/azcmagent/bin/himds")


def arc_secret(challenge: str, env: Mapping[str, str]) -> str:
    """The agent's secret: a file only it and those it trusts can read. Any other place is refused, as azure-identity does."""
    folder = ARC_TOKENS
    if sys.platform == "win32":
        folder = os.path.join(env.get("ProgramData", "C:\\ProgramData"), "AzureConnectedMachineAgent", "Tokens")
    path = challenge.partition("=")[2].strip()
    ok = challenge.startswith("Basic realm=") and os.path.dirname(path) == folder and path.endswith(".key")
    try:
        if ok and os.path.getsize(path) <= 4096:
            with open(path, encoding="utf-8") as file:
                return file.read()
    except (OSError, ValueError):
        pass
    raise Stop("MANAGED_IDENTITY_UNAVAILABLE", about="The Azure Arc agent names no key file of its own that this user may read.")


# --- Certificates -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Certificate:
    """The public part of one version in the vault."""

    version: str
    der: bytes
    not_before: datetime
    not_after: datetime
    key_bits: int  # 0 unless RSA

    @property
    def thumbprint(self) -> str:
        return hashlib.sha1(self.der).hexdigest().upper()

    @property
    def key_id(self) -> str:
        return str(uuid.uuid5(KEY_IDS, hashlib.sha256(self.der).hexdigest()))


def read_certificate(version: str, der: bytes) -> Certificate:
    """Dates and key of an X.509 certificate (RFC 5280, 4.1). The standard library has no reader for it."""
    signed = next(elements(der, *next(elements(der, 0, len(der)))[1:]))
    body = [one for one in elements(der, *signed[1:]) if one[0] != 0xA0]  # without the version
    validity, key_info = list(elements(der, *body[3][1:])), list(elements(der, *body[5][1:]))
    algorithm = next(elements(der, *key_info[0][1:]))
    bits = 0
    if der[algorithm[1] : algorithm[2]] == bytes.fromhex("2a864886f70d010101"):  # rsaEncryption
        key = next(elements(der, key_info[1][1] + 1, key_info[1][2]))
        modulus = next(elements(der, *key[1:]))
        bits = int.from_bytes(der[modulus[1] : modulus[2]], "big").bit_length()
    start, end = (certificate_time(tag, der[at:to].decode("ascii")) for tag, at, to in validity)
    return Certificate(version, der, start, end, bits)


def elements(der: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Tag, start and end of each DER element in a range. Raises ValueError."""
    while at < end:
        if end - at < 2:
            raise ValueError("DER")
        tag, length, at = der[at], der[at + 1], at + 2
        if length >= 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(der[at : at + count], "big"), at + count
        if at + length > end:
            raise ValueError("DER")
        yield tag, at, at + length
        at += length


def certificate_time(tag: int, text: str) -> datetime:
    century = "" if tag == 0x18 else ("19" if text >= "5" else "20")
    return datetime.strptime(century + text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)


CLOSED = ("ForbiddenByFirewall", "ForbiddenByConnection")
VERSION_ID = re.compile(r"[0-9A-Za-z]{1,64}")


class SignForbidden(Exception):
    """The vault does not sign with this key: no role for it, or a certificate that is not for signatures."""


@dataclass(frozen=True)
class Version:
    """One version of the certificate as the vault lists it."""

    id: str
    thumbprint: str  # SHA-1, upper case
    enabled: bool
    created: datetime


class Vault:
    """The certificate of one identity. https://learn.microsoft.com/rest/api/keyvault/"""

    def __init__(self, web: Web, tokens: ManagedIdentity, cloud: Cloud, identity: Identity) -> None:
        self._web, self._tokens, self._resource = web, tokens, f"https://{cloud.vault}"
        self._vault, self._name = identity.vault, identity.certificate

    def versions(self) -> list[Version]:
        """Every version that has a certificate."""
        found: list[Version] = []
        url = f"{self._vault}/certificates/{self._name}/versions?api-version=7.4&maxresults=25"
        for _ in range(PAGES):
            page = self._read(url)
            for item in objects(page, "value"):
                attributes, x5t = item.get("attributes"), item.get("x5t")
                created = attributes.get("created") if isinstance(attributes, dict) else None
                if isinstance(attributes, dict) and type(created) is int and isinstance(x5t, str):
                    thumbprint = unbase64(x5t.replace("-", "+").replace("_", "/")).hex().upper()
                    moment = datetime.fromtimestamp(created, timezone.utc)
                    found.append(Version(version_of(item), thumbprint, attributes.get("enabled") is True, moment))
            following = page.get("nextLink")
            if not following:
                return found
            url = str(following)
            if not same_origin(url, self._vault):
                break
        raise Stop("ANSWER_UNREADABLE", about="The vault's list of versions does not end, or leads to another host.")

    def certificate(self, version: str = "") -> Certificate | None:
        """A version, the newest unless told which; None while it is being made."""
        bundle = self._read(f"{self._vault}/certificates/{self._name}/{version}?api-version=7.4")
        if not isinstance(bundle.get("cer"), str):
            return None
        try:
            return read_certificate(version_of(bundle), unbase64(bundle["cer"]))
        except (ValueError, IndexError, StopIteration) as error:
            raise Stop("ANSWER_UNREADABLE", about="The vault's certificate is none that can be read.") from error

    def sign(self, version: str, algorithm: str, header: Json, claims: Json) -> str:
        """A JWT signed by the vault. Raises SignForbidden."""
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        body = {"alg": algorithm, "value": base64url(hashlib.sha256(signed.encode()).digest())}
        url = f"{self._vault}/keys/{self._name}/{version}/sign?api-version=7.4"
        answer = self._web.ask("POST", url, self._headers(), json.dumps(body).encode())
        if answer.status == 403 and answer.code() not in CLOSED:
            raise SignForbidden
        signature = answer.data.get("value")
        if answer.status != 200 or not isinstance(signature, str) or not re.fullmatch(r"[\w-]+", signature):
            raise vault_stop(answer)
        return f"{signed}.{signature}"

    def _read(self, url: str) -> Json:
        answer = self._web.ask("GET", url, self._headers())
        if answer.status != 200 or not answer.data:
            raise vault_stop(answer)
        return answer.data

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._tokens.token(self._resource)}", "Content-Type": "application/json"}


def same_origin(url: str, vault: str) -> bool:
    """Whether a link stays at the vault. Key Vault writes the port into its links, and the name as it was created."""
    try:
        link = urllib.parse.urlsplit(url)
        return (link.scheme, link.netloc.lower().removesuffix(":443")) == ("https", vault.removeprefix("https://"))
    except ValueError:
        return False


def version_of(item: Json) -> str:
    version = str(item.get("id", "")).rsplit("/", 1)[-1]
    if not VERSION_ID.fullmatch(version):
        raise Stop("ANSWER_UNREADABLE", about="The vault names a version that is none.")
    return version


def vault_stop(answer: Answer) -> Stop:
    if answer.status == 404:
        return Stop("CERTIFICATE_NOT_FOUND", answer)
    if answer.code() in CLOSED:
        return Stop("VAULT_CLOSED", answer)
    if answer.status in (401, 403):
        return Stop("VAULT_FORBIDDEN", answer)
    return unreadable(answer)


def unreadable(answer: Answer) -> Stop:
    redirect = "A redirect was answered, and none is followed with a token." if 300 <= answer.status < 400 else ""
    return Stop("ANSWER_UNREADABLE", answer, redirect)


@dataclass(frozen=True)
class Entry:
    """One entry of keyCredentials."""

    raw: Json
    key_id: str
    thumbprint: str  # SHA-1, upper case; empty when it cannot be told
    start: datetime
    end: datetime

    def valid(self, now: datetime) -> bool:
        return self.start <= now < self.end


def read_entry(raw: Json) -> Entry:
    key, given, thumbprint = raw.get("key"), str(raw.get("customKeyIdentifier") or ""), ""
    if raw.get("type") == "AsymmetricX509Cert" and raw.get("usage") == "Verify":
        # Graph shows the SHA-1 thumbprint as 40 hexadecimal digits or as base64 of its 20 bytes.
        thumbprint = given.upper() if re.fullmatch(r"[0-9A-Fa-f]{40}", given) else unbase64(given).hex().upper()
        if isinstance(key, str) and key:
            thumbprint = hashlib.sha1(unbase64(key)).hexdigest().upper()
    start, end = graph_time(raw.get("startDateTime")), graph_time(raw.get("endDateTime"))
    if start is None or end is None or not GUID.fullmatch(str(raw.get("keyId"))):
        raise Stop("ANSWER_UNREADABLE", about="An entry of keyCredentials has no key id or no dates.")
    return Entry(raw, raw["keyId"].lower(), thumbprint, start, end)


# Refusals that no repetition changes: the tenant's app management policy, and dates.
POLICY_REFUSALS = re.compile(r".*PerAppPolicy|KeyCredentialsInvalid(?:Start|End)Date", re.IGNORECASE)


class Application:
    """The credentials of one app registration.

    A PATCH of keyCredentials replaces the whole list, and Graph knows no condition for it: what somebody else wrote between
    our reading and our writing would be lost. So one entry at a time goes in by addKey and out by removeKey, which need a proof
    by a valid certificate of the application; the vault signs it. Where there is none, or it may not sign, a PATCH is made from
    a list read just before, and the result is read again.
    """

    def __init__(self, world: World, web: Web, tokens: ManagedIdentity, cloud: Cloud, identity: Identity) -> None:
        self._world, self._web, self._tokens, self._graph, self._identity = world, web, tokens, cloud.graph, identity
        self._etag = ""

    def entries(self) -> list[Entry]:
        answer = self._ask("GET", "?$select=id,appId,keyCredentials")
        if answer.status == 404:
            raise Stop("APPLICATION_NOT_FOUND", answer)
        if answer.status != 200 or "keyCredentials" not in answer.data:
            raise graph_stop(answer)
        if str(answer.data.get("appId", "")).lower() != self._identity.client_id:
            raise Stop("CLIENT_ID_MISMATCH")
        self._etag = str(answer.data.get("@odata.etag") or answer.headers.get("etag") or "")
        return [read_entry(raw) for raw in objects(answer.data, "keyCredentials")]

    def settle(self, done: Callable[[list[Entry]], bool], write: Callable[[list[Entry], bool], Answer]) -> list[Entry]:
        """Writes until a read shows it. Each write starts from a fresh read; refused or unclear, it is tried again, and by a
        PATCH where the proof was refused."""
        answer, rolls = None, True
        for _ in range(WRITES):
            entries = self.entries()
            if done(entries):
                return entries
            wrote = False
            with contextlib.suppress(Unclear):
                answer = write(entries, rolls)
                if answer.status in (403, 404) or POLICY_REFUSALS.fullmatch(answer.code()):
                    raise graph_stop(answer)
                wrote, rolls = answer.status in (200, 201, 204), answer.status not in (400, 401)
            pause, until = 1.0, self._world.monotonic() + (VISIBLE_SECONDS if wrote else 0.0)
            while not done(entries := self.entries()) and self._world.monotonic() < until:
                self._world.sleep(pause)
                pause = min(pause * 2, 15.0)
            if done(entries):
                return entries
        if answer is not None and answer.status in (400, 401):
            raise graph_stop(answer)
        raise Stop("APPLICATION_BUSY", answer)

    def add(self, entry: Json, entries: list[Entry], proof: str | None) -> Answer:
        if proof is not None:
            return self._ask("POST", "/addKey", {"keyCredential": entry, "passwordCredential": None, "proof": proof})
        return self._patch([*entries, read_entry(entry)], new=entry)

    def remove(self, key_id: str, entries: list[Entry], proof: str | None) -> Answer:
        if proof is not None:
            return self._ask("POST", "/removeKey", {"keyId": key_id, "proof": proof})
        return self._patch([one for one in entries if one.key_id != key_id])

    def _patch(self, entries: list[Entry], new: Json | None = None) -> Answer:
        # Without its bytes a known entry stays as it is, and one that was taken away meanwhile is refused, not brought back.
        body = {"keyCredentials": [one.raw if one.raw is new else {**one.raw, "key": None} for one in entries]}
        return self._ask("PATCH", "", body)

    def _ask(self, method: str, path: str, body: Json | None = None) -> Answer:
        token = self._tokens.token(self._graph)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept": "application/json"}
        if method == "PATCH" and self._etag:
            headers["If-Match"] = self._etag
        url = f"{self._graph}/v1.0/applications/{self._identity.object_id}{path}"
        content = None if body is None else json.dumps(body).encode()
        return self._web.ask(method, url, headers, content, repeat=method == "GET")


def graph_stop(answer: Answer) -> Stop:
    if POLICY_REFUSALS.fullmatch(answer.code()):
        return Stop("REGISTRATION_REFUSED", answer)
    if answer.status in (401, 403):
        return Stop("GRAPH_FORBIDDEN", answer)
    if 400 <= answer.status < 500:
        return Stop("GRAPH_REFUSED", answer)
    return unreadable(answer)


def objects(data: Json, name: str) -> list[Json]:
    value = data.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def graph_time(text: Any) -> datetime | None:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z", text) if isinstance(text, str) else None
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(found[1]).replace(tzinfo=timezone.utc) if found else None
    return None


def shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- One identity -----------------------------------------------------------------------------------------------------

class Rotation:
    """The turn of one identity and the line about it."""

    def __init__(self, settings: Settings, identity: Identity, world: World, web: Web, tokens: ManagedIdentity, dry: bool) -> None:
        self._settings, self._identity, self._world, self._web, self._tokens = settings, identity, world, web, tokens
        self._dry, self._now = dry, world.now()
        self._vault = Vault(web, tokens, settings.cloud, identity)
        self._application = Application(world, web, tokens, settings.cloud, identity)
        self._may_sign = True
        self._activities: dict[str, tuple[datetime | None, bool] | None] = {}
        self.line: Json = {
            "identity": identity.name, "outcome": "ok", "step": "vault", "findings": [], "newest": None,
            "verified": "notChecked", "registered": [], "removed": [], "kept": [], "others": 0,
            "dryRun": dry, "refusal": None, "next": "",
        }

    def run(self) -> Json:
        """The line. Whatever goes wrong ends this identity alone."""
        steps: list[str] = []
        try:
            self._turn()
            self.line["step"] = "done"
        except Stop as stop:
            self.line["findings"].append(stop.code)
            self.line["outcome"], self.line["refusal"] = "failed", stop.refusal
            steps += [stop.about] if stop.about else []
        except Exception as error:  # a fault of this file must not stop the other identities; its text may hold an answer
            self.line["findings"].append("UNEXPECTED")
            self.line["outcome"] = "failed"
            self.line["refusal"] = {"status": None, "code": type(error).__name__, "requestId": None}
        steps += [NEXT_STEPS[finding] for finding in self.line["findings"]]
        if steps and self.line["outcome"] == "ok":
            self.line["outcome"] = "attention"
        self.line["next"] = " ".join(steps)
        return self.line

    def _turn(self) -> None:
        versions = self._vault.versions()
        newest = self._newest(versions)
        self.line["newest"] = {
            "version": newest.version, "keyId": None, "thumbprint": newest.thumbprint,
            "notBefore": shown(newest.not_before), "notAfter": shown(newest.not_after),
        }
        self._check(newest)
        self.line["step"] = "application"
        entries = self._application.entries()
        registered = next((one for one in entries if one.thumbprint == newest.thumbprint), None)
        if registered is None:
            self.line["step"] = "register"
            if not self._dry:
                entries = self._register(newest, versions)
            self.line["registered"].append(newest.key_id)
        current = next((one.key_id for one in entries if one.thumbprint == newest.thumbprint), newest.key_id)
        self.line["newest"]["keyId"] = current
        self.line["step"] = "verify"
        self._verify(newest, current)
        self.line["step"] = "retire"
        self._retire(newest, entries, versions)

    def _newest(self, versions: list[Version]) -> Certificate:
        """The version that readers of the certificate get; if that is disabled or being made, the newest enabled one."""
        newest = self._vault.certificate()
        listed = {one.id: one for one in versions}
        if newest is not None and newest.version in listed and listed[newest.version].enabled:
            return newest
        if newest is not None and newest.version in listed:
            self._find("NEWEST_DISABLED")
        enabled = sorted((one for one in versions if one.enabled), key=lambda one: one.created)
        found = self._vault.certificate(enabled[-1].id) if enabled else None
        if found is None:
            raise Stop("NO_USABLE_VERSION")
        return found

    def _check(self, newest: Certificate) -> None:
        if newest.key_bits < SMALLEST_KEY:
            raise Stop("KEY_UNFIT")
        if newest.not_after <= self._now:
            raise Stop("CERTIFICATE_EXPIRED")
        if newest.not_after - self._now < SOON:
            self._find("NO_SUCCESSOR")

    def _register(self, newest: Certificate, versions: list[Version]) -> list[Entry]:
        # Its start says since when clients can use it: the changeover is counted from there.
        start = max(newest.not_before, self._world.now() - BACKDATED)
        entry = {
            "type": "AsymmetricX509Cert", "usage": "Verify", "keyId": newest.key_id,
            "displayName": f"certlock {self._identity.certificate} {newest.version[:8]}"[:90],
            "startDateTime": shown(start), "endDateTime": shown(newest.not_after),
            "key": base64.b64encode(newest.der).decode(),
        }
        return self._application.settle(
            lambda entries: any(one.thumbprint == newest.thumbprint for one in entries),
            lambda entries, rolls: self._application.add(entry, entries, self._proof(entries, versions) if rolls else None),
        )

    def _proof(self, entries: list[Entry], versions: list[Version]) -> str | None:
        """Proves a key of the application. https://learn.microsoft.com/graph/application-rollkey-prooftoken"""
        now = self._world.now()
        valid = {one.thumbprint: one for one in entries if one.valid(now)}
        for version in sorted(versions, key=lambda one: one.created, reverse=True):
            if self._may_sign and version.enabled and version.thumbprint in valid:
                seconds = int(now.timestamp())
                claims = {"iss": self._identity.object_id, "aud": "00000002-0000-0000-c000-000000000000"}
                header = {"alg": "RS256", "typ": "JWT", "x5t": base64url(bytes.fromhex(version.thumbprint))}
                with contextlib.suppress(SignForbidden):
                    return self._vault.sign(version.id, "RS256", header, {**claims, "nbf": seconds, "exp": seconds + 600})
        return None

    def _verify(self, newest: Certificate, key_id: str) -> None:
        """A token with the newest certificate, or a sign-in that shows it works."""
        if self._dry:
            return
        if newest.not_before > self._now:
            self._find("NOT_VALID_YET")
            return
        try:
            self.line["verified"] = self._sign_in(newest)
        except SignForbidden:
            self._may_sign = False
            seen = self._seen(key_id)
            if seen is not None and seen[1]:
                self.line["verified"] = "signIns"
            else:
                self._find("SIGN_NOT_ALLOWED")

    def _sign_in(self, newest: Certificate) -> str:
        """https://learn.microsoft.com/entra/identity-platform/certificate-credentials"""
        url = f"{self._settings.cloud.login}/{self._settings.tenant_id}/oauth2/v2.0/token"
        client, pause = self._identity.client_id, 5.0
        until = self._world.monotonic() + self._settings.wait_seconds
        header = {"alg": "PS256", "typ": "JWT", "x5t#S256": base64url(hashlib.sha256(newest.der).digest())}
        while True:
            seconds = int(self._world.now().timestamp())
            claims = {"aud": url, "iss": client, "sub": client, "jti": str(self._world.random_id())}
            assertion = self._vault.sign(newest.version, "PS256", header, {**claims, "nbf": seconds, "exp": seconds + 600})
            form = {
                "client_id": client, "grant_type": "client_credentials", "scope": f"{self._settings.cloud.graph}/.default",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": assertion,
            }
            content_type = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._web.ask("POST", url, content_type, urllib.parse.urlencode(form).encode())
            if answer.status == 200 and isinstance(answer.data.get("access_token"), str):
                return "token"
            if answer.code() == "AADSTS53003":
                return "blockedByConditionalAccess"  # judged after the certificate was accepted
            if answer.code() != "AADSTS700027" or self._world.monotonic() >= until:
                raise Stop("TOKEN_REFUSED", answer)
            self._world.sleep(min(pause, max(0.0, until - self._world.monotonic())))
            pause = min(pause * 2, 60.0)

    def _seen(self, key_id: str) -> tuple[datetime | None, bool] | None:
        if key_id not in self._activities:
            self._activities[key_id] = self._activity(key_id)
        return self._activities[key_id]

    def _activity(self, key_id: str) -> tuple[datetime | None, bool] | None:
        """When a key was last seen in sign-ins, and whether one succeeded; None when the report cannot be read.

        https://learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities?view=graph-rest-beta
        """
        query = urllib.parse.urlencode({"$filter": f"keyId eq '{key_id}'"})
        url = f"{self._settings.cloud.graph}/beta/reports/appCredentialSignInActivities?{query}"
        token = self._tokens.token(self._settings.cloud.graph)
        last, worked = None, False
        for _ in range(PAGES):
            answer = self._web.ask("GET", url, {"Authorization": f"Bearer {token}", "Accept": "application/json"})
            if answer.status != 200 or not isinstance(answer.data.get("value"), list):
                return None
            for row in objects(answer.data, "value"):
                activity = row.get("signInActivity")
                if str(row.get("keyId", "")).lower() == key_id and isinstance(activity, dict):
                    moments = {name: graph_time(text) for name, text in activity.items() if name.endswith("DateTime")}
                    last = max((one for one in (*moments.values(), last) if one is not None), default=None)
                    worked = worked or moments.get("lastSuccessfulSignInDateTime") is not None
            url = answer.data.get("@odata.nextLink") or ""
            if not url:
                return last, worked
            if not str(url).startswith(f"{self._settings.cloud.graph}/"):
                return None
        return None

    def _retire(self, newest: Certificate, entries: list[Entry], versions: list[Version]) -> None:
        """Removes what is expired, and what is superseded, out of use and past the changeover. Never the newest, never what
        is no version of this certificate."""
        made = {one.thumbprint: one.created for one in versions}
        ours = [one for one in entries if one.thumbprint in made]
        self.line["others"] = len(entries) - len(ours)
        old = sorted((one for one in ours if one.thumbprint != newest.thumbprint), key=lambda one: made[one.thumbprint])
        if any(until < self._now.date() for until in self._identity.exemptions.values()):
            self._find("EXEMPTION_ENDED")
        works = self._dry or self.line["verified"] != "notChecked"
        for entry in old:
            later = [max(one.start, made[one.thumbprint]) for one in ours if made[one.thumbprint] > made[entry.thumbprint]]
            why, go, seen = self._judge(entry, [one.key_id for one in ours], min(later, default=self._now))
            why = "notVerified" if go and not works else why
            fact: Json = {"keyId": entry.key_id, "thumbprint": entry.thumbprint, "notAfter": shown(entry.end)}
            fact |= {"why": why, "lastSeen": seen}
            if go and works and not self._dry:
                self._remove(entry, newest, versions)
            self.line["removed" if go and works else "kept"].append(fact)

    def _judge(self, entry: Entry, ours: Sequence[str], superseded: datetime) -> tuple[str, bool, str | None]:
        """Why an old entry goes or stays, whether it goes, and when it was last seen."""
        exempt = self._identity.exemptions.get(entry.key_id, date.min) >= self._now.date()
        expired = entry.end <= self._now
        if not expired and self._now - superseded < self._settings.changeover:
            return "changeover", False, None
        last = (self._seen(entry.key_id) or (None, False))[0]
        lately = last is not None and self._now - last <= self._settings.seen_within
        when = shown(last) if last else None
        if expired:
            if lately:
                self._find("EXPIRED_STILL_SEEN")
            return "expired", True, when
        if exempt:
            return "exempt", True, when
        if lately:
            self._find("STILL_SEEN")
            return "seen", False, when
        # Silence means something only where the report shows other sign-ins of this application lately; ours are among them.
        heard = [activity[0] for activity in map(self._seen, ours) if activity and activity[0]]
        if self._seen(entry.key_id) is None or not any(self._now - one <= self._settings.seen_within for one in heard):
            self._find("NO_EVIDENCE")
            return "noEvidence", False, when
        return "unused", True, when

    def _remove(self, entry: Entry, newest: Certificate, versions: list[Version]) -> None:
        def write(entries: list[Entry], rolls: bool) -> Answer:
            if not any(one.thumbprint == newest.thumbprint and one.valid(self._world.now()) for one in entries):
                raise Stop("LAST_VALID")
            return self._application.remove(entry.key_id, entries, self._proof(entries, versions) if rolls else None)

        self._application.settle(lambda entries: all(one.key_id != entry.key_id for one in entries), write)

    def _find(self, finding: str) -> None:
        if finding not in self.line["findings"]:
            self.line["findings"].append(finding)


def main(arguments: Sequence[str], world: World = World()) -> int:
    """Runs the job. Returns its exit code."""
    given = [one for one in arguments if not one.startswith("--")]
    flags = {one for one in arguments if one.startswith("--")}
    try:
        if len(given) != 1 or not flags <= {"--check-settings", "--dry-run"}:
            refuse_settings("Give the settings as one parameter, and beside it nothing but --check-settings or --dry-run.")
        settings = read_settings(given[0], world.now().date())
    except SettingsError as error:
        world.write(json.dumps({"settings": "refused", "problems": error.problems}))
        return 2
    if "--check-settings" in flags:
        world.write(json.dumps({"settings": "ok", "identities": [one.name for one in settings.identities]}))
        return 0
    web = Web(world)
    tokens = ManagedIdentity(web, world, settings.managed_identity)
    lines = []
    for identity in settings.identities:
        lines.append(Rotation(settings, identity, world, web, tokens, "--dry-run" in flags).run())
        world.write(json.dumps(lines[-1]))
    outcomes = [line["outcome"] for line in lines]
    totals = {name: outcomes.count(name) for name in ("ok", "attention", "failed")}
    changes = {name: sum(len(line[name]) for line in lines) for name in ("registered", "removed")}
    world.write(json.dumps({"identities": len(lines), **totals, **changes, "dryRun": "--dry-run" in flags}))
    if totals["failed"]:
        print(f"{totals['failed']} of {len(lines)} identities failed; their lines say what to do.", file=sys.stderr)
    return 1 if totals["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
