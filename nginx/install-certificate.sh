#!/bin/sh
# Puts a certificate and its key in place for a running nginx. No reload, no closed connection, no failed handshake.
#   install-certificate.sh FROM TO [OWNER]
# FROM holds tls.crt and tls.key (optional: rsa.crt, rsa.key, clients-ca.crt), as written by `npm run certs`, or is a
# mounted Kubernetes Secret. TO is nginx's $tls_folder. OWNER (user:group) can read the key; nginx's workers must.
#
# Each version is a folder of its own, which never changes. The link TO/current is replaced in one rename, and nginx
# resolves it once per handshake. Does nothing when FROM holds the version that is already in use.
set -eu
[ $# -ge 2 ] || { echo "usage: $0 FROM TO [OWNER]" >&2; exit 2; }
source=$1 to=$2 owner=${3:-}
fail() { echo "$source: $1" >&2; exit 1; }

# A Secret's files are links through ..data, which the kubelet replaces: read one version of it.
from=$source
[ ! -d "$source/..data" ] || from=$(readlink -f "$source/..data")
[ ! -e "$from/.commit" ] || fail "an interrupted run of \"npm run certs\" left unfinished files. Run it again first."
for pair in tls rsa; do
  [ "$pair" = tls ] || [ -e "$from/$pair.crt" ] || continue
  for file in "$pair.crt" "$pair.key"; do
    [ -r "$from/$file" ] || fail "cannot read $file. Issue the certificate with: npm run certs"
  done
done

names="tls.crt tls.key rsa.crt rsa.key clients-ca.crt"
in_use() {
  for name in $names; do
    if [ -e "$from/$name" ]; then cmp -s "$from/$name" "$to/current/$name" || return 1
    else [ ! -e "$to/current/$name" ] || return 1; fi
  done
}
[ ! -d "$to/current/empty" ] || ! in_use || exit 0

umask 077
[ -d "$to" ] || { mkdir -p "$to" && chmod 755 "$to"; }
# One run at a time, where the system has flock: a run must not remove what another one is writing.
! command -v flock >/dev/null || { exec 9>"$to/.lock"; flock 9; }
next=$(mktemp -d "$to/v.XXXXXX")
trap 'rm -rf "$next" "$next.link"' EXIT
mkdir "$next/empty"
for name in $names; do
  [ ! -e "$from/$name" ] || cp "$from/$name" "$next/$name"
done
if command -v openssl >/dev/null; then
  for certificate in "$next/tls.crt" "$next/rsa.crt"; do
    [ -e "$certificate" ] || continue
    public=$(openssl x509 -in "$certificate" -noout -pubkey) || fail "$(basename "$certificate") is not a certificate."
    [ "$(openssl pkey -in "${certificate%.crt}.key" -pubout)" = "$public" ] ||
      fail "$(basename "${certificate%.crt}").key is not the key of $(basename "$certificate"). Nothing was changed."
  done
fi
[ -z "$owner" ] || chown -R "$owner" "$next"

last=$(readlink "$to/current" || true)
ln -s "$(basename "$next")" "$next.link"
mv -T "$next.link" "$to/current"
trap - EXIT
# The CA for client certificates is read by nginx at its start, under this name.
[ -L "$to/clients-ca.crt" ] || [ ! -e "$next/clients-ca.crt" ] || ln -s current/clients-ca.crt "$to/clients-ca.crt"
# The last version stays until the next change: a handshake may be reading it.
for old in "$to"/v.*; do
  case ${old##*/} in "$last" | "$(basename "$next")") ;; *) rm -r "$old" ;; esac
done
