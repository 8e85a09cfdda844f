#!/usr/bin/env bash
# A Kubernetes cluster of one node on this machine: for the tests, the demo and for trying out. Linux only.
#   cluster.sh up DIR                    start it, or what of it is down; ready when the command returns
#   cluster.sh down DIR                  stop it, its pods too; what it stored stays, and `up` continues with it
#   cluster.sh status DIR                a line for each program; fails when one is down
#   cluster.sh stop DIR PROGRAM...       stop single programs (kubelet, kube-apiserver, ...); `up` starts them again
#   cluster.sh load DIR IMAGE...         give images of the container engine to the node
#   cluster.sh image DIR NAME [FILE...]  build an image of busybox and the files (in /bin), and give it to the node
# DIR holds everything: kubeconfig, logs, pids, data.
# Settings, for `up`:
#   NODE=0         API server and controllers only: no root, no packages, and no pod ever runs
#   PORT=16443     the first of eight ports on 127.0.0.1; with NODE=0 the API server listens on it
#   NETWORK=96     10.NETWORK.0.0/16 for services, 10.(NETWORK+100).0.0/16 for pods. With a node the API server listens
#                  on 10.NETWORK.0.1:443, where pods look for it; two clusters need two networks and two ports
#   CONTEXT=name   of the kubeconfig's context, `fulfil` by default
#   AUDIT=yes      every call of the API in DIR/audit.log
#   FULFIL_BIN     where build.sh put the programs; a missing one is built
# With a node it wants root and Debian's containerd, runc and CNI plugins, which it installs; for images docker or podman.
set -euo pipefail

fail() { echo "cluster.sh: $*" >&2; exit 1; }

