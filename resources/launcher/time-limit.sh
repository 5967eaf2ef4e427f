#!/bin/sh
# Ends the program of run.sh when its time is over, whether Lathe is there or not: asks it, and ten seconds later ends it.
#
#   sh time-limit.sh LAUNCHER SECONDS GROUPS
set -u
launcher=$1 groups=$3
. "${0%/*}/processes.sh"
trap : TERM INT HUP

# Ended before its time: the run was asked to stop, and needs no limit any more.
sleep "$2" || exit
kill -USR1 "$launcher"
signal_others TERM "$launcher"
seconds=0
while [ "$seconds" -lt 10 ]; do
  sleep 1
  seconds=$((seconds + 1))
  signal_others 0 "$launcher" || exit
done
end_others "$launcher"
