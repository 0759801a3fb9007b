"""What checking a password costs, for several ways and costs of hashing it; prints a table.

`python -m tests.benchmarks.passwords`. CPU time, so that other work on the machine matters little; the
best of several rounds. "A class of 40" is that CPU time for 40 people over two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher

from elearn.records.accounts import passwords

PASSWORD = "kopi-hitam-7"
CLASS, CORES = 40, 2


@dataclass(frozen=True)
class Way:
    """One way of hashing: its name, what it takes in memory, and how a password is checked."""

    name: str
    mebibytes: int
    check: Callable[[], object]


def argon2(mebibytes: int, passes: int, lanes: int = 1) -> Way:
    hasher = PasswordHasher(time_cost=passes, memory_cost=mebibytes * 1024, parallelism=lanes)
    stored = hasher.hash(PASSWORD)
    name = f"argon2id, {mebibytes} MiB, {passes} passes, {lanes} lanes"
    return Way(name, mebibytes, lambda: hasher.verify(stored, PASSWORD))


def scrypt(log_cost: int, block: int, lanes: int) -> Way:
    cost, salt = 2**log_cost, os.urandom(16)
    memory = 128 * cost * block

    def check() -> object:
        return hashlib.scrypt(
            PASSWORD.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=memory * 2, dklen=32
        )

    return Way(f"scrypt, N=2^{log_cost}, r={block}, p={lanes}", memory // 2**20, check)


def pbkdf2(rounds: int) -> Way:
    salt = os.urandom(16)
    return Way(
        f"pbkdf2-sha256, {rounds:,} rounds",
        0,
        lambda: hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, rounds),
    )


def ways() -> list[Way]:
    """Return OWASP's equal choices of argon2id and scrypt, the libraries' defaults, and dearer ones."""
    return [
        argon2(7, 5), argon2(9, 4), argon2(12, 3), argon2(19, 2), argon2(46, 1),
        argon2(19, 3), argon2(32, 3), argon2(64, 3, 4),
        scrypt(15, 8, 3), scrypt(16, 8, 2), scrypt(17, 8, 1),
        pbkdf2(600_000),
    ]  # fmt: skip


def cost_of(way: Way, rounds: int) -> float:
    """Return the CPU milliseconds of one check, the best of *rounds*."""
    best = float("inf")
    for _each in range(rounds):
        begin = time.process_time()
        way.check()
        best = min(best, time.process_time() - begin)
    return best * 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    hasher = passwords._HASHER
    print(
        f"chosen: argon2id, {hasher.memory_cost // 1024} MiB, {hasher.time_cost} passes, {hasher.parallelism} lanes"
    )
    print("| way | MiB each | CPU ms a check | a class of 40, s | guesses/s on one core |")
    print("|---|---|---|---|---|")
    for way in ways():
        cost = cost_of(way, rounds)
        print(
            f"| {way.name} | {way.mebibytes} | {cost:.0f} "
            f"| {cost * CLASS / CORES / 1000:.1f} | {1000 / cost:.0f} |"
        )


if __name__ == "__main__":
    main()
