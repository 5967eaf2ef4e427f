#!/bin/sh
# Runs one program of a run from its beginning to exit.json, and goes on when Lathe is closed. Lathe starts it with the
# program's whole environment, the logs as its output, and a pipe on descriptor 3 that it closes once it is known.
#
#   sh run.sh FOLDER LIMIT_SECONDS DATA_KIB GROUPS GROUPS_JSON PYTHON ENVIRONMENT SYSTEM_PACKAGES COMMAND [ARGUMENT...]
#
# FOLDER           the run's folder
# LIMIT_SECONDS    how long the program may take, or nothing
# DATA_KIB         limit for a process's data, or nothing
# GROUPS           control groups to run in, one folder to a line, or nothing; GROUPS_JSON: the same as a JSON array
# PYTHON           interpreter that `python` and `python3` stand for, or nothing
# ENVIRONMENT      folder of a Python environment to use instead, made with PYTHON if it is not there yet, or nothing
# SYSTEM_PACKAGES  --system-site-packages or nothing
#
# Only what POSIX has is used (and `ulimit -d`), and only programs that every Linux and macOS has.
set -u
launcher=${0%/*}
folder=$1 limit=$2 data_kib=$3 groups=$4 groups_json=$5 python=$6 environment=$7 system_packages=$8
shift 8
# The program's own search path may lack what this shell needs.
program_path=$PATH
PATH="/usr/bin:/bin:$PATH"

. "$launcher/processes.sh"
. "$launcher/environment.sh"
. "$launcher/ending.sh"

# Signals are meant for the program. It gets its own; this shell stays to tell how it ended.
limited=
trap : TERM INT HUP
trap 'limited=1' USR1

# process.json says who runs here. It is created exclusively, so that two never work in one folder.
claim() {
  for try in 1 2; do
    (
      set -C
      printf '{"pid":%s,"start":"%s","groups":%s}\n' "$$" "$(start_of "$$")" "$groups_json" >"$folder/process.json"
    ) 2>/dev/null && return 0
    owner=$(sed -n 's/.*"pid":\([0-9]*\),"start":"\([^"]*\)".*/\1 \2/p' "$folder/process.json" 2>/dev/null)
    if [ -n "$owner" ] && is_alive "$owner"; then
      echo "process ${owner%% *} runs in this folder already" >&2
      exit 3
    fi
    rm -f "$folder/process.json"
  done
  return 1
}

# A line about itself for the run's journal, for people to see.
tell() {
  printf '{"type":"progress","fraction":null,"message":"%s","rate":null,"remainingMs":null}\n' "$1" \
    >>"$folder/journal/launcher.jsonl"
}

# What the interpreter and its packages are, as one line of JSON; the SDK knows more than a plain interpreter. The program
# starts meanwhile and comes first.
record_facts() {
  cd / || return
  values=$(nice "$python" -m lathe.describe 2>/dev/null </dev/null) || values=$(nice "$python" -c '
import json, platform
print(json.dumps({"python": platform.python_version()}))' 2>/dev/null </dev/null)
  case $values in
  *"
"*) ;;
  '{'*'}') printf '{"type":"environment","values":%s}\n' "$values" >>"$folder/journal/launcher.jsonl" ;;
  esac
}

# Runs the program and sets $code as a shell has it. What the shell says of a program that a signal ended is kept apart from the
# program's own words: it is what tells such an end from a program that exits with 128 and more.
run_program() {
  words="$folder/signal.tmp"
  [ -w "$words" ] || words=/dev/null
  exec 4>&2 2>"$words"
  (
    exec 2>&4 4>&-
    cd "$folder/code" || exit 126
    each_group enter_group
    [ -z "$data_kib" ] || ulimit -d "$data_kib"
    # Asked to stop before there was anyone to ask.
    [ ! -e "$folder/cancel" ] || exit 143
    PATH=$program_path
    exec "$@"
  )
  code=$?
  exec 2>&4 4>&-
}

claim || exit 4
reserve_ending || {
  rm -f "$folder/process.json"
  exit 4
}
exec 3>&-

if [ -n "$environment" ]; then
  if ! use_environment; then
    end_others
    write_ending failed null null environment
    exit
  fi
fi
case $1 in
python | python3)
  if [ -n "$python" ]; then
    shift
    set -- "$python" "$@"
  fi
  ;;
esac

facts='' timer=''
if [ -n "$python" ]; then
  record_facts &
  facts=$!
fi
if [ -n "$limit" ]; then
  sh "$launcher/time-limit.sh" "$$" "$limit" "$groups" 2>/dev/null &
  timer=$!
fi

run_program "$@"

# Nothing that this shell has to say from here on is the program's.
exec 2>/dev/null
[ -z "$timer" ] || kill -9 "$timer"
# A program may be quicker than the look at its packages.
if [ -n "$facts" ] && kill -0 "$facts"; then
  (sleep 20 && kill -9 "$facts") &
  wait "$facts"
fi
end_others

if [ -n "$limited" ]; then
  write_ending failed "$(exit_code)" "$(signal_name)" time-limit
elif [ "$code" -eq 0 ]; then
  write_ending finished 0 null ''
else
  write_ending failed "$(exit_code)" "$(signal_name)" ''
fi
