#!/bin/sh
# Deploy hook of certbot: takes the certificate that it has issued or renewed into use, without a reload.
#   certbot … --deploy-hook "/etc/analyze-edge/from-certbot.sh /etc/analyze-edge/tls www-data:www-data"
set -eu
[ -n "${RENEWED_LINEAGE:-}" ] || { echo "$0: certbot runs this, and sets RENEWED_LINEAGE" >&2; exit 2; }
umask 077
issued=$(mktemp -d)
trap 'rm -rf "$issued"' EXIT
cp "$RENEWED_LINEAGE/fullchain.pem" "$issued/tls.crt"
cp "$RENEWED_LINEAGE/privkey.pem" "$issued/tls.key"
sh "$(dirname "$0")/install-certificate.sh" "$issued" "$@"
