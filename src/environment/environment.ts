import type { Host } from '../model/host.ts';
import type { Tweak } from '../model/plan.ts';
import type { Proof } from '../model/record.ts';
export interface Environment extends AsyncDisposable {
  apply(tweaks: readonly Tweak[]): Promise<{ proofs: Proof[] } & AsyncDisposable>;
}
export async function openEnvironment(_host: Host, _options: unknown): Promise<Environment> {
  return {
    apply: async () => ({ proofs: [], [Symbol.asyncDispose]: async () => {} }),
    [Symbol.asyncDispose]: async () => {},
  };
}