command=${1:-}
[ $# -ge 2 ] || fail "usage: cluster.sh up|down|status|stop|load|image DIR ..."
mkdir -p "$2"
dir=$(cd "$2" && pwd)
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${FULFIL_BIN:-${XDG_CACHE_HOME:-$HOME/.cache}/fulfil/bin}
PATH=$bin:$PATH
programs=(etcd kube-apiserver kube-controller-manager kube-scheduler containerd kubelet)
pause_image=localhost/fulfil-pause:1

# settings of the first `up` hold for the following ones: `up` after `stop` must not move the cluster
settings() {
  if [ -e "$dir/settings" ]; then
    # shellcheck disable=SC1091
    . "$dir/settings"
  else
    NODE=${NODE:-1} PORT=${PORT:-16443} NETWORK=${NETWORK:-96} CONTEXT=${CONTEXT:-fulfil} AUDIT=${AUDIT:-no}
    printf 'NODE=%q PORT=%q NETWORK=%q CONTEXT=%q AUDIT=%q\n' "$NODE" "$PORT" "$NETWORK" "$CONTEXT" "$AUDIT" \
      >"$dir/settings"
  fi
  service_net=10.$NETWORK.0.0/16 service_ip=10.$NETWORK.0.1 pod_net=10.$((NETWORK + 100)).0.0/16
  bridge=fulfil$NETWORK etcd=http://127.0.0.1:$((PORT + 1))
  if [ "$NODE" = 1 ]; then host=$service_ip port=443; else host=127.0.0.1 port=$PORT; fi
}

# a pid outlives its process: it counts only while its program still names our folder
pid_of() {
  local pid
  pid=$(cat "$dir/$1.pid" 2>/dev/null) || return 1
  tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$dir/" || return 1
  echo "$pid"
}

start() { # NAME ARGUMENTS...
  if pid_of "$1" >/dev/null; then return; fi
  # a session of its own: an interrupt at the caller's terminal is not for the cluster
  setsid "$@" >>"$dir/$1.log" 2>&1 </dev/null 9>&- &
  echo $! >"$dir/$1.pid"
}

stop() { # NAME
  local pid
  if pid=$(pid_of "$1"); then
    kill "$pid" 2>/dev/null || true
    # the API server drains its watches first; who is not gone after ten seconds has been stopped or hangs
    for i in $(seq 100); do
      pid_of "$1" >/dev/null || break
      [ "$i" != 50 ] || kill -CONT "$pid" 2>/dev/null || true
      [ "$i" != 100 ] || kill -KILL "$pid" 2>/dev/null || true
      sleep 0.1
    done
  fi
  rm -f "$dir/$1.pid"
}

# until PROGRAM WHAT COMMAND...: asks again and again; a program that has ended is not waited for
until_holds() {
  local program=$1 what=$2 seconds=180 end
  end=$((SECONDS + seconds))
  shift 2
  until "$@" >/dev/null 2>&1; do
    # by its number: while it is being started it has no name yet, or this script's
    kill -0 "$(cat "$dir/$program.pid")" 2>/dev/null || fail "$what: $program has ended: $(tail -n 1 "$dir/$program.log")"
    [ $SECONDS -lt $end ] || fail "$what: not after $seconds s; see $dir/$program.log"
    sleep 0.1
  done
}

kube() { kubectl --kubeconfig "$dir/kubeconfig" "$@"; }

# docker first, as everywhere in Fulfil
engine() {
  local name
  for name in ${FULFIL_ENGINE:-docker podman}; do
    if command -v "$name" >/dev/null && "$name" version >/dev/null 2>&1; then echo "$name"; return; fi
  done
  fail "images need docker or podman, and neither answers"
}

containerd_client() { ctr --address "$dir/containerd.sock" --namespace k8s.io "$@"; }

load() {
  # of its own: two may load at once
  local folder image engine
  folder=$(mktemp -d "$dir/images.XXXXXX")
  engine=$(engine)
  for image in "$@"; do
    "$engine" save --output "$folder/image.tar" "$image" >/dev/null 2>"$folder/log" || fail "$image: $(cat "$folder/log")"
    containerd_client images import "$folder/image.tar" >/dev/null
    rm -f "$folder/image.tar"
  done
  rm -rf "$folder"
}

image() { # NAME FILE...
  local name=$1 folder file
  shift
  folder=$(mktemp -d)
  mkdir "$folder/bin"
  for file in "$@"; do install -m 755 "$file" "$folder/bin/"; done
  printf 'FROM localhost/fulfil-base:1\nCOPY bin /bin\n' >"$folder/Dockerfile"
  "$(engine)" build --quiet --tag "$name" "$folder" >/dev/null || fail "$name: not built; \`fulfil setup\` makes its base"
  rm -rf "$folder"
  load "$name"
}

# what a pod's namespaces hang on: one process that waits
pause_image() {
  local folder
  if containerd_client images ls --quiet | grep -qxF "$pause_image"; then return; fi
  folder=$(mktemp -d)
  cp "$bin/pause" "$folder/"
  printf 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n' >"$folder/Dockerfile"
  "$(engine)" build --quiet --tag "$pause_image" "$folder" >/dev/null
  rm -rf "$folder"
  load "$pause_image"
}

packages() {
  if command -v containerd >/dev/null && command -v runc >/dev/null && [ -x /usr/lib/cni/bridge ]; then return; fi
  command -v apt-get >/dev/null || fail "a node needs containerd, runc and the CNI plugins in /usr/lib/cni"
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends containerd runc containernetworking-plugins >"$dir/packages.log" 2>&1 ||
    fail "the packages could not be installed; see $dir/packages.log"
}

built() {
  local wanted=(etcd kube-apiserver kube-controller-manager) missing=0 program
  [ "$NODE" = 0 ] || wanted+=(kube-scheduler kubelet pause)
  for program in "${wanted[@]}"; do [ -x "$bin/$program" ] || missing=1; done
  if [ $missing = 0 ] && command -v kubectl >/dev/null; then return; fi
  FULFIL_BIN=$bin "$here/build.sh"
}

credentials() {
  [ -e "$dir/service-account.key" ] || openssl genrsa -out "$dir/service-account.key" 2048 2>/dev/null
  [ -e "$dir/tokens.csv" ] ||
    (umask 077 && echo "$(openssl rand -hex 16),admin,admin,\"system:masters\"" >"$dir/tokens.csv")
}

write_kubeconfig() {
  local authority
  authority=$(base64 -w0 <"$dir/certificates/apiserver.crt")
  (umask 077 && cat >"$dir/kubeconfig.new" <<Y
apiVersion: v1
kind: Config
clusters: [{ name: $CONTEXT, cluster: { server: 'https://$host:$port', certificate-authority-data: $authority } }]
users: [{ name: $CONTEXT, user: { token: $(cut -d, -f1 "$dir/tokens.csv") } }]
contexts: [{ name: $CONTEXT, context: { cluster: $CONTEXT, user: $CONTEXT } }]
current-context: $CONTEXT
Y
  )
  mv "$dir/kubeconfig.new" "$dir/kubeconfig"
}

control_plane() {
  local audit=()
  start etcd --data-dir "$dir/etcd" --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "http://127.0.0.1:$((PORT + 2))" --unsafe-no-fsync # nobody's data: a crash may cost the cluster
  if [ "$AUDIT" = yes ]; then
    printf 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{ level: Metadata }]\n' \
      >"$dir/audit-policy.yaml"
    audit=(--audit-policy-file="$dir/audit-policy.yaml" --audit-log-path="$dir/audit.log")
  fi
  start kube-apiserver --etcd-servers="$etcd" --bind-address="$host" --secure-port="$port" \
    --advertise-address="$host" --cert-dir="$dir/certificates" --token-auth-file="$dir/tokens.csv" \
    --authorization-mode=RBAC --service-account-key-file="$dir/service-account.key" \
    --service-account-signing-key-file="$dir/service-account.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range="$service_net" \
    --endpoint-reconciler-type=none --allow-privileged=true --kubelet-preferred-address-types=InternalIP "${audit[@]}"
  until_holds kube-apiserver 'the API server makes its certificate' test -s "$dir/certificates/apiserver.crt"
  write_kubeconfig
  until_holds kube-apiserver 'the API server is ready' kube get --raw /readyz
  # each controller as its own service account, as in real clusters: admission rules tell them apart
  start kube-controller-manager --kubeconfig="$dir/kubeconfig" --leader-elect=false \
    --use-service-account-credentials=true \
    --service-account-private-key-file="$dir/service-account.key" --root-ca-file="$dir/certificates/apiserver.crt" \
    --bind-address=127.0.0.1 --secure-port=$((PORT + 3)) --cert-dir="$dir/certificates/controllers"
  until_holds kube-controller-manager 'the controllers work' kube --namespace default get serviceaccount default
}

