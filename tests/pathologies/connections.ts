import type { Pathology } from './pathology.ts';

const fresh = { keepAlive: false };
const sysctl = 'writes to settings of a network namespace';
const shaping = 'shapes a network';

/** What goes wrong between connect and close. Counters are the kernel's or the generator's: exact on a busy machine too. */
export const CONNECTIONS: readonly Pathology[] = [
  {
    code: 'accept-queue-overflow',
    severity: 'suspect',
    server: 'works',
    recipe: { controls: { env: { BACKLOG: '1' } } },
    load: { ...fresh, connections: 60 },
    evidence: ({ ListenOverflows, connections }) => Number(ListenOverflows) > 10 && Number(connections) > 10,
  },
  {
    code: 'syn-retransmits',
    severity: 'suspect',
    server: 'works',
    recipe: { controls: { env: { BACKLOG: '1' } } },
    load: { ...fresh, connections: 60, duration: '1500ms' },
    evidence: (evidence) =>
      Number(evidence.TCPSynRetrans) > 10 && Number(evidence.longestConnectMs) > 990 && Number(evidence.near1s) > 0,
  },
  {
    code: 'syn-cookies',
    way: 'sent',
    severity: 'note',
    server: 'is-well',
    recipe: {
      controls: { env: { BACKLOG: '4' }, sysctl: { 'net.ipv4.tcp_syncookies': 1 }, network: { lossPercent: 50 } },
    },
    load: { ...fresh, connections: 100 },
    root: shaping,
    evidence: ({ SyncookiesSent, TCPReqQFullDrop }) => Number(SyncookiesSent) > 0 && TCPReqQFullDrop === 0,
  },
  {
    code: 'syn-cookies',
    way: 'off',
    severity: 'suspect',
    server: 'is-well',
    recipe: {
      controls: { env: { BACKLOG: '4' }, sysctl: { 'net.ipv4.tcp_syncookies': 0 }, network: { lossPercent: 50 } },
    },
    load: { ...fresh, connections: 100 },
    root: shaping,
    evidence: ({ SyncookiesSent, TCPReqQFullDrop }) => SyncookiesSent === 0 && Number(TCPReqQFullDrop) > 0,
  },
  {
    code: 'retransmits',
    severity: 'note',
    server: 'is-well',
    recipe: { controls: { network: { lossPercent: 5 } } },
    load: { connections: 32, duration: '1500ms' },
    root: shaping,
    evidence: ({ retransmitted, share }) => Number(retransmitted) > 10 && Number(share) > 0.01,
  },
  ...['loadcell', 'hey'].map(
    (driver): Pathology => ({
      code: 'ports-exhausted',
      way: driver,
      severity: 'invalid',
      // It leaves closing to the client, whose port is then the one that waits.
      server: 'replies-blindly',
      recipe: {
        controls: { sysctl: { 'net.ipv4.ip_local_port_range': '20000 20199', 'net.ipv4.tcp_tw_reuse': 0 } },
      },
      // A few more than there are ports: after too many failures in a row loadcell gives up.
      load: { ...fresh, driver, connections: 20, requests: 220 },
      root: sysctl,
      ...(driver === 'loadcell' ? {} : { needs: driver }),
      evidence: ({ errors, timeWaitMax, ports }) => ports === 200 && Number(errors) >= 20 && Number(timeWaitMax) > 150,
    }),
  ),
  {
    code: 'ports-exhausted',
    way: 'nearly',
    severity: 'note',
    server: 'replies-blindly',
    recipe: { controls: { sysctl: { 'net.ipv4.ip_local_port_range': '20000 20499', 'net.ipv4.tcp_tw_reuse': 0 } } },
    load: { ...fresh, requests: 470, connections: 100 },
    root: sysctl,
    evidence: ({ errors, timeWaitMax, ports }) => ports === 500 && errors === 0 && Number(timeWaitMax) > 450,
  },
  {
    code: 'files-exhausted',
    way: 'server',
    severity: 'suspect',
    server: 'is-well',
    recipe: { controls: { ulimit: { server: { nofile: 64 } } } },
    load: { connections: 100 },
    evidence: ({ side, openFiles, limit }) => side === 'server' && limit === 64 && Number(openFiles) >= 62,
  },
  {
    code: 'files-exhausted',
    way: 'generator',
    severity: 'invalid',
    server: 'is-well',
    recipe: { controls: { ulimit: { generator: { nofile: 64 } } } },
    load: { connections: 100 },
    evidence: ({ side, errors }) => side === 'generator' && Number(errors) > 30,
  },
  {
    code: 'server-closed-connections',
    severity: 'suspect',
    server: 'closes-after-10',
    load: {},
    evidence: ({ closed, requests }) => Math.abs(Number(closed) - Number(requests) / 10) <= 5,
  },
];
