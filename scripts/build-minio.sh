#!/usr/bin/env bash
# Builds the MinIO server that the bucket tests talk to, from the Go module proxy: its downloads are gone.
#   build-minio.sh [DIRECTORY]    default: bin in the cache directory, where the tests look for it
# Needs Go 1.26 or newer, and two to three minutes the first time; a binary that is there is left alone.
set -euo pipefail
directory=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/fulfil/bin}
version=v0.0.0-20260212201848-7aac2a2c5b7c
[ -x "$directory/minio" ] && exit 0
mkdir -p "$directory"
target=$(cd "$directory" && pwd)/minio
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'module tools\ngo 1.26.0\n' >go.mod
export CGO_ENABLED=0 GOTOOLCHAIN=local
go get "github.com/minio/minio@$version"
go build -mod=mod -trimpath -ldflags '-s -w' -o "$target" github.com/minio/minio
