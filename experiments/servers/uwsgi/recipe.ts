import { defineServer } from 'loadcell';

export default defineServer({
  name: 'uwsgi',
  title: 'uWSGI',
  note: `
uWSGI with its Python plugin, speaking HTTP itself (\`http-socket\`, no router before it): one process without a master, one request at a time,
request log off. The source report left it for "next time".

- **No keep-alive**: \`http-socket\` closes after every reply, whatever the client asks for (\`http-keepalive\` belongs to the separate http router).
  \`http11-socket\` would keep connections open, but then a process serves one connection until it closes and all others wait.
- Its accept queue holds 100 (\`listen\`): more connections than that at once see dropped handshakes. The default stays, as with the other servers.
- \`max-requests\`, which would restart the process in the middle of a load, is off by default and stays off.
`,
  folder: import.meta.url,
  requires: [
    {
      command: 'uwsgi',
      apt: 'uwsgi-plugin-python3',
      verify: { command: ['uwsgi', '--plugin', 'python3', '--python-version'], pattern: '\\d+\\.\\d+' },
    },
  ],
  files: { 'uwsgi.ini': 'uwsgi.ini.hbs' },
  command: ['uwsgi', '--ini', '{{trial}}/uwsgi.ini'],
  port: 'auto',
  ready: { http: '/info', timeout: '10s' },
  reply: { status: 200, body: 'test 成功' },
  keepAlive: false,
  version: { command: ['uwsgi', '--version'], pattern: '(\\d\\S*)' },
  stop: { signal: 'SIGTERM', patience: '3s' },
  show: ['uwsgi.ini', 'app.py'],
});
