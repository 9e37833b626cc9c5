import type { Problem } from '../model/errors.ts';

/**
 * Why a load may not go to an address: it is neither loopback, nor one of this machine's or the stage's own (`own`), nor
 * listed in the experiment's `targets`. null when it may.
 */
export function targetProblem(address: string, own: readonly string[], allowed: readonly string[]): Problem | null {
  if (isLoopback(address) || [...own, ...allowed].some((one) => one.toLowerCase() === address.toLowerCase()))
    return null;
  return {
    where: 'targets',
    what: `a load would go to ${address}, which is not this machine's own address`,
    remedy: `list it, and only if it is yours to load: targets: ['${address}']`,
  };
}

const isLoopback = (address: string): boolean =>
  address === '::1' || address === 'localhost' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
