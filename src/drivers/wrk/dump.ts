import { linesOf } from '../external/lines.ts';
import { unreadable } from '../external/outcome.ts';

/** What our `done()` wrote. */
export interface WrkDump {
  /** µs from the start of the threads to the end of the last. */
  duration: number;
  requests: number;
  bytes: number;
  errors: { connect: number; read: number; write: number; status: number; timeout: number };
  /** Ascending µs with the count that wrk shows, its "correction" included. */
  latencies: [us: number, count: number][];
}

/** @throws DriverError `output-unreadable` */
export function readDump(text: string): WrkDump {
  const lines = linesOf(text);
  if (lines.next().value !== 'loadcell wrk 1') throw unreadable('wrk', 'its script left no results');
  const head = new Map<string, number>();
  const latencies: [number, number][] = [];
  let [inLatencies, ended] = [false, false];
  for (const line of lines) {
    if (line === 'latencies') inLatencies = true;
    else if (line === 'end') ended = true;
    else {
      const [name, value] = line.split('\t') as [string, string];
      if (!/^\d+$/.test(value)) throw unreadable('wrk', `the row "${line}"`);
      if (inLatencies) latencies.push([Number(name), Number(value)]);
      else head.set(name, Number(value));
    }
  }
  if (!ended) throw unreadable('wrk', 'its script did not come to its end');
  const need = (name: string): number => {
    const value = head.get(name);
    if (value === undefined) throw unreadable('wrk', `no "${name}"`);
    return value;
  };
  const errors = {
    connect: need('connect'),
    read: need('read'),
    write: need('write'),
    status: need('status'),
    timeout: need('timeout'),
  };
  return { duration: need('duration'), requests: need('requests'), bytes: need('bytes'), errors, latencies };
}
