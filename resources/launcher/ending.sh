# exit.json: how the run ended. Read by run.sh.

ending="$folder/exit.json.tmp"

# Takes the room on the disk that the ending needs, so that a disk that becomes full meanwhile does not hide it.
reserve_ending() {
  { printf '%1023s\n' '' >"$ending" && : >"$folder/signal.tmp"; } 2>/dev/null
}

# Whether a signal ended the program. Shells say so in words, but for these two signals.
was_signalled() {
  [ "$code" -gt 128 ] && { [ -s "$folder/signal.tmp" ] || [ "$code" -eq 130 ] || [ "$code" -eq 141 ]; }
}

exit_code() {
  if was_signalled; then echo null; else echo "$code"; fi
}

signal_name() {
  if was_signalled; then echo "\"SIG$(kill -l "$code")\""; else echo null; fi
}

# Milliseconds since 1970; where date has none, the end of this second, so that nothing ends before it began.
now_ms() {
  at=$(date +%s%3N 2>/dev/null)
  case $at in
  '' | *[!0-9]*) echo "$(date +%s)999" ;;
  *) echo "$at" ;;
  esac
}

# $1: state, $2: exit code, $3: name of the signal, $4: cause or nothing. Writes over the room that was reserved, makes sure of
# it and of everything that the program wrote, and gives it its name. JSON may end with blanks.
write_ending() {
  state=$1 cause=
  [ -z "$4" ] || cause=",\"cause\":\"$4\""
  if [ -e "$folder/cancel" ]; then state=cancelled cause=; fi
  text="{\"state\":\"$state\",\"at\":$(now_ms),\"exitCode\":$2,\"signal\":$3$cause,\"failure\":null}"
  rm -f "$folder/signal.tmp"
  # A program that knows the journal's format may have told its end itself, with better words.
  if [ -e "$folder/exit.json" ]; then
    rm -f "$ending"
    return
  fi
  until { printf '%-1023s\n' "$text" 1<>"$ending"; } 2>/dev/null && make_sure && mv "$ending" "$folder/exit.json"; do
    # Nowhere to tell it: the run's folder was removed.
    [ -d "$folder" ] || return
    sleep 2
  done
  sync "$folder" 2>/dev/null
}

# Older systems sync everything or nothing.
make_sure() {
  sync "$folder"/*.log "$folder"/journal/*.jsonl "$ending" 2>/dev/null || sync
}
