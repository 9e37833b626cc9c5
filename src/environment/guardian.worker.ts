/**
 * Stands by while a run lives, and puts the machine back at once when it dies: the end of stdin tells, whatever killed it.
 * It runs in a session of its own and lets the signals pass that a terminal or a service manager sends to everybody.
 * Argument: `GuardianJob` as JSON. Node and not a shell, for all its 40 MB, so that there is one way to restore.
 */
import { localHost } from '../host/local.ts';
import { DISMISSED, type GuardianJob } from './guardian-protocol.ts';
import { standIn } from './stand-in.ts';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGPIPE'] as const) {
  process.on(signal, () => undefined);
}
const job = JSON.parse(process.argv[2] ?? '') as GuardianJob;
// Nobody may be there to read.
process.stdout.on('error', () => undefined);
process.stdout.write('ready\n');

let heard = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  heard = (heard + text).slice(-DISMISSED.length);
});
process.stdin.on('error', () => undefined);
process.stdin.on('close', () => {
  if (heard !== DISMISSED) void standIn(localHost(), job);
});
