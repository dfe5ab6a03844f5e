#!/bin/sh
# The command line's promises: exit codes, the message grammar, stdout for results only, and no file after refused input.
#   cli.sh PROGRAM SOURCE SECTION
set -u
program=$1
source=$2
section=$3
scenarios=$source/scenarios
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
  printf 'FAILED: %s\n' "$1"
  printf -- '--- stdout\n'; head -c 2000 out
  printf -- '--- stderr\n'; head -c 2000 err
  failures=$((failures + 1))
}

# expect CODE TEXT ARGUMENTS…: runs, compares the exit code, and wants TEXT on stderr (on stdout when the code is 0).
expect() {
  code=$1 text=$2
  shift 2
  "$program" "$@" >out 2>err </dev/null
  got=$?
  [ "$got" -eq "$code" ] || fail "$* exits with $got, not $code"
  if [ "$code" -eq 0 ]; then stream=out; else stream=err; fi
  grep -qF -- "$text" "$stream" || fail "$*: no \"$text\" on std$stream"
  if [ "$code" -eq 2 ] || [ "$code" -eq 3 ]; then
    [ -s out ] && fail "$*: something on stdout"
  fi
  return 0
}

# Nothing but the named files may lie here.
expect_only() {
  left=$(ls -A | grep -v -x -e out -e err $(for name; do printf -- '-e %s ' "$name"; done) || true)
  [ -z "$left" ] || { printf 'FAILED: left behind: %s\n' "$left"; failures=$((failures + 1)); }
}

section_errors() {
  printf '[cluster]\ngpus = 16\n[fabric]\nradx = 16\n' >bad.toml
  expect 2 'bad.toml:4:1: fabric.radx (unknown key). Did you mean fabric.radix?' run bad.toml -o r.h5
  printf '[cluster]\ngpus = 16\n[fabric]\nradix = 63\n[[traffic]]\nsize = "1MB"\n' >odd.toml
  expect 2 'odd.toml:4:1: fabric.radix = 63' run odd.toml -o r.h5
  printf '[cluster]\ngpus = 1000000000000\n' >huge.toml
  expect 2 'huge.toml:2:1: cluster.gpus = 1000000000000 (out of range' check huge.toml
  printf '[cluster\n' >broken.toml
  expect 2 'broken.toml:1:' check broken.toml
  printf '[fabric]\nlink_rate = "800GB"\n' >unit.toml
  expect 2 'unit.toml:2:1: fabric.link_rate = "800GB"' check unit.toml
  printf '[fabric]\nlink_rate = 800\n' >type.toml
  expect 2 'must be a rate with its unit' check type.toml
  printf '[cluster]\ngpus = 128\n[job]\ntensor = 8\ndata = 15\n' >factor.toml
  expect 2 'Try data = 16.' check factor.toml
  printf '[optics]\nhost = { module = "800G-AEC", length = "500m" }\n' >reach.toml
  expect 2 'reach.toml:2:' check reach.toml
  printf '[optics]\nhost = { module = "400G-DAC", length = "1m" }\n' >slow.toml
  expect 2 'slow.toml:2:' check slow.toml
  expect 2 'slow.toml:2:' check bad.toml slow.toml
  expect 3 'absent.toml: cannot be read' run absent.toml
  expect 3 'cannot be read' check .
  expect 2 '--set fabric.radx=8: fabric.radx (unknown key)' run "$scenarios/one-frame.toml" --set fabric.radx=8
  expect 2 'no such command). Did you mean compare?' compair a b
  expect 2 'See lightloom' run
  expect 2 'See lightloom' run "$scenarios/one-frame.toml" --thread 2
  expect 2 'See lightloom' compare "$scenarios/one-frame.toml"
  expect 2 'nothing to run' run unit.toml --set fabric.link_rate=800Gbps
  expect 2 'bench nonsense (no such scene)' bench nonsense
  expect 2 'optics' optics
  expect 2 '' optics --module 800G-DR9
  expect 2 '' optics --fec kp5 --pre-fec-ber 1e-4
  expect 2 '' collective --op all-reduse "$scenarios/ring-ideal.toml"
  expect 2 '' collective -b 8 -e 1 "$scenarios/ring-ideal.toml"
  printf '[cluster]\ngpus = 8\n[transport]\nmtu = 64\n[[traffic]]\nsize = "1TB"\n' >long.toml
  expect 2 'long.toml:6:1: traffic.0.size: a message of' run long.toml -o r.h5
  # Found by the network itself, 140 s into the run: the file begun is taken back.
  printf '[cluster]\ngpus = 2\ngpus_per_node = 1\n[[inject]]\nnic = "host:1/0"\n[transport]\nretransmit_timeout = "100s"\n[[traffic]]\nsize = "1MB"\n' >late.toml
  expect 2 'late.toml' run late.toml -o r.h5
  # Jobs: what cannot be, each at its key (more in tests/unit/scenarios/job_spec.cpp).
  printf '[cluster]\ngpus = 16\n[job]\nmodel = "gpt3-175b"\ntensor = 8\npipeline = 2\n' >memory.toml
  expect 2 'memory.toml:4:1: job.model = "gpt3-175b" needs' run memory.toml -o r.h5
  expect 2 'B200-SXM has 180 GB' check memory.toml
  expect 2 'more stages than the 40 layers of gpt-13b' check "$scenarios/gpt-800g.toml" --set job.pipeline=64 --set job.tensor=2 --set job.data=1
  expect 2 'job.expert = 2 (gpt-13b has no experts)' check "$scenarios/gpt-800g.toml" --set job.expert=2
  # Different jobs are not compared, and that is found before the first one runs.
  expect 2 'ties.toml:' compare "$scenarios/gpt-800g.toml" "$scenarios/ties.toml"
  expect 2 'are different jobs' compare "$scenarios/one-frame.toml" "$scenarios/incast.toml"
  expect_only memory.toml long.toml late.toml bad.toml odd.toml huge.toml broken.toml unit.toml type.toml factor.toml reach.toml slow.toml
}

