/**
 * C's `%.<digits>f`: like `toFixed`, but an exact tie goes to the even digit (0.125 -> "0.12"), as glibc has it.
 * ab prints through it, and its figures are reproduced to the byte.
 */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  if (!isTie(value, digits)) return text;
  const last = text.at(-1) === '.' ? text.at(-2) : text.at(-1);
  if (Number(last) % 2 === 0) return text;
  // toFixed took the larger one of the two: the other is one unit of the last place nearer to 0.
  const unit = 10 ** -digits;
  return (value - Math.sign(value) * unit * 0.25).toFixed(digits);
}

/** Whether the value lies exactly in the middle of two figures. `toFixed` writes a double's exact decimal expansion. */
function isTie(value: number, digits: number): boolean {
  const tail =
    Math.abs(value)
      .toFixed(Math.min(100, digits + 60))
      .split('.')[1]
      ?.slice(digits) ?? '';
  return /^50*$/.test(tail);
}

export const padLeft = (value: string | number, width: number): string => String(value).padStart(width);
