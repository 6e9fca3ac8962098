#!/bin/sh
# Puts a certificate and its key in place for nginx, and lets nginx's workers read the key. nginx needs no reload, and no
# connection ends. It reads the two one after the other: a handshake in between fails if the key is a new one.
#   install-certificate.sh FROM TO [OWNER]      FROM holds tls.crt and tls.key (and, where used, rsa.* and clients-ca.crt)
# TO/tls.crt is a link through TO/current; changing that one link changes all of them.
set -eu
[ $# -ge 2 ] || { echo "usage: $0 FROM TO [OWNER]" >&2; exit 2; }
from=$1 to=$2 owner=${3:-}
for name in tls.crt tls.key; do
  [ -r "$from/$name" ] || { echo "$from/$name cannot be read. Issue it with: npm run certs" >&2; exit 1; }
done

umask 077
mkdir -p "$to"
chmod 755 "$to"
next=$(mktemp -d "$to/v.XXXXXX")
for name in tls.crt tls.key rsa.crt rsa.key clients-ca.crt; do
  [ ! -r "$from/$name" ] || cp "$from/$name" "$next/$name"
done
[ -z "$owner" ] || chown -R "$owner" "$next"

last=$(readlink "$to/current" || true)
ln -s "$(basename "$next")" "$next.link"
mv -T "$next.link" "$to/current"
for path in "$next"/*; do
  name=$(basename "$path")
  [ -L "$to/$name" ] || ln -s "current/$name" "$to/$name"
done
# The last one stays until the next renewal: a handshake may be about to read it.
for old in "$to"/v.*; do
  case ${old##*/} in "$last" | "$(basename "$next")") ;; *) rm -r "$old" ;; esac
done
