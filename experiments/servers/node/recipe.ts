import { defineServer } from 'loadcell';

export default defineServer({
  name: 'node',
  title: 'node:http',
  note: `
A bare \`node:http\` server on the Node that runs loadcell itself: nothing to install. One process, one JavaScript thread; its accept queue holds 511.
`,
  folder: import.meta.url,
  command: ['{{node}}', '{{recipe}}/server.js', '{{address}}', '{{port}}'],
  port: 'auto',
  ready: { http: '/info', timeout: '10s' },
  reply: { status: 200, body: 'test 成功' },
  keepAlive: true,
  version: { command: ['{{node}}', '--version'], pattern: 'v(\\S+)' },
  stop: { signal: 'SIGTERM', patience: '2s' },
  show: ['server.js'],
});
