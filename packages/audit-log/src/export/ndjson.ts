import type { EntryRow } from '../read/columns.ts';
import type { ExportHeader } from '../verify/export-lines.ts';
import type { ListedSeal } from './seals.ts';

const line = (type: string, content: object): string => `${JSON.stringify({ type, ...content })}\n`;

export const headerLine = (header: ExportHeader): string => line('header', header);
export const endLine = (entries: number): string => line('end', { entries });
/** A separate line, also after a partly written line. */
export const errorLine = (code: string, entries: number): string =>
  `\n${line('error', { code, entries })}`;

/** The line of a seal, in pieces, because the list of its entries can be long. */
export async function* sealText({ seal, leaves }: ListedSeal): AsyncGenerator<string> {
  const text = line('seal', seal);
  if (leaves === undefined) {
    yield text;
    return;
  }
  yield `${text.slice(0, -'}\n'.length)},"leaves":"`;
  yield* leaves;
  yield '"}\n';
}

/** The metadata is written as the database prints it, because parsing would lose digits of numbers. */
export function entryLine(row: EntryRow): string {
  const text = JSON.stringify;
  return (
    `{"type":"entry","tenant":${text(row.tenant)},"id":${text(row.id)},"createdAt":${text(row.createdAt)},` +
    `"source":${text(row.source)},"action":${text(row.action)},"resourceType":${text(row.resourceType)},` +
    `"resourceId":${text(row.resourceId)},"actorType":${text(row.actorType)},"actorId":${text(row.actorId)},` +
    `"onBehalfOf":${text(row.onBehalfOf)},"ip":${text(row.ip)},"requestId":${text(row.requestId)},` +
    `"reason":${text(row.reason)},"transactionId":${text(row.transactionId)},"metadata":${row.metadata},` +
    `"personal":${row.personal ?? 'null'},"salt":${text(row.salt)},"contentHash":${text(row.contentHash)},` +
    `"erased":${row.erased ?? 'null'}}\n`
  );
}