network() {
  # pods look for the API server at the first service address: it is an address of this machine, so nothing proxies
  ip address replace "$service_ip/32" dev lo
  sysctl -qw net.ipv4.ip_forward=1 || true
  # podman would bind this folder onto itself later, over the pods' namespaces, and no pod could end any more
  mkdir -p /run/netns
  mountpoint -q /run/netns || { mount --bind /run/netns /run/netns && mount --make-rshared /run/netns; }
  mkdir -p "$dir/cni"
  cat >"$dir/cni/10-pods.conflist" <<Y
{
  "cniVersion": "0.4.0",
  "name": "$bridge",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "$bridge",
      "isGateway": true,
      "ipam": {
        "type": "host-local",
        "dataDir": "$dir/cni-addresses",
        "ranges": [[{ "subnet": "$pod_net" }]],
        "routes": [{ "dst": "$service_net" }]
      }
    }
  ]
}
Y
}

# its folders of run-time state have to be short: a shim's socket path is limited to 107 characters
container_runtime() {
  cat >"$dir/containerd.toml" <<Y
version = 2
root = "$dir/containerd"
state = "$dir/containerd-state"
[grpc]
  address = "$dir/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause_image"
  # inside a container or a small virtual machine neither is ours to set
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$dir/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
Y
  start containerd --config "$dir/containerd.toml"
  until_holds containerd 'containerd answers' containerd_client version
  pause_image
}

