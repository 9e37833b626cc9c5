import { holdAgainstTruth } from '../../../tests/support/external-suite.ts';
import { oha } from './driver.ts';

holdAgainstTruth(oha, {
  modes: ['fresh', 'kept'],
  counts: true,
  blind: { fresh: [], kept: ['closing with notice'] },
  timeoutMs: 300,
});
