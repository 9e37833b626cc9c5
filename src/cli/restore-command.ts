import { takeLock } from '../environment/lock.ts';
import { machinePlace, secureFolder } from '../environment/place.ts';
import { recover } from '../environment/recovery.ts';
import { localHost } from '../host/local.ts';
import { ExitCode } from '../model/errors.ts';
import { type Printer, plain } from './print.ts';

/** Does by hand what the next run would do first: puts back what a killed run has left. A run that lives is left alone. */
export async function restoreCommand(printer: Printer): Promise<ExitCode> {
  const host = localHost();
  const place = machinePlace(host.user, process.env);
  const say = (text: string): void => printer.line(plain(text));
  await secureFolder(host, place.folder);
  await using _lock = await takeLock(host, place.lock, { experiment: null, wait: false, say });
  const done = await recover(host, place);
  for (const line of done) say(line);
  if (done.length === 0)
    say('Nothing was left: no setting is changed, no process and no file is there of a killed run.');
  return ExitCode.done;
}
