import { holdAgainstTruth } from '../../../tests/support/external-suite.ts';
import { h2load } from './driver.ts';

holdAgainstTruth(h2load, {
  modes: ['fresh', 'kept'],
  counts: true,
  blind: { fresh: [], kept: ['closing with notice'] },
  timeoutMs: 500,
});
