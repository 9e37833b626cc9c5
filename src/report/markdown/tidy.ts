/** One blank line between blocks, none at the ends, one line feed last; what stands in fenced blocks is left alone. */
export function tidy(markdown: string): string {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of markdown.split('\n')) {
    const marks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (marks?.startsWith(fence) && line.trim() === marks) fence = null;
      lines.push(line);
      continue;
    }
    if (marks !== undefined) fence = marks;
    const text = line.trim() === '' ? '' : line;
    if (text !== '' || (lines.length > 0 && lines.at(-1) !== '')) lines.push(text);
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
