import { defineExperiment } from 'loadcell';
import node from './servers/node/recipe.ts';

export default defineExperiment({
  title: 'Hello: what does a new connection cost?',
  notes: `
The shortest experiment that answers something: a bare \`node:http\` server, ten connections, once kept open and once a new one for every request. It needs nothing
installed: server and load generator run on the Node that is here.
`,
  servers: [node],
  load: {
    driver: 'loadcell',
    path: '/info',
    duration: '800ms',
    connections: 10,
    keepAlive: [true, false],
    warmup: '200ms',
  },
  trials: 5,
});
