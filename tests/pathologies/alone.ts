import type { Pathology } from './pathology.ts';

/** Those that say something of a whole run, each of which is made by a run of its own. */
const trial = { server: 'is-well', load: {} };

export const CONTENTION: Pathology = {
  ...trial,
  code: 'cpu-contention',
  severity: 'suspect',
  recipe: { controls: { cpus: { server: [0], generator: [0] } } },
  // The CPU is counted in ticks: 10% of it is known in seconds only.
  load: { duration: '3s' },
  evidence: ({ otherShare, otherMs, cpus }) => Number(otherShare) > 0.1 && Number(otherMs) > 100 && cpus === '0',
};

export const BUSY_RUNNER: Pathology = {
  ...trial,
  code: 'runner-busy',
  severity: 'suspect',
  load: { duration: '1s' },
  shy: true,
  evidence: ({ runnerCpuMs, intervalMs }) => Number(runnerCpuMs) > 0.2 * Number(intervalMs),
};
/** Of the experiment file: it goes on working when it has said all. */
export const WORKING_FILE = `setInterval(() => {
  const end = performance.now() + 30;
  while (performance.now() < end);
}, 60).unref();`;

export const LYING_GENERATOR: readonly Pathology[] = [
  {
    ...trial,
    code: 'littles-law',
    severity: 'invalid',
    load: { driver: 'hey' },
    needs: 'hey',
    evidence: ({ inFlight, atMost }) => Number(inFlight) > 10 && atMost === 4,
  },
  {
    ...trial,
    code: 'counts-mismatch',
    severity: 'invalid',
    load: { driver: 'hey', keepAlive: false },
    needs: 'hey',
    evidence: ({ completed, connectionsAccepted }) =>
      Number(connectionsAccepted) > 10 && Math.abs(Number(completed) / Number(connectionsAccepted) - 2) < 0.05,
  },
];
/** A `hey` that is the real one but for its latencies, which it tells ten times too long, and its counts, each told twice. */
export const lyingHey = (real: string): string => `#!/bin/sh
${real} "$@" | awk -F '\\t' -v OFS='\\t' '
  rows && NF == 4 { $1 = sprintf("%.6f", $1 * 10); print }
  $1 == "rows" { rows = 1 }
  !rows && ($1 == "results" || $1 == "bytes") { $2 = sprintf("%d", $2 * 2) }
  !rows && $1 == "status" { $3 = sprintf("%d", $3 * 2) }
  { print }'
`;

export const CEILING: Pathology = {
  ...trial,
  code: 'near-certified-ceiling',
  severity: 'note',
  evidence: ({ requestsPerSecond, certifiedPerSecond }) => certifiedPerSecond === 10 && Number(requestsPerSecond) > 10,
};

export const ON_THE_HOST: readonly Pathology[] = [
  {
    ...trial,
    code: 'host-isolation',
    severity: 'note',
    // Every fresh connection leaves a socket in TIME_WAIT, which the next trial finds.
    load: { keepAlive: false, requests: 200 },
    evidence: ({ reason }) => String(reason).length > 5,
  },
];

export const SMOKE: readonly Pathology[] = [
  { ...trial, code: 'quick', severity: 'note', evidence: ({ trials }) => trials === 1 },
  {
    ...trial,
    code: 'settings-relaxed',
    severity: 'note',
    // Taken out of Linux in 4.12.
    recipe: { controls: { sysctl: { 'net.ipv4.tcp_tw_recycle': 1 } } },
    evidence: (evidence) => JSON.stringify(evidence).includes('tcp_tw_recycle'),
  },
];

export const TUNED: Pathology = {
  ...trial,
  code: 'host-tuned',
  severity: 'note',
  root: 'tunes a network namespace for the command',
  evidence: (evidence) => evidence['net.ipv4.tcp_fin_timeout'] === '17',
};

/** Those that are not made here, and why; a record raises each of them in src/analysis/caveats/table.test.ts too. */
export const NOT_MADE: Readonly<Record<string, string>> = {
  steal: 'only the hypervisor can take a CPU away',
  throttled: 'it takes a CPU quota around the whole command, and a control group that may have one',
  'memory-pressure': 'it would press every other program on the machine',
  'backlog-dropped': 'its setting is the whole machine’s: packets of every other program would be dropped',
  resolution: 'every driver tells latencies in µs, and no reply over loopback takes under ten',
  'resumed-changed': 'it takes a run that was interrupted: tests/resilience/resume.test.ts',
  'time-wait-carried-over': 'a stage on the host waits up to 65 s until they are gone: host-stage.test.ts',
};
