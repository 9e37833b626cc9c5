import type { Problem } from '../model/errors.ts';

/** Why a load may not go to an address: it is neither loopback nor one of the stage's own. null when it may. */
export function targetProblem(address: string, own: readonly string[]): Problem | null {
  if (isLoopback(address) || own.some((one) => one.toLowerCase() === address.toLowerCase())) return null;
  return {
    where: 'load',
    what: `it would go to ${address}, which is not this machine's own address`,
    remedy: 'loadcell loads only servers that it has started itself',
  };
}

const isLoopback = (address: string): boolean =>
  address === '::1' || address === 'localhost' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
