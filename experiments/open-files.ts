import { defineExperiment } from 'loadcell';
import aiohttp from './servers/aiohttp/recipe.ts';

export default defineExperiment({
  title: 'Too many open files',
  notes: `
Every connection is an open file. What does a server do when there are more connections than it may open files?

aiohttp under 600 connections, once with a limit of 256 open files and once with enough. With 256 it takes just under 250 connections, and then
\`accept()\` fails with "[Errno 24] Too many open files". asyncio logs that, stops accepting for a second and tries again. The connections that got in are served as if nothing
had happened; the others wait in the accept queue or outside it. A mean over all requests does not show them: the errors, the server's log and its count of open files do.

The source report met this under 2,000 connections and raised the limit to 1,048,576. A few more than the connections is enough.
`,
  servers: [aiohttp],
  environments: {
    'nofile-256': {
      note: 'The server may open 256 files. The load generator may open as many as it needs.',
      ulimit: { server: { nofile: 256 } },
    },
    'nofile-4096': {
      note: 'The server may open 4,096 files: more than there are connections.',
      ulimit: { server: { nofile: 4_096 } },
    },
  },
  load: {
    // The built-in generator counts each connection that gets no reply; others give up, and then there is no number.
    driver: 'loadcell',
    path: '/info',
    duration: '5s',
    connections: 600,
    keepAlive: true,
    warmup: false,
    timeout: '3s',
  },
  trials: 3,
  baseline: { environment: 'nofile-4096' },
});
