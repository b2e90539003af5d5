"""Checks licences, bans and sources of the dependencies against deny.toml: needs only cargo and Python 3.11."""

import json
import re
import subprocess
import sys
import tomllib


def allowed(expression, permitted):
    """An SPDX expression is fine when one OR-branch has only permitted licences."""
    tokens = re.findall(r"\(|\)|AND|OR|[^()\s]+(?: WITH [^()\s]+)?", expression.replace("/", " OR "))
    at = 0

    def term():
        nonlocal at
        token = tokens[at]
        at += 1
        if token == "(":
            inner = either()
            at += 1
            return inner
        return token in permitted

    def both():
        nonlocal at
        fine = term()
        while at < len(tokens) and tokens[at] == "AND":
            at += 1
            fine = term() and fine
        return fine

    def either():
        nonlocal at
        fine = both()
        while at < len(tokens) and tokens[at] == "OR":
            at += 1
            fine = both() or fine
        return fine

    return either()


def main():
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    permitted = set(rules["licenses"]["allow"])
    banned = {ban["name"] for ban in rules["bans"]["deny"]}
    out = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"],
        check=True, capture_output=True,
    )
    faults = []
    packages = json.loads(out.stdout)["packages"]
    for package in packages:
        name = f'{package["name"]} {package["version"]}'
        if package["source"] is None:
            continue
        if not package["source"].startswith("registry+"):
            faults.append(f'{name}: source {package["source"]}')
        if package["name"] in banned:
            faults.append(f"{name}: banned")
        licence = package["license"]
        if licence is None or not allowed(licence, permitted):
            faults.append(f"{name}: licence {licence}")
    print(f"{len(packages)} packages, {len(faults)} faults")
    for fault in faults:
        print(" ", fault)
    sys.exit(1 if faults else 0)


main()
