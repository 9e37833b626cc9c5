import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../model/host.ts';
import { localFiles } from './files.ts';
import { askName, holdName } from './names.ts';
import { runLocal, signalLocal, spawnLocal } from './processes.ts';

/** This machine. */
export function localHost(): Host {
  return {
    pid: process.pid,
    user: localUser(),
    temporary: os.tmpdir(),
    now: () => Date.now(),
    monotonicNs: () => process.hrtime.bigint(),
    sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
    ...localFiles(),
    run: runLocal,
    spawn: spawnLocal,
    signal: signalLocal,
    holdName,
    askName,
  };
}

/** A user id without an entry in the user database has its number for a name. */
function localUser(): { uid: number; name: string } {
  const uid = process.geteuid?.() ?? -1;
  try {
    return { uid, name: os.userInfo().username };
  } catch {
    return { uid, name: String(uid) };
  }
}
