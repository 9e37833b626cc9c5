/** What was thrown, as text fields. Anything can be thrown: text, nothing, an object whose fields throw when they are read. */
export interface Thrown {
  name: string;
  message: string;
  stack: string;
  code: string;
}

export function thrown(error: unknown): Thrown {
  if (typeof error !== 'object' || error === null) {
    return { name: 'Error', message: `${String(error)} was thrown`, stack: '', code: '' };
  }
  const text = (key: keyof Thrown): string => {
    try {
      const value = (error as Record<string, unknown>)[key];
      return typeof value === 'string' ? value : '';
    } catch {
      return '';
    }
  };
  return {
    name: text('name') || 'Error',
    message: text('message') || 'an error without a message',
    stack: text('stack'),
    code: text('code'),
  };
}

export const firstLine = (text: string): string => text.split('\n')[0]?.trim() ?? '';
