import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/stack/state.ts';
import type { Block } from './blocks.ts';

/** Parses YAML to JSON, by the same parser as Ceilometer's. */
export const yaml = ({ text }: Pick<Block, 'text'>): unknown =>
  JSON.parse(
    execFileSync(
      join(root, '.venv/bin/python'),
      ['-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'],
      { input: text, encoding: 'utf8' },
    ),
  );
