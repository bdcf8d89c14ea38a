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
  /** The files that call `defineRbac`, relative to the working directory of ESLint. */
  readonly rbac?: string | readonly string[];
}

/** A permission outside the definition can never be granted. */
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
    const { options, names } = work;
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
        const imported = uses.map((use) => importedPermissions(use, work));
        const known = imported.filter((found) => found !== undefined);
        const settled = once(() => {
          const { asked, found } = fromSettings(uses, work);
          return asked || known.length === 0 ? found : together(known);
        });
        const common = () => {
          if (!isDefinedHere) return settled();
          return here.length > 0 ? together(here) : undefined;
        };
        for (const [at, use] of uses.entries()) {
          // an imported value is not defined in this file
          const isImported = use.asked !== undefined && names.importPath(use.asked) !== undefined;
          const defined = imported[at] ?? (isImported ? settled() : common());
          if (defined !== undefined && !mayExist(defined, use.permission)) {
            reportUse(use, defined, work);
          }
        }
      },
    };
  },
);

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The permissions of the file from which the checked object is imported. */
function importedPermissions({ asked }: Use, { context, names }: Work): Permissions | undefined {
  const path = asked === undefined ? undefined : names.importPath(asked);
  const file = path === undefined ? undefined : importedFile(context.filename, path.source);
  return file === undefined ? undefined : permissionsBehind(file, context);
}

/** The permissions of a file, or of the files from which it re-exports an rbac. */
function permissionsBehind(
  file: string,
  context: Rule.RuleContext,
  left = 4,
  seen = new Set<string>(),
): Permissions | undefined {
  if (seen.has(file)) return undefined;
  seen.add(file);
  const reading = permissionsIn(file, context);
  if ('permissions' in reading) return reading.permissions;
  if (left === 0) return undefined;
  for (const source of reading.leadsTo) {
    const next = importedFile(file, source);
    const found = next === undefined ? undefined : permissionsBehind(next, context, left - 1, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The permissions of the settings; none when a file of theirs cannot be read, which is reported. */
function fromSettings(
  uses: readonly Use[],
  { context, report }: Work,
): { asked: boolean; found?: Permissions } {
  const settings = context.settings.tenantry;
  const { permissions = [], rbac = [] } = (
    typeof settings === 'object' && settings !== null ? settings : {}
  ) as Settings;
  const listed: Permissions = { keys: new Set([permissions].flat().map(String)), open: new Set() };
  const found: Permissions[] = listed.keys.size > 0 ? [listed] : [];
  const files = [rbac].flat().map(String);
  for (const file of files) {
    const reading = permissionsIn(resolve(context.cwd, file), context);
    if ('permissions' in reading) found.push(reading.permissions);
    else {
      const [first] = uses;
      const { problem } = reading;
      if (first !== undefined) {
        report({ node: first.node, messageId: 'unreadable', data: { file, problem } });
      }
      return { asked: true };
    }
  }
  return found.length > 0 ? { asked: true, found: together(found) } : { asked: false };
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
