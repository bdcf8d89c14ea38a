import { createHmac } from 'node:crypto';

/** Masks that are made from a value. */
export type MadeMask = 'email' | 'name' | 'phone' | 'text';

const given = 'Ada Ben Cleo Dan Eva Finn Gina Hugo Ida Jon Kim Lea Max Nora Otto Pia'.split(' ');
const family =
  'Adler Berg Cole Dahl Engel Falk Gray Holm Ivers Jung Kern Lund Marsh Nord Olsen Park'.split(' ');
const filler = 'lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod ';

/** Makes the mask of a value of a column: always the same for the same kind and value. */
export type Masker = (mask: MadeMask, value: string, column: { readonly type: string }) => string;

/**
 * Makes masks with a key: without it nobody finds a value from its mask, also not by trying values.
 * @param key at least 32 characters, or as many bytes
 */
export const maskerOf =
  (key: Buffer | string): Masker =>
  (mask, value, { type }) => {
    // equal under citext is equal here
    const text = type === 'citext' ? value.toLowerCase() : value;
    const bytes = createHmac('sha256', key).update(`${mask}\0${text}`).digest();
    const made = madeOf(mask, bytes, value);
    const length = /^(?:varchar|char|character|character varying|bpchar)\((\d+)\)/.exec(type)?.[1];
    return length === undefined ? made : made.slice(0, Number(length));
  };

function madeOf(mask: MadeMask, bytes: Buffer, value: string): string {
  const hex = bytes.toString('hex');
  switch (mask) {
    case 'email':
      return `user-${hex.slice(0, 20)}@masked.example`;
    case 'name':
      return `${given[(bytes[0] ?? 0) & 15]} ${family[(bytes[1] ?? 0) & 15]} ${hex.slice(4, 16)}`;
    case 'phone':
      // no country has 999
      return `+999${bytes.readBigUInt64BE().toString().padStart(20, '0').slice(-11)}`;
    case 'text':
      return (hex.slice(0, 16) + ' '.concat(filler.repeat(Math.ceil(value.length / filler.length))))
        .slice(0, Math.max(16, value.length))
        .trimEnd();
  }
}
