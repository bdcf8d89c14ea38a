export { generatedObjects } from './generated.ts';
export type { GeneratedObject, ObjectId, ObjectKind } from './types.ts';
