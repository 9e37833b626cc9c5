import { defineServer } from 'loadcell';

export default defineServer({
  name: 'go',
  title: 'Go net/http',
  note: `
Go's standard \`net/http\`, nothing else: one goroutine for each connection. \`GOMAXPROCS=1\` keeps its goroutines, and its garbage collector,
on one processor at a time, as the others are. The source report announced it and never measured it.

- Built by the recipe; the binary is kept and built again only when the source, the build steps or the compiler change.
- Its accept queue is as long as the kernel allows (\`net.core.somaxconn\`), the longest of the servers here.
`,
  folder: import.meta.url,
  requires: [{ command: 'go', apt: 'golang-go', verify: { command: ['go', 'version'], pattern: 'go version' } }],
  build: {
    inputs: ['main.go', 'go.mod'],
    steps: [
      // The toolchain that is installed, and nothing of the machine or the repository in the binary.
      [
        'env',
        'GOTOOLCHAIN=local',
        'CGO_ENABLED=0',
        'go',
        'build',
        '-trimpath',
        '-buildvcs=false',
        '-o',
        '{{build}}/server',
        '.',
      ],
    ],
  },
  command: ['env', 'GOMAXPROCS=1', '{{build}}/server', '{{address}}', '{{port}}'],
  port: 'auto',
  ready: { http: '/info', timeout: '10s' },
  reply: { status: 200, body: 'test 成功' },
  keepAlive: true,
  version: { command: ['go', 'version', '{{build}}/server'], pattern: 'go(\\d\\S*)' },
  stop: { signal: 'SIGTERM', patience: '2s' },
  show: ['main.go'],
});
