import { defineServer } from 'loadcell';

export default defineServer({
  name: 'http-server',
  title: 'http.server',
  note: `
Python's own \`http.server.HTTPServer\`, as it comes: one process, one thread, one request at a time. It answers in HTTP/1.0,
closes the connection after every reply, writes headers and body separately, and logs every request on stderr.

- **No keep-alive**: HTTP/1.0 is its default protocol. An open connection would also keep it from serving any other one.
- **The accept queue holds 5** (\`request_queue_size\`). Under many connections at once the kernel drops the others' handshakes (\`ListenOverflows\`). The few that got in are
  served fast and take the next places too, while the dropped ones wait for seconds or for ever. So the rate depends on whom the load generator waits for: one that counts replies
  sees a fast server with six clients, one that waits for each of its connections sees timeouts. Both are true.
- In the source report it could not take the load: "uses up the system's ports and hangs".
`,
  folder: import.meta.url,
  requires: [{ command: 'python3', apt: 'python3' }],
  command: ['python3', '{{recipe}}/server.py', '{{address}}', '{{port}}'],
  port: 'auto',
  ready: { http: '/info', timeout: '10s' },
  reply: { status: 200, body: 'test 成功' },
  keepAlive: false,
  version: { command: ['python3', '--version'], pattern: 'Python (\\S+)' },
  stop: { signal: 'SIGTERM', patience: '2s' },
  show: ['server.py'],
});
