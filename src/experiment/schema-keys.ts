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
  return [...new Set(nodesAt(schema, path).flatMap((node) => Object.keys(node._zod.def.shape ?? {})))];
}

/** The schemas of a key that is known at a path: one for each branch of a union that has it. */
export function schemasOfKey(schema: z.ZodType, path: Path, key: string): z.ZodType[] {
  const found = nodesAt(schema, path).map((node) => ownShape(node, key));
  return found.filter((node) => node !== undefined) as unknown as z.ZodType[];
}

function nodesAt(schema: z.ZodType, path: Path): SchemaNode[] {
  const root = branches(schema as unknown as SchemaNode);
  return path.reduce<SchemaNode[]>((at, key) => at.flatMap((node) => childrenOf(node, key)), root);
}

function childrenOf(node: SchemaNode, key: PropertyKey): SchemaNode[] {
  const { element, valueType } = node._zod.def;
  const child = ownShape(node, String(key)) ?? (typeof key === 'number' ? element : undefined) ?? valueType;
  return child === undefined ? [] : branches(child);
}

function ownShape(node: SchemaNode, key: string): SchemaNode | undefined {
  const { shape } = node._zod.def;
  return shape !== undefined && Object.hasOwn(shape, key) ? shape[key] : undefined;
}

/** What stands behind defaults, transformations and unions. */
function branches(node: SchemaNode): SchemaNode[] {
  const { def } = node._zod;
  if (def.options !== undefined) return def.options.flatMap(branches);
  const inner = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
  return inner === undefined ? [node] : branches(inner);
}
