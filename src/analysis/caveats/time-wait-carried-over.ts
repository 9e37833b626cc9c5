import { doubt, share, type TrialCheck } from './check.ts';
import { portsOf } from './ports-exhausted.ts';

/** Of the range of local ports. */
const MANY = 0.1;

export const timeWaitCarriedOver: TrialCheck = {
  code: 'time-wait-carried-over',
  reveals:
    'Sockets in TIME_WAIT were left over from what ran before on the host: they hold ports, and every new connection is looked up against them. Suspect from 10% of the range of local ports. In namespaces of its own a trial starts with none.',
  source: '`/proc/net/sockstat`, read when the stage was opened; RFC 9293, 3.6.1.',
  check(trial) {
    const { stage } = trial.record;
    if (stage === null || stage.kind !== 'host' || stage.timeWaitBefore <= 0) return null;
    const ports = portsOf(trial);
    return doubt(
      share(stage.timeWaitBefore, ports) >= MANY ? 'suspect' : 'note',
      'The trial began with TIME_WAIT sockets that others had left behind.',
      { timeWaitBefore: stage.timeWaitBefore, ports },
      'Run in namespaces (--isolation namespace), or wait a minute between runs.',
    );
  },
};
