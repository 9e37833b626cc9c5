/** The kernel's list form: `0-2,5` -> [0, 1, 2, 5]. Empty for anything else. */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const part of text.trim().split(',')) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) continue;
    for (let cpu = Number(first); cpu <= Number(last ?? first); cpu += 1) cpus.push(cpu);
  }
  return cpus;
}
