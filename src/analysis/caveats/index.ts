import { acceptQueueOverflow } from './accept-queue-overflow.ts';
import { backlogDropped } from './backlog-dropped.ts';
import type { CellCheck, TrialCheck } from './check.ts';
import { coordinatedOmission } from './coordinated-omission.ts';
import { countsMismatch } from './counts-mismatch.ts';
import { cpuContention } from './cpu-contention.ts';
import { drift } from './drift.ts';
import { fewTrials } from './few-trials.ts';
import { filesExhausted } from './files-exhausted.ts';
import { generatorSaturated } from './generator-saturated.ts';
import { hostIsolation } from './host-isolation.ts';
import { hostTuned } from './host-tuned.ts';
import { latencyBound } from './latency-bound.ts';
import { littlesLaw } from './littles-law.ts';
import { memoryPressure } from './memory-pressure.ts';
import { mismatchedReplies } from './mismatched-replies.ts';
import { missedStarts } from './missed-starts.ts';
import { nearCertifiedCeiling } from './near-certified-ceiling.ts';
import { wrongStatus } from './non-2xx.ts';
import { portsExhausted } from './ports-exhausted.ts';
import { quick } from './quick.ts';
import { replyChanged } from './reply-changed.ts';
import { requestsFailed } from './requests-failed.ts';
import { resolution } from './resolution.ts';
import { resumedChanged } from './resumed-changed.ts';
import { retransmits } from './retransmits.ts';
import { runnerBusy } from './runner-busy.ts';
import { serverClosedConnections } from './server-closed-connections.ts';
import { serverDied } from './server-died.ts';
import { serverLeaksMemory } from './server-leaks-memory.ts';
import { serverRestarted } from './server-restarted.ts';
import { settingsNotInForce } from './settings-not-in-force.ts';
import { settingsRelaxed } from './settings-relaxed.ts';
import { sharedCore } from './shared-core.ts';
import { shortWindow } from './short-window.ts';
import { steal } from './steal.ts';
import { synCookies } from './syn-cookies.ts';
import { synRetransmits } from './syn-retransmits.ts';
import { throttled } from './throttled.ts';
import { timeWaitCarriedOver } from './time-wait-carried-over.ts';
import { tooFewSamples } from './too-few-samples.ts';
import { trialsFailed } from './trials-failed.ts';
import { trialsLeftOut } from './trials-left-out.ts';
import { unanswered } from './unanswered.ts';
import { wideSpread } from './wide-spread.ts';

/** Every doubt about a trial, in the order in which they are told. A new one is a file and a line here. */
export const TRIAL_CHECKS: readonly TrialCheck[] = [
  serverDied,
  serverRestarted,
  wrongStatus,
  mismatchedReplies,
  replyChanged,
  requestsFailed,
  countsMismatch,
  littlesLaw,
  unanswered,
  settingsNotInForce,
  filesExhausted,
  portsExhausted,
  acceptQueueOverflow,
  synCookies,
  synRetransmits,
  retransmits,
  backlogDropped,
  generatorSaturated,
  missedStarts,
  serverClosedConnections,
  cpuContention,
  steal,
  throttled,
  memoryPressure,
  runnerBusy,
  timeWaitCarriedOver,
  drift,
  latencyBound,
  coordinatedOmission,
  resolution,
  serverLeaksMemory,
  shortWindow,
];

/** Every doubt about a cell. */
export const CELL_CHECKS: readonly CellCheck[] = [
  trialsFailed,
  trialsLeftOut,
  sharedCore,
  nearCertifiedCeiling,
  wideSpread,
  fewTrials,
  tooFewSamples,
  hostTuned,
  hostIsolation,
  settingsRelaxed,
  resumedChanged,
  quick,
];
