import { holdAgainstTruth } from '../../../tests/support/external-suite.ts';
import { ab } from './driver.ts';

holdAgainstTruth(ab, {
  modes: ['fresh', 'kept'],
  counts: true,
  blind: {
    fresh: ['a Content-Length too large', 'a Content-Length too small'],
    kept: ['a Content-Length too small'],
  },
  timeoutMs: 1_000,
});