section_later() {
  for word in campaign report export; do
    expect 2 "lightloom $word (not in this version)" "$word" x
  done
  expect 2 'not in this version' import chakra x.et
  expect 2 'not in this version' run "$scenarios/one-frame.toml" --estimate
  expect 2 'not in this version' run "$scenarios/one-frame.toml" --set scenario.fidelity=flow
  expect 2 'not in this version' run "$scenarios/one-frame.toml" --set routing.policy=valiant
  expect 2 'not in this version' run "$scenarios/gpt-800g.toml" --set job.context=2
  expect 2 'not in this version' run "$scenarios/gpt-800g.toml" --set collective.0.algorithm=bruck
  expect_only
}

section_files() {
  expect 3 '' run "$scenarios/one-frame.toml" -o no/such/folder/r.h5
  expect 0 'one-frame' run "$scenarios/one-frame.toml" -o r.h5
  [ -f r.h5 ] || fail 'no results file'
  expect 2 'r.h5' run "$scenarios/one-frame.toml" -o r.h5
  cp r.h5 before.h5
  expect 2 'unknown key' run "$scenarios/one-frame.toml" --set fabric.radx=8 -o r.h5 --force
  cmp -s r.h5 before.h5 || fail 'refused input changed an existing file'
  expect 0 'one-frame' run "$scenarios/one-frame.toml" -o r.h5 --force
  expect 0 '/links' info r.h5
  printf 'not HDF5 at all' >text.h5
  expect 2 'text.h5' info text.h5
  head -c 1000 before.h5 >cut.h5
  expect 2 'cut.h5' info cut.h5
  expect 3 'absent.h5' info absent.h5
  cp "$scenarios/one-frame.toml" mine.toml
  expect 2 'mine.toml: is not replaced' run mine.toml -o mine.toml --force
  expect 2 'mine.toml: is not replaced' topology mine.toml --graphml ./mine.toml --force
  cmp -s mine.toml "$scenarios/one-frame.toml" || fail 'a scenario was overwritten'
  expect_only mine.toml r.h5 before.h5 text.h5 cut.h5
}

