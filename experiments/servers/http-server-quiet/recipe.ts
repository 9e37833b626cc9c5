import { defineServer } from 'loadcell';

export default defineServer({
  name: 'http-server-quiet',
  title: 'http.server, threaded, no log',
  note: `
The threaded server with \`log_message\` switched off, and nothing else changed. As it comes, every reply writes a line to stderr,
unbuffered, while it holds the interpreter lock.

The source report switched the function off on both the server and the handler class; only the handler's is called for a
request (\`http.server.HTTPServer\` has none), so one override is the whole change.
`,
  folder: import.meta.url,
  requires: [{ command: 'python3', apt: 'python3' }],
  command: ['python3', '{{recipe}}/server.py', '{{address}}', '{{port}}'],
  port: 'auto',
  ready: { http: '/info', timeout: '10s' },
  reply: { status: 200, body: 'test 成功' },
  keepAlive: true,
  version: { command: ['python3', '--version'], pattern: 'Python (\\S+)' },
  stop: { signal: 'SIGTERM', patience: '2s' },
  show: ['server.py'],
});
