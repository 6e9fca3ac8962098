#!/bin/sh
# Runs nginx, and reloads it when something has changed that nginx reads at start only: the addresses of a name, or a file.
#   follow.sh "NAME… /FILE…" nginx -e stderr -p FOLDER -c FILE
# A name that does not resolve, or a file that is not there, changes nothing: nginx keeps what it has.
set -u
watched=$1
shift

state() {
  for one in $watched; do
    case $one in
      /*) cksum <"$one" || return 1 ;;
      *) addresses=$(getent ahosts "$one") && echo "$addresses" | cut -d ' ' -f 1 | sort -u || return 1 ;;
    esac
  done 2>/dev/null
}

follow() {
  while sleep "${FOLLOW_SECONDS:-5}" && kill -0 $$; do
    now=$(state) && [ "$now" != "$last" ] && "$@" -t 2>/dev/null && kill -HUP $$ && last=$now
  done
}

last=$(state)
follow "$@" &
exec "$@"
