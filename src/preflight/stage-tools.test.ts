import { expect, test } from 'vitest';
import { localHost } from '../host/local.ts';
import { EVERY_SHAPE, missingStageTools } from './stage-tools.ts';

/** A machine on which these programs are, and no others. */
const machineWith = (...names: string[]): ReturnType<typeof localHost> => ({
  ...localHost(),
  run: async () => ({ code: 0, signal: null, stdout: '/usr/bin\n', stderr: '', timedOut: false }),
  stat: async (path) => {
    if (!names.some((name) => path === `/usr/bin/${name}`)) throw new Error('ENOENT');
    return { uid: 0, mode: 0o755, kind: 'file', size: 1 };
  },
});

test.each([
  ['an unshaped stage needs nothing where there is perl', ['perl'], null, []],
  ['nor where there is ip', ['ip'], null, []],
  ['and else ip', [], null, ['ip']],
  ['a bare link needs ip, whatever else is there', ['perl'], {}, ['ip']],
  ['a rate and a delay need tc', ['ip', 'perl'], { delayMs: 1 }, ['tc']],
  ['a loss needs nft', ['ip', 'perl'], { lossPercent: 1 }, ['nft']],
  ['all of it', [], EVERY_SHAPE, ['ip', 'tc', 'nft']],
])('%s', async (_name, there, network, lacking) => {
  const missing = await missingStageTools(machineWith(...there), [network], '/cache');
  expect(missing.map(({ requirement }) => requirement.command)).toEqual(lacking);
});
