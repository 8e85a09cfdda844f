#!/usr/bin/env bash
# Builds the helper's image with docker or podman.
#   build.sh [NAME]    localhost/fulfil-helper:1 by default
# Needs Go 1.26 or newer; nothing is downloaded, for the program has no dependencies.
set -euo pipefail
name=${1:-localhost/fulfil-helper:1}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

engine=
for candidate in ${FULFIL_ENGINE:-docker podman}; do
  if command -v "$candidate" >/dev/null && "$candidate" version >/dev/null 2>&1; then engine=$candidate; break; fi
done
[ -n "$engine" ] || { echo "build.sh: images need docker or podman, and neither answers" >&2; exit 1; }

(cd "$here" && CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=mod go build -trimpath -ldflags '-s -w' -o "$work/fulfil-helper" .)
cp "$here/Dockerfile" "$work/"
"$engine" build --quiet --tag "$name" "$work"
