import { defineExperiment } from 'loadcell';
import aiohttp from './servers/aiohttp/recipe.ts';
import go from './servers/go/recipe.ts';
import httpServer from './servers/http-server/recipe.ts';
import httpServerQuiet from './servers/http-server-quiet/recipe.ts';
import httpServerThreaded from './servers/http-server-threaded/recipe.ts';
import nginx from './servers/nginx/recipe.ts';
import uwsgi from './servers/uwsgi/recipe.ts';

export default defineExperiment({
  title: "Python's web servers against nginx and Go",
  notes: `
How many requests a second do Python's common web servers answer with one process on one core, next to nginx and Go doing the same? And how much of that is
the cost of a new connection for every request?

Every server gives the same eleven bytes (\`test 成功\`) for \`/info\`, so what is compared is the way to a reply and not the reply. Each is measured under 100
and under 2,000 connections, with a new connection for every request and with connections kept open. Two of them never keep a connection open: Python's
\`HTTPServer\` as it comes and uWSGI's \`http-socket\`; their keep-alive cells are not run.

What to keep in mind when reading the numbers:

- **Under 2,000 connections, the accept queue decides.** It holds 5 (\`HTTPServer\`), 100 (uWSGI), 128 (aiohttp) or 511 (nginx), each the server's own default, and as many as
  \`net.core.somaxconn\` allows with Go and the threaded servers (whose default of 5 they would not survive). What does not fit is dropped and comes back after a second or more,
  which is where the longest times come from. The report marks these cells.
- **A new connection costs the kernel more than most of these servers cost themselves**, so fresh connections bring the fast servers closer together.
- All numbers are those of a short reply over loopback. They say what a server can cost at the least, not what an application on it will do.
`,
  servers: [httpServer, httpServerThreaded, httpServerQuiet, aiohttp, uwsgi, nginx, go],
  load: {
    path: '/info',
    requests: 10_000,
    connections: [100, 2_000],
    keepAlive: [false, true],
    // A time and not a number of requests: with fewer requests than connections some connections would not be warm.
    warmup: '1s',
    // ab's own default. What an overflowing accept queue dropped comes back after 1, 3, 7, 15 s: with less, ab gives up and there is no number.
    timeout: '30s',
  },
  trials: 5,
  baseline: 'nginx',
});
