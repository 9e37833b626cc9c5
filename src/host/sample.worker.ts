/** A worker for the test: it imports what the embedded drivers import, and waits at its top level. */
import { basename } from 'node:path';
import autocannon from 'autocannon';
import { build } from 'hdr-histogram-js';
import { HTTPParser } from 'http-parser-js';

const histogram = build();
histogram.recordValue(42);
const file = await Promise.resolve(import.meta.url);
process.stdout.write(
  JSON.stringify({
    autocannon: typeof autocannon,
    histogram: histogram.maxValue,
    parser: HTTPParser.RESPONSE,
    beside: basename(file),
  }),
);
