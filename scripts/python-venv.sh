#!/usr/bin/env bash
# usage: python-venv.sh scripts/NAME-requirements.txt
# Makes a Python environment of these requirements under .cache/ and prints its folder. Does nothing when it is
# already there for these requirements. Safe to call at once from several processes. Fails, saying why, where
# Python 3.10+ or pip cannot deliver it.
set -euo pipefail
cd "$(dirname "$0")/.."
requirements=$1
name=$(basename "$requirements" -requirements.txt)

python=
for candidate in python3 python; do
  if command -v "$candidate" >/dev/null 2>&1 &&
    "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "$name-venv: no Python 3.10 or later with venv and pip was found" >&2
  exit 1
fi

stamp=$("$python" -c '
import hashlib, sys
with open(sys.argv[1], "rb") as file:
    print(hashlib.sha256(file.read() + sys.version.encode()).hexdigest()[:16])
' "$requirements")
folder="$PWD/.cache/$name-venv-$stamp"
ready="$folder/.ready"
if [ -f "$ready" ]; then
  echo "$folder"
  exit 0
fi

mkdir -p .cache
lock="$folder.lock"
until mkdir "$lock" 2>/dev/null; do
  owner=$(cat "$lock/pid" 2>/dev/null || true)
  if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
    rm -rf "$lock"
    continue
  fi
  sleep 1
done
echo $$ >"$lock/pid"
trap 'rm -rf "$lock"' EXIT

if [ ! -f "$ready" ]; then
  echo "$name-venv: installing $requirements into $folder (a minute or more, once)" >&2
  rm -rf "$folder"
  "$python" -m venv "$folder" >&2
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --only-binary :all: --requirement "$requirements" >&2
  touch "$ready"
fi
echo "$folder"
