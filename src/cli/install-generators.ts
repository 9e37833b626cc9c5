import { drivers } from '../drivers/index.ts';
import { type Problem, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { installRequirements } from '../trial/prepare/install.ts';
import { type Missing, missingRequirements } from '../trial/prepare/requirements.ts';

/**
 * Gets every generator that is not here: packages in one call, those that have to be built one by one, which takes minutes
 * each. What cannot be had stops none of the others; it is returned.
 */
export async function installGenerators(host: Host, cache: string, say: (text: string) => void): Promise<Problem[]> {
  const missing = await missingRequirements(
    host,
    drivers.flatMap((driver) => driver.requires),
    cache,
  );
  const packaged = missing.filter((one) => one.requirement.apt !== null);
  const built = missing.filter((one) => one.requirement.apt === null);
  const problems: Problem[] = [];
  for (const batch of [packaged, ...built.map((one) => [one])]) {
    if (batch.length === 0) continue;
    say(`Installing ${commandsOf(batch)} ...`);
    const problem = await installed(host, batch, cache);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

async function installed(host: Host, batch: readonly Missing[], cache: string): Promise<Problem | null> {
  try {
    await installRequirements(host, batch, cache);
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const what = [error.message, ...error.problems.map((one) => `${one.where}: ${one.what}`)].join('\n');
    return { where: commandsOf(batch), what, ...(error.hint === undefined ? {} : { remedy: error.hint }) };
  }
}

const commandsOf = (batch: readonly Missing[]): string =>
  [...new Set(batch.map((one) => one.requirement.command))].join(', ');
