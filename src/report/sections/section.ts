import type { Facts } from '../facts.ts';

/** A section of the report: what its template sees, every figure formatted; null leaves the section out. */
export type Section<Data extends object> = (facts: Facts) => Data | null;
