import type { Experiment } from '../experiment/schema.ts';
import type { ServerDefinition } from '../experiment/server.ts';
import type { Readiness, Requirement, ServerPlan } from '../model/plan.ts';

/** First port of servers that do not name one; below the ports that clients are given (net.ipv4.ip_local_port_range). */
const FIRST_PORT = 18_080;

/**
 * The servers as they are run. Each has a port of its own, so that one that lingers is not taken for the next, and so
 * that a port says in a log whose it is.
 */
export function serverPlans({ servers }: Experiment): ServerPlan[] {
  const named = new Set(servers.map((server) => server.port));
  let next = FIRST_PORT;
  const ownPort = (): number => {
    while (named.has(next)) next += 1;
    next += 1;
    return next - 1;
  };
  return servers.map((server) => serverPlan(server, server.port === 'auto' ? ownPort() : server.port));
}

function serverPlan(server: ServerDefinition, port: number): ServerPlan {
  const { controls: _, title, build, cwd, version, ready, stop, reply, requires, ...rest } = server;
  return {
    ...rest,
    title: title ?? server.name,
    requires: requires.map(requirement),
    build: build ?? null,
    cwd: cwd ?? null,
    port,
    ready: readiness(ready),
    reply: { status: reply.status, body: reply.body ?? null, headers: reply.headers },
    version: version === undefined ? null : { argv: version.command, pattern: version.pattern },
    stop: { signal: stop.signal, patienceMs: stop.patience },
  };
}

const requirement = ({ command, apt, install, verify }: ServerDefinition['requires'][number]): Requirement => ({
  command,
  apt: apt ?? null,
  install,
  verify: verify === undefined ? null : { argv: verify.command, pattern: verify.pattern },
});

function readiness({ http, log, timeout: timeoutMs }: ServerDefinition['ready']): Readiness {
  if (http !== undefined) return { kind: 'http', path: http, timeoutMs };
  if (log !== undefined) return { kind: 'log', pattern: log, timeoutMs };
  return { kind: 'tcp', timeoutMs };
}
