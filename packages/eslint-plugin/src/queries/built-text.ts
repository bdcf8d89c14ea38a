import type * as ESTree from 'estree';
import { argumentsOf, isFunction, memberName, type Node, parentOf, unwrap } from '../syntax/ast.ts';
import type { Names } from '../syntax/names.ts';
import { type Reader, remembered } from '../syntax/remembered.ts';
import type { Types } from '../syntax/types.ts';

/** Decides whether the text of a statement can contain external input. */
export interface BuiltText {
  /** Whether it consists only of constants, numbers and quoted names. */
  isConstant(node: Node): boolean;
  /** Whether it is certainly built from other values: a template, `+`, `concat`, `join`. */
  isBuilt(node: Node): boolean;
}

// quoting functions of pg, pg-format and postgres.js
const quoting = new Set([
  'escapeId',
  'escapeIdentifier',
  'escapeLiteral',
  'ident',
  'identifier',
  'literal',
  'quoteIdent',
  'quoteLiteral',
]);
const numbers = new Set(['Number', 'parseInt', 'parseFloat', 'BigInt']);
const farthest = 8;

export function builtText(names: Names, types: Types | undefined): BuiltText {
  const constant: Reader<boolean> = remembered((given, left) => {
    if (left === 0) return false;
    const node = unwrap(given);
    const every = (nodes: readonly (Node | null)[]) =>
      nodes.every((each) => each !== null && constant(each, left - 1));
    switch (node.type) {
      case 'Literal':
        return true;
      case 'TemplateLiteral':
        return every(node.expressions);
      case 'BinaryExpression':
        return node.operator !== '+' || every([node.left, node.right]);
      case 'UnaryExpression':
      case 'UpdateExpression':
        return true;
      case 'ConditionalExpression':
        return every([node.consequent, node.alternate]);
      case 'LogicalExpression':
        return every([node.left, node.right]);
      case 'ArrayExpression':
        return every(node.elements);
      case 'ObjectExpression':
        return node.properties.every(
          (property) => property.type === 'Property' && constant(property.value, left - 1),
        );
      case 'Identifier':
        return constantName(node, left) || types?.isHarmless(node) === true;
      case 'MemberExpression':
        // one of the values of a constant: `{ up: 'asc', down: 'desc' }[direction]`
        return (
          memberName(node) === 'length' ||
          constant(node.object, left - 1) ||
          types?.isHarmless(node) === true
        );
      case 'CallExpression':
        return constantCall(node, left) || types?.isHarmless(node) === true;
      default:
        return types?.isHarmless(node) === true;
    }
  });

  const constantName = (node: ESTree.Identifier, left: number): boolean => {
    const given = names.assigned(node);
    if (given.length > 0) return given.every(({ value }) => constant(value, left - 1));
    const definition = names.binding(node)?.definition;
    if (definition?.type !== 'Parameter') return false;
    if (isHarmlessType(annotationOf(definition.name))) return true;
    if (!isFunction(definition.node)) return false;
    const list = listOf(definition.node);
    if (list === undefined) return false;
    const [element, index] = definition.node.params;
    // the index is a number; an element is as constant as the list
    return definition.name === index || (definition.name === element && constant(list, left - 1));
  };

  const constantCall = (node: ESTree.SimpleCallExpression, left: number): boolean => {
    const callee = unwrap(node.callee);
    const name = names.originalName(callee);
    if (name === undefined) return false;
    const [first] = argumentsOf(node);
    if (callee.type !== 'MemberExpression') {
      if (name === 'String') return first !== undefined && constant(first, left - 1);
      return numbers.has(name) || quoting.has(name);
    }
    // `values.push(value)` returns a number: `$${values.push(value)}`
    if (name === 'push' || quoting.has(name)) return true;
    if (name === 'join') return constant(callee.object, left - 1);
    if (name === 'map' && first !== undefined && isFunction(first)) {
      return constant(resultOf(first) ?? first, left - 1);
    }
    return textMethods.has(name) && constant(callee.object, left - 1);
  };

  const built: Reader<boolean> = remembered((given, left) => {
    if (left === 0) return false;
    const node = unwrap(given);
    if (node.type === 'TemplateLiteral') return !constant(node, farthest);
    if (node.type === 'BinaryExpression') {
      return node.operator === '+' && isTextual(node) && !constant(node, farthest);
    }
    if (node.type === 'ConditionalExpression') {
      return built(node.consequent, left - 1) || built(node.alternate, left - 1);
    }
    if (node.type === 'LogicalExpression') {
      return built(node.left, left - 1) || built(node.right, left - 1);
    }
    if (node.type === 'Identifier') {
      return names
        .assigned(node)
        .some(({ value, how }) =>
          how === 'adds' ? !constant(value, farthest) : how === 'is' && built(value, left - 1),
        );
    }
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
    const name = memberName(node.callee);
    if (name === 'concat') {
      return (
        isTextual(unwrap(node.callee.object)) &&
        ![node.callee.object, ...node.arguments].every((each) => constant(each, farthest))
      );
    }
    if (name === 'join') {
      const list = unwrap(node.callee.object);
      return list.type === 'ArrayExpression' && !constant(list, farthest);
    }
    return name !== undefined && textMethods.has(name) && built(node.callee.object, left - 1);
  });

  return {
    isConstant: (node) => constant(node, farthest),
    isBuilt: (node) => built(node, farthest),
  };
}

const textMethods = new Set([
  'repeat',
  'replaceAll',
  'slice',
  'toLowerCase',
  'toUpperCase',
  'trim',
]);

/** Whether one side of a `+` is certainly text. */
function isTextual(given: Node): boolean {
  const node = unwrap(given);
  if (node.type === 'Literal') return typeof node.value === 'string';
  if (node.type === 'TemplateLiteral') return true;
  return node.type === 'BinaryExpression' && (isTextual(node.left) || isTextual(node.right));
}

/** The list whose elements a function is called with: `list.map(function)`. */
function listOf(callback: Node): Node | undefined {
  const call = parentOf(callback);
  if (call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return undefined;
  const name = memberName(call.callee) ?? '';
  // Array.from({ length: 3 }, (_, index) => …)
  if (name === 'from' && call.arguments[1] === callback) return call.arguments[0];
  return call.arguments[0] === callback && overLists.has(name) ? call.callee.object : undefined;
}

const overLists = new Set(['filter', 'flatMap', 'forEach', 'map']);

/** A type annotation, with node kinds of the TypeScript parser. */
interface Annotation {
  readonly type: string;
  readonly types?: readonly Annotation[];
}

const annotationOf = (name: Node): Annotation | undefined =>
  (name as { typeAnnotation?: { typeAnnotation?: Annotation } }).typeAnnotation?.typeAnnotation;

/** Whether an annotated type only allows numbers and known texts: `n: number`. */
const isHarmlessType = (type: Annotation | undefined): boolean =>
  type !== undefined &&
  (harmlessKinds.has(type.type) ||
    (type.type === 'TSUnionType' && (type.types ?? []).every(isHarmlessType)));

const harmlessKinds = new Set([
  'TSBigIntKeyword',
  'TSBooleanKeyword',
  'TSLiteralType',
  'TSNullKeyword',
  'TSNumberKeyword',
  'TSUndefinedKeyword',
]);

/** The result of a function with a single expression. */
function resultOf({
  body,
}: ESTree.FunctionExpression | ESTree.ArrowFunctionExpression): Node | undefined {
  if (body.type !== 'BlockStatement') return body;
  const [only] = body.body;
  return body.body.length === 1 && only?.type === 'ReturnStatement'
    ? (only.argument ?? undefined)
    : undefined;
}
