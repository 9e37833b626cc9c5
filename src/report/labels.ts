import type { Load } from '../model/plan.ts';
import type { Words } from './words.ts';

/**
 * One name for each load, as short as tells them apart: connections, whether they are kept, how much; method, path and
 * timeout only where they differ; the driver where nothing else does; a number last of all.
 */
export function loadLabels(loads: readonly Load[], words: Words): string[] {
  const differs = (of: (load: Load) => string): boolean => new Set(loads.map(of)).size > 1;
  const paths = differs((load) => load.path);
  const bodies = differs((load) => `${load.method} ${load.body ?? ''}`);
  const timeouts = differs((load) => String(load.timeoutMs));
  const plain = loads.map((load) => {
    const parts = [...mainParts(load, words)];
    if (bodies || load.method !== 'GET') parts.unshift(paths ? `${load.method} ${load.path}` : load.method);
    else if (paths) parts.unshift(load.path);
    if (timeouts) parts.push(words.say('load.timeout', { time: words.duration(load.timeoutMs * 1000) }));
    return parts.join(words.say('load.comma'));
  });
  const drivers = new Map<string, Set<string>>();
  plain.forEach((label, index) => {
    drivers.set(label, (drivers.get(label) ?? new Set()).add(loads[index]?.driver ?? ''));
  });
  const named = plain.map((label, index) =>
    (drivers.get(label)?.size ?? 0) > 1 ? [label, loads[index]?.driver].join(words.say('load.comma')) : label,
  );
  return distinct(named, loads);
}

function mainParts(load: Load, words: Words): string[] {
  const parts = [
    words.say('load.connections', { count: words.count(load.connections) }),
    words.say(load.keepAlive ? 'load.keepAlive' : 'load.fresh'),
  ];
  if (load.pipelining > 1) parts.push(words.say('load.pipelining', { count: words.count(load.pipelining) }));
  if (load.http === '2') parts.push('HTTP/2');
  if (load.rate !== null) {
    parts.push(words.say(`load.rate.${load.rate.arrivals}`, { rate: words.count(load.rate.perSecond) }));
  }
  parts.push(stopLabel(load.stop, words));
  return parts;
}

export function stopLabel(stop: Load['stop'], words: Words): string {
  return stop.kind === 'requests'
    ? words.say('load.requests', { count: words.count(stop.requests) })
    : words.duration(stop.durationMs * 1000);
}

/** Loads that differ in something else (headers, warm-up) are numbered. */
function distinct(labels: readonly string[], loads: readonly Load[]): string[] {
  const variants = new Map<string, string[]>();
  return labels.map((label, index) => {
    const key = JSON.stringify(loads[index]);
    const known = variants.get(label) ?? [];
    if (!known.includes(key)) known.push(key);
    variants.set(label, known);
    const number = known.indexOf(key);
    return number === 0 ? label : `${label} #${number + 1}`;
  });
}

/**
 * The headline's subject in the manner that people know: ab's own command line where ab drove, else the driver in
 * words.
 */
export function driverLabel(load: Load, label: string, words: Words): string {
  const comma = words.say('load.comma');
  const named = label.endsWith(comma + load.driver) ? label.slice(0, -(comma + load.driver).length) : label;
  if (load.driver !== 'ab') return [load.driver, named].join(comma);
  const stop = load.stop.kind === 'requests' ? `-n ${load.stop.requests}` : `-t ${load.stop.durationMs / 1000}`;
  return `ab${load.keepAlive ? ' -k' : ''} -c ${load.connections} ${stop}`;
}
