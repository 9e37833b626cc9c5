import { type CellCheck, doubt } from './check.ts';

export const trialsLeftOut: CellCheck = {
  code: 'trials-left-out',
  reveals:
    'Some trials were measured but are invalid, each by a caveat named in the evidence. They are in none of the cell’s numbers.',
  source: 'The verdicts of the trials.',
  check({ leftOut, records }) {
    if (leftOut.length === 0) return null;
    return doubt(
      'suspect',
      'Some trials were invalid and are left out of the numbers.',
      { leftOut: leftOut.length, of: records.length, codes: [...new Set(leftOut.flat())].join(', ') },
      'Look these codes up in the reference, and mend what they name.',
    );
  },
};
