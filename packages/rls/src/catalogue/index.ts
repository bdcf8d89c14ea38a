export {
  type Catalogue,
  type CatalogueClient,
  compareCatalogues,
  type Difference,
  readCatalogue,
} from './catalogue.ts';
export { compareEvolved, type EvolvedDifferences } from './evolved.ts';
