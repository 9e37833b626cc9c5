import type { z } from 'zod';
import type { Path } from './paths.ts';

/** The part of zod's own description of a schema that is followed here. */
interface SchemaNode {
  _zod: {
    def: {
      type: string;
      shape?: Record<string, SchemaNode>;
      element?: SchemaNode;
      valueType?: SchemaNode;
      innerType?: SchemaNode;
      in?: SchemaNode;
      options?: SchemaNode[];
    };
  };
}

/** Keys that a schema knows at a path, over all branches of unions: what a misspelled key is compared with. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
  const root = branches(schema as unknown as SchemaNode);
  const nodes = path.reduce<SchemaNode[]>((at, key) => at.flatMap((node) => childrenOf(node, key)), root);
  return [...new Set(nodes.flatMap((node) => Object.keys(node._zod.def.shape ?? {})))];
}

function childrenOf(node: SchemaNode, key: PropertyKey): SchemaNode[] {
  const { shape, element, valueType } = node._zod.def;
  const name = String(key);
  const own = shape !== undefined && Object.hasOwn(shape, name) ? shape[name] : undefined;
  const child = own ?? (typeof key === 'number' ? element : undefined) ?? valueType;
  return child === undefined ? [] : branches(child);
}

/** What stands behind defaults, transformations and unions. */
function branches(node: SchemaNode): SchemaNode[] {
  const { def } = node._zod;
  if (def.options !== undefined) return def.options.flatMap(branches);
  const inner = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
  return inner === undefined ? [node] : branches(inner);
}
