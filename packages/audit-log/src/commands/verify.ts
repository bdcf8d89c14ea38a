import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { atEachDatabase, type DatabaseAnswer } from '@tenantry/core/scope';
import { defineCommand, type Print } from '@tenantry/rls/feature';
import type { VerifyReport } from '../verify/report.ts';
import { verifyExport } from '../verify/verify-export.ts';
import { anchorsByPlace, readAnchors } from './anchors.ts';
import type { CommandAudit } from './command-audit.ts';
import { tellDatabases } from './tell-databases.ts';

/** `tenantry audit verify`: of every database in which tenants live, or of an export without one. */
export const verifyCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Recompute every hash and seal of the audit log, and name the first bad entry.',
    needs: 'system-read',
    options: {
      file: {
        type: 'text',
        value: 'file',
        summary: 'Verify this NDJSON export, without a database. Default: the database.',
      },
      anchors: {
        type: 'text',
        value: 'file',
        summary: 'Compare with seals that were kept elsewhere, too. Default: none.',
      },
      'save-anchors': {
        type: 'text',
        value: 'file',
        summary: 'Save the last seal of each tenant for the next time. Default: nowhere.',
      },
    },
    json: true,
    // `pool` is read, and so opened, only without --file
    async run(context) {
      const { options, progress, print } = context;
      const { file } = options;
      const anchors = options.anchors === undefined ? [] : await readAnchors(options.anchors);
      const onProgress = (entries: number) => progress('entries', entries);
      const ofExport = async (from: string): Promise<DatabaseAnswer<VerifyReport>> => {
        const input = createReadStream(from);
        return { value: await verifyExport(createInterface({ input }), { anchors, onProgress }) };
      };
      const ofDatabases = async () => {
        const { pool, tenancy } = context;
        const anchorsAt = await anchorsByPlace(tenancy, pool, anchors);
        return atEachDatabase(tenancy, pool, (place) =>
          audit.verify(pool, { anchors: anchorsAt(place), onProgress }),
        );
      };
      const answers = file === undefined ? await ofDatabases() : [await ofExport(file)];
      const code = tellDatabases(answers, {
        print,
        inWords: (report) => tell(report, print),
        isOk: ({ ok }) => ok,
      });
      const save = options['save-anchors'];
      if (save !== undefined && code === 0) {
        const last = answers.flatMap(({ value }) => value?.anchors ?? []);
        await writeFile(save, `${JSON.stringify(last, null, 2)}\n`);
      }
      return code;
    },
  });

function tell(report: VerifyReport, print: Print): void {
  const { entries, sealed, unsealed, seals, retired, erased, problems } = report;
  const counts = `${entries} entries: ${sealed} sealed, ${unsealed} younger than the last seal, ${erased} with erased fields`;
  if (report.ok) print.done(counts);
  else print.failed(counts);
  print.line(`  ${seals} seals, ${retired} of them of entries that retention has let go`);
  for (const { kind, tenant, entry, seal, found } of report.findings.slice(0, 10)) {
    const what = entry === undefined ? `seal ${seal}` : `entry ${entry}`;
    print.line(`  ${kind.padEnd(12)} ${what} of ${tenant}: ${found}`);
  }
  if (problems > 10) print.line(`  … ${problems} in all`);
}