section_results() {
  expect 0 '"fct_max_s": 5.8192e-07' run "$scenarios/one-frame.toml" --json
  expect 0 '"complete": true' run "$scenarios/one-frame.toml" --json
  expect 1 'peer unreachable: rank 5 on host:5 gave up on rank 0' run "$scenarios/incast.toml" --set inject.0.nic=host:5/0 \
    --set inject.0.at=10us --set transport.retransmit_timeout=1ms -o failed.h5
  grep -q 'incast' out || fail 'a failed run still prints its summary'
  expect 0 'peer unreachable' info failed.h5
  expect 0 'ring-ideal' run "$scenarios/ring-ideal.toml" -o ring.h5
  # A results file stands for its run in a comparison.
  expect 0 'ring-ideal' compare ring.h5 "$scenarios/ring-ideal.toml"
  expect 0 '"verdict"' compare ring.h5 ring.h5 --json
  expect 2 '--set and --seed have no effect' compare ring.h5 ring.h5 --seed 2
  # Several seeds: means with intervals; a results file has one.
  expect 2 'ring.h5: --seeds 3' compare ring.h5 "$scenarios/ring-ideal.toml" --seeds 3
  expect 0 'Means over 3 seeds' compare "$scenarios/ties.toml" "$scenarios/ties.toml" --seeds 3
  expect_only failed.h5 ring.h5
}

section_words() {
  printf '[cluster]\ngpus = 16\n[[collective]]\nop = "all-reduce"\nsize = "1MB"\n' >two-nodes.toml
  # A GPU comes with its own NVLink, unless the scenario says otherwise.
  for pair in A100=2.4 H100=3.6 H200=3.6 B200=7.2; do
    expect 0 'two-nodes' run two-nodes.toml -v --set "cluster.gpu=${pair%=*}-SXM"
    grep -q "scale-up ${pair#*=} Tb/s per GPU and direction, from ${pair%=*}-SXM" err || fail "NVLink of ${pair%=*}"
  done
  expect 0 'two-nodes' run two-nodes.toml -v --set cluster.gpu=H100-SXM --set cluster.scale_up.bandwidth=1Tbps
  grep -q 'scale-up 1 Tb/s per GPU and direction, from the scenario' err || fail 'the bandwidth given'
  # A row of facts has one unit.
  "$program" run two-nodes.toml -o fast.h5 --set fabric.link_rate=1.6Tbps --set optics.host.module=1.6T-AEC \
    --set optics.leaf.module=1.6T-DR8 >out 2>err || fail 'a run at 1.6T'
  expect 0 'two-nodes' compare two-nodes.toml fast.h5
  grep -Eq '^link rate of a host +800 Gb/s +1600 Gb/s$' out || fail 'the link rates are not in one unit'
  expect 2 'Did you mean "H100-SXM"' check two-nodes.toml --set cluster.gpu=H10-SXM
}

section_losses() {
  expect 0 'link-down' run "$scenarios/link-down.toml" -o down.h5
  grep -Eq '^data frames lost [1-9][0-9]*, corrupted 0, sent again [1-9][0-9]*$' out || fail 'losses are not told'
  injected=$(grep -c '^injected: ' out)
  grep -q "acknowledgements among them, lost on this cable" out || fail "the effect is not told"
  [ "$injected" -eq "$(grep -c '^\[\[inject\]\]' "$scenarios/link-down.toml")" ] || fail "$injected injections told"
  grep -q '^results are in down.h5$' err || fail 'where the results are is not told'
  expect 0 'one-frame' run "$scenarios/one-frame.toml"
  grep -q 'frames lost' out && fail 'losses are told of a run that had none'
  return 0
}

