#!/bin/bash
# Brings the release that the bucket names to this host: fetch, verify, switch, start.
# A release that does not match its SHA-256 is never unpacked. One that does not start is replaced by the one before, and tried
# again five times, later each time. `analyze-update --retry` tries at once and counts anew.
set -euo pipefail
umask 022

# shellcheck source=/dev/null
. "${root:=${ANALYZE_ROOT:-}}/etc/analyze/source" # BUCKET, AWS_REGION
export AWS_REGION AWS_DEFAULT_REGION="$AWS_REGION"
home=$root/opt/analyze
etc=$root/etc
releases=$home/releases

say() { echo "analyze-update: $*" >&2; }
fail() {
  say "FAILED: $*"
  state "FAILED: $*"
  exit 1
}
# One line for `npm run host -- status`: since when, and what.
state() {
  [ "$(cut -d' ' -f2- "$home/state" 2>/dev/null)" = "$*" ] || echo "$(date -u +%FT%TZ) $*" >"$home/state" 2>/dev/null || true
}
# A full disk looks like many other faults: it is named first.
room() {
  local free
  free=$(df --output=avail -k "$home" | tail -1)
  [ "$free" -ge 20480 ] || fail "the disk is full: $((free / 1024)) MiB are free, 20 are needed; see df -h and du -xh /var/log"
}
fetch() { aws s3 cp --only-show-errors "s3://$BUCKET/client/$1" "$2"; }

# Secret settings are in no release. Where there are none, S3 refuses as it does without a right: what is here stays.
secrets() {
  local new=$home/.secret.env
  (umask 077 && fetch secret.env "$new") 2>/dev/null || return 0
  cmp --silent "$new" "$etc/analyze/secret.env" || { install -m 0600 "$new" "$etc/analyze/secret.env" && changed=yes; }
  rm -f "$new"
}

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
  { cat "$from/client.env" && echo "ANALYZE_RELEASE='${1:0:12}'"; } >"$etc/analyze/.client.env" &&
    mv "$etc/analyze/.client.env" "$etc/analyze/client.env" &&
    { [ ! -f "$from/ca.crt" ] || install -m 0644 "$from/ca.crt" "$etc/analyze/ca.crt"; } &&
    install -m 0644 "$from/analyze-client.service" "$etc/systemd/system/analyze-client.service" &&
    install -D -m 0644 "$from/analyze.logrotate" "$etc/logrotate.d/analyze" &&
    install -D -m 0644 "$from/analyze.tmpfiles" "$etc/tmpfiles.d/analyze.conf" &&
    ln -sfn "releases/$1" "$home/.client" &&
    mv -T "$home/.client" "$home/client" &&
    systemd-tmpfiles --create "$etc/tmpfiles.d/analyze.conf" &&
    systemctl daemon-reload &&
    systemctl enable --quiet analyze-client.service &&
    systemctl restart analyze-client.service
}

mkdir -p "$releases" "$etc/analyze"
exec 9>"$home/.lock"
flock -w 120 9 || fail "another update has been running for two minutes"

room
fetch current "$home/.wanted" || fail "s3://$BUCKET/client/current cannot be read"
wanted=$(<"$home/.wanted")
[[ $wanted =~ ^[0-9a-f]{64}$ ]] || fail "s3://$BUCKET/client/current does not hold a SHA-256"
running=$(basename "$(readlink "$home/client" || true)")
changed=""
secrets
if [ "$wanted" = "$running" ] && systemctl --quiet is-active analyze-client.service; then
  [ -z "$changed" ] || systemctl restart analyze-client.service || fail "the client does not start with its new secret settings"
  state "running ${wanted:0:12}"
  # The timer has nothing to tell; a person waits for an answer.
  [ "${1:-}" != --retry ] || say "running $wanted, the newest release, already"
  exit 0
fi

# Its tries, and when the last one was: `3 1795252955`.
refused=$releases/$wanted.refused
[ "${1:-}" != --retry ] || rm -f "$refused"
tries=0 last=0
[ ! -f "$refused" ] || read -r tries last <"$refused"
if [ "$tries" -gt 0 ]; then
  due=$((last + tries * tries * 120))
  [ "$tries" -lt 5 ] || fail "${wanted:0:12} did not start in 5 tries: publish another release, or run \`sudo analyze-update --retry\`"
  [ "$(date +%s)" -ge "$due" ] || fail "${wanted:0:12} did not start in $tries of 5 tries; the next is at $(date -u -d "@$due" +%FT%TZ)"
fi

unpack "$wanted"
if start "$wanted"; then
  rm -f "$refused"
  say "running $wanted"
  state "running ${wanted:0:12}"
  touch "$releases/$wanted"
  # The three newest stay: this one, and two to go back to.
  find "$releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- | xargs -r rm -rf
  exit 0
fi
echo "$((tries + 1)) $(date +%s)" >"$refused"
[ -n "$running" ] && [ "$running" != "$wanted" ] || fail "$wanted does not start, and there is no other: see journalctl -u analyze-client"
start "$running" || fail "neither $wanted nor $running starts: see journalctl -u analyze-client"
fail "$wanted does not start (try $((tries + 1)) of 5); $running runs again"
