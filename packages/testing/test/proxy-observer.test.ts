import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createObserver } from '../src/proxy/observer.ts';

function message(type: string, body = ''): Buffer {
  const bytes = Buffer.alloc(5 + body.length);
  bytes.write(type, 0, 'latin1');
  bytes.writeUInt32BE(4 + body.length, 1);
  bytes.write(body, 5, 'latin1');
  return bytes;
}

function startup(code: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(8, 0);
  bytes.writeUInt32BE(code, 4);
  return bytes;
}

function ready() {
  const observer = createObserver();
  observer.clientSent(startup(196608));
  observer.serverAnswered(Buffer.concat([message('R'), message('S', 'x'), message('Z', 'I')]));
  return observer;
}

describe('round trips', () => {
  test('statements sent before the first answer share one', () => {
    const observer = ready();
    observer.clientSent(message('Q', 'a'));
    observer.clientSent(message('Q', 'b'));
    observer.serverAnswered(Buffer.concat([message('C'), message('Z', 'I')]));
    observer.serverAnswered(Buffer.concat([message('C'), message('Z', 'I')]));
    expect(observer.traffic()).toMatchObject({ roundTrips: 1, statements: 2 });
  });

  test('a Flush that is answered is one, and the Sync after it another', () => {
    const observer = ready();
    observer.clientSent(Buffer.concat([message('P'), message('D'), message('H')]));
    observer.serverAnswered(Buffer.concat([message('1'), message('T')]));
    observer.clientSent(Buffer.concat([message('B'), message('E'), message('S')]));
    observer.serverAnswered(Buffer.concat([message('2'), message('C'), message('Z', 'I')]));
    expect(observer.traffic()).toMatchObject({ roundTrips: 2, statements: 1 });
  });

  test('COPY from the client is two: the answer to the statement, then to the data', () => {
    const observer = ready();
    observer.clientSent(message('Q', 'copy'));
    observer.serverAnswered(message('G'));
    observer.clientSent(Buffer.concat([message('d', 'data'), message('c')]));
    observer.serverAnswered(Buffer.concat([message('C'), message('Z', 'I')]));
    expect(observer.traffic()).toMatchObject({ roundTrips: 2, messages: { other: 2 } });
  });

  test('an error and its ReadyForQuery are one, whichever way they are cut', () => {
    const observer = ready();
    observer.clientSent(message('S'));
    observer.serverAnswered(message('E', 'division by zero'));
    expect(observer.traffic().roundTrips).toBe(1);
    observer.serverAnswered(message('Z', 'I'));
    expect(observer.traffic().roundTrips).toBe(1);
  });

  test('a notification nobody asked for is none, nor is the goodbye', () => {
    const observer = ready();
    observer.serverAnswered(message('A', 'channel'));
    observer.clientSent(message('X'));
    expect(observer.traffic()).toMatchObject({ roundTrips: 0, messages: { other: 0 } });
  });

  test('rows that come before the batch is complete do not end it', () => {
    const observer = ready();
    observer.clientSent(Buffer.concat([message('P'), message('B'), message('E')]));
    observer.serverAnswered(Buffer.concat([message('1'), message('2'), message('D', 'row')]));
    observer.clientSent(Buffer.concat([message('E'), message('S')]));
    observer.serverAnswered(Buffer.concat([message('C'), message('Z', 'I')]));
    expect(observer.traffic()).toMatchObject({ roundTrips: 1, statements: 2 });
  });
});

describe('start-up', () => {
  test('a refused request for TLS goes on in the clear', () => {
    const observer = createObserver();
    observer.clientSent(startup(80877103));
    observer.serverAnswered(Buffer.from('N'));
    observer.clientSent(startup(196608));
    observer.clientSent(message('p', 'secret'));
    observer.serverAnswered(message('Z', 'I'));
    observer.clientSent(message('Q', 'a'));
    observer.serverAnswered(message('Z', 'I'));
    expect(observer.traffic()).toMatchObject({ roundTrips: 1, isEncrypted: false });
  });

  test('an accepted request for TLS leaves bytes only', () => {
    const observer = createObserver();
    observer.clientSent(startup(80877103));
    observer.serverAnswered(Buffer.from('S'));
    observer.clientSent(message('Q', 'looks like one'));
    observer.serverAnswered(message('Z', 'I'));
    expect(observer.traffic()).toMatchObject({ roundTrips: 0, isEncrypted: true });
    expect(observer.traffic().bytesToServer).toBe(19);
  });
});

test('the counts do not depend on how the bytes are cut into packets', () => {
  const kinds = fc.constantFrom('Q', 'P', 'B', 'D', 'E', 'C', 'd');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(kinds, fc.string({ maxLength: 40 })), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
      (messages, sizes) => {
        const burst = [...messages.map(([type, body]) => message(type, body)), message('S')];
        const whole = ready();
        whole.clientSent(Buffer.concat(burst));
        whole.serverAnswered(message('Z', 'I'));

        const cut = ready();
        for (const part of pieces(Buffer.concat(burst), sizes)) cut.clientSent(part);
        for (const part of pieces(message('Z', 'I'), sizes)) cut.serverAnswered(part);
        expect(cut.traffic()).toEqual(whole.traffic());
        expect(cut.traffic().roundTrips).toBe(1);
      },
    ),
  );
});

function* pieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(offset, offset + size);
    offset += size;
  }
}
