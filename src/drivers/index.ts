import type { Driver } from '../model/driver.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import { ab } from './ab/driver.ts';
import { autocannon } from './autocannon/driver.ts';
import { closest } from './closest.ts';
import { h2load } from './h2load/driver.ts';
import { hey } from './hey/driver.ts';
import { k6 } from './k6/driver.ts';
import { loadcell } from './loadcell/driver.ts';
import { oha } from './oha/driver.ts';
import { vegeta } from './vegeta/driver.ts';
import { wrk } from './wrk/driver.ts';

/** Every generator that loadcell can drive. A new one is one folder and one line here. */
export const drivers: readonly Driver[] = [autocannon, loadcell, ab, wrk, h2load, hey, oha, k6, vegeta];

/** @throws UserError when there is none of that name. */
export function driverNamed(name: string): Driver {
  const driver = drivers.find((one) => one.name === name);
  if (driver) return driver;
  const names = drivers.map((one) => one.name);
  const meant = closest(name, names);
  throw new UserError(`There is no driver "${name}".`, {
    exitCode: ExitCode.wrongInput,
    hint: `${meant === null ? '' : `Did you mean "${meant}"? `}Drivers: ${names.join(', ')}, or "auto".`,
  });
}
