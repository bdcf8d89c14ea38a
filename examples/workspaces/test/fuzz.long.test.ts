import { it } from 'vitest';
import { fuzz } from './support/fuzz.ts';
import { testWorld } from './support/world.ts';

const stage = await testWorld();

it('answers 5,000 wild requests', () => fuzz(stage, 5000));
