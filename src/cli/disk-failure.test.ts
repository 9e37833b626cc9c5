import { expect, test } from 'vitest';
import { ExitCode, UserError } from '../model/errors.ts';
import { HostError } from '../model/host.ts';
import { runFolder } from '../results/run-folder.ts';
import { diskFailure, keepingRecords } from './disk-failure.ts';

const folder = runFolder('/out/x/run');
const failing = (error: unknown) => keepingRecords(folder, 'go on with --resume', () => Promise.reject(error));
const both = (later: unknown, first: unknown): Error =>
  Object.assign(new Error('both failed'), { name: 'SuppressedError', error: later, suppressed: first });

test.each([
  [
    'a full disk, wherever',
    new HostError('cannot write /tmp/a: ENOSPC', 'ENOSPC', '/tmp/a'),
    /disk is full: make room/,
  ],
  ['a quota', new HostError('x', 'EDQUOT', folder.trials), /quota/],
  ['a run folder that was taken away', new HostError('x', 'ENOENT', folder.trials), /must be there and be yours/],
  ['a release that failed after it', both(new Error('later'), new HostError('x', 'EROFS')), /read-only/],
  ['a release that failed of it', both(new HostError('x', 'ENOSPC'), new Error('first')), /disk is full/],
])('%s in the middle of a run: what is kept, and how to go on', async (_name, error, remedy) => {
  const thrown = await failing(error).catch((one: unknown) => one);
  expect(thrown).toBeInstanceOf(UserError);
  expect((thrown as UserError).exitCode).toBe(ExitCode.notMeasured);
  expect((thrown as UserError).hint).toMatch(remedy);
  expect((thrown as UserError).hint).toContain(
    `then go on with --resume. The records so far are kept in ${folder.trials}`,
  );
});

test.each([
  ['a defect', new TypeError('x')],
  ['a file that is missing elsewhere', new HostError('x', 'ENOENT', '/out/x/run2/trials.jsonl')],
  [
    'a machine that was not restored',
    both(new UserError('not restored', { exitCode: 4 }), new HostError('x', 'ENOSPC', folder.trials)),
  ],
  ['what the user can act on already', new UserError('x', { exitCode: 2 })],
])('%s is not the disk’s', async (_name, error) => {
  await expect(failing(error)).rejects.toBe(error);
  expect(diskFailure(error, ExitCode.notMeasured)).toBeNull();
});

test('outside of the run folder too it is no defect of loadcell', () => {
  const told = diskFailure(new HostError('cannot write /tmp/a: ENOSPC', 'ENOSPC', '/tmp/a'), ExitCode.preflightRefused);
  expect(told).toMatchObject({ exitCode: 3, message: 'cannot write /tmp/a: ENOSPC' });
  expect(told?.hint).toContain('TMPDIR');
});
