import { holdAgainstTruth } from '../../../tests/support/external-suite.ts';
import { vegeta } from './driver.ts';

holdAgainstTruth(vegeta, {
  modes: ['fresh', 'kept'],
  counts: false,
  blind: { fresh: [], kept: ['closing with notice', 'closing without notice'] },
  timeoutMs: 300,
});