node() {
  cat >"$dir/kubelet.yaml" <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $service_ip
port: $((PORT + 5))
healthzPort: $((PORT + 6))
authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }
authorization: { mode: AlwaysAllow }
containerRuntimeEndpoint: unix://$dir/containerd.sock
# works on old and new cgroups, and where the machine is a container itself
cgroupDriver: cgroupfs
failCgroupV1: false
cgroupsPerQOS: false
enforceNodeAllocatable: []
failSwapOn: false
# images come by \`load\` only, so none may be thrown away, and a full disk is no reason to evict
imageMinimumGCAge: 1000h
imageGCHighThresholdPercent: 100
evictionHard: {}
maxPods: 250
podLogsDir: "$dir/pod-logs"
# nobody answers there: names fail at once, and no pod gets a warning for having no DNS
clusterDNS: [$service_ip]
Y
  start kube-scheduler --kubeconfig="$dir/kubeconfig" --leader-elect=false --bind-address=127.0.0.1 \
    --secure-port=$((PORT + 4)) --cert-dir="$dir/certificates/scheduler"
  start kubelet --config="$dir/kubelet.yaml" --kubeconfig="$dir/kubeconfig" --hostname-override=node \
    --node-ip="$service_ip" --root-dir="$dir/kubelet" --cert-dir="$dir/certificates/kubelet"
  # asked through the API server: that way answers only when both are there, and a node's status may be of yesterday
  until_holds kubelet 'the kubelet answers' kube get --raw /api/v1/nodes/node/proxy/healthz
  kube wait --for=condition=Ready node/node --timeout=180s >/dev/null
}

up() {
  settings
  if [ "$NODE" = 1 ]; then
    [ "$(id -u)" = 0 ] || fail "a node needs root; NODE=0 starts API server and controllers only"
    # no longer than the kernel's limit for a socket's path, with the name of a shim's socket behind it
    [ ${#dir} -le 60 ] || fail "$dir: choose a folder of at most 60 characters"
    packages
  fi
  built
  credentials
  [ "$NODE" = 0 ] || network
  control_plane
  if [ "$NODE" = 1 ]; then
    container_runtime
    node
  fi
}

# pods are children of their shims, not of the kubelet: they would live on
remove_pods() {
  local id
  for id in $(containerd_client tasks ls --quiet 2>/dev/null); do
    containerd_client tasks kill --signal KILL "$id" >/dev/null 2>&1 || true
  done
  for id in $(containerd_client containers ls --quiet 2>/dev/null); do
    containerd_client tasks delete --force "$id" >/dev/null 2>&1 || true
    containerd_client containers delete "$id" >/dev/null 2>&1 || true
  done
}

down() {
  local mount
  settings
  stop kubelet
  if [ "$NODE" = 1 ]; then remove_pods; fi
  stop containerd
  stop kube-scheduler
  stop kube-controller-manager
  stop kube-apiserver
  stop etcd
  if [ "$NODE" = 0 ]; then return; fi
  # volumes and root file systems of its pods; the innermost first
  awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount -l "$mount" 2>/dev/null || true
  done
  rm -rf "$dir/cni-addresses"
  ip link delete "$bridge" 2>/dev/null || true
  ip address delete "$service_ip/32" dev lo 2>/dev/null || true
}

status() {
  local program all=0
  settings
  for program in "${programs[@]}"; do
    case $NODE-$program in 0-kube-scheduler | 0-containerd | 0-kubelet) continue ;; esac
    if pid_of "$program" >/dev/null; then echo "$program up"; else echo "$program down"; all=1; fi
  done
  return $all
}

case $command in
up)
  # two callers at once would both start what is down
  exec 9>"$dir/lock"
  flock 9
  up
  ;;
down | status) "$command" ;;
stop) for program in "$@"; do stop "$program"; done ;;
load) load "$@" ;;
image) image "$@" ;;
*) fail "$command is not one of up, down, status, stop, load, image" ;;
esac
