import type { Answer } from './client.ts';
import { namesOf } from './rows.ts';
import type { Audience } from './stage.ts';

/** Colours, where the terminal has them. */
const painted = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) =>
  painted ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
const cyan = paint(36);

const widest = 96;
const indent = '    ';

/** Prints a line. */
export const print = (text = ''): void => {
  process.stdout.write(`${text}\n`);
};

/** Prints what happens on the stage. */
export const printer: Audience = {
  sent(what, sender, body) {
    print(`${indent}${cyan('→')} ${short(what)}  ${dim(sender)}`);
    if (body !== undefined) aside(JSON.stringify(body));
  },
  answered(answer) {
    print(`${indent}${cyan('←')} ${answer.status}  ${summary(answer)}`);
  },
  claimed(holds, text) {
    print(
      `${indent}${holds ? green('✓') : red('✗')} ${holds ? text : red(`does not hold: ${text}`)}`,
    );
  },
  noted: (text) => aside(text),
};

/** The body of an answer in one line: rows by their names, problems by their title and code. */
function summary({ text, json }: Pick<Answer, 'text' | 'json'>): string {
  const rows = Array.isArray(json) ? json : json?.items;
  if (Array.isArray(rows)) {
    const count = rows.length === 1 ? '1 row' : `${rows.length} rows`;
    return rows.length === 0 ? count : short(`${count}: ${namesOf(rows)}`);
  }
  if (typeof json?.title === 'string') return [json.title, json.code].filter(Boolean).join(' · ');
  return short(text);
}

const uuids = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function short(text: string): string {
  const line = text.replace(uuids, '$1…');
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}

/** A line that tells less than the lines around it. */
export const aside = (text: string): void => print(`${indent}  ${dim(short(text))}`);
