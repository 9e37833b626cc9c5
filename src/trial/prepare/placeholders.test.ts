import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../model/errors.ts';
import { fill, fillArgv } from './placeholders.ts';

test('values go in as they are: configuration is not HTML', () => {
  expect(fill('root "{{trial}}";', { trial: '/tmp/a & <b> "c"' }, 'nginx.conf')).toBe('root "/tmp/a & <b> "c"";');
});

test('an unknown name is an error that says where and what there is', () => {
  try {
    fillArgv(['x', '{{prot}}'], { port: '80', trial: '/t' }, 'nginx: command');
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain('nginx: command[1]');
    expect((error as UserError).message).toContain('prot');
    expect((error as UserError).hint).toContain('port, trial');
  }
});

test('a broken template is an error too', () => {
  expect(() => fill('{{#if port}}', { port: '80' }, 'x')).toThrow(UserError);
});

test('names that every object has are not placeholders', () => {
  expect(() => fill('{{constructor}}', {}, 'x')).toThrow(UserError);
  expect(() => fill('{{toString}}', {}, 'x')).toThrow(UserError);
});

test('text without braces and any value come out unchanged', () => {
  const plain = fc.string().filter((text) => !/[{}\\]/.test(text));
  fc.assert(fc.property(plain, fc.string(), (text, value) => fill(`${text}{{v}}`, { v: value }, 'x') === text + value));
});
