import type { Print } from '@tenantry/rls/feature';
import type { RowDifference, TableDifference } from './differences.ts';
import type { Rewound } from './rewind-tenant.ts';

const signs = { insert: '+', update: '~', delete: '-' } as const;
const longest = 60;

/** Prints differences: what comes back, changes and goes. */
export function printRewound(print: Print, rewound: Rewound): void {
  for (const table of rewound.tables) printTable(print, table);
  if (rewound.left.length > 0) {
    print.line('These tables stay as they are:');
    print.table(rewound.left);
  }
  for (const warning of rewound.warnings) print.note(`Not certain: ${warning}.`);
  for (const refused of rewound.refused) print.failed(`${refused}.`);
  if (rewound.tables.length === 0) print.done('Nothing differs.');
  else if (rewound.applied) print.done('The rows are as they were.');
  else if (rewound.refused.length === 0)
    print.line(`Nothing was written. To write these differences: --apply ${short(rewound)}`);
}

/** As much of a digest as is typed. */
const short = ({ digest }: Rewound): string => digest.slice(0, 12);

function printTable(print: Print, table: TableDifference): void {
  const { inserted, updated, deleted, rows, kept } = table;
  print.line(`${table.table}: ${inserted} come back, ${updated} change, ${deleted} go`);
  for (const row of rows) print.line(`  ${signs[row.change]} ${lineOf(row)}`);
  const more = inserted + updated + deleted - rows.length;
  if (more > 0) print.line(`  … and ${more} more: --rows`);
  if (kept.length > 0) print.line(`  not brought back: ${kept.join(', ')}`);
}

function lineOf({ key, change, columns }: RowDifference): string {
  const own = Object.entries(key).map(([column, value]) => `${column}=${value ?? 'null'}`);
  if (change !== 'update') return own.join(' ');
  const changes = Object.entries(columns).map(([column, values]) =>
    values === 'hidden' ? column : `${column}: ${shown(values.now)} → ${shown(values.was)}`,
  );
  return `${own.join(' ')} ${changes.join(', ')}`;
}

/** Values come from the application: nothing of them moves the cursor. */
const shown = (value: string | null): string => {
  if (value === null) return 'null';
  const plain = JSON.stringify(value);
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
};
