# Which processes belong to the run, and how to end them. Read by run.sh and time-limit.sh; wants $groups and LATHE_RUN_ID.
run_id=$LATHE_RUN_ID

# When the process $1 started, in words that only this start of this id has; nothing if there is none. The same words as
# app/executors/process/process-identity.ts has.
start_of() {
  if [ -r /proc/sys/kernel/random/boot_id ]; then
    { IFS= read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    IFS= read -r boot </proc/sys/kernel/random/boot_id
    # The fields after the command's name, which may hold spaces and brackets (proc(5)).
    set -f
    set -- ${stat##*') '}
    set +f
    case $1 in Z | X) return 0 ;; esac
    shift 19
    echo "$boot/$1"
  else
    LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null | sed 's/^ *//; s/ *$//'
  fi
}

# $1: a process id, a space, and its start.
is_alive() {
  [ "$(start_of "${1%% *}")" = "${1#* }" ]
}

# Calls the function $1 with each control group of the run.
each_group() {
  rest=$groups
  while [ -n "$rest" ]; do
    line=${rest%%"
"*}
    "$1" "$line"
    case $rest in
    *"
"*) rest=${rest#*"
"} ;;
    *) rest= ;;
    esac
  done
}

enter_group() {
  # 0 stands for the process that writes.
  echo 0 >"$1/cgroup.procs"
}

list_group() {
  cat "$1/cgroup.procs" 2>/dev/null
}

# Ids of the run's processes. Each inherits the run's id in its environment, wherever it moves; the programs that look
# are started without it.
members() {
  each_group list_group
  if [ -r /proc/self/environ ]; then
    LATHE_RUN_ID='' grep -lF "LATHE_RUN_ID=$run_id" /proc/[0-9]*/environ 2>/dev/null |
      LATHE_RUN_ID='' sed 's/[^0-9]//g'
  else
    # Without the command line of the one that looks, which holds the id as well.
    LATHE_RUN_ID='' ps -axwwE -o pid= -o command= 2>/dev/null |
      LATHE_RUN_ID='' sed -n "/LATHE_RUN_ID=$run_id/{/sed -n/!s/^ *\([0-9]*\) .*/\1/p;}"
  fi
}

# Sends the signal $1 to every process of the run but this shell and $2. Fails when there was none.
signal_others() {
  reached=1
  for pid in $(members); do
    if [ "$pid" != "$$" ] && [ "$pid" != "${2:-}" ] && kill "-$1" "$pid" 2>/dev/null; then reached=0; fi
  done
  return "$reached"
}

# Ends every process of the run but this shell and $1, however it takes signals and wherever it moved.
end_others() {
  round=0
  while signal_others KILL "${1:-}" && [ "$round" -lt 50 ]; do
    round=$((round + 1))
    [ "$round" -lt 3 ] || sleep 0.1 2>/dev/null || sleep 1
  done
}
