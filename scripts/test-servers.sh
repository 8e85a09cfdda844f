#!/usr/bin/env bash
# Gets the servers that the store tests talk to, as far as they are missing: sshd, MinIO, and moto as another S3.
#   test-servers.sh
# Quick when all is there. What cannot be had on this machine is said; the tests that need it fail, and say how to get it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fulfil
# Tests should not change because a package index did.
moto=5.2.5

say() { echo "test servers: $*"; }

install_sshd() {
  local policy=/usr/sbin/policy-rc.d
  # The package would open port 22 of a machine that has not asked for it; the tests start an sshd of their own.
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy
    trap "rm -f $policy" EXIT
  fi
  DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends openssh-server >/dev/null
}

if [ ! -x /usr/sbin/sshd ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say 'installing openssh-server with apt-get'
    install_sshd || say 'apt-get could not install openssh-server: the tests over ssh will fail'
  else
    say '/usr/sbin/sshd is missing, install openssh-server: without it the tests over ssh fail'
  fi
fi

if [ ! -x "$cache/bin/minio" ]; then
  if command -v go >/dev/null; then
    say "building MinIO into $cache/bin, two to three minutes"
    bash "$here/build-minio.sh" || say 'scripts/build-minio.sh failed: without it the tests of bucket stores fail'
  else
    say 'MinIO is missing and there is no Go 1.26 to build it: without it the tests of bucket stores fail'
  fi
fi

if [ ! -x "$cache/moto/bin/moto_server" ]; then
  if command -v python3 >/dev/null; then
    say "installing moto $moto into $cache/moto"
    { python3 -m venv "$cache/moto" && "$cache/moto/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$moto"; } ||
      say 'pip could not install moto: without it the tests of bucket stores on a second S3 fail'
  else
    say 'moto is missing and there is no python3: without it the tests of bucket stores on a second S3 fail'
  fi
fi
