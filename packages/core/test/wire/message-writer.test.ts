import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageWriter } from '../../src/wire/message-writer.ts';
import { wireValues } from '../../src/wire/pg-values.ts';

const fromPg = createRequire(createRequire(import.meta.url).resolve('pg'));
const { serialize } = fromPg('pg-protocol') as {
  serialize: Record<
    'parse' | 'bind' | 'describe' | 'execute' | 'close',
    (config: object) => Buffer
  > & {
    sync(): Buffer;
  };
};
const { prepareValue } = fromPg('./utils.js') as { prepareValue(value: unknown): unknown };

/** pg asks for one result format, text, for all columns; we say nothing, which means the same. */
function bindOfPg(name: string, values: readonly unknown[]): Buffer {
  const bytes = serialize.bind({ statement: name, values, valueMapper: prepareValue });
  const body = bytes.subarray(0, bytes.length - 4);
  const changed = Buffer.concat([body, Buffer.from([0, 0])]);
  changed.writeInt32BE(changed.length - 1, 1);
  return changed;
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('', '🦀'.repeat(500), '\uD800', 'ß\u0000ß', 'x'.repeat(10_000)),
);
const value = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  fc.float64Array({ maxLength: 8 }),
  fc.constant(null),
  fc.constant(undefined),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.date({ noInvalidDate: true, min: new Date(-1e14), max: new Date(1e14) }),
  fc.array(fc.oneof(text, fc.integer(), fc.constant(null)), { maxLength: 5 }),
  fc.json().map((json) => ({ json })),
);
const name = fc.string({ maxLength: 63 }).map((any) => any.replaceAll('\0', ''));

describe('MessageWriter', () => {
  test("writes the bytes that pg's serializer writes, in one buffer", () => {
    const statements = fc.array(
      fc.record({ name, text, values: fc.array(value, { maxLength: 12 }) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(statements, fc.integer({ min: 1, max: 64 }), (all, size) => {
        const writer = new MessageWriter(size);
        const expected: Buffer[] = [];
        for (const each of all) {
          writer.closeStatement(each.name).parse(each.name, each.text);
          writer.bind(each.name, wireValues(each.values)).describePortal().execute();
          expected.push(
            serialize.close({ type: 'S', name: each.name }),
            serialize.parse({ name: each.name, text: each.text }),
            bindOfPg(each.name, each.values),
            serialize.describe({ type: 'P' }),
            serialize.execute({}),
          );
        }
        const bytes = writer.sync().bytes();
        expect(bytes.equals(Buffer.concat([...expected, serialize.sync()]))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('counts parameters up to what the protocol can', () => {
    const values = new Array(65_535).fill('x');
    const bytes = new MessageWriter().bind('', values).bytes();
    expect(bytes.equals(bindOfPg('', values))).toBe(true);
  });
});

describe('wireValues', () => {
  test("maps values as pg does, and lets a value's own error through before anything is written", () => {
    const failing = {
      toPostgres() {
        throw new Error('no form for the database');
      },
    };
    expect(() => wireValues(['fine', failing])).toThrow('no form for the database');
    expect(wireValues([{ toPostgres: () => 7 }, { toJSON: () => undefined }])).toEqual(['7', null]);
    expect(wireValues(undefined)).toEqual([]);
  });
});
