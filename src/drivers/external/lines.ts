/** The lines of a text one by one, without a copy of the whole: per-request files have millions. Empty lines are left out. */
export function* linesOf(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end === -1 ? text.length : end);
    if (line !== '' && line !== '\r') yield line.endsWith('\r') ? line.slice(0, -1) : line;
    if (end === -1) return;
    from = end + 1;
  }
}

/** The rest of the line that begins with `label:`; null when there is none. Anchored: what a server names itself is data. */
export function labelled(text: string, label: string): string | null {
  const found = new RegExp(`^${label.replaceAll(/[.*+?^$(){}|[\]\\]/g, '\\$&')}:[ \\t]*(.*)$`, 'm').exec(text);
  return found?.[1]?.trim() ?? null;
}

/** The first number on the line that begins with `label:`; null when there is none. */
export function labelledNumber(text: string, label: string): number | null {
  const found = /^-?\d+(?:\.\d+)?/.exec(labelled(text, label) ?? '');
  return found ? Number(found[0]) : null;
}
