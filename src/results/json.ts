/**
 * JSON as loadcell reads it from disk. A key `__proto__` (a server may name a header so) is left out: copied by assignment
 * it would change what an object inherits. Throws `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  const suspicious = text.includes('__proto__') || text.includes('\\u00');
  return suspicious ? JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value)) : JSON.parse(text);
}
