import type { ServerPlan } from '../../model/plan.ts';

/** A minimal plan for tests of one property of it. */
export const testServer = (part: Partial<ServerPlan>): ServerPlan => ({
  name: 'sample',
  title: 'sample',
  note: '',
  folder: '/nowhere',
  requires: [],
  keepAlive: true,
  build: null,
  pip: [],
  files: {},
  command: ['true'],
  cwd: null,
  port: 8080,
  ready: { kind: 'tcp', timeoutMs: 1000 },
  reply: { status: 200, body: null, headers: {} },
  version: null,
  stop: { signal: 'SIGTERM', patienceMs: 1000 },
  show: [],
  ...part,
});
