import { doubt, type TrialCheck } from './check.ts';
import { counter } from './counters.ts';

export const synCookies: TrialCheck = {
  code: 'syn-cookies',
  reveals:
    'The queue of half-open connections was full. With SYN cookies the connection is made all the same, at the price of its TCP options (a note); where it was dropped instead, the client tries again a second later (suspect).',
  source:
    'TcpExt SyncookiesSent, TCPReqQFullDoCookies, TCPReqQFullDrop; Documentation/networking/ip-sysctl.rst, tcp_syncookies.',
  check(trial) {
    const sent = counter(trial, 'TcpExt.SyncookiesSent') ?? 0;
    const full = counter(trial, 'TcpExt.TCPReqQFullDoCookies') ?? 0;
    const dropped = counter(trial, 'TcpExt.TCPReqQFullDrop') ?? 0;
    if (sent + full + dropped <= 0) return null;
    return doubt(
      dropped > 0 ? 'suspect' : 'note',
      dropped > 0
        ? 'Connections were dropped because the queue of half-open connections was full.'
        : 'The kernel answered a full queue of half-open connections with SYN cookies.',
      { SyncookiesSent: sent, TCPReqQFullDoCookies: full, TCPReqQFullDrop: dropped },
      'Raise the server’s listen backlog, net.core.somaxconn and net.ipv4.tcp_max_syn_backlog.',
    );
  },
};
