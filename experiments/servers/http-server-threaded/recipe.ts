import { defineServer } from 'loadcell';

export default defineServer({
  name: 'http-server-threaded',
  title: 'http.server, threaded',
  note: `
\`http.server.ThreadingHTTPServer\`: one process, one thread for each connection, every request logged on stderr. Under 2,000
kept-open connections that is 2,000 threads taking turns at one interpreter lock.

Three things differ from the class as it comes, without which there would be nothing to compare:

- **HTTP/1.1**, so that a connection stays open when the client wants it to.
- **One write for each reply** (\`wbufsize\`). In two, the second waits for the acknowledgement of the first (Nagle's algorithm),
  which the client delays by 40 ms: 25 requests a second on a kept-open connection, whatever the server could do.
- **An accept queue as long as the kernel allows** (\`net.core.somaxconn\`) instead of 5. With 5, a hundred connections at once are enough for a standstill: the kernel
  answers with SYN cookies, refuses their last step while the queue is full, and the retransmitted requests arrive together and fill it again. With
  \`net.ipv4.tcp_syncookies = 0\` the same load goes through. This is a likely cause of the source report's "hangs", and of its results that differ from run to run.

The source report found 1.8k, 2.2k and 3.4k requests a second in three runs of the same load.
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
