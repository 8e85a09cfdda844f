#!/usr/bin/env bash
# Builds the programs of a Kubernetes cluster from the Go module proxy, for machines without docker and kind.
#   build.sh [NAME...]    names: etcd kubernetes kubectl helm flux   (default: etcd kubernetes kubectl)
# They land in FULFIL_BIN, by default bin in the cache folder; one that is there is left alone.
# `kubernetes` is API server, controller-manager, scheduler and kubelet; `flux` is its source and kustomize controllers
# and their CRDs (crds.yaml); `kubectl` and `helm` are built only when PATH has none.
# Needs Go 1.26 or newer; etcd takes one minute on two cores, kubernetes seven, helm two, flux eight.
set -euo pipefail

kubernetes_version=1.36.3
etcd_version=v3.6.6
helm_version=v3.19.0
source_controller_version=v1.8.0
kustomize_controller_version=v1.7.3

bin=${FULFIL_BIN:-${XDG_CACHE_HOME:-$HOME/.cache}/fulfil/bin}
mkdir -p "$bin"
bin=$(cd "$bin" && pwd)
# two builds of the same programs would only take turns on the processor: the second waits and finds them built
exec 9>"$bin/.kubernetes.lock"
flock 9

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
# static programs without a toolchain that Go would fetch on its own
export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=mod

has() { [ -x "$bin/$1" ]; }

# a throw-away module: replacements of a program's own go.mod count only in the main module, so we repeat them
module() {
  mkdir -p "$work/$1"
  cd "$work/$1"
  printf 'module tools\n\ngo 1.26.0\n' >go.mod
}

# compile PROGRAM PACKAGE [LINKER FLAGS]: built beside its place and moved, so a broken-off build leaves nothing behind
compile() {
  if has "$1"; then return; fi
  echo "building $1" >&2
  go build -trimpath -ldflags "-s -w ${3:-}" -o "$work/$1.out" "$2"
  mv "$work/$1.out" "$bin/$1"
}

build_etcd() {
  if has etcd; then return; fi
  module etcd
  go get "go.etcd.io/etcd/server/v3@$etcd_version" 2>"$work/etcd.log" || { cat "$work/etcd.log" >&2; return 1; }
  compile etcd go.etcd.io/etcd/server/v3
}

# k8s.io/kubernetes names its staging modules by folder; published, they are k8s.io/* v0.MINOR.PATCH
kubernetes_module() {
  if [ -d "$work/kubernetes" ]; then cd "$work/kubernetes"; return; fi
  module kubernetes
  local manifest program
  manifest=$(go mod download -json "k8s.io/kubernetes@v$kubernetes_version" | sed -n 's/.*"GoMod": "\(.*\)",/\1/p')
  {
    echo 'godebug default=go1.26'
    echo "require k8s.io/kubernetes v$kubernetes_version"
    echo 'replace ('
    sed -nE "s#^[[:space:]]*(replace )?([^ ]+) => \./staging.*#\t\2 => \2 v0.${kubernetes_version#1.}#p" "$manifest"
    echo ')'
  } >>go.mod
  {
    printf '//go:build tools\n\npackage tools\n\nimport (\n'
    for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
      printf '\t_ "k8s.io/kubernetes/cmd/%s"\n' "$program"
    done
    echo ')'
  } >tools.go
  go mod tidy 2>"$work/tidy.log" || { cat "$work/tidy.log" >&2; return 1; }
}

compile_kubernetes() {
  local program
  for program in "$@"; do
    if has "$program"; then continue; fi
    kubernetes_module
    # without it the API server calls itself v0.0.0 and refuses a kubelet that is newer
    compile "$program" "k8s.io/kubernetes/cmd/$program" \
      "-X k8s.io/component-base/version.gitVersion=v$kubernetes_version"
  done
}

build_kubernetes() {
  compile_kubernetes kube-apiserver kube-controller-manager kube-scheduler kubelet
  build_pause
}

# every pod's first container: it waits, and its end takes the pod's namespaces along
build_pause() {
  if has pause; then return; fi
  module pause
  cat >main.go <<'M'
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}
M
  compile pause .
}

build_kubectl() { command -v kubectl >/dev/null || compile_kubernetes kubectl; }

build_helm() {
  if command -v helm >/dev/null || has helm; then return; fi
  module helm
  go get "helm.sh/helm/v3@$helm_version" 2>"$work/helm.log" || { cat "$work/helm.log" >&2; return 1; }
  # what it takes for the cluster's version when it is asked without one; unset, it would be 1.20
  local kubernetes=helm.sh/helm/v3/pkg/chartutil.k8sVersion
  compile helm helm.sh/helm/v3/cmd/helm "-X helm.sh/helm/v3/internal/version.version=$helm_version
    -X ${kubernetes}Major=1 -X ${kubernetes}Minor=$(echo "$kubernetes_version" | cut -d. -f2)"
}

build_flux() {
  # mirrors of the checksum database are behind those of the modules, and lack the ones that these releases want
  local -x GONOSUMDB=${GONOSUMDB:-github.com/*}
  if ! has source-controller; then
    module source-controller
    cat >>go.mod <<M
require github.com/fluxcd/source-controller $source_controller_version

replace github.com/opencontainers/go-digest => github.com/opencontainers/go-digest v1.0.1-0.20220411205349-bde1400a84be
M
    compile source-controller github.com/fluxcd/source-controller
  fi
  if ! has kustomize-controller; then
    module kustomize-controller
    cat >>go.mod <<M
require github.com/fluxcd/kustomize-controller $kustomize_controller_version

replace (
	github.com/opencontainers/go-digest => github.com/opencontainers/go-digest v1.0.1-0.20220411205349-bde1400a84be
	gopkg.in/yaml.v3 => gopkg.in/yaml.v3 v3.0.1
	sigs.k8s.io/kustomize/api => sigs.k8s.io/kustomize/api v0.20.1
	sigs.k8s.io/kustomize/kyaml => sigs.k8s.io/kustomize/kyaml v0.20.1
)
M
    compile kustomize-controller github.com/fluxcd/kustomize-controller
  fi
  flux_crds
}

# the CRDs lie in the controllers' modules, not in their programs
flux_crds() {
  if [ -s "$bin/flux-crds.yaml" ]; then return; fi
  local folder
  for folder in "source-controller@$source_controller_version" "kustomize-controller@$kustomize_controller_version"; do
    go mod download "github.com/fluxcd/$folder" >&2
    find "$(go env GOMODCACHE)/github.com/fluxcd/$folder/config/crd/bases" -name '*.yaml' \
      -exec sh -c 'for f; do echo ---; cat "$f"; done' sh {} +
  done >"$work/flux-crds.yaml"
  mv "$work/flux-crds.yaml" "$bin/flux-crds.yaml"
}

[ $# -gt 0 ] || set -- etcd kubernetes kubectl
for name in "$@"; do
  case $name in
  etcd | kubernetes | kubectl | helm | flux) "build_$name" ;;
  *) echo "build.sh: $name is not one of etcd kubernetes kubectl helm flux" >&2; exit 2 ;;
  esac
done
