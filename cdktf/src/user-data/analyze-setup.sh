#!/bin/bash
# First boot: Node from the distribution, then the release. Safe to run again; loud when something is missing.
set -euo pipefail
trap 'echo "analyze-setup: FAILED at line $LINENO: the client does not run. It is tried again in a minute." | tee /dev/console >&2' ERR

retry() {
  local n
  for n in 1 2 3 4 5; do
    "$@" && return
    echo "analyze-setup: try $n of 5 failed: $*" >&2
    sleep $((n * n))
  done
  return 1
}

retry dnf install --assumeyes --quiet nodejs24 logrotate
retry /usr/local/sbin/analyze-update
systemctl enable --now --quiet analyze-update.timer analyze-patch.timer
if [ -f /etc/analyze/cloudwatch-agent.json ]; then
  retry dnf install --assumeyes --quiet amazon-cloudwatch-agent
  usermod --append --groups adm cwagent # the group that may read the log
  amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/analyze/cloudwatch-agent.json
fi
echo "analyze-setup: done"
