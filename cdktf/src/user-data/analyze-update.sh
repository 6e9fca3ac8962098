#!/bin/bash
# Brings the release that the bucket names to this host: fetch, verify, switch, start.
# A release that does not match its SHA-256 is never unpacked; one that does not start is taken back.
set -euo pipefail
umask 022

# shellcheck source=/dev/null
. /etc/analyze/source # BUCKET, AWS_REGION
export AWS_REGION AWS_DEFAULT_REGION="$AWS_REGION"
home=/opt/analyze
releases=$home/releases

say() { echo "analyze-update: $*" >&2; }
fail() {
  say "FAILED: $*"
  exit 1
}
fetch() { aws s3 cp --only-show-errors "s3://$BUCKET/client/$1" "$2"; }

unpack() {
  local sha=$1 part=$releases/.$1.tar.gz
  [ -d "$releases/$sha" ] && return
  fetch "$sha.tar.gz" "$part" || fail "s3://$BUCKET/client/$sha.tar.gz cannot be read"
  if ! echo "$sha  $part" | sha256sum --check --status; then
    rm -f "$part"
    fail "the release is not the one it is named after ($sha): refused"
  fi
  rm -rf "$releases/.$sha"
  mkdir "$releases/.$sha"
  tar -xzf "$part" --no-same-owner -C "$releases/.$sha"
  mv -T "$releases/.$sha" "$releases/$sha"
  rm -f "$part"
}

# Used as a condition, where bash forgets `set -e`: hence one chain.
start() {
  local from=$releases/$1
  # The client's start line names the release.
  { cat "$from/client.env" && echo "ANALYZE_RELEASE='${1:0:12}'"; } >/etc/analyze/.client.env &&
    mv /etc/analyze/.client.env /etc/analyze/client.env &&
    { [ ! -f "$from/ca.crt" ] || install -m 0644 "$from/ca.crt" /etc/analyze/ca.crt; } &&
    install -m 0644 "$from/analyze-client.service" /etc/systemd/system/analyze-client.service &&
    install -D -m 0644 "$from/analyze.logrotate" /etc/logrotate.d/analyze &&
    install -D -m 0644 "$from/analyze.tmpfiles" /etc/tmpfiles.d/analyze.conf &&
    ln -sfn "releases/$1" "$home/.client" &&
    mv -T "$home/.client" "$home/client" &&
    systemd-tmpfiles --create /etc/tmpfiles.d/analyze.conf &&
    systemctl daemon-reload &&
    systemctl enable --quiet analyze-client.service &&
    systemctl restart analyze-client.service
}

mkdir -p "$releases" /etc/analyze
exec 9>"$home/.lock"
flock -w 120 9 || fail "another update has been running for two minutes"

fetch current "$home/.wanted" || fail "s3://$BUCKET/client/current cannot be read"
wanted=$(<"$home/.wanted")
[[ $wanted =~ ^[0-9a-f]{64}$ ]] || fail "s3://$BUCKET/client/current does not hold a SHA-256"
running=$(basename "$(readlink "$home/client" || true)")
if [ "$wanted" = "$running" ] && systemctl --quiet is-active analyze-client.service; then exit 0; fi
[ ! -e "$releases/$wanted.refused" ] || exit 0

unpack "$wanted"
if start "$wanted"; then
  say "running $wanted"
  touch "$releases/$wanted"
  # The three newest stay: this one, and two to go back to.
  find "$releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- | xargs -r rm -rf
  exit 0
fi
[ -n "$running" ] && [ "$running" != "$wanted" ] || fail "$wanted does not start, and there is no other: see journalctl -u analyze-client"
touch "$releases/$wanted.refused"
start "$running" || fail "neither $wanted nor $running starts: see journalctl -u analyze-client"
fail "$wanted does not start; $running runs again"
