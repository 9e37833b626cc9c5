import { createHash } from 'node:crypto';
import type { MachineIdentity } from '../model/calibration.ts';
import type { MachineFacts } from '../model/machine.ts';

/** Memory is told a little differently after a kernel update or a balloon: whole GiB are enough to know a machine by. */
const GIB = 1_073_741_824;

/** What makes two runs' machines one machine to a certificate; no name in it. */
export function identityOf(machine: MachineFacts): MachineIdentity {
  const { cpu, memoryBytes, kernel, virtualization } = machine;
  const parts = [cpu.model, cpu.logical, cpu.physical, Math.round(memoryBytes / GIB), kernel, virtualization];
  return {
    cpu: cpu.model,
    cpus: cpu.logical,
    memoryBytes,
    kernel,
    virtualization,
    fingerprint: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
  };
}
