# Words for the person waiting: progress with elapsed seconds, and long commands that show they are alive.
# shellcheck shell=sh

BEGAN=$(date +%s)

say() { # say 中文 English: one line of progress
    printf '[%4ss] %s  %s\n' "$(($(date +%s) - BEGAN))" "$1" "$2" >&2
}

die() { # die 中文 English: the last line, and failure
    say "✗ $1" "$2"
    exit 1
}

# Runs in the background so that lines can be printed meanwhile; shells make such a job deaf to Ctrl-C, hence the trap.
quietly() { # quietly 中文 English COMMAND…: output kept back, a line every 15 s, the end of the output if it fails
    zh=$1 en=$2
    shift 2
    say "$zh" "$en"
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    trap 'kill "$job" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
    pulse "$job" "$zh" "$en"
    code=0
    wait "$job" || code=$?
    trap - INT TERM
    if [ "$code" -ne 0 ]; then tail -n 20 "$log" >&2; fi
    rm -f "$log"
    return "$code"
}

pulse() { # pulse PID 中文 English: repeat the words every 15 s while the process lives
    waited=0
    while kill -0 "$1" 2>/dev/null; do
        sleep 0.2 2>/dev/null || sleep 1
        waited=$((waited + 1))
        if [ $((waited % 75)) -eq 0 ]; then say "……$2" "… $3"; fi
    done
}
