import { holdAgainstTruth } from '../../../tests/support/external-suite.ts';
import { hey } from './driver.ts';

holdAgainstTruth(hey, {
  modes: ['fresh', 'kept'],
  counts: true,
  blind: { fresh: ['half a reply, then FIN', 'half a reply, then RST'], kept: [] },
  timeoutMs: 1_000,
});
