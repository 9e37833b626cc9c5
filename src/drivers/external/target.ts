import type { DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';

/** The URL that a generator is given: an address, never a name, so that nobody resolves names in the window. */
export function urlOf(load: Pick<Load, 'path'>, context: Pick<DriveContext, 'address' | 'port'>): string {
  const host = context.address.includes(':') ? `[${context.address}]` : context.address;
  return `http://${host}:${context.port}${load.path}`;
}

/** `Name: value` lines, each after the generator's own option. */
export function headerArgs(option: string, headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [option, `${name}: ${value}`]);
}

export const hasHeader = (headers: Readonly<Record<string, string>>, name: string): boolean =>
  Object.keys(headers).some((one) => one.toLowerCase() === name);

/** Bytes that the body of every reply must have; null = any number, or a method whose replies have no body. */
export function expectedBodyBytes(load: Load, context: Pick<DriveContext, 'expectedBody'>): number | null {
  if (context.expectedBody === null || load.method === 'HEAD') return null;
  return new TextEncoder().encode(context.expectedBody).length;
}

/** Whole seconds of a time in ms, never fewer than one: several generators know no smaller unit. */
export const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** The most threads up to `cpus` that share `connections` evenly: generators floor the connections to a multiple. */
export function evenThreads(connections: number, cpus: number): number {
  let threads = Math.max(1, Math.min(cpus, connections));
  while (connections % threads !== 0) threads -= 1;
  return threads;
}
