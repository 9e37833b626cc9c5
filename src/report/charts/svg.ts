import { visible } from '../markdown/escape.ts';

/** Small pure pieces of SVG: elements as text, every attribute and text escaped. */

export const escapeXml = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

type Attributes = Readonly<Record<string, string | number>>;

const attributesText = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(
      ([name, value]) =>
        ` ${name}="${escapeXml(typeof value === 'number' ? String(Math.round(value * 10) / 10) : value)}"`,
    )
    .join('');

export const element = (name: string, attributes: Attributes, ...inner: string[]): string =>
  inner.length === 0
    ? `<${name}${attributesText(attributes)}/>`
    : `<${name}${attributesText(attributes)}>${inner.join('')}</${name}>`;

export const text = (attributes: Attributes, content: string): string =>
  element('text', attributes, escapeXml(content));

/** Text on one line that fits a width; what was cut off is told by a tooltip. */
export function fittedText(attributes: Attributes, content: string, width: number, size: number): string {
  const fitted = shortened(content, width, size);
  if (fitted === content) return text(attributes, content);
  return element('text', attributes, element('title', {}, escapeXml(content)), escapeXml(fitted));
}

/** Cut in the middle: what tells rows apart often stands at the end. */
function shortened(content: string, width: number, size: number): string {
  if (widthOf(content, size) <= width) return content;
  const letters = [...content];
  let kept = letters.length - 1;
  const cut = (): string => {
    const head = Math.ceil(kept * 0.6);
    return `${letters.slice(0, head).join('').trimEnd()}…${letters
      .slice(letters.length - (kept - head))
      .join('')
      .trimStart()}`;
  };
  while (kept > 1 && widthOf(cut(), size) > width) kept--;
  return cut();
}

/** Words on as many lines as the width wants; a word that is too long for a line is cut. */
export function wrap(content: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ').filter(Boolean)) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && widthOf(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(shortened(word, width, size));
  }
  return lines;
}

/** Width of text in px, estimated on the wide side: there is no font to ask. Wide scripts take a whole em. */
export function widthOf(content: string, size: number): number {
  let ems = 0;
  for (const letter of content)
    ems += WIDE.test(letter) ? 1 : NARROW.test(letter) ? 0.4 : BROAD.test(letter) ? 0.86 : 0.64;
  return ems * size;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const NARROW = /[ .,:;'|!ilj()[\]·]/;
const BROAD = /[A-Z#<>=+~%@&mw×✗]/;

/** Height that a picture's title takes. */
export const TITLE = 52;

/** What is shown, and of what on a line of its own. */
export const titleText = (title: string, subject: string, width: number): string =>
  fittedText({ class: 'lc-title', x: 10, y: 20 }, title, width - 20, 16) +
  fittedText({ class: 'lc-soft', x: 10, y: 39 }, subject, width - 20, 12);

/** A whole picture that follows the reader's light or dark preference, alone or inside a page. */
export function picture(width: number, height: number, label: string, ...content: string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    class: 'lc',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': label,
  };
  return `${element('svg', attributes, element('style', {}, STYLE), element('rect', { class: 'lc-paper', width, height }), ...content)}\n`;
}

const STYLE = [
  '.lc{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:100%;height:auto}',
  '.lc text{fill:#1f2328;font-size:13px}.lc .lc-title{font-size:15px;font-weight:600}.lc .lc-soft{fill:#59636e;font-size:12px}',
  '.lc .lc-paper{fill:#fff}.lc .lc-grid{stroke:#d1d9e0;stroke-width:1}.lc .lc-whisker{stroke:#1f2328;stroke-width:1.5;fill:none}',
  '.lc .lc-valid{fill:#4477aa;stroke:#4477aa}.lc .lc-note{fill:#4477aa;stroke:#4477aa}',
  '.lc .lc-suspect{fill:#ccbb44;stroke:#8a7d1f;stroke-dasharray:5 3}.lc .lc-invalid{fill:none;stroke:#aa3344;stroke-dasharray:2 3}',
  '.lc .lc-span{stroke-width:3;fill:none}',
  '@media (prefers-color-scheme:dark){.lc text{fill:#e6edf3}.lc .lc-soft{fill:#9198a1}.lc .lc-paper{fill:#0d1117}.lc .lc-grid{stroke:#3d444d}',
  '.lc .lc-whisker{stroke:#e6edf3}.lc .lc-valid,.lc .lc-note{fill:#77aadd;stroke:#77aadd}.lc .lc-suspect{fill:#998c33;stroke:#eedd88}.lc .lc-invalid{stroke:#ee6677}}',
].join('');
