import type { ErrorCounts } from '../../model/measurement.ts';

type ErrorKind = keyof ErrorCounts;

/** First match wins: a refused dial is a dial, and a timeout while dialling is a timeout. */
const KINDS: readonly [ErrorKind, RegExp][] = [
  [
    'resource',
    /too many open files|cannot assign requested address|no buffer space|cannot allocate memory|address already in use/i,
  ],
  ['timeout', /time(?:d |-)?out|deadline exceeded/i],
  [
    'connect',
    /connection refused|unreachable|^dial|\bdial (?:tcp|error)|error trying to connect|operation not permitted/i,
  ],
  [
    'reset',
    /connection reset|broken pipe|\bEOF\b|closed before|reading a body|server closed|unexpected end|end of file|connection (?:was )?(?:closed|aborted)|closed (?:network )?connection/i,
  ],
];

/** The kind of a failed request by the words of Go's net/http or Rust's hyper for it. */
export const errorKindOf = (text: string): ErrorKind => KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
