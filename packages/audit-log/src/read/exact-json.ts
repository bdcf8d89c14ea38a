import { jsonbText } from '../verify/json-text.ts';

/** Texts (so that digits in them are skipped) and numbers. */
const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/** With fewer digits every number is exact in JavaScript. */
const mayBeInexact = /[\d.]{16}/;

/**
 * Parses JSON of the database. A number that JavaScript cannot represent is returned as text:
 * 9007199254740993 would be rounded to its neighbour, and a change between the two would be invisible.
 */
export function parseExact(text: string): unknown {
  if (!mayBeInexact.test(text)) return JSON.parse(text);
  return JSON.parse(
    text.replace(token, (found) =>
      found.startsWith('"') || isExact(found) ? found : `"${found}"`,
    ),
  );
}

/** Whether a number prints as it was written; numbers with few digits are always exact. */
function isExact(written: string): boolean {
  if (written.replace(/[-.]/g, '').replace(/^0+/, '').length <= 15) return true;
  const read = Number(written);
  return Number.isFinite(read) && jsonbText(String(read)) === written;
}
