import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../root.js';

interface Configuration {
  readonly forbidden: readonly (IForbiddenRuleType & { readonly name: string })[];
  readonly options: Record<string, unknown>;
}

const configuration = createRequire(import.meta.url)(
  join(ROOT, '.dependency-cruiser.cjs'),
) as Configuration;

export const layerRules = (): string[] => configuration.forbidden.map(({ name }) => name);

/** The violations of the layer rules in the src folder below `folder`, as `rule: from → to`. */
export async function layerViolations(folder: string): Promise<string[]> {
  const { forbidden, options } = configuration;
  const { doNotFollow, tsPreCompilationDeps, enhancedResolveOptions } = options;
  const result = await cruise(
    ['src'],
    {
      ruleSet: { forbidden: [...forbidden] },
      validate: true,
      baseDir: folder,
      ...{ doNotFollow, tsPreCompilationDeps, enhancedResolveOptions },
    } as Parameters<typeof cruise>[1],
    undefined,
    { tsConfig: extractTsConfig(join(ROOT, 'tsconfig.json')) },
  );
  const { violations } = (result.output as ICruiseResult).summary;
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}
