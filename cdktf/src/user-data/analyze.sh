#!/bin/bash
# The client's commands on the PATH, with the settings that the service runs with.
set -a
# shellcheck source=/dev/null
[ ! -r /etc/analyze/client.env ] || . /etc/analyze/client.env
exec /usr/bin/node /opt/analyze/client/main.mjs "$@"
