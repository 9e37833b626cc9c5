import type { Driver } from '../../model/driver.ts';
import { command } from './command.ts';
import { parse } from './parse.ts';
import { refusal } from './refusal.ts';

/** oha: strong in both loops, every reply with its times, failures in words. */
export const oha: Driver = {
  name: 'oha',
  kind: 'external',
  summary: 'oha: closed loop or constant arrivals, fresh or kept connections, for a count or a time.',
  distortions: [
    'It writes either every reply or its failures: replies are read from its SQLite file, failures from its JSON. Its own figures',
    'count requests under way at the end of a timed run as failed (`-z`): here they are waited for (`-w`) and cut off at the end',
    'of the window. In an open loop its timer has steps of 1 ms: above 1,000 a second requests start in little bursts. Its',
    '`--latency-correction` counts from when its timer fired, up to 2 ms late: here latency counts from the schedule itself, which',
    'tells that too, unless requests failed, whose places in the schedule are not known. Timed loads with a rate run as the count that they',
    'come to. A kept connection whose end the server announces is opened again without a word. Of bodies only the length is looked at.',
    'It writes its file behind the window, which takes about 5 µs a request.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: true,
    keepAlive: true,
    fresh: true,
    pipelining: false,
    http2: false,
    tls: false,
    stopOnRequests: true,
    stopOnDuration: true,
    phases: false,
    perSecond: true,
    resolutionUs: 1,
  },
  requires: [
    {
      command: 'oha',
      apt: null,
      // cargo puts programs into a folder `bin` under its root.
      install: [['cargo', 'install', 'oha', '--locked', '--version', '1.16.0', '--root', '{{bin}}/..']],
      verify: { argv: ['oha', '--version'], pattern: '^oha \\d' },
    },
    {
      command: 'sqlite3',
      apt: 'sqlite3',
      install: [],
      verify: { argv: ['sqlite3', '-version'], pattern: '^3\\.' },
    },
  ],
  strength: { keepAlive: 120_000, fresh: 21_000 },
  refuses: refusal,
  version: { argv: ['oha', '--version'], pattern: 'oha (\\S+)' },
  command,
  parse,
};
