#!/bin/sh
# Prints what options/pods.conf needs, from a pod's resolv.conf: the DNS servers, and a Service's full name.
#   resolver.sh SERVICE [FILE]
# nginx' resolver reads no file and completes no name. The first search domain of a pod is its namespace's.
set -eu
file=${2:-/etc/resolv.conf}
servers=
domain=
while read -r key first rest; do
  case $key in
    nameserver)
      case $first in
        "") ;;
        *:*:*) servers="$servers [$first]" ;;
        *) servers="$servers $first" ;;
      esac
      ;;
    search) domain=$first ;;
  esac
done <"$file"
if [ -z "$servers" ] || [ -z "$domain" ]; then
  echo "resolver.sh: $file has no nameserver or no search domain" >&2
  exit 1
fi
echo "resolver$servers valid=1s;"
echo "map \"\" \$pods { default $1.$domain; }"
