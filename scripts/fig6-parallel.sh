#!/usr/bin/env bash
# The training runs of Figure 6 side by side on one machine, with GNU parallel. See docs/cluster.md.
#
#     PROFILE=paper SEEDS="2018 2019" bash scripts/fig6-parallel.sh
#
#   PROFILE   smoke, quick or paper (default: quick)
#   SEEDS     one or more, separated by blanks (default: 2018, that of the settings)
#   RESULTS   the folder of results (default: results)
#   PAPER     the command, built beforehand (default: target/release/paper)
#   JOBS      how many runs at a time (default: one for every two cores)
#   THREADS   threads of each run (default: the cores, shared out)
set -euo pipefail

PROFILE=${PROFILE:-quick} SEEDS=${SEEDS:-2018} RESULTS=${RESULTS:-results} PAPER=${PAPER:-target/release/paper}
cores=$(getconf _NPROCESSORS_ONLN)
JOBS=${JOBS:-$(((cores + 1) / 2))}
THREADS=${THREADS:-$((cores > JOBS ? cores / JOBS : 1))}
export OPENBLAS_NUM_THREADS=$THREADS RAYON_NUM_THREADS=$THREADS

fail() { echo "fig6-parallel: $1" >&2; exit 2; }
[ -x "$PAPER" ] || fail "$PAPER is not there; run make build, or set PAPER"
command -v parallel >/dev/null || fail "GNU parallel is not there; install it (Debian: sudo apt-get install parallel)"

# A run that is killed is started again and goes on from its checkpoint, three times in all. When this script is
# stopped, the runs get a minute for their checkpoints.
for seed in $SEEDS; do
    "$PAPER" status --profile "$PROFILE" --seed "$seed" --results "$RESULTS" |
        awk -v seed="$seed" '$1 == "fig6" { print seed, $2 }'
done | parallel --quote --jobs "$JOBS" --colsep ' ' --retries 3 --termseq TERM,60000,KILL,25 --tagstring '{1} {2}' --line-buffer \
    "$PAPER" run fig6 --profile "$PROFILE" --seed '{1}' --results "$RESULTS" --only '{2}'

echo "All runs are kept. Make the figure of a seed from them:"
for seed in $SEEDS; do
    printf "    %q run fig6 --profile %s --seed %s --results %q\n" "$PAPER" "$PROFILE" "$seed" "$RESULTS"
done
