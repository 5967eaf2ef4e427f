# The Python environment of a run, made once for each set of requirements and used again. Read by run.sh.
#
#   ENVIRONMENT/requirements.txt   written by Lathe
#   ENVIRONMENT/venv-PID-START/    one environment; each attempt makes its own, as an environment cannot be moved
#   ENVIRONMENT/current            link to the complete one; an environment counts once this is there
#   ENVIRONMENT/lock               link whose text names the process that makes one; only to save others the work

# Sets $python to the environment's interpreter. Fails when it could not be made or the run was cancelled meanwhile.
use_environment() {
  while ! find_environment; do
    if ln -sn "$$ $(start_of "$$")" "$environment/lock" 2>/dev/null; then
      # Another may have completed it between the look and the lock.
      find_environment || make_environment
      made=$?
      rm -f "$environment/lock"
      [ "$made" -eq 0 ] || return 1
    elif is_alive "$(readlink "$environment/lock")"; then
      [ ! -e "$folder/cancel" ] || return 1
      tell 'another run makes the same Python environment'
      sleep 1
    elif [ -L "$environment/lock" ]; then
      # Its owner is gone. Two that see this at once both make an environment, and the first complete one is used.
      rm -f "$environment/lock"
    elif [ ! -w "$environment" ]; then
      echo "the folder for Python environments cannot be written to: $environment" >&2
      return 1
    fi
  done
  tell 'the Python environment is ready'
  VIRTUAL_ENV=${python%/bin/python}
  program_path="$VIRTUAL_ENV/bin:$program_path"
  export VIRTUAL_ENV
}

find_environment() {
  current=$(readlink "$environment/current" 2>/dev/null) || return 1
  # The interpreter that it was made from may have been removed.
  [ -x "$environment/$current/bin/python" ] || return 1
  python="$environment/$current/bin/python"
}

make_environment() {
  remove_remains
  tell 'making the Python environment'
  own="venv-$$-$(word_for "$$")"
  # The program's own output goes to stdout.log, this is none of it.
  if build "$environment/$own" >&2; then
    sync -f "$environment" 2>/dev/null || sync
    find_environment || rm -f "$environment/current"
    ln -sn "$own" "$environment/current" 2>/dev/null || rm -rf "${environment:?}/$own"
    find_environment && return 0
  fi
  rm -rf "${environment:?}/$own"
  return 1
}

# The start of process $1 as a part of a name.
word_for() {
  start_of "$1" | sed 's|.*/||; s/[^0-9A-Za-z]/_/g'
}

# Environments that were not completed, but for those of living processes.
remove_remains() {
  current=$(readlink "$environment/current" 2>/dev/null)
  for old in "$environment"/venv-*; do
    name=${old##*/}
    [ -d "$old" ] && [ "$name" != "$current" ] || continue
    owner=${name#venv-}
    [ "$(word_for "${owner%%-*}")" = "${owner#*-}" ] || rm -rf "$old"
  done
}

# Makes the environment $1. uv is much quicker; pip knows places to install from that only its own settings name.
build() {
  if command -v uv >/dev/null 2>&1; then
    build_with_uv "$1" && return 0
    [ ! -e "$folder/cancel" ] || return 1
    echo 'uv could not make the environment; trying pip' >&2
    rm -rf "$1"
  fi
  build_with_pip "$1"
}

build_with_uv() {
  as_user uv venv --quiet --python "$python" $system_packages "$1" || return 1
  has_requirements || return 0
  as_user uv pip install --python "$1/bin/python" -r "$environment/requirements.txt"
}

build_with_pip() {
  as_user "$python" -m venv $system_packages "$1" || return 1
  has_requirements || return 0
  as_user "$1/bin/python" -m pip install --no-input --disable-pip-version-check -r "$environment/requirements.txt"
}

has_requirements() {
  [ -s "$environment/requirements.txt" ]
}

# In the program's folder, where relative requirements are looked for, and without the program's own search path.
as_user() {
  (
    cd "$folder/code" || exit 1
    # Asked to stop before there was anyone to ask.
    [ ! -e "$folder/cancel" ] || exit 1
    unset PYTHONPATH
    PATH=$program_path PIP_USER=0
    export PIP_USER
    exec "$@"
  )
}
