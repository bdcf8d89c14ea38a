import { jsonbText } from '../verify/json-text.ts';

/** Texts, so that digits in them are passed over, and numbers. */
const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/** With fewer digits, every number is one that JavaScript has. */
const mayBeInexact = /[\d.]{16}/;

/**
 * Reads JSON of the database. A number that JavaScript has no number for comes as text, digit by digit:
 * 9007199254740993 would be read as its neighbour, and a change from the one to the other as none.
 */
export function parseExact(text: string): unknown {
  if (!mayBeInexact.test(text)) return JSON.parse(text);
  return JSON.parse(
    text.replace(token, (found) =>
      found.startsWith('"') || isExact(found) ? found : `"${found}"`,
    ),
  );
}

/** Whether a number prints as it was written; those of few digits are exact in any case. */
function isExact(written: string): boolean {
  if (written.replace(/[-.]/g, '').replace(/^0+/, '').length <= 15) return true;
  const read = Number(written);
  return Number.isFinite(read) && jsonbText(String(read)) === written;
}
