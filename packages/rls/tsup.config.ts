import { packageBuild } from '../../scripts/package-build.ts';

export default packageBuild([
  './src/index.ts',
  './src/adopt/index.ts',
  './src/distribution/index.ts',
  './src/doctor/index.ts',
  './src/feature/index.ts',
  './src/generate/index.ts',
  './src/model/index.ts',
  './src/upkeep/index.ts',
]);
