const PARSE = 0x50;
const BIND = 0x42;
const DESCRIBE = 0x44;
const EXECUTE = 0x45;
const CLOSE = 0x43;
const SYNC = 0x53;
const STATEMENT = 0x53;
const PORTAL = 0x50;

/** A parameter as it goes over the wire: text, binary, or null. */
export type WireValue = string | Buffer | null;

/**
 * Writes messages of PostgreSQL's extended query protocol into one buffer, so that a whole flush is sent
 * in one write. Source: PostgreSQL documentation, "Message Formats" (protocol 3.0).
 */
export class MessageWriter {
  #buffer: Buffer;
  #at = 0;

  constructor(size = 512) {
    this.#buffer = Buffer.allocUnsafe(size);
  }

  /** Parse without parameter types: the server infers them, as it does for pg. */
  parse(name: string, text: string): this {
    const start = this.#open(PARSE);
    this.#text(name);
    this.#text(text);
    this.#int16(0);
    return this.#close(start);
  }

  /** Bind of the unnamed portal; results as text. */
  bind(name: string, values: readonly WireValue[]): this {
    const start = this.#open(BIND);
    this.#byte(0);
    this.#text(name);
    const count = values.length;
    this.#int16(count);
    for (let i = 0; i < count; i++)
      this.#int16(typeof values[i] === 'object' && values[i] !== null ? 1 : 0);
    this.#int16(count);
    for (let i = 0; i < count; i++) this.#value(values[i] ?? null);
    this.#int16(0);
    return this.#close(start);
  }

  describePortal(): this {
    const start = this.#open(DESCRIBE);
    this.#byte(PORTAL);
    this.#byte(0);
    return this.#close(start);
  }

  execute(): this {
    const start = this.#open(EXECUTE);
    this.#byte(0);
    this.#int32(0);
    return this.#close(start);
  }

  closeStatement(name: string): this {
    const start = this.#open(CLOSE);
    this.#byte(STATEMENT);
    this.#text(name);
    return this.#close(start);
  }

  sync(): this {
    return this.#close(this.#open(SYNC));
  }

  /** Adds messages that were written before. */
  raw(bytes: Buffer): this {
    this.#reserve(bytes.length);
    this.#at += bytes.copy(this.#buffer, this.#at);
    return this;
  }

  /** The written bytes; the writer must not be used afterwards. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  #reserve(size: number): void {
    if (this.#buffer.length - this.#at >= size) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + size));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  #open(type: number): number {
    this.#byte(type);
    const start = this.#at;
    this.#int32(0);
    return start;
  }

  #close(start: number): this {
    this.#buffer.writeInt32BE(this.#at - start, start);
    return this;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#at++] = value;
  }

  #int16(value: number): void {
    this.#reserve(2);
    this.#buffer[this.#at++] = value >>> 8;
    this.#buffer[this.#at++] = value & 0xff;
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
  }

  #text(value: string): void {
    // a UTF-16 unit needs at most three bytes in UTF-8
    this.#reserve(value.length * 3 + 1);
    this.#at += this.#buffer.write(value, this.#at, 'utf8');
    this.#buffer[this.#at++] = 0;
  }

  #value(value: WireValue): void {
    if (value === null) {
      this.#int32(-1);
    } else if (typeof value === 'string') {
      this.#reserve(value.length * 3 + 4);
      const length = this.#buffer.write(value, this.#at + 4, 'utf8');
      this.#buffer.writeInt32BE(length, this.#at);
      this.#at += 4 + length;
    } else {
      this.#int32(value.length);
      this.raw(value);
    }
  }
}
