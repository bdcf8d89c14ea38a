import type { SourceCode } from 'eslint';
import type ts from 'typescript';
import type { Call, Node } from './ast.ts';

/** When a query is sent: on await (`lazy`), or at once (`sent`). */
export type Sending = 'lazy' | 'sent';

/** Type information of a file's nodes. */
export interface Types {
  /** Whether a call is a query of Drizzle or pg; undefined when its type is unknown. */
  sending(call: Call): Sending | 'none' | undefined;
  /** Whether every value of the type is a known text or a number, so that it contains no external input. */
  isHarmless(node: Node): boolean;
  /** Whether it is a string. */
  isText(node: Node): boolean;
  /** The package that declares the type of a value; undefined for the project's own types. */
  packageOf(node: Node): string | undefined;
  /** The name that the type of a value was given: `CacheKey`. */
  aliasOf(node: Node): string | undefined;
}

interface Services {
  readonly program?: ts.Program | null;
  readonly esTreeNodeToTSNodeMap?: { get(node: Node): ts.Node | undefined };
}

const drizzle = /[\\/]node_modules[\\/]drizzle-orm(-[\w.]+)?[\\/]/;
const queryLibrary =
  /[\\/](@types[\\/]pg|pg|drizzle-orm(-[\w.]+)?|@neondatabase[\\/]serverless)[\\/]/;
// pools and clients also have promises that are not queries: connect(), end()
const sends = new Set(['batch', 'execute', 'query', 'transaction']);
const tellsNothing = new Set(['any', 'unknown', 'error', 'never']);

/** The types of a file that was parsed with a program (`projectService` or `project`). */
export function typesOf(sourceCode: SourceCode): Types | undefined {
  const { program, esTreeNodeToTSNodeMap: nodes } = sourceCode.parserServices as Services;
  if (!program || nodes === undefined) return undefined;
  const checker = program.getTypeChecker();
  const typeOf = (node: Node) => {
    const at = nodes.get(node);
    return at === undefined ? undefined : checker.getTypeAtLocation(at);
  };
  const declaredIn = (symbol: ts.Symbol | undefined, where: RegExp) =>
    symbol?.declarations?.some((d) => where.test(d.getSourceFile().fileName)) ?? false;

  const harmless = (type: ts.Type): boolean => {
    if (type.isUnion()) return type.types.every(harmless);
    return (
      type.isStringLiteral() ||
      type.isNumberLiteral() ||
      ['number', 'bigint', 'boolean', 'true', 'false', 'null', 'undefined'].includes(
        checker.typeToString(type),
      )
    );
  };

  return {
    sending(call) {
      const given = typeOf(call);
      if (given === undefined || tellsNothing.has(checker.typeToString(given))) return undefined;
      // `db?.insert(…)` may be undefined too
      const type = checker.getNonNullableType(given);
      const then = checker.getPropertyOfType(type, 'then');
      if (then === undefined) return 'none';
      if (declaredIn(then, drizzle)) return 'lazy';
      const at = nodes.get(call);
      const signature = checker.getResolvedSignature(at as ts.CallLikeExpression);
      const declaration = signature?.getDeclaration() as ts.NamedDeclaration | undefined;
      if (
        declaration !== undefined &&
        queryLibrary.test(declaration.getSourceFile().fileName) &&
        sends.has(declaration.name?.getText() ?? '')
      ) {
        return 'sent';
      }
      const [result] = checker.getTypeArguments(type as ts.TypeReference);
      return result?.symbol?.name === 'QueryResult' && declaredIn(result.symbol, queryLibrary)
        ? 'sent'
        : undefined;
    },
    isHarmless(node) {
      const type = typeOf(node);
      return type !== undefined && harmless(type);
    },
    packageOf(node) {
      const declared = typeOf(node)?.symbol?.declarations?.[0]?.getSourceFile().fileName ?? '';
      const path = declared.replaceAll('\\', '/').split('/node_modules/').at(-1) ?? '';
      if (path === declared) return undefined;
      return /^(?:@types\/)?((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
    },
    aliasOf: (node) => typeOf(node)?.aliasSymbol?.name,
    isText(node) {
      const type = typeOf(node);
      return (
        type !== undefined && (type.isStringLiteral() || checker.typeToString(type) === 'string')
      );
    },
  };
}
