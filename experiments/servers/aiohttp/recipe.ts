import { defineServer } from 'loadcell';

export default defineServer({
  name: 'aiohttp',
  note: `
aiohttp on asyncio's own event loop: one process, one thread, access log off. Installed with pip into a virtual environment of its
own, every package at a fixed version, so that a rerun measures the same code.

- Each connection is a file descriptor: with \`ulimit -n\` at 1,024 or less, many connections end in
  "OSError: [Errno 24] Too many open files". The source report raised the limit to 1,048,576; \`open-files.ts\` shows the limit at work.
- Its accept queue holds 128 (\`backlog\`): more connections than that at once cost the later ones a second (a repeated SYN). The source
  report's longest connect, 1,030 ms, is one of these.
- In the source report: steady, 3.4k requests a second under 2,000 connections.
`,
  folder: import.meta.url,
  requires: [
    {
      command: 'python3',
      apt: 'python3-venv',
      verify: { command: ['python3', '-c', 'import ensurepip, venv; print("has venv")'], pattern: 'has venv' },
    },
  ],
  pip: [
    'aiohttp==3.14.5',
    'aiohappyeyeballs==2.7.1',
    'aiosignal==1.4.0',
    'attrs==26.1.0',
    'frozenlist==1.8.0',
    'idna==3.20',
    'multidict==7.2.1',
    'propcache==0.5.4',
    'typing_extensions==4.16.0',
    'yarl==1.25.1',
  ],
  command: ['{{venv}}/bin/python', '{{recipe}}/server.py', '{{address}}', '{{port}}'],
  port: 'auto',
  ready: { http: '/info', timeout: '10s' },
  reply: { status: 200, body: 'test 成功' },
  keepAlive: true,
  version: {
    command: [
      '{{venv}}/bin/python',
      '-c',
      'import aiohttp, platform; print(f"{aiohttp.__version__} (Python {platform.python_version()})")',
    ],
    pattern: '(.+)',
  },
  stop: { signal: 'SIGTERM', patience: '3s' },
  show: ['server.py'],
});
