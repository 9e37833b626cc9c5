import { type Host, HostError } from '../../model/host.ts';
import type { Tweak } from '../../model/plan.ts';
import type { Proof } from '../../model/record.ts';
import { normalise, type SysctlDone, type SysctlJob, type SysctlReport } from './sysctl-protocol.ts';

/** What the worker has to do: the host's values of `copyHost` (those that can be read), then the tweaks. */
export async function sysctlJob(host: Host, tweaks: readonly Tweak[], copyHost: readonly string[]): Promise<SysctlJob> {
  const copy: SysctlJob['copy'] = [];
  for (const path of copyHost) {
    const value = await host.readText(path).catch(ignore(['ENOENT', 'EACCES', 'EPERM', 'EIO']));
    if (value !== null && value.trim() !== '') copy.push({ path, value: value.trim() });
  }
  return { copy, set: tweaks.map(({ path, value }) => ({ path, value })) };
}

const ignore =
  (codes: readonly string[]) =>
  (error: unknown): null => {
    if (error instanceof HostError && codes.includes(error.code)) return null;
    throw error;
  };

/** Proofs of the tweaks. With two sides (a shaped network) a setting holds where it holds on both. */
export function proofsOf(tweaks: readonly Tweak[], reports: Readonly<Record<string, SysctlReport>>): Proof[] {
  const sides = Object.entries(reports);
  return tweaks.map((tweak) => {
    const found = sides.map(([side, report]) => ({ side, done: report.set.find((one) => one.path === tweak.path) }));
    const first = found[0]?.done;
    if (found.length === 0) found.push({ side: '', done: undefined });
    const failures = found.flatMap(({ side, done }) => {
      const reason = refusal(tweak, done);
      return reason === null ? [] : [sides.length > 1 ? `${side}: ${reason}` : reason];
    });
    return {
      setting: tweak.setting,
      asked: tweak.value,
      before: first?.before ?? null,
      during: first?.after ?? null,
      held: failures.length === 0,
      detail: failures.length === 0 ? null : failures.join('; '),
    };
  });
}

/** Why a tweak is not in force; null when it is. */
function refusal(tweak: Tweak, done: SysctlDone | undefined): string | null {
  if (done === undefined) return 'it was not written';
  if (done.code === 'ENOENT') return 'this kernel does not have it, or not in a network namespace';
  if (done.code === 'EINVAL') return 'the kernel refused the value (EINVAL)';
  if (done.code === 'EACCES' || done.code === 'EPERM') return `it cannot be written in the namespace (${done.code})`;
  if (done.code !== null) return `writing failed with ${done.code}`;
  if (done.after === null) return 'it could not be read back';
  if (normalise(done.after) !== normalise(tweak.value)) return `it reads ${normalise(done.after)} after writing`;
  return null;
}

/** The host's values that were copied in and hold, by sysctl key. */
export function copiedOf(report: SysctlReport | undefined): Record<string, string> {
  const copied: Record<string, string> = {};
  for (const done of report?.copy ?? []) {
    if (done.after !== null && normalise(done.after) === normalise(done.asked)) {
      copied[keyOf(done.path)] = normalise(done.after);
    }
  }
  return copied;
}

/** `/proc/sys/net/ipv4/tcp_rmem` -> `net.ipv4.tcp_rmem`; a dot in a name (an interface's) becomes a slash, as sysctl(8) has it. */
export function keyOf(path: string): string {
  const parts = path.replace(/^\/proc\/sys\//, '').split('/');
  return parts.map((part) => part.replaceAll('.', '/')).join('.');
}
