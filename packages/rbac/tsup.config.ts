import { packageBuild } from '../../scripts/package-build.ts';

export default packageBuild(['./src/index.ts', './src/api-keys/index.ts', './src/react/index.ts']);
