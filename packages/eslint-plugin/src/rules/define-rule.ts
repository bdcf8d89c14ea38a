import type { Rule, SourceCode } from 'eslint';
import type { Node } from '../syntax/ast.ts';
import { type Names, namesOf } from '../syntax/names.ts';
import { type Types, typesOf } from '../syntax/types.ts';

/** The metadata of a rule. */
interface RuleText<Messages extends string> {
  readonly name: string;
  /** The statement that is true without a finding, in one sentence without a full stop. */
  readonly description: string;
  readonly type: 'problem' | 'suggestion';
  readonly messages: Readonly<Record<Messages, string>>;
  readonly hasSuggestions?: boolean;
  readonly schema: Record<string, object>;
}

/** The context of a rule in one file. */
export interface RuleWork<Messages extends string, Options> {
  readonly options: Options;
  readonly sourceCode: SourceCode;
  readonly names: Names;
  /** TypeScript's types, when the parser has a program. */
  readonly types: Types | undefined;
  readonly context: Rule.RuleContext;
  report(found: {
    node: Node;
    messageId: Messages;
    data?: Record<string, string>;
    suggest?: Rule.SuggestionReportDescriptor[];
  }): void;
}

/** Makes a rule from its page, its options object with defaults, and its work on a file. */
export function defineRule<Messages extends string, Options extends object>(
  { name, description, type, messages, hasSuggestions = false, schema }: RuleText<Messages>,
  defaults: Options,
  listen: (work: RuleWork<Messages, Options>) => Rule.RuleListener,
): Rule.RuleModule {
  return {
    meta: {
      type,
      docs: { description, recommended: true, url: `https://tenantry.dev/eslint/${name}` },
      messages,
      hasSuggestions,
      schema: [{ type: 'object', properties: schema, additionalProperties: false }],
    },
    create: (context) =>
      listen({
        options: { ...defaults, ...(context.options[0] as Partial<Options> | undefined) },
        sourceCode: context.sourceCode,
        names: namesOf(context.sourceCode),
        types: typesOf(context.sourceCode),
        context,
        report: (found) => context.report(found),
      }),
  };
}

/** The schema of a list of words. */
export const listOf = (description: string) => ({
  type: 'array',
  items: { type: 'string' },
  uniqueItems: true,
  description,
});
