import fc from 'fast-check';
import { TEXTS } from './definition.ts';

/** What a JSON file may have where it should have something else. */
const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1, 0.5, 1e300, -1e300, 2 ** 53, '', [], {}, [null], { length: 3 }),
  fc.constantFrom('__proto__', 'constructor', 'measured', 'keep', '../../x', 'kind'),
  fc.constantFrom(...TEXTS.filter((text) => text.length < 1_000)),
  fc.jsonValue({ maxDepth: 2 }),
);

export interface ValueMutation {
  at: number;
  how: 'replace' | 'delete' | 'add';
  key: string;
  value: unknown;
}

export const valueMutations: fc.Arbitrary<ValueMutation[]> = fc.array(
  fc.record({
    at: fc.nat(1_000_000),
    how: fc.constantFrom('replace', 'replace', 'replace', 'delete', 'add'),
    key: fc.oneof(fc.constantFrom('__proto__', 'constructor', 'x', 'toJSON', 'length'), fc.string({ maxLength: 8 })),
    value,
  }),
  { minLength: 1, maxLength: 2 },
);

type Holder = Record<string, unknown>;

/** A JSON value with something else at some of its places. The value itself is changed. */
export function mutatedJson(json: unknown, changes: readonly ValueMutation[]): unknown {
  const root: Holder = { json };
  for (const { at, how, key, value } of changes) {
    const places = placesOf(root);
    const place = places[at % places.length];
    if (place === undefined) continue;
    const { holder, name } = place;
    const old = holder[name];
    if (how === 'delete' && Array.isArray(holder)) holder.splice(Number(name), 1);
    else if (how === 'delete') delete holder[name];
    else if (how === 'replace' || typeof old !== 'object' || old === null) holder[name] = structuredClone(value);
    else if (Array.isArray(old)) old.push(structuredClone(value));
    else
      Object.defineProperty(old, key, {
        value: structuredClone(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return root.json;
}

function placesOf(holder: Holder): { holder: Holder; name: string }[] {
  return Object.entries(holder).flatMap(([name, inner]) => [
    { holder, name },
    ...(typeof inner === 'object' && inner !== null ? placesOf(inner as Holder) : []),
  ]);
}