section_determinism() {
  # Digests as they were found, on one thread. A change that means to change results changes digests.txt, and says why.
  while read -r scene digest; do
    "$program" run "$scenarios/$scene.toml" --json --quiet >out 2>err
    grep -q "\"digest\": \"$digest\"" out || fail "$scene: the digest is not $digest"
  done <"$source/tests/golden/cli/digests.txt"
  expect 0 '"digest": "05de9f7795d6f614"' bench ring-128 --json
  for threads in 1 2 3; do
    "$program" run "$scenarios/incast.toml" --threads $threads --json --quiet | grep '"digest"' >"digest.$threads"
  done
  cmp -s digest.1 digest.2 || fail 'digest differs between 1 and 2 threads'
  cmp -s digest.1 digest.3 || fail 'digest differs between 1 and 3 threads'
  "$program" run "$scenarios/incast.toml" --seed 7 --json --quiet | grep '"digest"' >digest.seed
  cmp -s digest.1 digest.seed && fail 'digest does not depend on --seed'
  return 0
}

section_sweep() {
  one=$scenarios/one-frame.toml
  expect 0 'runs  longest flow' sweep "$one"
  expect 0 'digest of all 6 runs' sweep "$one" --vary traffic.0.size=4KB,1MB --replicas 3 --seed 5
  grep -q '3 seeds (5 to 7), the same in every combination' out || fail 'the seeds are not told'
  expect 0 '"fct_max_s": 5.8192e-07' sweep "$one" --json
  # Every problem at once, each where it stands, before anything runs; one that comes only with some values says so.
  expect 2 '--vary fabric.radx=1,2: fabric.radx (unknown key). Did you mean fabric.radix?' sweep "$one" --vary fabric.radx=1,2 -o s.h5
  expect 2 '--vary fabric.radix=63: fabric.radix = 63' sweep "$one" --vary fabric.radix=62:64:3 --vary transport.mtu=0,4096 -o s.h5
  grep -q -- '--vary transport.mtu=0: transport.mtu = 0' err || fail 'only the first problem is told'
  expect 2 'one-frame.toml:27:10: optics.host: module 400G-DAC on a link of 800 Gb/s' sweep "$one" --vary fabric.link_rate=400Gbps,800Gbps -o s.h5
  grep -q 'It comes with fabric.link_rate=800Gbps.' err || fail 'with which values it comes is not told'
  expect 2 'a range of 2 parts' sweep "$one" --vary fabric.radix=1:2 -o s.h5
  expect 2 'scenario.seed is not varied' sweep "$one" --vary scenario.seed=1,2
  expect 2 'fabric.radix is set too' sweep "$one" --vary fabric.radix=32,64 --set fabric.radix=16
  expect 2 'fabric.radix is varied twice' sweep "$one" --vary fabric.radix=32 --vary fabric.radix=64
  expect 2 'more than 100000 runs' sweep "$one" --vary fabric.radix=2:10000:5000 --replicas 100
  expect 2 '--resume' sweep "$one" --resume
  expect 2 '--keep full' sweep "$one" --keep full
  expect 3 '' sweep "$one" -o no/such/folder/s.h5
  expect_only
  # A run that fails is a result: the sweep goes on, and the exit code is the worst.
  expect 1 'peer unreachable' sweep "$scenarios/ber-step.toml" --set traffic.0.size=1MB --set inject.0.at=2us \
    --vary inject.0.ber=1e-5,4e-3 -o s.h5
  grep -q '1 run did not end well' out || fail 'the failed run is not told'
  # What is there is not overwritten unasked, and a file of another sweep is not resumed.
  expect 2 's.h5: exists already' sweep "$one" -o s.h5
  expect 2 's.h5: is of another sweep (its scenario, after --set, is another)' sweep "$one" -o s.h5 --resume
  expect 0 'digest of all 2 runs' sweep "$one" --replicas 2 -o s.h5 --force
  expect 2 'its replicas are 2, not 3' sweep "$one" --replicas 3 -o s.h5 --resume
  expect 2 'it varies no key, not fabric.radix' sweep "$one" --replicas 2 -o s.h5 --resume --vary fabric.radix=64
  expect 0 '' sweep "$one" --replicas 2 -o s.h5 --resume
  grep -q 'nothing to run' err || fail 'a finished sweep runs again'
  mv s.h5 s.h5.part
  expect 2 's.h5.part: exists already (an unfinished sweep left it)' sweep "$one" --replicas 2 -o s.h5
  mv s.h5.part s.h5
  expect 0 '/sweep/metrics/fct_max_s' info s.h5
  expect 2 's.h5: holds a sweep' compare s.h5 "$one"
  "$program" run "$one" -o r.h5 >out 2>err
  expect 2 'r.h5: cannot be resumed (it holds one run, not a sweep)' sweep "$one" -o r.h5 --resume
  expect_only s.h5 r.h5
  # Interrupted: what is done is kept, and told.
  "$program" sweep "$scenarios/gpt-800g.toml" --vary optics.leaf.length=10m:90m:9 --replicas 9 -o i.h5 --threads 2 >out 2>err &
  sleep 2
  kill -INT $!
  wait $!
  got=$?
  [ "$got" -eq 130 ] || fail "an interrupted sweep exits with $got"
  grep -q 'i.h5.part; --resume continues' err || fail 'where the results so far are is not told'
  expect 0 '/complete' info i.h5.part
  expect_only s.h5 r.h5 i.h5.part
}

