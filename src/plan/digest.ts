import { createHash } from 'node:crypto';
import { dirname, relative } from 'node:path';
import type { Experiment } from '../experiment/schema.ts';

/** SHA-256 of what an experiment says. Folders count by where they are from the file, so that a moved project is the same. */
export function digestOf(experiment: Experiment, file: string): string {
  const servers = experiment.servers.map((server) => ({ ...server, folder: relative(dirname(file), server.folder) }));
  return createHash('sha256')
    .update(JSON.stringify({ ...experiment, servers }))
    .digest('hex');
}
