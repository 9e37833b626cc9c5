import { holdAgainstTruth } from '../../../tests/support/external-suite.ts';
import { wrk } from './driver.ts';

holdAgainstTruth(wrk, {
  modes: ['fresh', 'kept'],
  counts: false,
  blind: { fresh: ['a hang now and then'], kept: ['closing with notice'] },
  timeoutMs: 1_000,
});
