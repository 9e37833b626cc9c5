import type { Driver } from '../../model/driver.ts';
import { embeddedCommand, embeddedMeasurement } from '../embedded/drive.ts';
import { refusal } from './refusal.ts';

const NAME = 'loadcell';

/** Our own engine: fresh and kept connections, closed and open loop, every reply checked. */
export const loadcell: Driver = {
  name: NAME,
  kind: 'embedded',
  summary: 'Built in: fresh or kept connections, closed or open loop, connect and waiting times, every reply checked.',
  distortions: [
    'Times are taken when the event loop gets to a socket: a busy generator sees replies late, as any single-threaded one does.',
    'A closed loop opens all its connections at once, so a window begins with a burst of connects.',
    "A fresh connection's total ends with the last byte of the reply, not with the server's FIN as in ab; the next connection",
    'is opened after the FIN, as in ab. In an open loop the generator polls for the next start: its CPU looks busier than it is',
    '(`idleSpinUs` says by how much), and latency counts from the intended start.',
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
    phases: true,
    perSecond: true,
    resolutionUs: 1,
  },
  requires: [],
  strength: { keepAlive: 150_000, fresh: 13_000 },
  refuses: refusal,
  version: null,
  command: (load, context) => embeddedCommand(NAME, load, context),
  parse: (output, load, context) => embeddedMeasurement(NAME, output, load, context),
};
