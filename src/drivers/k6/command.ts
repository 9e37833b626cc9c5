import type { DriveCommand, DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';
import { scriptFor } from './script.ts';

const SCRIPT = 'k6-load.js';
const SAMPLES = 'k6-samples.csv';

export function command(load: Load, context: DriveContext): DriveCommand {
  const file = (name: string): string => `${context.folder}/${name}`;
  return {
    argv: [
      'k6',
      'run',
      '--quiet',
      '--no-color',
      '--summary-mode=disabled',
      '--no-usage-report',
      // No server of its own for its state: two runs would ask for one port.
      '--address=',
      // Nothing of the user's is to change the load.
      `--config=${file('k6-config.json')}`,
      '--out',
      `csv=fileName=${file(SAMPLES)},timeFormat=unix_micro`,
      file(SCRIPT),
    ],
    stdin: null,
    files: { samples: SAMPLES },
    inputs: { [SCRIPT]: scriptFor(load, context), 'k6-config.json': '{}' },
  };
}
