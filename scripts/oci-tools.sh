#!/usr/bin/env bash
# Builds what the OCI mirror's tests try it with, under .cache/oci-tools/: a real registry (CNCF distribution) and
# OpenTofu, each from its Go module. Takes a few minutes and some gigabytes of Go's caches, once; does nothing for
# what is there already. The tests that need a program are skipped by name where it is not there.
# usage: scripts/oci-tools.sh [registry] [tofu]   (default: both)
set -euo pipefail
cd "$(dirname "$0")/.."
tools="$PWD/.cache/oci-tools"
registry_version=v3.1.1
tofu_version=v1.10.6

command -v go >/dev/null 2>&1 || { echo "oci-tools: go was not found" >&2; exit 1; }
mkdir -p "$tools"

build_registry() {
  [ -x "$tools/registry" ] && return
  echo "oci-tools: building distribution $registry_version" >&2
  GOBIN="$tools" go install "github.com/distribution/distribution/v3/cmd/registry@$registry_version"
}

# OpenTofu's module replaces one of its dependencies, which "go install MODULE@VERSION" refuses: it is built from
# within a module that says the same.
build_tofu() {
  [ -x "$tools/tofu" ] && return
  echo "oci-tools: building OpenTofu $tofu_version" >&2
  local work source
  work=$(mktemp -d)
  (
    cd "$work"
    go mod init example.com/tofu-build 2>/dev/null
    source=$(go mod download -json "github.com/opentofu/opentofu@$tofu_version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    sed 's#^module .*#module example.com/tofu-build#' "$source/go.mod" >go.mod
    cp "$source/go.sum" go.sum
    chmod u+w go.mod go.sum
    go mod edit -require="github.com/opentofu/opentofu@$tofu_version"
    GOFLAGS=-mod=mod go build -ldflags '-s -w -X github.com/opentofu/opentofu/version.dev=no' \
      -o "$tools/tofu" github.com/opentofu/opentofu/cmd/tofu
  )
  rm -rf "$work"
}

for tool in "${@:-registry tofu}"; do
  for each in $tool; do
    case $each in
      registry | tofu) "build_$each" ;;
      *) echo "oci-tools: there is no $each here; write registry or tofu" >&2; exit 2 ;;
    esac
  done
done
echo "$tools"
