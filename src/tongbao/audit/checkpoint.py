"""Checkpoints: where a journal stood, signed, and kept outside the database.

A file holds ``{"checkpoint":{...},"public_key":"...","signature":"..."}`` with the entry's number
and hash and the program's totals after it. The signature is Ed25519 over a fixed word and the
checkpoint's canonical JSON; key and signature are hexadecimal.
"""

import json
import os
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from tongbao.audit.entries import canonical, is_moment
from tongbao.audit.problems import Fault, Problem
from tongbao.audit.verdict import Claim

PRIVATE_KEY: Final = "tongbao-checkpoint-key.pem"
PUBLIC_KEY: Final = "tongbao-checkpoint-key.pub.pem"
PrivateKey: TypeAlias = Ed25519PrivateKey
_WORD: Final = b"tongbao checkpoint 1\n"  # nothing else that the key signs begins like this
_MOST: Final = 1 << 20


class Checkpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a program's journal stood: the entry's number and hash, the figures after it."""

    program: str
    number: int
    hash: str
    totals: dict[str, int | str]
    published_at: str


class Signed(Struct, frozen=True, forbid_unknown_fields=True):
    """A checkpoint's file; key and signature in hexadecimal."""

    checkpoint: Checkpoint
    public_key: str
    signature: str


class NoKey(ValueError):
    """A file holds no Ed25519 key; str() says why."""


class NoCheckpoint(ValueError):
    """A file holds no checkpoint; str() says why."""


def file_name(program: str, number: int) -> str:
    """Return the name of a checkpoint's file.

    >>> file_name("wine", 12), file_name("../x", 0)
    ('checkpoint-wine-12.json', 'checkpoint-..%2Fx-0.json')
    """
    return f"checkpoint-{quote(program, safe='')}-{number}.json"


def make_keys(folder: Path) -> tuple[Path, Path]:
    """Write a new private key, readable by its owner alone, and its public key; return both paths.

    Raises:
        OSError: one of the files exists, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    folder.mkdir(parents=True, exist_ok=True)
    private_path, public_path = folder / PRIVATE_KEY, folder / PUBLIC_KEY
    if public_path.exists():
        raise FileExistsError(0, "this file exists and is kept", str(public_path))
    handle = os.open(private_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
    with public_path.open("xb") as file:
        file.write(public)
    return private_path, public_path


def read_private_key(path: Path) -> PrivateKey:
    """Return the private key in a PEM file.

    Raises:
        NoKey: it holds none.
        OSError: it cannot be read.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise NoKey(str(error)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(type(key).__name__)
    return key


def read_public_key(path: Path) -> str:
    """Return the public key in a PEM file, in hexadecimal.

    Raises:
        NoKey: it holds none.
        OSError: it cannot be read.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise NoKey(str(error)) from None
    if not isinstance(key, Ed25519PublicKey):
        raise NoKey(type(key).__name__)
    return _hexadecimal(key)


def sign(checkpoint: Checkpoint, key: PrivateKey) -> Signed:
    """Return the checkpoint with its signature."""
    signature = key.sign(_signed_bytes(checkpoint))
    return Signed(checkpoint, _hexadecimal(key.public_key()), signature.hex())


def is_signed(signed: Signed) -> bool:
    """Say whether the signature is that of the key in the file."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed.public_key))
        key.verify(bytes.fromhex(signed.signature), _signed_bytes(signed.checkpoint))
    except (ValueError, InvalidSignature):
        return False
    return True


def encode(signed: Signed) -> str:
    """Return the text of a checkpoint's file: canonical JSON and a line's end."""
    return canonical(msgspec.to_builtins(signed)).decode("ascii") + "\n"


def read(path: Path) -> Signed:
    """Return the checkpoint in a file, its signature not yet looked at.

    Raises:
        NoCheckpoint: the file holds none, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MOST)
        signed = msgspec.convert(json.loads(text), Signed)
    except OSError as error:
        raise NoCheckpoint(error.strerror or str(error)) from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise NoCheckpoint(str(error)) from None
    if not is_moment(signed.checkpoint.published_at) or signed.checkpoint.number < 0:
        raise NoCheckpoint("published_at, number")
    return signed


def files_at(place: Path) -> list[Path]:
    """Return the checkpoint files at a place: the file itself, or those in the folder, by name."""
    if not place.is_dir():
        return [place]
    return sorted(place.glob("checkpoint-*.json"))


def claims_of(paths: list[Path], public_key: str | None) -> tuple[list[Claim], list[Problem]]:
    """Read checkpoints; return what the good ones claim and what is wrong with the others.

    ``public_key`` (hexadecimal) is the only one trusted; None trusts the key in each file.
    """
    claims: list[Claim] = []
    problems: list[Problem] = []
    for path in paths:
        values: dict[str, object] = {"source": path.name}
        try:
            signed = read(path)
        except NoCheckpoint as error:
            values["why"] = str(error)
            problems.append(Problem(Fault.CHECKPOINT_FORM, None, None, values))
            continue
        point = signed.checkpoint
        fault = None
        if public_key is not None and signed.public_key != public_key:
            fault = Fault.CHECKPOINT_KEY
        elif not is_signed(signed):
            fault = Fault.CHECKPOINT_SIGNATURE
        if fault is not None:
            problems.append(Problem(fault, point.number, None, values))
            continue
        claims.append(Claim(path.name, point.program, point.number, point.hash, point.totals))
    return claims, problems


def _signed_bytes(checkpoint: Checkpoint) -> bytes:
    return _WORD + canonical(msgspec.to_builtins(checkpoint))


def _hexadecimal(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return raw.hex()
