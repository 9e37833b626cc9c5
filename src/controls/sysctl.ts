import type { Problem } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Settings } from '../model/plan.ts';
import { sysctlInfo } from './catalogue.ts';
import type { Control } from './control.ts';
import { isAtLeast } from './sysctl/kernel.ts';
import { pathOf, scopeOf } from './sysctl/key.ts';
import { neverFault } from './sysctl/never.ts';
import { togetherProblems } from './sysctl/together.ts';
import { type Fault, valueFault } from './sysctl/value.ts';

/** Sets kernel settings under /proc/sys. */
export const sysctl: Control = {
  name: 'sysctl',
  summary:
    "Sets kernel settings by key: those of the network in the trial's own namespace, the others on the machine, and puts them back.",
  noise:
    'Backlogs, port ranges and TIME_WAIT decide where connections fail or wait; buffers and congestion control shape large ' +
    "replies. A private namespace starts from the kernel's defaults, so the host's values are copied in first and only what " +
    'is declared differs. What is set is read back: the kernel accepts nonsense, rounds, and ignores.',
  roles: [],
  source: 'sysctl(8), Documentation/networking/ip-sysctl.rst, Documentation/admin-guide/sysctl/',

  /** What may not be written to any kernel is left out: it is a problem, and stays one where problems are let pass. */
  tweaks(settings) {
    return Object.entries(settings.sysctl).flatMap(([key, { value, optional }]) => {
      const path = pathOf(key);
      if (path === null || faultOf(key, value) !== null) return [];
      return [{ path, value, control: 'sysctl', setting: `sysctl.${key}`, scope: scopeOf(key), optional }];
    });
  },

  check(settings, facts) {
    return [
      ...Object.entries(settings.sysctl).flatMap(([key, setting]): Problem[] => {
        const fault =
          keyFault(key) ??
          removal(key, setting, facts) ??
          faultOf(key, setting.value) ??
          hugePages(key, setting.value, facts);
        return fault === null ? [] : [{ where: `sysctl.${key}`, ...fault }];
      }),
      ...togetherProblems(settings.sysctl),
    ];
  },
};

function keyFault(key: string): Fault | null {
  if (pathOf(key) !== null) return null;
  return { what: 'it is not a key under /proc/sys', remedy: 'write it with dots, such as "net.core.somaxconn"' };
}

/** What stands against writing this value to this key on any machine. */
function faultOf(key: string, value: string): Fault | null {
  const info = sysctlInfo(key);
  if (info?.type === 'action')
    return { what: 'it is an action, not a setting: nothing is in force afterwards', remedy: 'remove it' };
  if (info?.readOnly === true) return { what: 'the kernel lets it be read only', remedy: 'remove it' };
  return neverFault(key, value) ?? valueFault(key, value);
}

function removal(key: string, { optional }: Settings['sysctl'][string], { kernel }: MachineFacts): Fault | null {
  const info = sysctlInfo(key);
  if (optional || info?.removedIn == null || isAtLeast(kernel, info.removedIn) !== true) return null;
  return {
    what: `it is not on this kernel (${kernel}), nor on any since ${info.removedIn}. ${info.caution ?? ''}`.trim(),
    remedy: 'remove it, mark it optional: true, or pass --relax to report it instead',
  };
}

/** Pages that are reserved are lost to everything else: too many and the machine cannot put itself back. */
function hugePages(key: string, value: string, { memoryBytes }: MachineFacts): Fault | null {
  const bytes = Number(value) * 2 * 1024 ** 2;
  if (key !== 'vm.nr_hugepages' || memoryBytes === 0 || bytes <= memoryBytes / 2) return null;
  return {
    what: `${value} pages of 2 MiB are more than half of the memory`,
    remedy: `ask for ${Math.floor(memoryBytes / 4 / 1024 ** 2)} or less`,
  };
}
