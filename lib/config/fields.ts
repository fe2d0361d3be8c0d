/** Walks the schema, so that variables, spelling hints and settings all know the same fields. */
import { z } from "zod";

/** One field: where it is in the file, and what it may hold. */
export interface Field {
  path: string[];
  schema: z.ZodType;
}

/**
 * Every field below an object's schema, in order; fields of fields, not the objects around them, but for those that may
 * have others than their fields.
 */
export function fieldsOf(schema: z.ZodType, path: string[] = []): Field[] {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return [{ path, schema }];
  const below = Object.entries(shapeOf(inner)).flatMap(([key, value]) => fieldsOf(value, [...path, key]));
  return isOpen(inner) ? [{ path, schema }, ...below] : below;
}

/** Dotted paths of everything in `value` that the schema has no field for. */
export function unknownFields(schema: z.ZodType, value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const inner = unwrap(schema);
  if (inner instanceof z.ZodUnion) {
    const object = inner.options.find((option) => option instanceof z.ZodObject);
    return object === undefined ? [] : unknownFields(object, value, path);
  }
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...path, key];
    if (inner instanceof z.ZodRecord) return unknownFields(inner.valueType as z.ZodType, child, here);
    if (!(inner instanceof z.ZodObject)) return [];
    const known = shapeOf(inner)[key];
    if (known === undefined) return isOpen(inner) ? [] : [here];
    return unknownFields(known, child, here);
  });
}

/** What a file may hold: without what stands around it, and before it is transformed. */
function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (true) {
    if (inner instanceof z.ZodPipe) inner = inner.in as z.ZodType;
    else if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      inner = inner.unwrap() as z.ZodType;
    } else return inner;
  }
}

/** Whether it may have others than its fields. */
function isOpen({ def }: z.ZodObject): boolean {
  return def.catchall !== undefined;
}

function shapeOf(schema: z.ZodObject): Record<string, z.ZodType> {
  return schema.shape as Record<string, z.ZodType>;
}
