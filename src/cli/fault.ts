import { isKernelPath } from '../environment/kernel-file.ts';
import type { Host } from '../model/host.ts';
import type { TrialEvent } from '../trial/context.ts';

/** What the run does to the machine and to its folder, where it can be hit. */
type Effect =
  /** The ledger has the old values; no setting has been written yet. */
  | 'ledger-kept'
  /** The first of the settings has been written. */
  | 'first-setting'
  /** The first setting that had been written has been put back. */
  | 'first-restored'
  /** A half of a record's line is in the journal. */
  | 'half-record';

export interface Fault {
  onEvent(event: TrialEvent): void;
  host: Host;
}

/**
 * For the crash tests: `LOADCELL_FAULT=window:SIGKILL` makes the run send itself that signal when it first comes to that
 * step (`trial-started`, a phase, `trial-ended`, or an `Effect`). Without one, both are given back as they are.
 */
export function withFault(given: Fault, fault: string | undefined, send = sendItself): Fault {
  let [step, signal = 'SIGKILL'] = fault?.split(':') ?? [];
  if (step === undefined) return given;
  const reach = (reached: string): void => {
    if (step !== reached) return;
    step = undefined;
    send(signal);
  };
  return {
    onEvent: (event) => {
      given.onEvent(event);
      reach(event.kind === 'phase' ? event.phase : event.kind);
    },
    host: watched(given.host, reach, () => step),
  };
}

const sendItself = (signal: string): void => void process.kill(process.pid, signal);

/** The same host, which tells when it comes to an effect. A record is torn only where that is what is waited for. */
function watched(host: Host, reach: (effect: Effect) => void, next: () => string | undefined): Host {
  const written = new Set<string>();
  return {
    ...host,
    writeKernel: async (path, value) => {
      // Control groups are no settings.
      if (!isKernelPath(path) || path.startsWith('/sys/fs/')) return host.writeKernel(path, value);
      if (written.size === 0) reach('ledger-kept');
      await host.writeKernel(path, value);
      reach(written.has(path) ? 'first-restored' : 'first-setting');
      written.add(path);
    },
    appendDurable: async (path, text) => {
      if (next() !== 'half-record') return host.appendDurable(path, text);
      const half = text.length >> 1;
      await host.appendDurable(path, text.slice(0, half));
      reach('half-record');
      await host.appendDurable(path, text.slice(half));
    },
  };
}
