import { defineServer } from 'loadcell';

export default defineServer({
  name: 'nginx',
  note: `
nginx with one worker process and the source report's location block: a reply that never leaves the worker's event loop, with no file and no
upstream behind it. The upper end of the scale, and the baseline here.

- The master process only watches the worker; every request is served by that one.
- Access log off: the source report does not say how it had it.
- \`keepalive_requests\` is raised out of the way: nginx closes a connection after 1,000 requests (100 before 1.19.10), which some load
  generators answer with wrong figures.
- Its accept queue holds 511.
- In the source report: steady, 9.2k requests a second under 2,000 connections.
`,
  folder: import.meta.url,
  requires: [{ command: 'nginx', apt: 'nginx-light', verify: { command: ['nginx', '-v'], pattern: 'nginx/\\d' } }],
  files: { 'nginx.conf': 'nginx.conf.hbs' },
  command: ['nginx', '-c', '{{trial}}/nginx.conf'],
  port: 'auto',
  ready: { http: '/info', timeout: '10s' },
  reply: { status: 200, body: 'test 成功' },
  keepAlive: true,
  version: { command: ['nginx', '-v'], pattern: 'nginx/(\\S+)' },
  stop: { signal: 'SIGTERM', patience: '3s' },
  show: ['nginx.conf'],
});
