import type { Driver } from '../../model/driver.ts';
import { command } from './command.ts';
import { parse } from './parse.ts';
import { refusal } from './refusal.ts';

/** wrk: the strongest of them over kept connections, for whole seconds. */
export const wrk: Driver = {
  name: 'wrk',
  kind: 'external',
  summary: 'wrk: the strongest over kept connections in a closed loop, threads pinned, for whole seconds.',
  distortions: [
    'Its histogram always has samples added as a “correction” for coordinated omission (a third more than there were requests):',
    'every recorded value is dumped by a Lua `done()` of ours and the correction undone exactly, or the trial fails. Requests that',
    'are never answered are neither requests nor errors to it: over kept connections the caveat `unanswered` finds them in the time',
    'that no reply accounts for. It floors connections to a multiple of its threads: as many threads are used as share them evenly.',
    'It runs up to 100 ms over its time, which its own clock counts. The time to connect is not in its latency. It opens one',
    'connection more than asked for, before it starts. Replies below 400 are good to it, bodies are not looked at, and a connection',
    'whose end the server announces is opened again without a word. A counted warm-up becomes one second. While it pipelines it times',
    'whole batches: then no latency is given.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: false,
    keepAlive: true,
    fresh: true,
    pipelining: true,
    http2: false,
    tls: false,
    stopOnRequests: false,
    stopOnDuration: true,
    phases: false,
    perSecond: false,
    resolutionUs: 1,
  },
  requires: [
    {
      command: 'wrk',
      apt: 'wrk',
      install: [],
      // wrk2 calls itself wrk too, but has another histogram and needs --rate.
      verify: { argv: ['wrk', '-v'], pattern: '^wrk (?![\\s\\S]*--rate)[\\s\\S]*Will Glozer' },
    },
  ],
  strength: { keepAlive: 170_000, fresh: 21_500 },
  refuses: refusal,
  version: { argv: ['wrk', '-v'], pattern: '^wrk (?:debian/)?(\\S+)' },
  command,
  parse,
};
