export {
  compareDefinitions,
  type Definitions,
  type DefinitionsClient,
  type Difference,
  readDefinitions,
} from './definitions.ts';
export { compareEvolved, type EvolvedDifferences } from './evolved.ts';
