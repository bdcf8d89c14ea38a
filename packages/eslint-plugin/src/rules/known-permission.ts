import { resolve } from 'node:path';
import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import {
  mayExist,
  type Permissions,
  readPermissions,
  together,
} from '../permissions/definition.ts';
import { permissionsIn } from '../permissions/file.ts';
import { importedFile } from '../permissions/imported.ts';
import { nearest } from '../permissions/nearest.ts';
import {
  type Asked,
  permissionsOfCall,
  permissionsOfElement,
  permissionsOfTemplate,
  type Use,
} from '../permissions/uses.ts';
import type { Node } from '../syntax/ast.ts';
import { defineRule, listOf, type RuleWork } from './define-rule.ts';

type Messages = 'unknown' | 'misspelt' | 'useNearest' | 'unreadable';
type Work = RuleWork<Messages, Asked>;

/** `settings.tenantry`: where the permissions are defined. */
interface Settings {
  /** The permissions themselves: `projects:create`. */
  readonly permissions?: readonly string[];
  /** The files that call `defineRbac`, from where ESLint runs. */
  readonly rbac?: string | readonly string[];
}

/** What a definition does not know, nobody can ever be granted. */
export const knownPermission = defineRule<Messages, Asked>(
  {
    name: 'known-permission',
    description: 'A permission that code asks for is one of the definition',
    type: 'problem',
    hasSuggestions: true,
    messages: {
      unknown:
        'There is no permission {{ permission }}: `defineRbac` does not define it, and asking for it throws PERMISSION_UNKNOWN. Define it, or ask for one that there is.',
      misspelt: 'There is no permission {{ permission }}. Did you mean {{ nearest }}?',
      useNearest: 'Change it to {{ nearest }}.',
      unreadable:
        'Permissions are not checked: the setting tenantry.rbac names {{ file }}, and {{ problem }}.',
    },
    schema: {
      functions: listOf('Functions whose first argument is a permission.'),
      objects: listOf('Values that `can`, `authorize` and `explain` are methods of.'),
    },
  },
  { functions: ['authorize', 'can', 'requires'], objects: ['rbac'] },
  (work) => {
    const { options, names, sourceCode } = work;
    const uses: Use[] = [];
    const here: Permissions[] = [];
    let isDefinedHere = false;
    return {
      CallExpression(node) {
        const call = node as ESTree.SimpleCallExpression;
        if (names.originalName(call.callee) === 'defineRbac') {
          isDefinedHere = true;
          const read = readPermissions(call, names.constant);
          if (read !== undefined) here.push(read);
        } else uses.push(...permissionsOfCall(call, names, options));
      },
      JSXOpeningElement: (node: Node) => {
        uses.push(...permissionsOfElement(node, names));
      },
      TaggedTemplateExpression: (node) => {
        uses.push(...permissionsOfTemplate(node));
      },
      'Program:exit'() {
        if (uses.length === 0) return;
        const defined = isDefinedHere ? readHere(here) : readElsewhere(work, uses, sourceCode.ast);
        if (defined === undefined) return;
        for (const use of uses)
          if (!mayExist(defined, use.permission)) reportUse(use, defined, work);
      },
    };
  },
);

const readHere = (here: readonly Permissions[]) => (here.length === 0 ? undefined : together(here));

/** The permissions of the settings, or else of the files that the rbac is imported from. */
function readElsewhere(
  { context, names, report }: Work,
  uses: readonly Use[],
  program: ESTree.Program,
): Permissions | undefined {
  const { permissions = [], rbac = [] } = (context.settings.tenantry ?? {}) as Settings;
  const found: Permissions[] = [];
  if (Array.isArray(permissions) && permissions.length > 0) {
    found.push({ keys: new Set(permissions.map(String)), open: new Set() });
  }
  const files = (Array.isArray(rbac) ? rbac : [rbac]).map(String);
  for (const file of files) {
    const reading = permissionsIn(resolve(context.cwd, file), context);
    if ('permissions' in reading) found.push(reading.permissions);
    else {
      // without it, what it defines would be reported as unknown
      const { problem } = reading;
      report({ node: uses[0]?.node ?? program, messageId: 'unreadable', data: { file, problem } });
      return undefined;
    }
  }
  if (found.length > 0) return together(found);

  for (const { asked } of uses) {
    const path = asked === undefined ? undefined : names.importPath(asked);
    const file = path === undefined ? undefined : importedFile(context.filename, path.source);
    if (file === undefined) continue;
    const reading = permissionsIn(file, context);
    if ('permissions' in reading) return reading.permissions;
  }
  return undefined;
}

function reportUse(
  { node, permission, range }: Use,
  { keys }: Permissions,
  { report }: Work,
): void {
  const meant = nearest(permission, keys);
  if (meant === undefined) {
    report({ node, messageId: 'unknown', data: { permission } });
    return;
  }
  const change: Rule.SuggestionReportDescriptor = {
    messageId: 'useNearest',
    data: { nearest: meant },
    fix: (fixer) => fixer.replaceTextRange([...range], meant),
  };
  report({
    node,
    messageId: 'misspelt',
    data: { permission, nearest: meant },
    suggest: [change],
  });
}
