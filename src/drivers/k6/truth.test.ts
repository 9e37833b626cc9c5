import { holdAgainstTruth } from '../../../tests/support/external-suite.ts';
import { k6 } from './driver.ts';

holdAgainstTruth(k6, {
  modes: ['fresh', 'kept'],
  counts: true,
  blind: { fresh: [], kept: [] },
  timeoutMs: 300,
  slackUs: 200,
});