section_tables() {
  expect 0 '#        size         count      type   redop        time    algbw    busbw' collective --op all-reduce --algorithm ring -b 1M -e 8M -f 8 \
    "$scenarios/ring-ideal.toml"
  # The hand-checked ring of ring-ideal.toml: 330.03 us.
  grep -q '8388608 *2097152 *float *sum *330.03' out || fail 'the row of 8 MiB is not the one worked out by hand'
  expect 0 '"lower_bound_s"' collective --op all-to-all -b 1M -e 1M "$scenarios/ring-ideal.toml" --json
  expect 0 '"bisection_bps"' topology "$scenarios/gpt-800g.toml" --json
  expect 0 'whole cluster' topology "$scenarios/gpt-800g.toml" --bom
  grep -Eq '^GPU +B200-SXM +128 +128.00 ' out || fail 'the bill has no GPUs of 1 kW each'
  expect 0 'memory of a GPU' check "$scenarios/gpt-800g.toml"
  expect 0 '"cost_usd"' check "$scenarios/gpt-800g.toml" --json
  expect 0 '' topology "$scenarios/gpt-800g.toml" --graphml g.xml --dot g.dot
  expect 2 'g.xml: exists' topology "$scenarios/gpt-800g.toml" --graphml g.xml
  expect 0 '"codeword_error_ratio"' optics --fec kp4 --pre-fec-ber 2.4e-4 --frame-bytes 4126 --json
  expect 0 'margin' optics --module 800G-DR8 --length 500m
  expect 0 '800G-DR8' optics --catalogue
  expect 0 'fabric.radix' check --schema
  expect 0 'right' check "$scenarios"/*.toml
  expect 0 '"communications"' import simai "$scenarios/workloads/two-layer.txt" --json
  expect 0 'forward-1024' bench --list
  expect 0 'Example' run --help
  for command in run compare sweep collective topology optics latency check info bench verify import; do
    expect 0 'lightloom '"$command" $command --help
  done
  expect 0 'lightloom 0' --version
  expect 0 'complete -o bashdefault -o default -F _lightloom lightloom' --completion bash
  if command -v bash >/dev/null; then
    # The script is read by bash, and knows a command and an option of it.
    bash -c '. ./out; COMP_WORDS=(lightloom comp); COMP_CWORD=1; _lightloom; [ "${COMPREPLY[*]}" = compare ] || exit 1
      COMP_WORDS=(lightloom topology --gr); COMP_CWORD=2; _lightloom; [ "${COMPREPLY[*]}" = --graphml ]' \
      || fail 'the completion script does not complete'
  fi
  expect 2 'See lightloom --help' --completion tcsh
  expect_only g.xml g.dot
}

"section_$section"
[ "$failures" -eq 0 ] || { printf '%s failures\n' "$failures"; exit 1; }
