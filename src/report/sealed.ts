/**
 * The same data, but asking an object for a name that it does not have throws. Handlebars' strict mode lets `{{#if x}}`
 * and `{{#each x}}` over a missing name pass in silence; with this, a misspelled name always fails.
 */
export function sealed<T>(value: T, path: string): T {
  if (Array.isArray(value)) return value.map((item, index) => sealed(item, `${path}[${index}]`)) as T;
  if (value === null || typeof value !== 'object') return value;
  const own = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, sealed(inner, `${path}.${name}`)]),
  );
  return new Proxy(own, {
    get(target, name) {
      if (typeof name === 'string' && !Object.hasOwn(target, name) && !PROBED.has(name)) {
        const known = Object.keys(target).join(', ');
        throw new Error(`${path} has no ${JSON.stringify(name)}: it has ${known}`);
      }
      return Reflect.get(target, name);
    },
  }) as T;
}

/** Asked for by the language itself or by Handlebars' built-in helpers of every object. */
const PROBED = new Set(['then', 'toJSON', 'toString', 'valueOf', 'constructor', 'length', 'toHTML', 'hasOwnProperty']);
