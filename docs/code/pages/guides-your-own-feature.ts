export { touch, touched } from '../../../packages/rls/test/fixtures/touch.ts';
