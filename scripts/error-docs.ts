import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { knownErrors } from '../packages/core/src/errors/index.ts';
import '../packages/core/src/errors/codes/placement.ts';
import '../packages/rls/src/errors.ts';
import '../packages/rbac/src/errors.ts';
import '../packages/plan-limits/src/errors.ts';
import '../packages/audit-log/src/errors.ts';
import '../packages/stripe-billing/src/errors.ts';
import '../packages/placements/src/errors.ts';
import '../packages/cli/src/errors.ts';
import '../packages/testing/src/errors.ts';

// pnpm docs:errors   writes docs/errors/index.md from the codes that all packages define

export const errorDocsFile = fileURLToPath(new URL('../docs/errors/index.md', import.meta.url));

const packages = [
  '@tenantry/core',
  '@tenantry/rls',
  '@tenantry/rbac',
  '@tenantry/plan-limits',
  '@tenantry/audit-log',
  '@tenantry/stripe-billing',
  '@tenantry/placements',
  'tenantry',
  '@tenantry/testing',
];

/** The codes of these packages, whatever order they were loaded in and whoever else defined some. */
export const documentedErrors = () =>
  packages.flatMap((name) => knownErrors().filter((error) => error.package === name));

/** The reference of all errors, as Markdown. */
export function errorDocs(): string {
  const sections = documentedErrors().map(
    ({ code, status, title, fix }) =>
      `## ${code}\n\n${title}. HTTP ${status}.\n\n**Fix.** ${escapeAngles(fix)}\n`,
  );
  return `# Errors

Every error of Tenantry is a \`TenantryError\` with a stable \`code\`, what was \`found\`, a \`fix\`, a link
to its section here (\`docs\`) and an HTTP \`status\`. Codes never change their meaning.

\`\`\`ts
if (TenantryError.is(error, 'TENANT_CONTEXT_MISSING')) console.error(error.fix);
\`\`\`

The adapters answer with [problem+json](https://www.rfc-editor.org/rfc/rfc9457): \`code\` and \`title\`,
and for errors of the caller what was found. What went wrong inside stays in your logs.

${sections.join('\n')}`;
}

// Vue reads <name> in Markdown as a component
const escapeAngles = (text: string) => text.replace(/<(\w+)>/g, '`<$1>`');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(errorDocsFile, errorDocs());
